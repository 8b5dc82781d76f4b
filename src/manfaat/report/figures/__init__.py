"""Pictures of tables that other modules computed; no statistics here. Each function returns an exhibit."""
