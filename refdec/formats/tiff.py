"""TIFF, written row by row: baseline RGB or gray, 8 or 16 bits, not compressed; BigTIFF where 4 GB do not suffice.

Pillow can neither write 16-bit RGB nor take rows one after the other.  Without compression every place in the file is
known before the first row, so that a pipe will do.  Samples above 8 bits are those of PNG (5.11): the code in the high
bits, ones below.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from refdec.clauses import clause
from refdec.formats.colour_points import SRGB, UNSPECIFIED
from refdec.formats.errors import FormatCannotHold
from refdec.formats.exif_tree import (
    BYTE,
    EXIF_IFD,
    INTEROP_IFD,
    LONG,
    LONG8,
    SHORT,
    SIZE_OF_KIND,
    UNDEFINED,
    Entries,
    ExifTree,
    exif_tree,
)
from refdec.formats.icc_writer import icc_profile
from refdec.formats.pictures import Colour, PictureSpec
from refdec.formats.rows import InterleavedWriter
from refdec.formats.sinks import Sink
from refdec.formats.transparency import AlphaKind
from refdec.heif.parts import Metadata
from refdec.picture.floats import FloatPlanes
from refdec.picture.output import Codes
from refdec.tiling.geometry import ceil_div

__all__ = ["TiffWriter", "float_tiff_bytes"]

LAYOUT_TAGS = frozenset({*range(254, 260), 262, 263, 264, 265, 266, *range(273, 281), 284, 288, 289, 317, 338, 339})
"""Tags about how samples are stored: those of Exif data are of another file."""
STRIP_BYTES = 1 << 18
"""About as much as a strip holds."""
LARGEST_CLASSIC, LARGEST_SIDE = (1 << 32) - 1, (1 << 32) - 1
NO_COMPRESSION, BLACK_IS_ZERO, IS_RGB, IEEE = 1, 1, 2, 3
LINEAR = 8
"""Transfer of H.273: samples are light."""
EXTRA_SAMPLES: Mapping[AlphaKind, int] = {"premultiplied": 1, "straight": 2}


@dataclass(frozen=True, slots=True)
class _Layout:
    """The words of a classic file, or of BigTIFF: sizes of an offset, of the count of entries, of an entry."""

    big: bool

    @property
    def offset_kind(self) -> int:
        return LONG8 if self.big else LONG

    @property
    def offset_bytes(self) -> int:
        return 8 if self.big else 4

    def head(self) -> bytes:
        """Return the header; the directory follows it."""
        return struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16) if self.big else struct.pack("<2sHI", b"II", 42, 8)

    def directory_bytes(self, entries: int) -> int:
        return 8 + 20 * entries + 8 if self.big else 2 + 12 * entries + 4


def _packed(kind: int, values: tuple[int, ...] | bytes) -> bytes:
    """Return the values of an entry."""
    return values if isinstance(values, bytes) else np.array(values, f"<u{SIZE_OF_KIND[kind]}").tobytes()


def _directory(layout: _Layout, entries: Entries, *, place: int | None = None) -> bytes:
    """Return a directory, with what does not fit into its entries behind it.

    It stands at a place in the file, None: at its begin, behind the header.
    """
    head = layout.head() if place is None else b""
    place = (place or 0) + len(head) + layout.directory_bytes(len(entries))
    table, beyond, word = b"", b"", layout.offset_bytes
    for tag, (kind, values) in sorted(entries.items()):
        data = _packed(kind, values)
        count = len(values) // SIZE_OF_KIND[kind] if isinstance(values, bytes) else len(values)
        if len(data) > word:
            beyond += bytes((place + len(beyond)) % 2)
            at = place + len(beyond)
            beyond += data
            data = at.to_bytes(word, "little")
        table += struct.pack("<HH", tag, kind) + count.to_bytes(word, "little") + data.ljust(word, b"\0")
    number = len(entries).to_bytes(8 if layout.big else 2, "little")
    made = head + number + table + bytes(word) + beyond
    return made + bytes(len(made) % 2)


@clause("5.11", kind="added", reason="the reference software writes no TIFF; samples as in its PNG")
class TiffWriter(InterleavedWriter):
    """(5.11) RGB or gray TIFF of 8 bits up to depth 8 and 16 above, with the metadata of the spec.

    Where they have no ICC profile, one of its cICP is made.
    """

    name = "TIFF"

    def __init__(self, sink: Sink, spec: PictureSpec) -> None:
        super().__init__(sink, spec)
        if max(spec.width, spec.height) > LARGEST_SIDE:
            sink.discard()
            raise FormatCannotHold(self.name, f"{spec.width} x {spec.height} samples", "Write .npy.")
        self._stored = np.dtype("u1" if spec.sample_bytes == 1 else "<u2")
        self._begun = False

    def _put_band(self, samples: Codes) -> None:
        if not self._begun:
            self._sink.write(_head_of(self.spec))
            self._begun = True
        self._sink.write(self._in_high_bits(samples).astype(self._stored).tobytes())


def float_tiff_bytes(floats: FloatPlanes, primaries: int, metadata: Metadata) -> bytes:
    """Return the file of floats, with metadata; where these have no ICC profile, one of the primaries and linear light.

    BT.709 needs none: it is what readers take floats for.
    """
    size = floats.height, floats.width
    colour = Colour.GRAY if len(floats.colours) == 1 else Colour.RGB
    kind: AlphaKind | None = ("premultiplied" if floats.premultiplied else "straight") if floats.has_alpha else None
    cicp = None if primaries in (SRGB[0], UNSPECIFIED) else (primaries, LINEAR)
    spec = PictureSpec((size,) * len(floats.planes), 16, colour, cicp, None, metadata, kind)
    samples = np.stack(floats.planes, axis=-1).astype(f"<u{floats.bits // 8}")
    return _head_of(spec, float_bytes=floats.bits // 8) + samples.tobytes()


def _head_of(spec: PictureSpec, float_bytes: int = 0) -> bytes:
    """Return all that comes before the samples; `float_bytes` of each, 0: they are codes."""
    channels, sample_bytes = len(spec.sizes), float_bytes or spec.sample_bytes
    row_bytes = spec.width * channels * sample_bytes
    rows = max(1, STRIP_BYTES // row_bytes)
    strips = ceil_div(spec.height, rows)
    samples, tables = spec.height * row_bytes, 16 * strips + 4096
    layout = _Layout(samples + tables > LARGEST_CLASSIC)
    counts = (*[rows * row_bytes] * (strips - 1), (spec.height - (strips - 1) * rows) * row_bytes)
    named = None if spec.cicp is None else icc_profile(*spec.cicp, gray=spec.colour is Colour.GRAY)
    profile = spec.metadata.icc or named
    own: Entries = {
        256: (LONG, (spec.width,)),
        257: (LONG, (spec.height,)),
        258: (SHORT, (8 * sample_bytes,) * channels),
        259: (SHORT, (NO_COMPRESSION,)),
        262: (SHORT, (BLACK_IS_ZERO if spec.colour is Colour.GRAY else IS_RGB,)),
        273: (layout.offset_kind, (0,) * strips),
        277: (SHORT, (channels,)),
        278: (LONG, (rows,)),
        279: (layout.offset_kind, counts),
    }
    if spec.alpha is not None:
        own[338] = (SHORT, (EXTRA_SAMPLES[spec.alpha],))
    if float_bytes:
        own[339] = (SHORT, (IEEE,) * channels)
    if profile:
        own[34675] = (UNDEFINED, profile)
    if spec.metadata.xmp:
        own[700] = (BYTE, spec.metadata.xmp)
    tree = exif_tree(spec.metadata.exif)
    entries = {**{tag: entry for tag, entry in tree.main.items() if tag not in LAYOUT_TAGS}, **own}
    first = len(_with_inner(layout, entries, tree))
    entries[273] = (layout.offset_kind, tuple(range(first, first + strips * rows * row_bytes, rows * row_bytes)))
    return _with_inner(layout, entries, tree)


def _with_inner(layout: _Layout, entries: Entries, tree: ExifTree) -> bytes:
    """Return header and directories: the main one, and behind it those that it points to."""
    pointers: Entries = dict.fromkeys(tree.inner, (layout.offset_kind, (0,)))
    place = len(_directory(layout, {**entries, **pointers}))
    behind = b""
    for tag, directory in tree.inner.items():
        inner = dict(directory)
        if tag == EXIF_IFD and tree.interop:
            inner[INTEROP_IFD] = (layout.offset_kind, (place + len(behind),))
            behind += _directory(layout, tree.interop, place=place + len(behind))
        pointers[tag] = (layout.offset_kind, (place + len(behind),))
        behind += _directory(layout, inner, place=place + len(behind))
    return _directory(layout, {**entries, **pointers}) + behind
