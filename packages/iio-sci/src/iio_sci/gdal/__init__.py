"""Maps, satellite images and terrain, through GDAL."""
