"""Residual symbols: decoding and encoding of one region's run (2.5, 2.6).

In: a unit (1.4.1), the distribution index and the mask of each position, [C][h][w], C = num_chs.  Out: int16 values, 0
where not coded.  `ResidualRun` and `encode_residual_slices` work in slices, for pictures whose levels do not fit in
memory at once; `decode_residual` and `encode_residual` give them the whole as one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import BoolArray, Int16Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.entropy.errors import ArrayMismatch, EscapeOutOfRange, LevelOutOfRange, RunIncomplete
from refdec.entropy.tans import residual_tables
from refdec.entropy.threads import START, Fault, Stacks, open_stacks, require_threads, write_unit
from refdec.errors import BitOffset

__all__ = [
    "ResidualRun",
    "RunSlice",
    "decode_residual",
    "encode_residual",
    "encode_residual_slices",
    "start_residual",
]

LEVELS = 32
T = TypeVar("T", bound=np.generic)


@clause("2.6.6")
def decode_residual(
    unit: bytes,
    levels: UInt8Array,
    coded: BoolArray,
    threads: int,
    *,
    channels: int | None = None,
    strict: bool = True,
    at: BitOffset = START,
) -> Int16Array:
    """(2.6.6) Decode the residual of one region; returns int16 of the shape of `levels`, 0 where not coded.

    `levels` uint8 0..31 and `coded` bool, both [C][h][w] (any shape; C order is the run).  `channels` decodes only that
    many slices of the first axis and leaves 0 in the rest (2.6.8).  `strict` demands the integrity check of 2.10 and
    zero padding; `at` is where the unit lies, for error messages.

    Raises the errors of 2.3, BitStackUnderflow, EscapeOutOfRange, IntegrityCheckFailed; ArrayMismatch, LevelOutOfRange
    and ThreadCountInvalid for a caller's mistakes.
    """
    run_levels, run_coded = _require_run(levels, coded)
    length = run_levels.size
    needed = length if channels is None else _positions(levels.shape, channels)
    run = start_residual(unit, length, threads, strict=strict, at=at)
    in_groups = needed <= _groups_end(length, threads)
    given = _round_up(needed, 4 * threads) if in_groups else length
    run, decoded = run.advance(run_levels[:given], run_coded[:given])
    if needed == length:
        run.finish()
    values = np.zeros(length, np.int16)
    values[:needed] = decoded[:needed]
    return values.reshape(levels.shape)


@clause("2.6.8")
@dataclass(frozen=True, slots=True)
class ResidualRun:
    """(2.6.8) A residual run between two slices: what `start_residual` begins and `advance` carries on.

    `done` positions are decoded.  Up to 4T - 1 positions more (groups that the next slice completes) wait with their
    levels and mask, because the raw bits of a group follow its last symbol.
    """

    stacks: Stacks
    length: int
    done: int
    strict: bool
    waiting_levels: UInt8Array
    waiting_coded: BoolArray

    @property
    def given(self) -> int:
        """Number of positions whose levels the slices held so far."""
        return self.done + self.waiting_levels.size

    def advance(self, levels: UInt8Array, coded: BoolArray) -> tuple[ResidualRun, Int16Array]:
        """Return the run after one more slice, and the values of positions self.done .. new.done - 1, flat int16.

        `levels` uint8 and `coded` bool, equal shapes, are the next positions of the run: any number, usually whole
        channels.  Raises RunIncomplete if the slices hold more than the run; else as `decode_residual`.
        """
        new_levels, new_coded = _require_run(levels, coded)
        if self.waiting_levels.size:
            new_levels = np.concatenate([self.waiting_levels, new_levels])
            new_coded = np.concatenate([self.waiting_coded, new_coded])
        given = self.done + new_levels.size
        if given > self.length:
            raise RunIncomplete(given, self.length)
        threads = self.stacks.threads
        groups_end = _groups_end(self.length, threads)
        grouped = max(min(given, groups_end) // (4 * threads) * (4 * threads) - self.done, 0)
        ready = grouped if given < self.length else new_levels.size
        values = np.zeros(ready, np.int16)
        stacks = _decode(self.stacks, new_levels, new_coded, values, (0, grouped, 4), self.done)
        stacks = _decode(stacks, new_levels, new_coded, values, (grouped, ready, 1), self.done)
        after = replace(
            self,
            stacks=stacks,
            done=self.done + ready,
            waiting_levels=new_levels[ready:].copy(),
            waiting_coded=new_coded[ready:].copy(),
        )
        return after, values

    def finish(self) -> None:
        """Raise RunIncomplete if positions are missing, and IntegrityCheckFailed (2.10) if the run is strict."""
        if self.done < self.length:
            raise RunIncomplete(self.given, self.length)
        if self.strict:
            self.stacks.require_finished()


@clause("2.6.8")
def start_residual(
    unit: bytes, length: int, threads: int, *, strict: bool = True, at: BitOffset = START
) -> ResidualRun:
    """(2.6.8) Begin to decode a run of `length` positions (all num_chs channels of the region) in slices.

    `advance` takes the slices in order, `finish` checks the end.  A caller that wants the first channels only stops
    when `done` covers them; it may have to give one more slice.
    """
    stacks = open_stacks(unit, threads, strict=strict, at=at)
    return ResidualRun(stacks, length, 0, strict, np.zeros(0, np.uint8), np.zeros(0, np.bool_))


@clause("2.6.7")
def encode_residual(values: Int16Array, levels: UInt8Array, coded: BoolArray, threads: int) -> bytes:
    """(2.6.7) Encode a run to a unit; `values` int16, `levels` uint8 0..31, `coded` bool, equal shapes.

    Values at positions that are not coded are ignored.  Raises ArrayMismatch, LevelOutOfRange, ThreadCountInvalid.
    """
    return encode_residual_slices([(values, levels, coded)], levels.size, threads)


RunSlice: TypeAlias = tuple[Int16Array, UInt8Array, BoolArray]
"""Values, levels and mask of some positions of a run, equal shapes."""


@clause("2.6.7")
def encode_residual_slices(slices: Iterable[RunSlice], length: int, threads: int) -> bytes:
    """(2.6.7) Encode a run of `length` positions to a unit, from its slices (usually channels), the last one first.

    So a run need not be there at once: up to 4T - 1 positions wait for the slice before them.  The same bytes as from
    one slice.  Raises as encode_residual, and RunIncomplete for slices that do not make up the run.
    """
    from refdec.entropy import encoder_kernels

    require_threads(threads)
    tables = residual_tables()
    carried = np.zeros((threads, 4), np.int64)
    carried[:, 2:] = 256
    parts: list[list[bytes]] = [[] for _ in range(threads)]
    first = length
    waiting: RunSlice = (np.zeros(0, np.int16), np.zeros(0, np.uint8), np.zeros(0, np.bool_))
    for values, levels, coded in slices:
        run_levels, run_coded = _require_run(levels, coded)
        run_values = _require_array("values", values, levels.shape, np.int16)
        first -= run_values.size
        if first < 0:
            raise RunIncomplete(length - first, length)
        cut = -first % (4 * threads)
        joined = _joined((run_values, run_levels, run_coded), waiting)
        waiting = joined[0][:cut], joined[1][:cut], joined[2][:cut]
        span = joined[0][cut:], joined[1][cut:], joined[2][cut:]
        bits = np.full(threads, 64, np.int64)
        encoder_kernels.residual_bits(*span, tables.bounds, bits)
        room = (bits + 7) >> 3
        starts, ends = np.cumsum(room) - room, np.zeros(threads, np.int64)
        stack = np.empty(int(room.sum()), np.uint8)
        encoder_kernels.encode_residual_span(
            *span, tables.bounds, tables.encode_transition, tables.state_map, stack, starts, ends, carried
        )
        _take(parts, stack, starts, ends)
    if first:
        raise RunIncomplete(length - first, length)
    stack, starts, ends = np.empty(8 * threads, np.uint8), 8 * np.arange(threads), np.zeros(threads, np.int64)
    encoder_kernels.close_runs(stack, starts, ends, carried)
    _take(parts, stack, starts, ends)
    return write_unit([b"".join(part) for part in parts])


def _joined(slice_: RunSlice, waiting: RunSlice) -> RunSlice:
    """Return a slice with the positions that waited behind it."""
    if not waiting[0].size:
        return slice_
    return (
        np.concatenate([slice_[0], waiting[0]]),
        np.concatenate([slice_[1], waiting[1]]),
        np.concatenate([slice_[2], waiting[2]]),
    )


def _take(parts: list[list[bytes]], stack: UInt8Array, starts: Int64Array, ends: Int64Array) -> None:
    """Append the bytes of each thread to its part."""
    for part, begin, end in zip(parts, starts, ends, strict=True):
        part.append(stack[begin:end].tobytes())


def _decode(
    stacks: Stacks,
    levels: UInt8Array,
    coded: BoolArray,
    values: Int16Array,
    span: tuple[int, int, int],
    origin: int,
) -> Stacks:
    """Decode positions begin..end-1 in groups of `group`; index 0 of the arrays is position `origin` of the run."""
    from refdec.entropy import kernels

    begin, end, group = span
    if begin >= end:
        return stacks
    tables = residual_tables()
    bits_left, states = stacks.bits_left.copy(), stacks.states.copy()
    code = kernels.decode_residual_span(
        stacks.data,
        tables.kernel,
        tables.bounds,
        levels,
        coded,
        values,
        begin,
        end,
        group,
        stacks.threads,
        stacks.first,
        bits_left,
        states,
    )
    if code:
        fault = Fault.of(code)
        if fault.underflow:
            raise stacks.ran_out(fault, origin + fault.position)
        where = stacks.place(fault.thread, int(bits_left[fault.thread]))
        raise EscapeOutOfRange(fault.thread, origin + fault.position, at=where)
    return stacks.after(bits_left, states)


@clause("2.5")
def _groups_end(length: int, threads: int) -> int:
    """(2.5) Return 4GT: positions from here on are tail positions."""
    return length // (4 * threads) * (4 * threads)


def _round_up(count: int, step: int) -> int:
    return -(-count // step) * step


def _positions(shape: tuple[int, ...], channels: int) -> int:
    """Return the positions of the first `channels` channels, at most all."""
    if channels < 0 or not shape:
        raise ArrayMismatch("channels", str(channels), "0 or more")
    plane = int(np.prod(shape[1:], dtype=np.int64))
    return min(channels, shape[0]) * plane


def _require_run(levels: UInt8Array, coded: BoolArray) -> tuple[UInt8Array, BoolArray]:
    """Return levels and mask as flat contiguous runs, after checks of type, shape and range."""
    run_levels = _require_array("levels", levels, levels.shape, np.uint8)
    run_coded = _require_array("coded", coded, levels.shape, np.bool_)
    highest = int(run_levels.max(initial=0))
    if highest >= LEVELS:
        raise LevelOutOfRange(highest)
    return run_levels, run_coded


def _require_array(name: str, array: npt.NDArray[T], shape: tuple[int, ...], dtype: type[T]) -> npt.NDArray[T]:
    """Return the array flat and contiguous; raise ArrayMismatch where type or shape differ."""
    if array.dtype != dtype or array.shape != shape:
        raise ArrayMismatch(name, f"{array.dtype} {array.shape}", f"{np.dtype(dtype)} {shape}")
    return np.ascontiguousarray(array).reshape(-1)
