"""Light fields of Lytro's cameras, as their sensors saw them."""
