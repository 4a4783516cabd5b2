"""Radiance pictures, ``.hdr``: colors with a common exponent."""
