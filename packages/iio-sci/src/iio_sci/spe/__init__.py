"""SPE, the files of Princeton Instruments' cameras, versions 2 and 3; metadata of SDT-control."""
