"""`lenient` on every way into the decoder: what the error advises works, and is said in a warning (1.4.4, 1.10)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.bitstream.errors import ResidualMissing, SizePaddingNotZero
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.decoding.options import DecodeOptions
from refdec.errors import RefdecError
from refdec.verification.check import verify_codestream
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors"


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def without_chroma() -> bytes:
    """A stream whose SORS is not there."""
    parts = read_codestream((VECTORS / "bop_off_64x64.jai").read_bytes()).substreams
    return write_codestream([(part.marker, part.payload) for part in parts if part.marker is not Marker.SORS])


def with_padding() -> bytes:
    """A stream in whose table of region sizes a padding bit is 1."""
    parts = read_codestream((VECTORS / "bop_depreg_2x1_600x400.jai").read_bytes()).substreams
    payloads = {part.marker: bytearray(part.payload) for part in parts}
    table = payloads[Marker.SORP]
    zeros = next(i for i in range(64) if table[i >> 3] >> (7 - i % 8) & 1)
    length = 2 * zeros + 1  # one ue(v): two regions
    assert length % 8, "the table needs padding"
    table[(length - 1) >> 3] |= 1
    return write_codestream([(part.marker, bytes(payloads[part.marker])) for part in parts])


def at_once(data: bytes, options: DecodeOptions) -> tuple[str, ...]:
    return refdec.decode(data, weights=pack(), options=options).warnings


def region(data: bytes, options: DecodeOptions) -> tuple[str, ...]:
    return refdec.decode(data, weights=pack(), region=(0, 0, 16, 16), lenient=options.lenient).warnings


def observed(data: bytes, options: DecodeOptions) -> tuple[str, ...]:
    return refdec.decode(data, weights=pack(), options=options, observe=lambda stage, array: None).warnings


def previewed(data: bytes, options: DecodeOptions) -> tuple[str, ...]:
    return refdec.open_progressive(data, weights=pack(), options=options).preview(4, 4).warnings


WAYS: tuple[Callable[[bytes, DecodeOptions], tuple[str, ...]], ...] = (at_once, region, observed, previewed)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("damaged", "error", "warning"),
    [(without_chroma, ResidualMissing, "is not in the codestream"), (with_padding, SizePaddingNotZero, "region_size")],
)
def test_what_a_lenient_reader_passes_over(
    way: Callable[[bytes, DecodeOptions], tuple[str, ...]],
    damaged: Callable[[], bytes],
    error: type[RefdecError],
    warning: str,
) -> None:
    data = damaged()
    with pytest.raises(error):
        way(data, DecodeOptions())
    assert any(warning in line for line in way(data, DecodeOptions(lenient=True)))


def test_the_region_of_a_lenient_decode_is_the_crop_of_the_whole() -> None:
    data = without_chroma()
    whole = refdec.decode(data, weights=pack(), lenient=True).array
    part = refdec.decode(data, weights=pack(), lenient=True, region=(16, 8, 32, 24)).array
    assert np.array_equal(part, whole[8:32, 16:48])
    latents = refdec.read_latents(data, weights=pack(), lenient=True)
    symbols = latents.components[1].symbols
    assert symbols is not None
    assert not symbols.any()


@pytest.mark.parametrize("damaged", [without_chroma, with_padding])
def test_a_lenient_verification_passes_over_as_much(damaged: Callable[[], bytes]) -> None:
    data = damaged()
    assert verify_codestream(data, pack()).problems
    assert not verify_codestream(data, pack(), options=DecodeOptions(lenient=True)).problems
