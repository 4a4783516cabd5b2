"""Messages of meteorologists: GRIB, which are fields, and BUFR, which are observations."""
