"""Estimates with intervals, all in one shape; nothing here draws or touches a file."""
