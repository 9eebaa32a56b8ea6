"""A picture of floats and its layer (7.8): numbers predicted from the decoded picture by a curve, coded as planes are.

In: bit patterns, and the codes of the decoded picture at 16 bits.  Out: a `FloatRecord`; or of that the patterns again,
every bit or within the stated error.  Any number of workers gives the same bytes.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int64Array
from refdec.bitstream.floatrecord import BASE_BITS, INFINITY, MOST_CURVE_LOG2, FloatForm, FloatRecord
from refdec.clauses import clause
from refdec.limits import Check, unchecked
from refdec.lossless.errors import LayerDamaged, LayerOfOtherPicture, MaxErrorOutOfRange
from refdec.lossless.layer import TILE_LOG2, Coding, Planes, coded_tiles, decoded_planes, layer_memory
from refdec.lossless.numbers import joined, number_of, order_of, parted, pattern_of
from refdec.lossless.tiles import TileForm
from refdec.picture.floats import FloatPlanes, Patterns, half_of_single
from refdec.picture.output import Codes, as_codes, code_type
from refdec.tiling.geometry import Rect
from refdec.trace.picture_digest import picture_sha256

__all__ = ["decode_float_layer", "encode_float_layer", "float_layer_memory", "places_apart"]

ONE = {16: 0x3C00, 32: 0x3F800000}
"""The pattern of 1, by bits: transparency is predicted from it."""
HALF, SINGLE, SINGLE_OF_HALVES = 0, 1, 2
HALF_STEP = 1 << 13
"""Singles between neighbouring halves, where these are not subnormal."""
LOOKED_AT = 1 << 18
"""Samples of a picture that a curve is fitted to, at most twice as many."""
PIXEL_BYTES = 40
"""Of a component for each pixel: patterns, numbers and what they are made by, parts."""


@clause("7.8.3")
def _curved(plane: Codes, curve: tuple[int, ...]) -> Codes:
    """(7.8.3) Return what a curve makes of the codes of a base: high parts."""
    shift = BASE_BITS - ((len(curve) - 1).bit_length() - 1)
    points = np.array(curve, np.int64)
    place, rest = plane.astype(np.int64) >> shift, plane.astype(np.int64) & ((1 << shift) - 1)
    return as_codes(points[place] + (((points[place + 1] - points[place]) * rest) >> shift), BASE_BITS)


@clause("7.8.3", kind="added", reason="a curve is an encoder's choice: any gives back the original")
def _fitted_curve(base: Planes, high: Planes) -> tuple[int, ...]:
    """(7.8.3) Return the curve of the middle high part of the samples around each of its points."""
    count = sum(plane.size for plane in base)
    step = max(1, count // LOOKED_AT)
    codes = np.concatenate([plane.reshape(-1)[::step] for plane in base]).astype(np.int64)
    parts = np.concatenate([plane.reshape(-1)[::step] for plane in high]).astype(np.int64)
    log2 = min(MOST_CURVE_LOG2, max(0, len(codes).bit_length() - 8))
    shift = BASE_BITS - log2
    nearest = (codes + ((1 << shift) >> 1)) >> shift
    order = np.lexsort((parts, nearest))
    ends = np.searchsorted(nearest[order], np.arange((1 << log2) + 2))
    there = np.flatnonzero(ends[1:] > ends[:-1])
    middles = parts[order][(ends[there] + ends[there + 1]) >> 1]
    return tuple(_between(there, middles, point) for point in range((1 << log2) + 1))


def _between(places: Int64Array, values: Int64Array, wanted: int) -> int:
    """Return the value at a place, on the line between those known around it, beyond them the last one."""
    after = int(np.searchsorted(places, wanted))
    if after == 0 or after == len(places) or places[min(after, len(places) - 1)] == wanted:
        return int(values[min(after, len(places) - 1)])
    low, high = int(places[after - 1]), int(places[after])
    return int(values[after - 1]) + (int(values[after]) - int(values[after - 1])) * (wanted - low) // (high - low)


@clause("7.8.3")
def _bases(form: FloatForm, base: Planes, curve: tuple[int, ...]) -> list[tuple[Planes, int]]:
    """(7.8.3) Return what each part is coded from, and the bits of its codes."""
    found = [(tuple(_curved(plane, curve) for plane in base), BASE_BITS)]
    low = form.low_bits
    nothing = np.zeros(base[0].shape, code_type(low))
    found += [((nothing,), low)] * (form.colours if low else 0)
    if form.components > form.colours:
        one: Patterns = np.array([[ONE[form.coded_bits]]], np.uint16 if form.coded_bits == 16 else np.uint32)
        opaque = np.broadcast_to(parted(number_of(one, form), form)[0], base[0].shape)
        found += [((opaque,), BASE_BITS), *([((nothing,), low)] if low else [])]
    return found


@clause("7.8.1")
def _coded_as(original: FloatPlanes, max_error: int) -> tuple[FloatForm, tuple[Patterns, ...]]:
    """(7.8.1) Return the form of a layer, and the patterns that it codes."""
    components, multiplied = len(original.planes), original.premultiplied and original.has_alpha
    if original.bits == BASE_BITS:
        return FloatForm(HALF, components, max_error, multiplied), original.planes
    if max_error < HALF_STEP:
        halves = [half_of_single(plane) for plane in original.planes]
        found = tuple(plane for plane in halves if plane is not None)
        if len(found) == components:
            return FloatForm(SINGLE_OF_HALVES, components, 0, multiplied), found
    return FloatForm(SINGLE, components, max_error, multiplied), original.planes


@clause("7.8")
def float_layer_memory(width: int, height: int, components: int, tile_log2: int, workers: int | None) -> int:
    """(7.8) Return the bytes of arrays that coding or decoding a layer of floats needs."""
    whole = layer_memory(width, height, min(components, 3), tile_log2, workers)
    return whole + PIXEL_BYTES * width * height * components


@clause("7.8")
def encode_float_layer(
    original: FloatPlanes,
    base: Planes,
    *,
    max_error: int = 0,
    tile_log2: int = TILE_LOG2,
    workers: int | None = 1,
    check: Check = unchecked,
) -> FloatRecord:
    """(7.8) Return the layer that gives `original`, or finite samples of it within `max_error` places.

    `base`: 1 plane or R, G, B of the same size, codes of 16 bits.  Raises MaxErrorOutOfRange, and what `check` raises.
    """
    form, patterns = _coded_as(original, max_error)
    if not 0 <= max_error < form.infinity:
        raise MaxErrorOutOfRange(max_error, form.coded_bits, form.infinity - 1)
    numbers = [number_of(plane, form) for plane in patterns]
    high, low = zip(*(parted(plane, form) for plane in numbers), strict=True)
    colours = form.colours
    planes: list[Planes] = [high[:colours], *((plane,) for plane in low[:colours] if plane is not None)]
    planes += [(plane,) for plane in (*high[colours:], *low[colours:]) if plane is not None]
    curve = _fitted_curve(base, planes[0])
    parts = []
    for part, (under, bits) in zip(planes, _bases(form, base, curve), strict=True):
        coding = Coding(TileForm(len(part), bits), tile_log2, workers, check)
        parts.append(coded_tiles(coding, part, under)[0])
    made = _widened(form, [pattern_of(plane, form) for plane in numbers])
    digests = bytes.fromhex(picture_sha256(made)), bytes.fromhex(picture_sha256(base))
    height, width = base[0].shape
    return FloatRecord(form, tile_log2, width, height, *digests, curve, tuple(parts))


def _widened(form: FloatForm, patterns: list[Patterns]) -> tuple[Patterns, ...]:
    """Return coded patterns as those of the samples."""
    coded = FloatPlanes(tuple(patterns), form.coded_bits)
    return coded.as_single().planes if form.sample_bits != form.coded_bits else coded.planes


@clause("7.8.5")
def decode_float_layer(
    record: FloatRecord,
    base: Planes,
    *,
    window: Rect | None = None,
    workers: int | None = 1,
    check: Check = unchecked,
) -> FloatPlanes:
    """(7.8.5) Return the samples that a layer gives, of the whole picture or of a window; what was coded, or an error.

    Raises LayerOfOtherPicture, LayerDamaged, and what `check` raises.
    """
    form, size = record.form, (record.height, record.width)
    if len(base) != form.colours or any(plane.shape != size for plane in base):
        raise LayerDamaged(f"it is of {record.width} x {record.height} samples, {form.components} components")
    if picture_sha256(base) != record.base_sha256.hex():
        raise LayerOfOtherPicture
    parts: list[Planes] = []
    for tiles, (under, bits) in zip(record.parts, _bases(form, base, record.curve), strict=True):
        coding = Coding(TileForm(len(under), bits), record.tile_log2, workers, check)
        parts.append(decoded_planes(coding, tiles, under, window))
    colours, low = form.colours, form.low_bits > 0
    high = [*parts[0], *(parts[1 + low * colours] if form.components > colours else ())]
    below = [parts[1 + at][0] for at in range(colours)] if low else []
    below += [parts[-1][0]] if low and form.components > colours else []
    numbers = [joined(plane, below[at] if low else None, form) for at, plane in enumerate(high)]
    patterns = _widened(form, [pattern_of(plane, form) for plane in numbers])
    made = FloatPlanes(patterns, form.sample_bits, form.premultiplied)
    if window is None and picture_sha256(made.planes) != record.samples_sha256.hex():
        raise LayerDamaged("the picture does not have the SHA-256 of the original")
    return made


def places_apart(made: FloatPlanes, original: FloatPlanes) -> int:
    """Return how many places in the order of values samples are apart at most, of those that are finite in both.

    2^32 where one is a NaN, or infinite, and the other is not the same.
    """
    bits, top = original.bits, INFINITY[original.bits]
    farthest = 0
    for plane, was in zip(made.planes, original.planes, strict=True):
        finite, still = (_size(part, bits) < top for part in (was, plane))
        kept = np.where(_size(was, bits) == top, plane == was, _size(plane, bits) > top)
        if not bool(np.all(np.where(finite, still, kept))):
            return 1 << 32
        apart = abs(order_of(plane, bits) - order_of(was, bits))
        farthest = max(farthest, int(apart[finite].max(initial=0)))
    return farthest


def _size(patterns: Patterns, bits: int) -> Int64Array:
    """Return patterns without their sign."""
    return patterns.astype(np.int64) & ((1 << (bits - 1)) - 1)
