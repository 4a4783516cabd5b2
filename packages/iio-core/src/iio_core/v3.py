"""The names of ``imageio.v3``: ``import iio_core.v3 as iio`` is all that has to change."""

from ._api import imiter, immeta, imopen, improps, imread, imwrite

__all__ = ["imiter", "immeta", "imopen", "improps", "imread", "imwrite"]
