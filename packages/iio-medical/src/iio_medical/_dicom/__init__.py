"""DICOM: files, multi-frame images, and series of files that are volumes."""
