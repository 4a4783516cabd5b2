"""Packets that are cut, of containers that do not say how long a packet is."""

from __future__ import annotations

from typing import Any

from av.packet import Packet

__all__ = ["is_cut"]


def is_cut(packet: Packet[Any], format: str | None, size: int | None) -> bool:
    """Tell whether the end of a packet is missing.

    Parameters
    ----------
    packet : Packet
        What was read.
    format : str or None
        The format that it was read from.
    size : int or None
        How many bytes the file has.
    """
    if packet.is_corrupt:
        # Where one segment of a playlist ends, numbers of the next one begin anew.
        return format != "HLS"
    if not packet.size:
        return False
    if size is not None and packet.pos is not None and packet.pos + packet.size > size:
        return True
    if format == "MJPEG":  # ITU-T T.81, annex B.1.1.3: EOI; a few bytes of padding may follow
        return b"\xff\xd9" not in bytes(memoryview(packet)[-64:])
    if format == "GIF":
        return not _ends(bytes(memoryview(packet)))
    return False


def _ends(data: bytes) -> bool:
    """Tell whether the image in a part of a GIF comes to its end (GIF89a, sections 15 and 20)."""
    place = 0
    if data.startswith(b"GIF8"):
        place = 13 + _table(data[10:11])
    while place < len(data):
        kind = data[place]
        if kind == 0x21:
            place = _behind_blocks(data, place + 2)
        elif kind == 0x2C:
            place += 10
            return _behind_blocks(data, place + _table(data[place - 1 : place]) + 1) <= len(data)
        else:
            return kind == 0x3B
    return False


def _table(flags: bytes) -> int:
    """Return how many bytes a color table takes."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _behind_blocks(data: bytes, place: int) -> int:
    """Return where a chain of blocks ends; beyond the data if its end is missing."""
    while place < len(data) and data[place]:
        place += data[place] + 1
    return place + 1
