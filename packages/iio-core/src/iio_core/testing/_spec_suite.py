"""The spec: light, found, complete, and selected for what it claims."""

from __future__ import annotations

import contextvars
import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import iio_core as iio

from .. import _options
from ._base import Suite
from ._compare import said
from ._promises import BrokenPromise
from ._worker import environment

__all__ = ["SpecSuite"]

_READER = ("count", "read", "iter", "properties", "metadata", "close")
_WRITER = ("write", "close", "abort")
_GIVEN_BY_CORE = {"index", "metadata", "exclude_applied"}

# What importing a spec brings with it, seen from a process that has imported nothing else.
_IMPORTS = """
import importlib, json, sys
import iio_core
iio_core.PluginSpec, iio_core.Format, iio_core.Pixels, iio_core.Signature, iio_core.Advisory
before = set(sys.modules)
module, _, attribute = sys.argv[1].partition(":")
getattr(importlib.import_module(module), attribute)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


class SpecSuite(Suite):
    """Checks of what a plugin says of itself."""

    def test_spec_is_light(self) -> None:
        """Importing the spec imports neither the plugin nor its backend, nor NumPy."""
        subject = self.subject(self.entry_point)
        run = subprocess.run(
            [sys.executable, "-c", _IMPORTS, self.entry_point],
            capture_output=True,
            text=True,
            env=environment(),
        )
        if run.returncode:
            raise BrokenPromise("light", subject, f"importing it fails: {run.stderr.strip()}")
        package = self.entry_point.partition(":")[0].partition(".")[0]
        light = {*sys.stdlib_module_names, "iio_core", package}
        found: list[str] = json.loads(run.stdout.splitlines()[-1])
        heavy = sorted({name.partition(".")[0] for name in found} - light)
        if self.spec.plugin.partition(":")[0] in found:
            heavy.append(f"the plugin itself, {self.spec.plugin}")
        if heavy:
            raise BrokenPromise("light", subject, f"importing it imports {', '.join(heavy)}")

    def test_plugin_is_found(self) -> None:
        """Its entry point is installed, and the registry takes its spec."""
        if not self.installed:
            pytest.skip("it is tested without its wheel")
        # What other suites hide is looked for as well: a context of its own hides nothing.
        registry = contextvars.Context().run(lambda: iio.registry.replace())
        rejected = [str(r) for r in registry.rejected if r.name == self.spec.name]
        found = registry.find(self.spec.name)
        if found is None or found.spec != self.spec:
            seen = rejected[0] if rejected else "no installed wheel has such an entry point"
            raise BrokenPromise("found", self.subject(self.entry_point), seen)

    def test_plugin_is_complete(self) -> None:
        """It opens readers if it claims to read, writers if it claims to write."""
        subject = self.subject(self.spec.plugin)
        plugin = self._plugin()
        for verb, wanted, methods in (
            ("read", any(f.reads for f in self.spec.formats), _READER),
            ("writ", any(f.writes for f in self.spec.formats), _WRITER),
        ):
            if not wanted:
                continue
            absent = [n for n in (f"open_{verb}er", f"{verb}er_type") if not hasattr(plugin, n)]
            for kind in [] if absent else self._types(plugin, verb):
                absent += [
                    f"{kind.__name__}.{name}"
                    for name in methods
                    if not callable(getattr(kind, name, None))
                ]
            if absent:
                raise BrokenPromise("complete", subject, f"it has no {', '.join(absent)}")

    def test_options_are_named(self) -> None:
        """Every option is a keyword-only parameter with a default; `properties` takes `read`'s."""
        plugin = self._plugin()
        for function in self._functions(plugin):
            subject = self.subject(getattr(function, "__qualname__", str(function)))
            for parameter in inspect.signature(function).parameters.values():
                if parameter.kind is parameter.VAR_KEYWORD:
                    raise BrokenPromise(
                        "options", subject, f"it takes **{parameter.name}: nobody knows what"
                    )
                if parameter.kind is not parameter.KEYWORD_ONLY:
                    continue
                if parameter.default is parameter.empty:
                    raise BrokenPromise("options", subject, f"{parameter.name}= has no default")
        if not any(f.reads for f in self.spec.formats):
            return
        reader = plugin.reader_type
        lacking = _options.names(reader.read) - _options.names(reader.properties)
        if lacking:
            raise BrokenPromise(
                "options",
                self.subject(reader.__name__),
                f"properties() does not take {', '.join(sorted(lacking))}, which read() takes",
            )

    def test_format_is_selected(self, format: iio.Format) -> None:
        """What the format claims by signature and extension comes to this plugin."""
        for data, extension, claim in _claims(format):
            seen = self._candidates(data, extension)
            if seen[:1] != [(self.spec.name, format.name)]:
                others = ", ".join(" as ".join(s) for s in seen) or "nobody"
                raise BrokenPromise(
                    "selected", self.subject(format.name), f"{claim} selects {others}"
                )
            if self.spec.on_request:
                continue  # and then it is alone
            among_all = contextvars.Context().run(self._among_all, data, extension)
            if (self.spec.name, format.name) not in among_all:
                raise BrokenPromise(
                    "selected",
                    self.subject(format.name),
                    f"{claim} does not make it a candidate beside the other installed plugins",
                )

    def _plugin(self) -> Any:
        plugin = iio.registry.find(self.spec.name)
        assert plugin is not None
        try:
            return plugin.load()
        except iio.IIOError as error:
            subject = self.subject(self.spec.plugin)
            raise BrokenPromise("complete", subject, said(error)) from error

    def _types(self, plugin: Any, verb: str) -> Iterator[Any]:
        by_format = getattr(plugin, "writer_type_for", None)
        if verb == "read" or by_format is None:
            yield getattr(plugin, f"{verb}er_type")
        else:
            yield from {by_format(f.name): None for f in self.spec.formats if f.writes}

    def _functions(self, plugin: Any) -> Iterator[Callable[..., Any]]:
        """Yield the methods whose parameters are options."""
        if any(f.reads for f in self.spec.formats):
            yield plugin.open_reader
            by_format = getattr(plugin, "open_reader_for", None)
            if by_format is not None:
                yield from {by_format(f.name): None for f in self.spec.formats if f.reads}
            for name in ("read", "iter", "properties", "metadata"):
                yield getattr(plugin.reader_type, name)
        if any(f.writes for f in self.spec.formats):
            yield plugin.open_writer
            for kind in self._types(plugin, "writ"):
                yield kind.write

    def _among_all(self, data: bytes | str | None, extension: str) -> list[tuple[str, str]]:
        if iio.registry.find(self.spec.name) is not None:
            return self._candidates(data, extension)
        with iio.use(self.spec):
            return self._candidates(data, extension)

    def _candidates(self, data: bytes | str | None, extension: str) -> list[tuple[str, str]]:
        """Return (plugin, format) of who is asked, best first.

        `data` is the first bytes of a file, a device, or None to write.
        """
        if data is None:
            explained = iio.explain("<bytes>", "w", extension=extension)
        else:
            explained = iio.explain(data, extension=extension or None)
        return [(c.plugin.spec.name, c.format.name) for c in explained.candidates if not c.install]


def _claims(format: iio.Format) -> Iterator[tuple[bytes | str | None, str, str]]:
    """Yield (first bytes or device, extension, claim in words) of all that a format claims."""
    if format.writes:
        for extension in format.extensions:
            yield None, extension, f"writing to {extension}"
    if not format.reads:
        return
    for device in format.devices:
        yield device.replace("#", "0"), "", f"the device {device}"
    for extension in format.extensions if format.extension_alone else ():
        yield b"", extension, f"the extension {extension}"
    for signature in format.signatures:
        head = bytes(signature.offset) + signature.bytes
        shown = f"the signature {signature.bytes.hex(' ')} at {signature.offset}"
        for extension in format.extensions:
            yield head, extension, f"{shown} with {extension}"
        if format.signature_alone:
            yield head, "", shown
