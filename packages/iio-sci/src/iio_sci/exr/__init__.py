"""OpenEXR, the format of motion pictures: half and single floats, any channels, several parts."""
