"""What is missing at the end of a packet, or of a file."""

from __future__ import annotations

from typing import Any

from av.packet import Packet

from ._matroska import number_at

__all__ = ["is_cut", "missing"]


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


def missing(head: bytes, size: int | None) -> int:
    """Return how many bytes a file lacks of what its header says; 0 if it does not say.

    Parameters
    ----------
    head : bytes
        How it begins.
    size : int or None
        How many bytes it has.
    """
    if size is None:
        return 0
    declared = 0
    if head.startswith(b"RIFF"):
        declared = int.from_bytes(head[4:8], "little") + 8
    elif head.startswith(b"\x1a\x45\xdf\xa3"):
        declared = _end_of_segment(head)
    return max(declared - size, 0) if declared > 8 else 0


def _end_of_segment(head: bytes) -> int:
    """Return where the segment of a Matroska file ends (RFC 8794, sections 4 and 6); 0: unknown."""
    length, start = number_at(head, 4)
    if length is None:
        return 0
    place = start + length
    if head[place : place + 4] != b"\x18\x53\x80\x67":
        return 0
    size, start = number_at(head, place + 4)
    return 0 if size is None else start + size
