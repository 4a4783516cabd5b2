"""Thousands of damaged files for what parses bytes itself: errors of iio, at once, bounded."""

from __future__ import annotations

import io
import os
import random
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from astropy.io import fits

import iio_core as iio

from .test_sci_bsdf_conformance import META, Tagged, streamed
from .test_sci_bsdf_conformance import saved as bsdf_of
from .test_sci_fits_conformance import IMAGE, with_cards
from .test_sci_fits_conformance import saved as fits_of
from .test_sci_lytro import LFP, LFR
from .test_sci_npz_conformance import saved as npz_of
from .test_sci_npz_conformance import single
from .test_sci_pfm import COLOR, pfm
from .test_sci_radiance import picture
from .test_sci_spe import SDT, spe2, spe3

ROUNDS = int(os.environ.get("IIO_FUZZ_ROUNDS", "600"))
SLOW = {"fits": 2, "fits tiles": 6}  # by how much fewer rounds of a backend are tried
INTERESTING = (0, 1, 2, 127, 128, 250, 251, 253, 254, 255)


def tiled() -> bytes:
    return fits_of(fits.PrimaryHDU(), fits.CompImageHDU(IMAGE, tile_shape=(4, 5)))


def hdr() -> bytes:
    data = iio.imwrite("<bytes>", picture(6, 20), extension=".hdr", plugin="radiance")
    assert data is not None
    return data


SEEDS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "npz stored": (".npz", lambda: npz_of(IMAGE, IMAGE)),
    "npz packed": (".npz", lambda: npz_of(IMAGE, IMAGE, packed=True)),
    "npy": (".npy", lambda: single(np.asfortranarray(IMAGE))),
    "bsdf": (".bsdf", lambda: bsdf_of(Tagged(IMAGE, **META), compression=1, use_checksum=True)),
    "bsdf stream": (".bsdf", lambda: streamed(Tagged(IMAGE, dark=IMAGE), Tagged(IMAGE))),
    "spe 2": (".spe", lambda: spe2(**SDT)),
    "spe 3": (".spe", lambda: spe3(several=True)),
    "lfr": (".lfr", lambda: LFR),
    "lfp": (".lfp", lambda: LFP),
    "hdr": (".hdr", hdr),
    "pfm": (".pfm", lambda: pfm(COLOR)),
    "fits": (".fits", with_cards),
    "fits tiles": (".fits", tiled),
}


def damaged(data: bytes, numbers: random.Random) -> Iterator[bytes]:
    """Yield files with bytes changed, left out, repeated, swapped with others of the file."""
    while True:
        made = bytearray(data)
        for _ in range(numbers.randint(1, 4)):
            place = numbers.randrange(len(made))
            length = numbers.choice((1, 1, 2, 4, 8, 80))
            match numbers.randrange(6):
                case 0:
                    made[place] ^= 1 << numbers.randrange(8)
                case 1:
                    made[place] = numbers.choice(INTERESTING)
                case 2:
                    made[place : place + length] = numbers.randbytes(length)
                case 3:
                    del made[place : place + length]
                case 4:
                    made[place:place] = made[place : place + length]
                case _:
                    other = numbers.randrange(len(made))
                    made[place : place + length] = made[other : other + length]
            if not made:
                made = bytearray(data[:1])
        yield bytes(made)


def use(data: bytes, extension: str) -> None:
    """Make every call that reads."""
    calls: tuple[Callable[[], object], ...] = (
        lambda: iio.immeta(data, extension=extension, index=...),
        lambda: iio.immeta(data, extension=extension, index=0),
        lambda: iio.improps(data, extension=extension, index=0),
        lambda: sum(1 for _ in iio.imiter(data, extension=extension)),
        lambda: region(data, extension),
    )
    for call in calls:
        try:
            call()
        except iio.PluginContractError:
            raise
        except iio.IIOError:
            pass


def region(data: bytes, extension: str) -> None:
    with iio.imopen(data, "r", extension=extension) as file:
        file.read_region((slice(1, 5, 2), slice(None, 3)), index=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_damaged_files_raise_only_errors_of_iio(name: str) -> None:
    extension, make = SEEDS[name]
    files = damaged(make(), random.Random(name))
    with warnings.catch_warnings(), iio.limits(array_bytes="64MiB", ratio=1000):
        warnings.simplefilter("ignore")
        for number in range(ROUNDS // SLOW.get(name, 1)):
            data = next(files)
            start = time.process_time()
            try:
                use(data, extension)
            except Exception as error:
                pytest.fail(f"{name}, file {number}: {error!r} for {data!r:.500}")
            assert time.process_time() - start < 20, f"{name}, file {number} took long"


def test_memory_is_taken_for_what_is_there() -> None:
    """What headers promise costs nothing: each of these is smaller than 10 KiB."""
    shape = b"l\x02i" + (1 << 14).to_bytes(8, "little") + b"i" + (1 << 14).to_bytes(8, "little")
    blob = b"b\x06\x06\xfd" + (1 << 28).to_bytes(8, "little") + b"\x02\x00\x00abcdef"
    head = fits.PrimaryHDU(np.zeros((4, 4), "u1")).header
    head["NAXIS1"] = head["NAXIS2"] = 1 << 14
    text = "{'descr': '|u1', 'fortran_order': False, 'shape': (16384, 16384)}\n"
    promises = {
        ".bsdf": b"BSDF\x02\x02M\x07ndarray\x03\x05shape" + shape + b"\x05dtypes\x05uint8\x04data"
        + blob,
        ".fits": head.tostring().encode() + bytes(2880),
        ".npy": b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text.encode(),
        ".pfm": b"Pf\n8192 8192\n-1\n" + bytes(100),
        ".hdr": b"#?RADIANCE\n\n-Y 4096 +X 4096\n" + bytes(100),
        ".spe": bytes(spe2()[:42] + b"\xff\x7f" + spe2()[44:656] + b"\xff\x7f" + spe2()[658:]),
    }  # fmt: skip
    for extension, data in promises.items():
        with pytest.raises(iio.IIOError):
            iio.imread(data, extension=extension)  # imports
        tracemalloc.start()
        with pytest.raises(iio.IIOError):
            iio.imread(io.BytesIO(data), extension=extension)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        # Memory that is asked for, and not touched, counts here.
        assert peak < 300 << 20, f"{extension}: {peak >> 20} MiB"
