"""HDF5, a tree of arrays in a file: each dataset of numbers is an image."""
