"""NumPy's own files: ``.npy`` holds one array, ``.npz`` is a zip archive of those."""
