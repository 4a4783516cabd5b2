"""Raw files of cameras, developed or as the sensor gave them, through LibRaw."""
