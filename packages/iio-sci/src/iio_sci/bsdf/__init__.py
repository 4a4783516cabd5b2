"""BSDF, the binary structured data format: images and volumes with metadata of any kind."""
