"""Metafiles drawn by a program that is installed: the plugin ``metafile``.

A metafile ([MS-WMF], [MS-EMF]) is a program that draws, and no library in Python runs it. Inkscape
and LibreOffice draw both kinds, libwmf's wmf2gd draws WMF. They are large programs, and they read a
stranger's file: so this is done only on request, ``trust={"WMF"}``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from iio_core import (
    NotThisFormat,
    OptionError,
    PluginNotInstalledError,
    Reader,
    ReadPlugin,
    Resource,
)

from ._input import Input
from ._png import SIGNATURE, read_png
from ._still import Array, Still

__all__ = ["PLUGIN", "MetafilePlugin", "MetafileReader"]

_SECONDS = 60
_SAID = 300  # characters that an error tells
_MAGIC = {"WMF": (b"\xd7\xcd\xc6\x9a", b"\1\0\x09\0\0", b"\2\0\x09\0\0"), "EMF": (b"\1\0\0\0",)}

Command = Callable[[str, Path, Path, float], list[str]]


def _inkscape(program: str, source: Path, target: Path, dpi: float) -> list[str]:
    wanted = ("--export-type=png", f"--export-filename={target}", f"--export-dpi={dpi:g}")
    return [program, *wanted, str(source)]


def _libreoffice(program: str, source: Path, target: Path, dpi: float) -> list[str]:
    profile = f"-env:UserInstallation={target.parent.joinpath('profile').as_uri()}"
    wanted = ("--headless", "--convert-to", "png", "--outdir", str(target.parent))
    return [program, profile, *wanted, str(source)]


def _libwmf(program: str, source: Path, target: Path, dpi: float) -> list[str]:
    return [program, "-t", "png", "-o", str(target), str(source)]


# Those that are asked for a resolution first.
_PROGRAMS: Mapping[str, tuple[tuple[str, ...], Command, frozenset[str]]] = {
    "inkscape": (("inkscape",), _inkscape, frozenset({"WMF", "EMF"})),
    "libreoffice": (("soffice", "libreoffice"), _libreoffice, frozenset({"WMF", "EMF"})),
    "wmf2gd": (("wmf2gd",), _libwmf, frozenset({"WMF"})),
}
_RESOLVES = "inkscape"


class MetafileReader(Still):
    """Reads what a program has drawn.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str
        WMF or EMF.
    program : str, optional
        Which program.
    dpi : float, optional
        Dots an inch.
    """

    MOST = 64

    def __init__(
        self, resource: Resource, format: str, program: str | None, dpi: float | None
    ) -> None:
        if resource.head(44)[40:] == b" EMF":
            format = "EMF"  # whatever it was called
        self.FORMAT = format
        super().__init__(resource)
        if not self.input.data.startswith(_MAGIC[format]):
            raise self.input.wrong("it does not begin as a metafile")
        drawn = self.input.inside(_drawn(self.input, format, program, dpi))
        if not drawn.data.startswith(SIGNATURE):
            raise self.input.wrong("what the program has drawn is no PNG")
        self._image = read_png(drawn, 0)
        self.shape, self.dtype = self._image.shape, self._image.dtype

    def decode(self) -> Array:
        """Return the pixels."""
        return self._image.pixels()


def _drawn(input: Input, format: str, program: str | None, dpi: float | None) -> bytes:
    """Return the PNG file that the first program that can has made."""
    failures = []
    for name, path, command in _installed(format, program, dpi):
        with tempfile.TemporaryDirectory(prefix="iio-") as folder, input.resource.as_path() as real:
            # A name of our own: a program is given no options by the name of a file.
            source = Path(folder, f"metafile.{format.lower()}")
            shutil.copyfile(real, source)
            target = source.with_suffix(".png")
            said = _run(command(path, source, target, dpi or 96), folder)
            if target.is_file():
                size = target.stat().st_size
                input.resource.limits.check_body(size, name=input.name)
                return target.read_bytes()
            failures.append(f"{name}: {said}")
    raise input.wrong(f"it could not be drawn. {'; '.join(failures)}")


def _installed(
    format: str, program: str | None, dpi: float | None
) -> Iterator[tuple[str, str, Command]]:
    """Iterate over the programs that are here: their names, paths and commands."""
    if program is not None and format not in _PROGRAMS.get(program, ("", "", ()))[2]:
        able = ", ".join(repr(n) for n, (_, _, formats) in _PROGRAMS.items() if format in formats)
        raise OptionError(f"program={program!r}: {format} is drawn by {able}")
    if dpi is not None and not 1 <= dpi <= 10_000:
        raise OptionError(f"dpi={dpi!r} is not a number of dots an inch")
    if dpi is not None and program not in (None, _RESOLVES):
        raise OptionError(f"dpi= is for {_RESOLVES}; {program} has a resolution of its own")
    wanted = [program] if program else [_RESOLVES] if dpi is not None else list(_PROGRAMS)
    found = False
    for name in wanted:
        names, command, formats = _PROGRAMS[name]
        path = next(filter(None, map(shutil.which, names)), None)
        if path is not None and format in formats:
            found = True
            yield name, path, command
    if not found:
        raise PluginNotInstalledError(
            f"{format} files are drawn by a program, {' or '.join(wanted)}, and none is installed: "
            "apt-get install inkscape, brew install inkscape, winget install Inkscape.Inkscape"
        )


def _run(command: list[str], folder: str) -> str:
    """Run a program to its end, or for a minute; return the end of what it said."""
    # Of the settings only those that a program needs to start: nothing of the caller's secrets.
    kept = ("PATH", "LANG", "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"HOME": folder, "USERPROFILE": folder, "XDG_CONFIG_HOME": folder}
    options: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        **options,
    )
    with process, _killed_after(process, _SECONDS) as late:
        said = _end_of(process.stderr)
        process.wait()
    if late.is_set():
        return f"not finished after {_SECONDS} seconds"
    return said.decode(errors="replace").strip()[-_SAID:] or f"exit status {process.returncode}"


def _end_of(stream: IO[bytes] | None) -> bytes:
    """Read to the end, and return the last of it: a program may say as much as it likes."""
    said = b""
    while stream is not None and (more := os.read(stream.fileno(), 1 << 16)):
        said = (said + more)[-4 * _SAID :]
    return said


@contextmanager
def _killed_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Stop a program that is not done by then, or if what waits for it is interrupted."""
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    except BaseException:
        _kill(process)
        raise
    finally:
        timer.cancel()
        timer.join()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Stop a program and what it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


class MetafilePlugin:
    """Reads metafiles by running a program."""

    reader_type: type[Reader] = Still

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        program: str | None = None,
        dpi: float | None = None,
    ) -> Reader:
        """Have a metafile drawn.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        program : str, optional
            ``"inkscape"``, ``"libreoffice"`` or ``"wmf2gd"``; by default the first of them that is
            installed and succeeds.
        dpi : float, optional
            Dots an inch, for Inkscape; by default 96.
        """
        if format is None:
            raise NotThisFormat("it is no metafile")
        return MetafileReader(resource, format, program, dpi)


PLUGIN = MetafilePlugin()
_reads: ReadPlugin = PLUGIN
