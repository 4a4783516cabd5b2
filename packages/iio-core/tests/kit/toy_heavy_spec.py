"""A spec that imports what only the plugin needs."""

import numpy as np
from toy_specs import spec

assert np
SPEC = spec("good")
