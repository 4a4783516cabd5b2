"""Header cards as metadata, and back: FITS 4.0, section 4."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from astropy.io.fits import Card, Header
from astropy.io.fits.card import Undefined

from iio_core import is_derived

__all__ = ["COMMENTS", "cards_of", "describe"]

COMMENTS = "card_comments"
"""The entry of metadata that holds what stands behind the values of other cards."""

_CARD = 80
_COMMENTARY = ("COMMENT", "HISTORY", "")
# What says how the file is laid out, and is true of no other file.
_LAYOUT = re.compile(
    r"SIMPLE|XTENSION|BITPIX|NAXIS[0-9]*|EXTEND|PCOUNT|GCOUNT|GROUPS|CHECKSUM|DATASUM|END"
    r"|TFIELDS|THEAP|T(TYPE|FORM|UNIT|DIM)[0-9]+"
    r"|ZIMAGE|ZTABLE|ZSIMPLE|ZTENSION|ZBITPIX|ZNAXIS[0-9]*|ZEXTEND|ZPCOUNT|ZGCOUNT|ZTILE[0-9]+"
    r"|ZCMPTYPE|ZNAME[0-9]+|ZVAL[0-9]+|ZQUANTIZ|ZDITHER0|ZHECKSUM|ZDATASUM|ZBLANK"
)
_SCALING = {"BSCALE", "BZERO", "BLANK"}
_KEYWORD = re.compile(r"[A-Z0-9_-]{1,8}")
_FIELD = re.compile(r"([A-Z0-9_-]{1,8})\.([A-Z0-9_.]+)")  # of a card that holds a record
_TEXT = re.compile(r"[ -~]*")


def describe(header: Header, text: str, *, layout: bool, scaling: bool) -> dict[str, Any]:
    """Return the cards of a header: keyword to value.

    Parameters
    ----------
    header : astropy.io.fits.Header
        The header.
    text : str
        As it stands in the file, for cards that are damaged.
    layout : bool
        Whether to tell the cards that say how the file is laid out.
    scaling : bool
        Whether to tell BSCALE, BZERO and BLANK.
    """
    found: dict[str, Any] = {}
    comments: dict[str, str] = {}
    for card in header.cards:
        keyword = str(card.keyword)
        if (not layout and _LAYOUT.fullmatch(keyword)) or (not scaling and keyword in _SCALING):
            continue
        value, comment = _parsed(card, text)
        if keyword in _COMMENTARY:
            found.setdefault(keyword, []).append(value)
            continue
        found[keyword] = value
        if comment:
            comments[keyword] = comment
    for keyword in ("", "COMMENT"):
        if not any(str(line).strip() for line in found.get(keyword, "x")):
            del found[keyword]
    if comments:
        found[COMMENTS] = comments
    return found


def _parsed(card: Card, text: str) -> tuple[Any, str]:
    """Return a card's value and comment; of one that is damaged, its text."""
    try:
        value = card.value
        if isinstance(value, Undefined):
            value = None
        return value, str(card.comment or "")
    except Exception:  # astropy's VerifyError is nothing else
        match = re.search(rf"{re.escape(f'{card.keyword:8}=')} ?(.{{0,70}})", text)
        damaged = match[1].strip() if match else ""
        quoted = re.match(r"'((?:[^']|'')*)'", damaged)  # of letters that are not ASCII
        return quoted[1].replace("''", "'").rstrip() if quoted else damaged, ""


def cards_of(metadata: Mapping[str, Any]) -> tuple[list[Card], list[str]]:
    """Return the cards for metadata, and the names of what no card can hold."""
    cards: list[Card] = []
    refused: list[str] = []
    comments = metadata.get(COMMENTS)
    comments = comments if isinstance(comments, Mapping) else {}
    for name, value in metadata.items():
        if name == COMMENTS:
            continue
        keyword = str(name)
        if _LAYOUT.fullmatch(keyword.upper()) or keyword.upper() in _SCALING:
            continue  # it is the new file's to say
        made = list(_made(keyword, value))
        if not made:
            refused += [] if is_derived(name, value) else [keyword]
        elif len(made) == 1 and name in comments and not _comment(made[0], comments[name]):
            refused.append(f"the comment of {keyword} ({COMMENTS})")
        cards += made
    return cards, refused


def _made(keyword: str, value: Any) -> Iterator[Card]:
    """Yield the cards for an entry; none if there is no way to write it."""
    if keyword in _COMMENTARY:
        lines = value if isinstance(value, list | tuple) else [value]
        if all(isinstance(line, str) and _TEXT.fullmatch(line) for line in lines):
            for line in lines:
                for start in range(0, max(len(line), 1), 72):
                    yield Card(keyword, line[start : start + 72])
        return
    value = value.item() if hasattr(value, "item") and not getattr(value, "shape", ()) else value
    if not _holds(value):
        return
    upper = keyword.upper()
    if _KEYWORD.fullmatch(upper):
        yield _long_float(upper, value) or Card(upper, value)
    elif field := _FIELD.fullmatch(keyword):
        yield Card(field[1], f"{field[2]}: {value}")
    elif keyword == upper and re.fullmatch(r"[A-Z0-9_ -]+", keyword):
        # With "HIERARCH " and " = " it has to fit into a card; texts go on in further ones.
        room = _CARD - len("HIERARCH  = ") - len(keyword)
        if room >= (30 if isinstance(value, str) else len(repr(value))):
            yield Card(f"HIERARCH {keyword}", value)


def _long_float(keyword: str, value: Any) -> Card | None:
    """Return the card of a float that astropy would round to fit into 20 characters."""
    text = repr(value).upper() if isinstance(value, float) else ""
    return Card.fromstring(f"{keyword:8}= {text}") if len(text) > 20 else None


def _comment(card: Card, comment: Any) -> bool:
    """Put a comment behind a card's value; tell whether all of it has room there."""
    if not isinstance(comment, str) or not _TEXT.fullmatch(comment):
        return False
    length = len(str(card).rstrip())
    if length + len(" / ") + len(comment) > _CARD and length <= _CARD:
        return False
    card.comment = comment
    return True


def _holds(value: Any) -> bool:
    """Whether a card can hold a value."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, complex):
        return math.isfinite(value.real) and math.isfinite(value.imag)
    if isinstance(value, str):
        return bool(_TEXT.fullmatch(value))
    if isinstance(value, int):
        return abs(value) < 10**60
    return value is None or isinstance(value, bool)
