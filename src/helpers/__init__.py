"""Shared logic of the Manfaat notebooks: small functions, data frame in, data frame out."""

__version__ = "0.1.0"
