"""The clipboard of X11 and of Wayland, asked through the programs that are made for it.

Inter-Client Communication Conventions Manual, version 2.0, section 2.6.2 (TARGETS): who owns a
selection says first in which types it can be had. The owner is another program, which may hang,
and may send what and as much as it likes.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import threading

from iio_core import DecodeError, Resource

__all__ = ["encoded_image"]

PATIENCE = 15.0
"""The seconds that the owner of the clipboard has to answer."""

# What is taken, the most exact first: only what has a fuzzed decoder.
_TYPES = {
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
    "image/webp": "WEBP",
    "image/jpeg": "JPEG",
}
_OF_THE_SELECTION = frozenset({"TARGETS", "TIMESTAMP", "MULTIPLE", "SAVE_TARGETS", "DELETE"})
_NOTHING = ("not available", "no owner", "nothing is copied", "no selection")
_CHUNK = 1 << 16


def encoded_image(resource: Resource, format: str, xdisplay: str | None) -> tuple[bytes, str]:
    """Return the image in the clipboard as a file, and the name of that file's format.

    Parameters
    ----------
    resource : Resource
        The device, with its limits.
    format : str
        The name of its format.
    xdisplay : str, optional
        Which X display; without it the clipboard of the environment.

    Raises
    ------
    DecodeError
        If there is no clipboard, no image in it, or nobody that answers in time.
    LimitError
        If it is larger than what may be held in memory.
    """
    query, fetch = _commands(format, xdisplay)
    status, listed, said = _output(query, resource, format)
    if status and not any(word in said.lower() for word in _NOTHING):
        raise _error(
            f"the clipboard cannot be had: {said or f'{query[0]} ended with {status}'}", format
        )
    offered = [] if status else listed.decode("ascii", "replace").split()
    kind = next((kind for kind in _TYPES if kind in offered), None)
    if kind is None:
        others = [n[:40] for n in offered if n.isprintable() and n not in _OF_THE_SELECTION]
        there = ", ".join(others[:10])
        raise _error(
            "the clipboard holds no image" + (f", but {there}" if there else ": it is empty"),
            format,
        )
    status, data, said = _output([*fetch, kind], resource, format)
    if status or not data:
        reason = said or "nothing came"
        raise _error(f"the clipboard offers {kind}, but does not hand it over: {reason}", format)
    return data, _TYPES[kind]


def _commands(format: str, xdisplay: str | None) -> tuple[list[str], list[str]]:
    """Return what lists the types of the clipboard, and what, followed by a type, fetches it."""
    on_wayland = xdisplay is None and bool(os.environ.get("WAYLAND_DISPLAY"))
    display = os.environ.get("DISPLAY", "") if xdisplay is None else xdisplay
    if not (on_wayland or display):
        raise _error(
            "there is no clipboard: neither DISPLAY nor WAYLAND_DISPLAY is set; "
            "say which X display with xdisplay=':0', for example",
            format,
        )
    if on_wayland and (program := shutil.which("wl-paste")):
        return [program, "--list-types"], [program, "--no-newline", "--type"]
    if display and (program := shutil.which("xclip")):
        fetch = [program, "-display", display, "-selection", "clipboard", "-o", "-t"]
        return [*fetch, "TARGETS"], fetch
    needed = "wl-paste (package wl-clipboard)" if on_wayland else "xclip (package xclip)"
    raise _error(f"the clipboard takes the program {needed}, which is not installed", format)


def _output(command: list[str], resource: Resource, format: str) -> tuple[int, bytes, str]:
    """Run a program, for so long and with so much output; return also what it complains of."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        timer = threading.Timer(PATIENCE, give_up)
        timer.daemon = True
        timer.start()
        try:
            data = _read(process, resource)
            status = process.wait()
        finally:
            timer.cancel()
            process.kill()  # of no effect on one that has ended
        errors.seek(0)
        said = " ".join(errors.read(1000).decode("utf-8", "replace").split())
    if late.is_set():
        raise _error(f"the clipboard's owner did not answer within {PATIENCE:g} seconds", format)
    return status, data, said


def _read(process: subprocess.Popen[bytes], resource: Resource) -> bytes:
    assert process.stdout is not None
    body = io.BytesIO()
    while chunk := process.stdout.read(_CHUNK):
        resource.limits.check_body(body.tell() + len(chunk), name=resource.name)
        body.write(chunk)
    return body.getvalue()


def _error(message: str, format: str) -> DecodeError:
    return DecodeError(message, plugin="pillow", format=format)
