"""The version of iio-core."""

__version__ = "1.0.0"
