"""The devices: what is shown on the screen and what was copied to the clipboard."""

from __future__ import annotations

from iio_core import Format, Pixels

__all__ = ["DEVICES"]

DEVICES = (
    Format(
        name="SCREENGRAB",
        title="What the screen shows",
        devices=("<screen>",),
        reads=(Pixels("uint8", (3, 4)),),
        trust="fuzzed",  # there is no file to decode
        specification="X Window System Protocol, X Version 11, section 9 Graphics "
        "Requests (GetImage), https://www.x.org/releases/current/doc/xproto/x11protocol.html",
    ),
    Format(
        name="CLIPBOARDGRAB",
        title="The image in the clipboard",
        devices=("<clipboard>",),
        reads=(Pixels("bool", (1,)), Pixels("uint8", (1, 2, 3, 4)), Pixels("uint16", (1,))),
        trust="fuzzed",  # only what has a fuzzed decoder is taken from it
        specification="Inter-Client Communication Conventions Manual, version 2.0, section 2 "
        "Peer-to-Peer Communication by Means of Selections, "
        "https://www.x.org/releases/current/doc/xorg-docs/icccm/icccm.html",
    ),
)
