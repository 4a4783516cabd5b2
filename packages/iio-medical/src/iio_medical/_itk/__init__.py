"""What ITK reads and writes: MetaImage, NRRD, VTK, GIPL, MINC, NIfTI and others."""
