"""FFmpeg's executable: where it is, and processes of it that never outlive their reader."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from typing import IO, Any

from iio_core import PluginNotInstalledError

__all__ = ["Process", "executable", "is_there"]

_VARIABLES = ("IIO_FFMPEG_EXE", "IMAGEIO_FFMPEG_EXE")
_PATIENCE = 5.0  # seconds until a process that was asked to end is killed
_TOLD = 2000  # characters of what FFmpeg says that an error repeats


def executable() -> str:
    """Return FFmpeg's executable: the environment's, that of imageio-ffmpeg, or that of PATH.

    Raises
    ------
    PluginNotInstalledError
        If there is none.
    """
    for variable in _VARIABLES:
        if os.environ.get(variable):
            found = shutil.which(os.environ[variable])
            if found is None:
                raise PluginNotInstalledError(
                    f"{variable}={os.environ[variable]!r} is not a program"
                )
            return found
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        pass  # it is not installed, or there is no executable in it for this system
    found = shutil.which("ffmpeg")
    if found is None:
        raise PluginNotInstalledError(
            "there is no ffmpeg: pip install 'iio-video[ffmpeg]', put it on PATH, or name it in "
            "IIO_FFMPEG_EXE",
            install=("iio-video[ffmpeg]",),
        )
    return found


def is_there() -> bool:
    """Tell whether there seems to be an executable, without looking into it."""
    if any(os.environ.get(variable) for variable in _VARIABLES):
        return True
    return importlib.util.find_spec("imageio_ffmpeg") is not None or bool(shutil.which("ffmpeg"))


class Process:
    """One run of FFmpeg.

    Parameters
    ----------
    arguments : list of str
        Its arguments.
    reads : bool
        Whether it is written to, and not read from.

    Attributes
    ----------
    pipe : file object
        What it writes, or what it reads.
    """

    def __init__(self, arguments: list[str], *, reads: bool = False) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile(prefix="iio-")  # noqa: SIM115
        options: dict[str, Any] = {}
        if sys.platform == "win32":
            options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
        else:
            options["start_new_session"] = True  # Ctrl-C is ours to handle
        try:
            self._process = subprocess.Popen(
                [executable(), *arguments],
                stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if reads else subprocess.PIPE,
                stderr=self._said,
                **options,
            )
        except BaseException:
            self._said.close()
            raise
        pipe = self._process.stdin if reads else self._process.stdout
        assert pipe is not None
        self.pipe: IO[bytes] = pipe

    def said(self) -> str:
        """Return what it has told so far."""
        if self._said.closed:
            return ""
        self._said.seek(0)
        return self._said.read().decode(errors="replace").strip()

    def error(self) -> str:
        """Return the end of what it has told, for a message."""
        text = self.said()
        return text if len(text) <= _TOLD else f"… {text[-_TOLD:]}"

    def finish(self, timeout: float | None = None) -> int:
        """Let it come to its end; return its exit status."""
        with contextlib.suppress(BrokenPipeError):
            self.pipe.close()
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            return -1

    def kill(self) -> None:
        """End it at once. Twice is fine."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        with contextlib.suppress(OSError):
            self.pipe.close()
        self._said.close()

    def __del__(self) -> None:
        if "_process" in self.__dict__:
            self.kill()
