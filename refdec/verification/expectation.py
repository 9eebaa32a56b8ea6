"""What a decoder should arrive at: a picture, exactly or within a tolerance, or the fingerprints of its stages.

In: the bytes of a file.  Out: `Expectation`, which compares a decoding with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.picture_header import PictureHeader
from refdec.formats.files import READ_SUFFIXES, read_bytes, read_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.yuv import LUMA_ONLY, YuvLayout
from refdec.limits import Limits
from refdec.picture.render import render
from refdec.trace.samples import PlanesDifference, compare_planes
from refdec.trace.stage_differences import compare_traces
from refdec.trace.tracefile import read_trace
from refdec.verification.errors import ExpectationMissing, ToleranceInvalid
from refdec.verification.verdict import Comparison

if TYPE_CHECKING:
    from refdec.decoding.whole import Decoded
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
        self, decoded: Decoded, fingerprints: Mapping[str, str], case: str, *, limits: Limits | None = None
    ) -> Comparison:
        """Compare a decoding with this; `case` is its name in a file with many traces.

        Raises InputError where the file cannot be read, TraceUnreadable, and errors of the picture formats.
        """
        data = read_bytes(self.path, limits=limits)
        suffix = self.path.suffix.lower()
        if suffix == TRACE_SUFFIX:
            return self._stages(read_trace(data, str(self.path), case), fingerprints)
        expected = self._read(data, suffix, decoded.headers.picture, limits or Limits())
        return self._picture(expected, decoded)

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
