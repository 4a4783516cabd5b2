"""FITS, the format of astronomy, with astropy: headers, tile compression, writing."""
