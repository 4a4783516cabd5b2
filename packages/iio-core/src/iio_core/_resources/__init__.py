"""Where the bytes live: every URI becomes one `Resource` to read or one `Target` to write."""

from ._base import Resource, Target
from ._uri import open_resource, open_target

__all__ = ["Resource", "Target", "open_resource", "open_target"]
