"""Streams whose entropy-coded data break a rule (2.3, 2.6.4, 2.7.3, 2.10, 3.5.2).

In: legal streams of model 1.  Out: `Negative`s; bits are flipped until just the wanted error comes up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from refdec.bitstream.bits import BitWriter
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.bitstream.markers import Marker
from refdec.conformance.making.damage import flipped, resized
from refdec.conformance.making.negative import Negative, Source, case_name
from refdec.decoding.hyper import HyperSide, decode_hyper
from refdec.decoding.symbols import decode_symbols
from refdec.entropy import errors
from refdec.entropy.residual import encode_residual
from refdec.errors import RefdecError
from refdec.latent.errors import QualityStepOutOfRange

__all__ = ["entropy_negatives"]

MOST_TRIES = 4000
MAP_INDEX = 3
MAP_LEVEL = 6
"""Distribution of quality_map_entropy_index 3 (2.8)."""


def _raised(source: Source, data: bytes) -> type[RefdecError] | None:
    """Return the class that decoding the symbols raises, None if they decode."""
    codestream = read_codestream(data)
    try:
        headers = read_headers(codestream)
        hyper = decode_hyper(codestream, headers, source.models)
        decode_symbols(codestream, headers, HyperSide.of(headers.picture, source.models, hyper))
    except RefdecError as problem:
        return type(problem)
    return None


def _searched(
    source: Source, wanted: type[RefdecError], data: bytes, marker: Marker, dice: np.random.Generator
) -> bytes:
    """Flip bits of one payload until decoding raises `wanted`; raises LookupError after many tries."""
    payload = next(bytes(p.payload) for p in read_codestream(data).substreams if p.marker is marker)
    for _ in range(MOST_TRIES):
        position, mask = int(dice.integers(2, len(payload) - 2)), 1 << int(dice.integers(0, 8))
        tried = resized(data, marker, lambda p, at=position, m=mask: flipped(p, at, m))  # type: ignore[misc]
        if _raised(source, tried) is wanted:
            return tried
    raise LookupError(f"no flip of a bit of {marker.name} gives {wanted.__name__}")


def _beyond_range(source: Source) -> bytes:
    """Return a stream whose quality map leaves -8..8."""
    delta = np.zeros((4, 5), np.int16)
    delta[0, 0] = 9
    payload = encode_residual(delta, np.full(delta.shape, MAP_LEVEL, np.uint8), np.ones(delta.shape, np.bool_), 1)
    return resized(source.legal(quality_map_entropy_index=MAP_INDEX), Marker.SOQ, lambda p: payload)


def _directory(change: Callable[[bytes], bytes]) -> Callable[[Source], bytes]:
    def with_directory(source: Source) -> bytes:
        return resized(source.legal(threads_z=2), Marker.SOZ, change)

    return with_directory


def _padded(payload: bytes) -> bytes:
    """Replace the thread directory by se(v) 0 with a bit in its padding, so that both threads get half."""
    return b"\x81" + payload[1:]


def _oversized(payload: bytes) -> bytes:
    """Put a directory in front that makes the first thread larger than the unit."""
    directory = BitWriter()
    directory.se(-5000)
    return directory.getvalue() + payload[2:]


RULES: tuple[tuple[type[RefdecError], str, Callable[[Source], bytes]], ...] = (
    (errors.ThreadDirectoryTruncated, "A thread directory of zeros", _directory(lambda p: bytes(8) + p[8:])),
    (errors.ThreadDirectoryPadding, "A bit in the padding of a thread directory", _directory(_padded)),
    (
        errors.ThreadSizeImpossible,
        "A thread larger than its unit",
        _directory(_oversized),
    ),
    (
        errors.MarkerBitMissing,
        "A thread that ends with a byte 0",
        lambda source: resized(source.legal(), Marker.SORP, lambda p: p[:-1] + b"\0"),
    ),
    (QualityStepOutOfRange, "A quality map that reaches 9", _beyond_range),
)


def entropy_negatives(source: Source, dice: np.random.Generator) -> Iterator[Negative]:
    """Yield the streams that break a rule of the entropy-coded data."""
    for kind, title, make in RULES:
        yield Negative(case_name(kind), title, kind, make(source))
    usual, extreme = source.legal(), source.legal(style="extreme")
    searched = (
        (errors.BitStackUnderflow, "A residual that needs more bits than there are", Marker.SORP, usual),
        (errors.IntegrityCheckFailed, "A residual that does not come out even", Marker.SORS, usual),
        (errors.EscapeOutOfRange, "An escaped residual beyond 16 bits", Marker.SORP, extreme),
        (errors.ZEscapeOutOfRange, "An escaped hyper latent of 63", Marker.SOZ, extreme),
    )
    for kind, title, marker, data in searched:
        yield Negative(case_name(kind), title, kind, _searched(source, kind, data, marker, dice))
