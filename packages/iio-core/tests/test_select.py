"""The ranking rules, one by one."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import fakes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iio_core as iio
from iio_core import _select
from iio_core._registry import Plugin, Registry
from iio_core._select import BOTH, EXTENSION, SIGNATURE, Table, extensions

PNG = b"\x89PNG\r\n\x1a\n"
TIFF = b"II*\0"


def plugin(name: str, *formats: iio.Format, ours: bool = False) -> Plugin:
    return Plugin(fakes.spec(name, *formats), f"iio-{name}", "1.0", ours)


def table(*plugins: Plugin, order: tuple[str, ...] = (), writing: bool = False) -> Table:
    return Table(Registry(plugins, order=order), writing=writing)


def ranked(head: bytes, name: str, *plugins: Plugin, order: tuple[str, ...] = ()) -> list[str]:
    """Return who reads such a file, in order; the same whatever the order of installation."""
    answers = {
        tuple(
            f"{c.plugin.spec.name}/{c.format.name}"
            for c in _select.readers(head, name, table(*some, order=order))
        )
        for some in itertools.permutations(plugins)
    }
    assert len(answers) == 1, "it depends on the order of installation"
    return list(answers.pop())


# 2. Kinds of claims


def test_signature_and_extension_come_before_signature_alone_before_extension_alone() -> None:
    raw = plugin("raw", fakes.format("NEF", ".nef", magic=TIFF))
    tiff = plugin("tiff", fakes.format("TIFF", ".tif", magic=TIFF + b"\x08", priority=9), ours=True)
    other = plugin("other", fakes.format("OTHER", ".nef", priority=99), ours=True)
    order = ("other", "tiff", "raw")  # the user's order is within a kind of claim
    assert ranked(TIFF + b"\x08", "x.nef", other, tiff, raw, order=order) == [
        "raw/NEF",
        "tiff/TIFF",
        "other/OTHER",
    ]


def test_a_png_called_jpg_is_a_png() -> None:
    one = plugin(
        "p", fakes.format("PNG", ".png", magic=PNG), fakes.format("JPEG", ".jpg", magic=b"\xff\xd8")
    )
    assert ranked(PNG, "x.jpg", one) == ["p/PNG"]
    assert ranked(b"\xff\xd8", "x.png", one) == ["p/JPEG"]


def test_extension_alone_is_for_formats_without_signatures() -> None:
    with_signature = plugin("a", fakes.format("A", ".a", magic=b"AAAA"))
    without = plugin("b", fakes.format("B", ".a"))
    assert ranked(b"garbage", "x.a", with_signature) == []
    assert ranked(b"garbage", "x.a", without) == ["b/B"]
    assert ranked(b"", "", without) == []


def test_a_weak_signature_counts_only_with_its_extension() -> None:
    weak = plugin("weak", fakes.format("W", ".w", magic=b"#", signature_alone=False))
    assert ranked(b"# text", "x.txt", weak) == []
    assert ranked(b"# text", "x.w", weak) == ["weak/W"]
    assert ranked(b"text", "x.w", weak) == []


def test_a_format_may_say_that_its_extension_is_enough() -> None:
    brave = plugin("brave", fakes.format("B", ".b", magic=b"BBBB", extension_alone=True))
    shy = plugin("shy", fakes.format("S", ".b", extension_alone=False))
    assert ranked(b"garbage", "x.b", brave, shy) == ["brave/B"]


# 3. Within a kind of claim


def contenders(**fields) -> list[iio.Format]:
    base = {"magic": b"MAGI", **fields}
    return [fakes.format("F", ".f", **base)]


def test_the_users_order_comes_first() -> None:
    a, b, c = (plugin(n, *contenders(), ours=n == "a") for n in "abc")
    assert ranked(b"MAGIC", "x.f", a, b, c) == ["a/F", "b/F", "c/F"]
    assert ranked(b"MAGIC", "x.f", a, b, c, order=("c", "b")) == ["c/F", "b/F", "a/F"]
    assert ranked(b"MAGIC", "x.f", a, b, c, order=("C",)) == ["c/F", "a/F", "b/F"]
    assert ranked(b"MAGIC", "x.f", a, b, c, order=("-a",)) == ["b/F", "c/F", "a/F"]


def test_the_users_order_knows_aliases() -> None:
    a, b = plugin("a", *contenders()), plugin("b", *contenders())
    b = Plugin(replace(b.spec, aliases=("Bee",)), "iio-b", "1")
    assert ranked(b"MAGIC", "x.f", a, b, order=("bee",)) == ["b/F", "a/F"]


def test_then_wheels_of_this_project() -> None:
    strong = plugin("a", fakes.format("F", ".f", magic=b"MAGIC", priority=99))
    ours = plugin("z", *contenders(), ours=True)
    assert ranked(b"MAGIC", "x.f", strong, ours) == ["z/F", "a/F"]


def test_then_the_longer_signature() -> None:
    short = plugin("a", fakes.format("F", ".f", magic=b"MA", priority=99))
    long = plugin("z", fakes.format("F", ".f", magic=b"MAG"))
    assert ranked(b"MAGIC", "x.f", short, long) == ["z/F", "a/F"]


def test_of_several_signatures_the_longest_that_matches_counts() -> None:
    several = fakes.format(
        "S",
        ".f",
        signatures=(iio.Signature(0, b"M"), iio.Signature(1, b"AGI"), iio.Signature(0, b"X" * 9)),
    )
    assert ranked(b"MAGIC", "x.f", plugin("a", *contenders()), plugin("z", several)) == [
        "a/F",
        "z/S",
    ]
    (found,) = _select.readers(b"MAGIC", "x.f", table(plugin("z", several)))
    assert found.weight == 24


def test_masked_bits_do_not_make_a_signature_longer() -> None:
    mask = iio.Signature(0, b"MAG\0\0\0", b"\xff\xff\xff\0\0\0")
    wide = plugin("a", fakes.format("F", ".f", signatures=(mask,)))
    assert ranked(b"MAGIC!", "x.f", wide, plugin("z", *contenders())) == ["z/F", "a/F"]


def test_then_the_longer_extension_whatever_its_case() -> None:
    plain = plugin("a", fakes.format("TIFF", ".tiff", magic=TIFF, priority=9))
    ome = plugin("z", fakes.format("OME", ".ome.tiff", magic=TIFF))
    for name in (
        "x.ome.tiff",
        "x.OME.TIFF",
        "a.b.ome.Tiff",
        "/dir.x/x.ome.tiff",
        "C:\\d\\x.ome.tiff",
    ):
        assert ranked(TIFF, name, plain, ome) == ["z/OME", "a/TIFF"], name
    # Without the longer extension the other one has a signature only.
    assert ranked(TIFF, "x.tiff", plain, ome) == ["a/TIFF", "z/OME"]
    gz, nii = plugin("a", fakes.format("GZ", ".gz")), plugin("b", fakes.format("NII", ".nii.gz"))
    assert ranked(b"", "x.nii.gz", gz, nii) == ["b/NII", "a/GZ"]
    assert ranked(b"", "x.gz", gz, nii) == ["a/GZ"]


def test_then_the_priority() -> None:
    a, z = plugin("a", *contenders(priority=1)), plugin("z", *contenders(priority=2))
    assert ranked(b"MAGIC", "x.f", a, z) == ["z/F", "a/F"]


def test_then_the_name() -> None:
    a = plugin("a", fakes.format("B", ".f"), fakes.format("A", ".f"))
    z = plugin("z", fakes.format("A", ".f"))
    assert ranked(b"", "x.f", z, a) == ["a/A", "a/B", "z/A"]


# Rows that do not take part


def test_who_only_writes_does_not_read() -> None:
    writer = plugin("w", fakes.format("F", ".f", magic=b"MAGI", reads=()))
    reader = plugin("r", fakes.format("F", ".f", magic=b"MAGI", writes=()))
    assert ranked(b"MAGIC", "x.f", writer, reader) == ["r/F"]
    (found,) = _select.writers("x.f", table(writer, reader, writing=True))
    assert found.plugin is writer


def test_writing_goes_by_the_extension() -> None:
    one = plugin("a", fakes.format("TIFF", ".tiff", magic=TIFF), fakes.format("OME", ".ome.tiff"))
    rows = table(one, writing=True)
    assert [c.format.name for c in _select.writers("x.Ome.Tiff", rows)] == ["OME", "TIFF"]
    assert _select.writers("x.unknown", rows) == _select.writers("x", rows) == []
    assert {c.claim for c in _select.writers("x.ome.tiff", rows)} == {EXTENSION}


def test_candidates_say_why() -> None:
    rows = table(plugin("p", fakes.format("PNG", ".png", magic=PNG), fakes.format("RAW", ".png")))
    first, second = _select.readers(PNG, "x.png", rows)
    assert (first.claim, first.reason) == (BOTH, "signature of 64 bits and extension .png")
    assert str(first) == "p as PNG: signature of 64 bits and extension .png"
    assert (second.claim, second.reason) == (EXTENSION, "extension .png")
    (only,) = _select.readers(PNG, "x", rows)
    assert (only.claim, only.reason) == (SIGNATURE, "signature of 64 bits")
    assert only._replace(weight=0).reason == "signature"


def test_a_broken_promise_is_found() -> None:
    rows = table(plugin("p", fakes.format("PNG", ".png", magic=PNG), fakes.format("RAW", ".raw")))
    assert [f.name for _, f in _select.promised(b"GIF8", "x.PNG", rows)] == ["PNG"]
    assert _select.promised(PNG, "x.png", rows) == []
    assert _select.promised(b"GIF8", "x.gif", rows) == []


def test_extensions_of_names() -> None:
    assert extensions("scan.OME.tiff") == [".ome.tiff", ".tiff"]
    assert extensions("a.b.c.d", 3) == [".b.c.d", ".c.d", ".d"]
    assert extensions("/x.y/name") == extensions("C:\\x.y\\name") == extensions("") == []
    assert extensions(".png") == [".png"]


def test_a_table_is_made_once_for_a_registry() -> None:
    registry = Registry((plugin("a", fakes.FAKE),))
    reading = _select.table(registry, writing=False)
    assert _select.table(registry, writing=False) is reading
    assert _select.table(registry, writing=True) is not reading
    assert _select.table(registry.replace(order=("a",)), writing=False) is not reading


# Whatever is installed

bits = st.binary(min_size=1, max_size=3)
signatures = st.builds(
    lambda offset, pairs: iio.Signature(
        offset, bytes(b & m for b, m in pairs), bytes(m for _, m in pairs)
    ),
    st.integers(0, 3),
    st.lists(
        st.tuples(st.sampled_from([0, 1, 0x80, 0xFF]), st.sampled_from([0, 1, 0xF0, 0xFF])),
        min_size=1,
        max_size=3,
    ),
)
some_formats = st.builds(
    lambda name, exts, signs, alone, enough, priority: fakes.format(
        name,
        *(exts or ([] if signs else [".a"])),
        signatures=tuple(signs),
        signature_alone=alone,
        extension_alone=enough,
        priority=priority,
    ),
    st.sampled_from("ABCD"),
    st.lists(st.sampled_from([".a", ".b", ".a.b", ".b.a"]), max_size=2, unique=True),
    st.lists(signatures, max_size=2),
    st.booleans(),
    st.sampled_from([None, True, False]),
    st.integers(0, 1),
)
plugins = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.lists(some_formats, max_size=3, unique_by=lambda f: f.name), st.booleans()),
    max_size=5,
)
heads = st.lists(st.sampled_from([0, 1, 0x80, 0xFF]), max_size=6).map(bytes)
names = st.sampled_from(["", "x", "x.a", "x.b", "x.a.b", "X.B.A", "d.a/x"])
orders = st.lists(st.sampled_from(["a", "b", "-c", "F"]), max_size=3, unique=True).map(tuple)


@settings(max_examples=150)
@given(plugins, heads, names, orders, st.randoms(use_true_random=False))
def test_the_order_never_depends_on_the_order_of_installation(
    specs, head, name, order, shuffle: random.Random
) -> None:
    made = [plugin(n, *formats, ours=ours) for n, (formats, ours) in specs.items()]
    expected = _select.readers(head, name, table(*made, order=order))
    shuffled = made.copy()
    shuffle.shuffle(shuffled)
    assert _select.readers(head, name, table(*shuffled, order=order)) == expected
    written = _select.writers(name, table(*made, order=order, writing=True))
    assert _select.writers(name, table(*shuffled, order=order, writing=True)) == written


@settings(max_examples=150)
@given(plugins, heads, names)
def test_who_claims_is_who_has_a_reason(specs, head, name) -> None:
    made = [plugin(n, *formats) for n, (formats, _) in specs.items()]
    found = {
        (c.plugin, c.format.name): (c.claim, c.weight)
        for c in _select.readers(head, name, table(*made))
    }
    expected = {}
    ends = extensions(name)
    for one in made:
        for format in one.spec.formats:
            weight = max((s.weight for s in format.signatures if s.matches(head)), default=0)
            named = any(e in format.extensions for e in ends)
            if weight and named:
                expected[one, format.name] = (BOTH, weight)
            elif weight and format.signature_alone:
                expected[one, format.name] = (SIGNATURE, weight)
            elif named and not weight and format.extension_alone:
                expected[one, format.name] = (EXTENSION, 0)
    assert found == expected


@settings(max_examples=150)
@given(plugins, heads, names, orders)
def test_the_best_claims_are_the_first_ones(specs, head, name, order) -> None:
    rows = table(*(plugin(n, *f, ours=ours) for n, (f, ours) in specs.items()), order=order)
    expected = tuple(c for c in _select.readers(head, name, rows) if c.claim == BOTH)
    for _ in range(2):  # the second answer is remembered
        assert _select.by_both(head, name, rows) == expected


def test_claims_are_never_out_of_order() -> None:
    rows = table(
        *(plugin(n, fakes.format("F", ".f", magic=m)) for n, m in [("a", b""), ("b", b"MA")])
    )
    assert [c.claim for c in _select.readers(b"MA", "x.f", rows)] == [BOTH, EXTENSION]
    with pytest.raises(AttributeError):
        _select.readers(b"MA", "x.f", rows)[0].claim = EXTENSION
