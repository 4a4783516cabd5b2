"""The version of this distribution; its build reads it from here."""

__version__ = "1.0.0"
