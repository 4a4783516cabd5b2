"""The version of the wheel."""

__version__ = "1.0.0"
