"""Hyper latent z: distributions from a checkpoint's frequencies, decoding and encoding (2.7).

In: the SOZ payload (one unit for both components) and one table set per component.  Out: int8 z, -31..31.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int8Array, Int32Array, Int64Array, IntArray, UInt8Array, UInt16Array
from refdec.clauses import clause
from refdec.entropy.errors import ArrayMismatch, FrequenciesInvalid, ValueNotCodable, ZEscapeOutOfRange
from refdec.entropy.tans import UInt32Array, decode_transitions, encode_thresholds, kernel_table, slot_map
from refdec.entropy.threads import START, Fault, open_stacks, require_threads, write_unit
from refdec.errors import BitOffset

__all__ = ["Z_MAX", "Z_SYMBOLS", "ZTables", "decode_z", "encode_z"]

Z_MAX = 31
"""z lies in -31..31; a symbol on the wire is z + 31."""

Z_SYMBOLS = 63
"""Number of values of z; symbol 63 is the escape."""

_Z_BITS = 14  # worst case of a position: 8 of the escape symbol, 6 raw (2.10)


@dataclass(frozen=True, slots=True)
class ZTables:
    """Tables of the z channels of one component; they depend on the checkpoint only, so build them once.

    `cdf` uint8 [C][63]; `decode` uint32 [C][256] and `encode` uint32 [C][64], packed as in 2.4.3; `kernel` int32
    [C * 256], the form that the decode loop looks up.
    """

    cdf: UInt8Array
    decode: UInt32Array
    encode: UInt32Array
    kernel: Int32Array

    @property
    def channels(self) -> int:
        """Number of channels, C."""
        return len(self.cdf)

    @classmethod
    @clause("2.7.2")
    def from_frequencies(cls, freqs: IntArray) -> ZTables:
        """(2.7.2) Build the tables of `freqs` [C][63], the checkpoint's hyper_entropy.freqs_int.

        Raises ArrayMismatch, and FrequenciesInvalid for a negative frequency or a channel without any.
        """
        masses = _masses(freqs)
        cdf = np.cumsum(masses[:, :Z_SYMBOLS], axis=1).astype(np.uint8)
        symbols = np.arange(Z_SYMBOLS + 1, dtype=np.int16)
        decode = decode_transitions(masses, slot_map(masses, spread=False), symbols)
        encode = encode_thresholds(masses)
        kernel = kernel_table(decode, np.full(len(masses), Z_SYMBOLS, np.int16))
        for array in (cdf, decode, encode):
            array.flags.writeable = False
        return cls(cdf, decode, encode, kernel)


def _masses(freqs: IntArray) -> UInt16Array:
    """Return the masses, uint16 [C][64], the last column the escape's 1."""
    if freqs.ndim != 2 or freqs.shape[1] != Z_SYMBOLS or not np.issubdtype(freqs.dtype, np.integer):
        raise ArrayMismatch("freqs_int", f"{freqs.dtype} {freqs.shape}", f"integer (C, {Z_SYMBOLS})")
    sums: Int64Array = np.cumsum(freqs, axis=1, dtype=np.int64)
    for bad, reason in (((freqs < 0).any(axis=1), "a frequency is negative"), (sums[:, -1] == 0, "the sum is 0")):
        if bad.any():
            raise FrequenciesInvalid(int(np.argmax(bad)), reason)
    total = sums[:, -1:]
    cdf = (sums * 255 + (total >> 1)) // total
    full = np.full((len(freqs), 1), 256)
    return np.diff(np.concatenate([cdf, full], axis=1), axis=1, prepend=0).astype(np.uint16)


@clause("2.7.1")
def decode_z(
    payload: bytes,
    tables_y: ZTables,
    tables_uv: ZTables,
    z_h: int,
    z_w: int,
    threads: int,
    *,
    strict: bool = True,
    at: BitOffset = START,
) -> tuple[Int8Array, Int8Array]:
    """(2.7.1) Decode the SOZ payload; returns z of Y and of UV, int8 [C][z_h][z_w], -31..31.

    `strict` demands the integrity check of 2.10 and zero padding; `at` is where the payload lies, for error messages.
    Raises the errors of 2.3, BitStackUnderflow, ZEscapeOutOfRange, IntegrityCheckFailed, ThreadCountInvalid.
    """
    from refdec.entropy import kernels

    stacks = open_stacks(payload, threads, strict=strict, at=at)
    bits_left, states = stacks.bits_left.copy(), stacks.states.copy()
    length = z_h * z_w
    z = np.zeros((tables_y.channels + tables_uv.channels, length), np.int8)
    table = np.concatenate([tables_y.kernel, tables_uv.kernel])
    code = kernels.decode_z_runs(stacks.data, table, z, threads, stacks.first, bits_left, states)
    if code:
        fault = Fault.of(code)
        channel, position = divmod(fault.position, length)
        if fault.underflow:
            raise stacks.ran_out(fault, fault.position)
        where = stacks.place(fault.thread, int(bits_left[fault.thread]))
        raise ZEscapeOutOfRange(fault.thread, channel, position, at=where)
    if strict:
        stacks.after(bits_left, states).require_finished()
    planes = z.reshape(len(z), z_h, z_w)
    return planes[: tables_y.channels], planes[tables_y.channels :]


@clause("2.7.3")
def encode_z(z_y: IntArray, z_uv: IntArray, tables_y: ZTables, tables_uv: ZTables, threads: int) -> bytes:
    """(2.7.3) Encode z of both components, integers [C][z_h][z_w] in -31..31, to a SOZ payload.

    Raises ValueNotCodable, ArrayMismatch, ThreadCountInvalid.
    """
    from refdec.entropy import encoder_kernels

    require_threads(threads)
    symbols = np.concatenate(
        [_symbols("z of Y", z_y, tables_y, z_y.shape[1:]), _symbols("z of UV", z_uv, tables_uv, z_y.shape[1:])]
    )
    transition = np.concatenate([tables_y.encode, tables_uv.encode])
    channels, length = symbols.shape
    room = (channels * -(-length // threads) * _Z_BITS + 17 + 7) >> 3
    starts = np.arange(threads, dtype=np.int64) * room
    ends = np.zeros(threads, np.int64)
    stack = np.zeros(room * threads, np.uint8)
    encoder_kernels.encode_z_runs(symbols, transition, stack, starts, ends)
    return write_unit([stack[a:b].tobytes() for a, b in zip(starts, ends, strict=True)])


def _symbols(name: str, z: IntArray, tables: ZTables, plane: tuple[int, ...]) -> UInt8Array:
    """Return the symbols z + 31, uint8 [C][z_h * z_w]."""
    expected = (tables.channels, *plane)
    if z.ndim != 3 or z.shape != expected or not np.issubdtype(z.dtype, np.integer):
        raise ArrayMismatch(name, f"{z.dtype} {z.shape}", f"integer {expected}")
    for extreme in (int(z.min(initial=0)), int(z.max(initial=0))):
        if abs(extreme) > Z_MAX:
            raise ValueNotCodable(name, extreme, -Z_MAX, Z_MAX)
    return (z.reshape(z.shape[0], z.shape[1] * z.shape[2]).astype(np.int16) + Z_MAX).astype(np.uint8)
