"""NIfTI and what else nibabel reads: Analyze, MGH, MINC 1."""
