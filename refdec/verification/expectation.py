"""What a decoder should arrive at: a picture, exactly or within a tolerance, or the fingerprints of its stages.

In: the bytes of a file.  Out: `Expectation`, which compares a decoding with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.picture_header import PictureHeader
from refdec.formats.colours import SPREAD_SUFFIXES
from refdec.formats.errors import PictureUnsupported
from refdec.formats.files import READ_SUFFIXES, read_bytes, read_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.rows import NARROW
from refdec.formats.transparency import at_depth
from refdec.formats.yuv import LUMA_ONLY, YuvLayout
from refdec.limits import Limits
from refdec.picture.output import as_codes
from refdec.picture.render import render
from refdec.trace.samples import PlanesDifference, compare_planes
from refdec.trace.stage_differences import compare_traces
from refdec.trace.tracefile import read_trace
from refdec.verification.errors import ExpectationMissing, ToleranceInvalid
from refdec.verification.verdict import Comparison

if TYPE_CHECKING:
    from refdec.arithmetic.types import Int64Array
    from refdec.decoding.whole import Decoded
    from refdec.picture.floats import FloatPlanes, Patterns
    from refdec.picture.picture import PictureCodes
    from refdec.picture.render import Colour as RenderColour

__all__ = ["Expectation", "expectation_for"]

COMPONENTS = {Colour.RGB: ("R", "G", "B"), Colour.YUV: ("Y", "U", "V"), Colour.GRAY: ("gray",)}
TRACE_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Expectation:
    """A file with what is expected.

    Pictures: no sample may differ by more than `tolerance`, and no larger share of all samples than `fraction` may
    differ at all.  `bit_depth` is that of the expected picture (None: the file's own up to 8 bits, the codestream's
    above).
    Fingerprints have no tolerance.  Raises ToleranceInvalid.
    """

    path: Path
    tolerance: int = 0
    fraction: float = 1.0
    bit_depth: int | None = None

    def __post_init__(self) -> None:
        if self.tolerance < 0 or not 0 <= self.fraction <= 1:
            raise ToleranceInvalid(self.tolerance, self.fraction)

    def compare(
        self,
        decoded: Decoded,
        fingerprints: Mapping[str, str],
        case: str,
        *,
        limits: Limits | None = None,
        original: PictureCodes | None = None,
    ) -> Comparison:
        """Compare a decoding with this; `case` is its name in a file with many traces.

        `original`: what a lossless layer gives.  Floats are compared with its floats, in places of their order; codes
        of its depth with its codes, or, where those are others, with the lossy picture, which a decoder shows too.

        Raises InputError where the file cannot be read, TraceUnreadable, and errors of the picture formats.
        """
        data = read_bytes(self.path, limits=limits)
        suffix = self.path.suffix.lower()
        if suffix == TRACE_SUFFIX:
            return self._stages(read_trace(data, str(self.path), case), fingerprints)
        if original is not None and original.floats is not None:
            expected = read_picture(data, suffix=suffix, limits=limits or Limits(), keep_alpha=True)
            if expected.floats is not None:
                return self._floats(expected.floats, original.floats)
        if original is not None and original.floats is None and suffix != ".yuv":
            exact = self._original(data, suffix, original, limits or Limits())
            if exact is not None and exact.accepted:
                return exact
        expected = self._read(data, suffix, decoded.headers.picture, limits or Limits())
        return self._picture(expected, decoded)

    def _floats(self, expected: FloatPlanes, found: FloatPlanes) -> Comparison:
        """Compare floats, bit by bit; a tolerance counts places in the order of values."""
        names = ("R", "G", "B", "A") if len(expected.planes) > 2 else ("Y", "A")
        a, b = (each.as_single() if expected.bits != found.bits else each for each in (expected, found))
        planes = compare_planes(
            names[: len(a.planes)],
            [_in_order(each, a.bits) for each in a.planes],
            [_in_order(each, b.bits) for each in b.planes],
        )
        accepted = planes.within(self.tolerance, self.fraction)
        unit = f"{found.bits} bit floats of the lossless layer, differences in places of their order"
        details = {"tolerance": self.tolerance, "fraction": self.fraction, "of": unit, **planes.as_json()}
        lines = (f"compared are {unit}", *_lines(planes))
        return Comparison("floats", str(self.path), accepted, lines, details)

    def _original(self, data: bytes, suffix: str, original: PictureCodes, limits: Limits) -> Comparison | None:
        """Compare codes with those that the layer gives; None where they have another depth."""
        expected = read_picture(data, suffix=suffix, limits=limits, keep_alpha=True)
        if suffix in SPREAD_SUFFIXES and original.bit_depth < expected.bits == NARROW:
            expected = _as_few_bits(expected, original.bit_depth)
        elif expected.bits > original.bit_depth and suffix in (".png", ".npy"):
            try:
                expected = read_picture(data, suffix=suffix, bits=original.bit_depth, limits=limits, keep_alpha=True)
            except PictureUnsupported:  # its codes have more bits: no original of this depth
                return None
        if expected.bits != original.bit_depth or expected.floats is not None:
            return None
        gray = len(original.planes) == 1 and expected.is_gray
        names = COMPONENTS[Colour.GRAY if gray else Colour.RGB]
        wanted = expected.components[:1] if gray else expected.as_rgb().components
        planes = compare_planes(
            names, wanted, original.planes if gray else original.planes * (3 // len(original.planes))
        )
        details = {
            "tolerance": self.tolerance,
            "fraction": self.fraction,
            "of": "the lossless layer",
            **planes.as_json(),
        }
        lines = ("compared is what the lossless layer gives", *_lines(planes))
        return Comparison("picture", str(self.path), planes.within(self.tolerance, self.fraction), lines, details)

    def _stages(self, expected: Mapping[str, str], found: Mapping[str, str]) -> Comparison:
        result = compare_traces(expected, found, only_of_a=True)
        first = result.first
        if first is None:
            lines: tuple[str, ...] = (f"{result.equal_stages} stages are equal",)
        else:
            lines = (
                f"first stage that differs: {first.stage} ({first.kind})",
                f"expected {first.a}",
                f"found    {first.b}",
                f"stages that are equal: {result.equal_stages}, that are not: {len(result.differences)}",
            )
        return Comparison("fingerprints", str(self.path), result.equal, lines, result.as_json())

    def _read(self, data: bytes, suffix: str, header: PictureHeader, limits: Limits) -> CodePicture:
        depth = self.bit_depth or header.bit_depth
        if suffix == ".yuv":
            chroma = ChromaFormat((header.s_ver, header.s_hor)).digits
            luma = YuvLayout(header.display_width, header.display_height, depth, LUMA_ONLY)
            if len(data) == luma.file_bytes:  # how a gray picture is written
                return read_picture(data, suffix=suffix, layout=luma, limits=limits)
            layout = YuvLayout(header.display_width, header.display_height, depth, chroma)
            return read_picture(data, suffix=suffix, layout=layout, limits=limits)
        expected = read_picture(data, suffix=suffix, limits=limits)
        wanted = self.bit_depth or (header.bit_depth if header.bit_depth > 8 else expected.bits)
        if wanted < expected.bits and (suffix == ".png" or (suffix == ".npy" and expected.bits == 16)):
            return read_picture(data, suffix=suffix, bits=wanted, limits=limits)
        return expected

    def _picture(self, expected: CodePicture, decoded: Decoded) -> Comparison:
        header = decoded.headers.picture
        wanted: dict[str, RenderColour | None] = {".yuv": "YUV", ".npy": None}
        if decoded.luma is not None and expected.is_gray:
            picture = decoded.picture("gray", expected.bits)
            planes = compare_planes(COMPONENTS[Colour.GRAY], expected.components[:1], picture.planes)
        else:
            colour = wanted.get(self.path.suffix.lower(), "RGB")
            picture = render(decoded.planes, header, colour=colour, bits=expected.bits)
            names = COMPONENTS[Colour.YUV if picture.colour == "YUV" else Colour.RGB]
            planes = compare_planes(names, expected.as_rgb().components, picture.planes)
        accepted = planes.within(self.tolerance, self.fraction)
        details = {"tolerance": self.tolerance, "fraction": self.fraction, **planes.as_json()}
        return Comparison("picture", str(self.path), accepted, _lines(planes), details)


def _as_few_bits(picture: CodePicture, bits: int) -> CodePicture:
    """Return a picture of 8 bits whose codes are all those of fewer spread over the range as these; another as it is.

    No file says of which depth its codes were before that.
    """
    codes = tuple(as_codes(plane >> (NARROW - bits), bits) for plane in picture.components)
    spread = (at_depth(few, bits, NARROW) for few in codes)
    if not all(np.array_equal(a, b) for a, b in zip(spread, picture.components, strict=True)):
        return picture
    return replace(picture, components=codes, bits=bits)


def _in_order(patterns: Patterns, bits: int) -> Int64Array:
    """Return bit patterns of floats as whole numbers in the order of their values; -0 comes before 0."""
    sign = 1 << (bits - 1)
    wide = patterns.astype(np.int64)
    return np.where(wide < sign, wide, sign - 1 - wide)


def _lines(found: PlanesDifference) -> tuple[str, ...]:
    """Say how two pictures differ; A is the expected one."""
    if found.structure:
        return (found.structure.replace(" A", " the expected picture").replace(" B", " the decoded one"),)
    first = found.first
    if first is None or first.first is None or first.values is None:
        return ("equal, sample by sample",)
    row, column = first.first
    return (
        f"first difference: row {row}, column {column}, component {first.name}: "
        f"{first.values[0]:g} expected, {first.values[1]:g} decoded",
        f"{100 * found.share:.4g} % of the samples differ, the largest difference is {found.max_abs:g}",
    )


def expectation_for(source: Path, expect: Path, tolerance: int, fraction: float, bit_depth: int | None) -> Expectation:
    """Return the expectation for an input: `expect` itself, or in a folder the file with the input's stem.

    Raises ExpectationMissing, ToleranceInvalid.
    """
    if not expect.is_dir():
        return Expectation(expect, tolerance, fraction, bit_depth)
    for suffix in (*READ_SUFFIXES, TRACE_SUFFIX):
        candidate = expect / (source.stem + suffix)
        if candidate.is_file():
            return Expectation(candidate, tolerance, fraction, bit_depth)
    raise ExpectationMissing(source.stem, str(expect))
