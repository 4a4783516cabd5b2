from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

import iio_core as iio
from iio_core._spec import API


def test_a_signature_stands_where_it_says() -> None:
    signature = iio.Signature(4, b"ftyp")
    assert signature.matches(b"\0\0\0\x18ftypavif")
    assert not signature.matches(b"ftypavif")
    assert not signature.matches(b"\0\0\0\x18fty")
    assert (signature.end, signature.weight) == (8, 32)


def test_a_mask_leaves_bits_out() -> None:
    signature = iio.Signature(0, b"II\x00\x10", b"\xff\xff\x00\xf0")
    assert signature.matches(b"IIx\x1f") and not signature.matches(b"IIx\x2f")
    assert not signature.matches(b"IIx")
    assert signature.weight == 20


@given(st.binary(min_size=1, max_size=6), st.integers(0, 5), st.binary(max_size=12), st.data())
def test_matching_is_comparing_the_masked_bits(body, offset, head, data) -> None:
    mask = data.draw(st.binary(min_size=len(body), max_size=len(body)))
    value = bytes(b & m for b, m in zip(body, mask, strict=True))
    part = head[offset : offset + len(body)]
    expected = len(part) == len(body) and all(
        h & m == v for h, m, v in zip(part, mask, value, strict=True)
    )
    assert iio.Signature(offset, value, mask).matches(head) == expected
    whole = iio.Signature(offset, body)
    assert whole.matches(head) == (part == body)
    assert whole.weight == iio.Signature(offset, body, b"\xff" * len(body)).weight


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, b"x"), "at least one byte at an offset"),
        ((0, b""), "at least one byte"),
        ((0, b"xy", b"\xff"), "as long as its bytes"),
        ((0, b"x", b"\x0f"), "could never match"),
    ],
)
def test_a_signature_that_makes_no_sense_is_refused(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        iio.Signature(*arguments)


def test_an_extension_alone_counts_only_without_signatures_unless_the_format_says_so() -> None:
    with_one = iio.Format(name="A", title="a", signatures=(iio.Signature(0, b"a"),))
    assert iio.Format(name="A", title="a", extensions=(".a",)).extension_alone is True
    assert with_one.extension_alone is False
    assert dataclasses.replace(with_one, extension_alone=True).extension_alone is True


@pytest.mark.parametrize("extension", ["png", ".PNG", ""])
def test_an_extension_is_in_lower_case_with_its_dot(extension) -> None:
    with pytest.raises(ValueError, match="not in lower case with a dot"):
        iio.Format(name="PNG", title="png", extensions=(extension,))


def test_a_format_that_nothing_could_be_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing says which resources"):
        iio.Format(name="A", title="a")
    for field in ({"devices": ("<screen>",)}, {"directories": True}):
        assert iio.Format(name="A", title="a", **field).name == "A"


def test_specs_do_not_change() -> None:
    spec = iio.PluginSpec(name="a", title="a", plugin="a:A", formats=())
    for thing, field in [
        (spec, "name"),
        (iio.Signature(0, b"a"), "offset"),
        (iio.Pixels("uint8"), "dtype"),
        (iio.Advisory("a", below="1", reason="bad"), "below"),
    ]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, field, "b")
    assert spec.api == API == 1


def test_a_format_is_found_by_its_name_in_any_case() -> None:
    png = iio.Format(name="PNG", title="png", extensions=(".png",))
    spec = iio.PluginSpec(name="a", title="a", plugin="a:A", formats=(png,))
    assert spec.format("png") is png
    with pytest.raises(KeyError):
        spec.format("gif")
