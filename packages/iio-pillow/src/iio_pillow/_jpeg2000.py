"""Whether a JPEG 2000 file is whole.

ISO/IEC 15444-1: Annex A.4 (codestream markers), Annex I.4 (boxes). A codestream ends with the
marker EOC; the decoder takes what is there of one that is cut, and makes up the rest.
"""

from __future__ import annotations

import os
from typing import IO

__all__ = ["is_cut"]

_SOC, _EOC = b"\xff\x4f", b"\xff\xd9"


def is_cut(file: IO[bytes]) -> bool:
    """Tell whether the codestream of a file lacks its end.

    Parameters
    ----------
    file : binary file
        Seekable; it is left at its beginning.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    end = size if file.read(2) == _SOC else _end_of_codestream(file, size)
    if end is None or not 2 <= end <= size:
        file.seek(0)
        return True
    # Some writers pad the file behind the marker.
    file.seek(max(0, end - 64))
    tail = file.read(min(end, 64)).rstrip(b"\0")
    file.seek(0)
    return not tail.endswith(_EOC)


def _end_of_codestream(file: IO[bytes], size: int) -> int | None:
    """Return where the box with the codestream ends."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        end = size if length == 0 else at + length
        if kind == b"jp2c":
            return end
        if end < at + 8:
            return None
        at = end
    return None
