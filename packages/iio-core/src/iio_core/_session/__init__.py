"""What `imopen` returns: the user's side of a plugin's reader or writer."""

from ._read import ReadSession
from ._write import WriteSession

__all__ = ["ReadSession", "WriteSession"]
