"""``python -m iio_core`` is the command ``iio``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
