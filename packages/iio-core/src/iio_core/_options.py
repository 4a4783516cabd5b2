"""Options are checked against the signatures of the plugin that will get them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ._errors import OptionError

__all__ = ["check", "names", "split", "unknown"]

_RESERVED = frozenset({"index", "metadata", "exclude_applied"})
_cache: dict[object, frozenset[str]] = {}


def names(function: Callable[..., Any]) -> frozenset[str]:
    """Return the keyword-only parameters of a function or method: its options.

    Read off the code object: `inspect` would cost more to import than a small image to decode.
    """
    function = getattr(function, "__func__", function)
    known = _cache.get(function)
    if known is None:
        while hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        code = getattr(function, "__code__", None)
        if code is None:
            import inspect

            known = frozenset(
                p.name
                for p in inspect.signature(function).parameters.values()
                if p.kind is p.KEYWORD_ONLY
            )
        else:
            first = code.co_argcount
            known = frozenset(code.co_varnames[first : first + code.co_kwonlyargcount])
        known = _cache[function] = known - _RESERVED
    return known


def split(
    options: Mapping[str, Any], open_names: Iterable[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part the options of a one-shot call into those of opening and those of the image."""
    opening = {k: v for k, v in options.items() if k in open_names}
    return opening, {k: v for k, v in options.items() if k not in opening}


def check(
    options: Mapping[str, Any],
    known: Iterable[str],
    *,
    where: str,
    own: Iterable[str] | None = None,
) -> None:
    """Raise `OptionError` for the first option that is not known."""
    for name in options:
        if name not in known:
            raise unknown(name, known, where=where, own=own)


def _closest(name: str, known: list[str]) -> list[str]:
    """Return the names that are nearly as close as the closest one, if any is."""
    close = difflib.get_close_matches(name, known, n=2, cutoff=0.6)
    ratios = [difflib.SequenceMatcher(None, one, name).ratio() for one in close]
    return [one for one, ratio in zip(close, ratios, strict=True) if ratio > ratios[0] - 0.05]


def unknown(
    name: str, known: Iterable[str], *, where: str, own: Iterable[str] | None = None
) -> OptionError:
    """Return the error for an option that nobody knows, with the closest one that somebody does.

    `own` are those to list, if others know more.
    """
    known = sorted(known)
    close = " or ".join(map(repr, _closest(name, known)))
    hint = f" Did you mean {close}?" if close else ""
    shown = known if own is None else sorted(own)
    listed = f" Options: {', '.join(shown)}." if shown else " It takes no options."
    return OptionError(f"{where} has no option {name!r}.{hint}{listed}")
