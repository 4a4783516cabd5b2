"""Devices: resources that have a name between brackets and no bytes."""

from __future__ import annotations

import re
from typing import IO

from .._errors import DecodeError, NoPluginError
from .._limits import Limits
from ._base import Resource

__all__ = ["DeviceResource"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]*")


class DeviceResource(Resource):
    """What a plugin reads from the machine itself: ``<screen>``, ``<clipboard>``, ``<video0>``.

    It has no bytes and no extension. A plugin is chosen by the devices of its formats, and looks
    at `device`.

    Raises
    ------
    NoPluginError
        If what stands between the brackets is no name of a device.
    """

    def __init__(self, uri: str, limits: Limits) -> None:
        if uri == "<bytes>":
            raise NoPluginError(
                "<bytes> can only be written to; to read, give the bytes themselves"
            )
        if _NAME.fullmatch(uri, 1, len(uri) - 1) is None:
            raise NoPluginError(f"{uri} is not the name of a device, like <screen> or <video0>")
        super().__init__(uri, "", limits)
        self.device = uri[1:-1]

    def head(self, n: int = 4096) -> bytes:
        """Return nothing: a device has no first bytes."""
        return b""

    def _open(self) -> IO[bytes]:
        raise DecodeError(f"{self.name} is a device: it has no bytes, and only its plugin reads it")
