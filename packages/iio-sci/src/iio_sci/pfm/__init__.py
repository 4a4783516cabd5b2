"""Portable float maps: rows of floats, gray or RGB."""
