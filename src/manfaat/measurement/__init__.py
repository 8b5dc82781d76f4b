"""Scales and raters: reliability, agreement, response shift and response style."""
