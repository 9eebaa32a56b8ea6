"""Every error class of the entropy coder, each raised by an input that breaks its rule."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from refdec.entropy import errors
from refdec.entropy.hyper import ZTables, decode_z
from refdec.entropy.qualitymap import decode_quality_map, encode_quality_map
from refdec.entropy.residual import decode_residual, encode_residual, start_residual
from refdec.errors import BitOffset, CodestreamError, RefdecError

AT = BitOffset.of_byte(1000)


def decode(unit: bytes, *levels: int, threads: int = 1) -> object:
    array = np.array(levels, np.uint8)
    return decode_residual(unit, array, np.ones(array.shape, np.bool_), threads, at=AT)


def stack(*fields: tuple[int, int]) -> bytes:
    """Pack (value, bits) as a thread's bytes, the marker after them."""
    number, width = 0, 0
    for value, bits in (*fields, (1, 1)):
        number |= value << width
        width += bits
    return number.to_bytes((width + 7) >> 3, "little")


def z_tables(first: int = 1, rest: int = 0) -> ZTables:
    return ZTables.from_frequencies(np.array([[first] + [rest] * 62], np.int32))


def bad_z() -> object:
    # raw bits 63, the 8 bits of the escape's step, B = 0, A = 255
    return decode_z(stack((63, 6), (0, 8), (0, 8), (255, 8)), z_tables(), z_tables(), 1, 1, 1, at=AT)


INPUTS: dict[type[RefdecError], tuple[Callable[[], object], str]] = {
    errors.ThreadDirectoryTruncated: (lambda: decode(bytes(3), threads=2), "1000.0"),
    errors.ThreadDirectoryPadding: (lambda: decode(bytes.fromhex("8100010001"), threads=2), "1000.1"),
    errors.ThreadSizeImpossible: (lambda: decode(b"\0\1"), "1000.0"),
    errors.MarkerBitMissing: (lambda: decode(bytes.fromhex("8000010000"), threads=2), "1004.0"),
    errors.BitStackUnderflow: (lambda: decode(bytes.fromhex("8000010001"), 7, 7, threads=2), "1001.0"),
    errors.IntegrityCheckFailed: (lambda: decode(bytes.fromhex("010001")), "1000.0"),
    errors.EscapeOutOfRange: (lambda: decode(stack((65535, 16), (0, 1), (0, 8), (0, 8), (255, 8)), 7), "1000.0"),
    errors.ZEscapeOutOfRange: (bad_z, "1000.0"),
    errors.ValueNotCodable: (lambda: encode_quality_map(np.array([[-9]]), 1), ""),
    errors.FrequenciesInvalid: (lambda: z_tables(0), ""),
    errors.LevelOutOfRange: (lambda: decode(b"\0\0\1", 32), ""),
    errors.ThreadCountInvalid: (lambda: decode(b"\0\0\1", threads=3), ""),
    errors.ArrayMismatch: (
        lambda: encode_residual(np.zeros(4, np.int16), np.zeros(3, np.uint8), np.ones(3, np.bool_), 1),
        "",
    ),
    errors.EntropyIndexOutOfRange: (lambda: decode_quality_map(b"\0\0\1", 0, 0, 8, 1), ""),
    errors.RunIncomplete: (lambda: start_residual(b"\0\0\1", 5, 1).finish(), ""),
}
CAUSES = {kind: cause for kind, (cause, _) in INPUTS.items()}


@pytest.mark.parametrize("kind", INPUTS, ids=lambda kind: kind.__name__)
def test_errors_of_streams_have_their_place(kind: type[RefdecError]) -> None:
    trigger, place = INPUTS[kind]
    with pytest.raises(RefdecError) as caught:
        trigger()
    error = caught.value
    assert error.clause.startswith("2.")
    assert ("" if error.at is None else str(error.at)) == place
    assert (place != "") == isinstance(error, CodestreamError)


@pytest.mark.parametrize("freqs", [[[1] * 62], [1] * 63, [[-1] + [2] * 62]])
def test_frequencies_that_are_no_table(freqs: list[object]) -> None:
    with pytest.raises(RefdecError) as caught:
        ZTables.from_frequencies(np.array(freqs, np.int32))
    assert type(caught.value) in {errors.ArrayMismatch, errors.FrequenciesInvalid}


@pytest.mark.parametrize(
    ("levels", "coded"),
    [
        (np.zeros(3, np.int32), np.ones(3, np.bool_)),
        (np.zeros(3, np.uint8), np.ones(3, np.uint8)),
        (np.zeros(3, np.uint8), np.ones((3, 1), np.bool_)),
    ],
)
def test_arrays_of_another_type_or_shape(levels: np.ndarray, coded: np.ndarray) -> None:
    with pytest.raises(errors.ArrayMismatch):
        decode_residual(b"\0\0\1", levels, coded, 1)


def test_negative_number_of_channels() -> None:
    with pytest.raises(errors.ArrayMismatch):
        decode_residual(b"\0\0\1", np.zeros((2, 0, 1), np.uint8), np.zeros((2, 0, 1), np.bool_), 1, channels=-1)
