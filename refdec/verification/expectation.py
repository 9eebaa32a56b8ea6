"""What a decoder should arrive at: a picture, exactly or within a tolerance, or the fingerprints of its stages.

In: the bytes of a file.  Out: `Expectation`, which compares a decoding with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.bitstream.chroma import ChromaFormat
from refdec.errors import first_of
from refdec.formats.colours import COLOUR_OF_SUFFIX
from refdec.formats.files import READ_SUFFIXES, read_bytes, read_picture
from refdec.formats.pictures import CodePicture
from refdec.formats.pictures import Colour as FileColour
from refdec.formats.rows import NARROW
from refdec.formats.transparency import ALPHA_SUFFIXES, common_depth
from refdec.formats.yuv import LUMA_ONLY, YuvLayout
from refdec.limits import Limits
from refdec.parallel.places import is_file, is_folder
from refdec.trace.stage_differences import compare_traces
from refdec.trace.tracefile import read_trace
from refdec.verification.depths import FewBits, in_few_bits
from refdec.verification.errors import ExpectationMissing, ToleranceInvalid
from refdec.verification.expected_pairs import Pair, code_pair, float_pair
from refdec.verification.verdict import Comparison

if TYPE_CHECKING:
    from refdec.picture.render import Colour
    from refdec.verification.shown import ShownPicture

__all__ = ["TRACE_SUFFIX", "Expectation", "expectation_for", "expected_file"]

TRACE_SUFFIX = ".json"
DECLARED_DEPTHS = (".png", ".npy")
"""Formats whose codes of 16 bits may be told to be of fewer."""
MOST_STAGES = 4
"""So many names of stages stand in a sentence."""
VIEWED = "its floats are compared as codes for viewing: the codestream gives no floats"


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
        shown: ShownPicture,
        fingerprints: Mapping[str, str],
        case: str,
        *,
        limits: Limits | None = None,
    ) -> Comparison:
        """Compare what a file shows with this; `case` is its name in a file with many traces.

        Floats of a lossless layer are compared with floats, in places of their order; codes with those that the layer
        gives, or, where they are others, with the lossy picture, which a decoder shows too: what is nearer counts.

        Raises InputError where the file cannot be read, TraceUnreadable, errors of the picture formats, and what
        decoding raises.
        """
        data = read_bytes(self.path, limits=limits)
        suffix = self.path.suffix.lower()
        if suffix == TRACE_SUFFIX:
            return self._stages(read_trace(data, str(self.path), case), fingerprints)
        nearest: Pair | None = None
        for pair in self._pairs(self._read(data, suffix, shown, limits or Limits()), suffix, shown):
            if pair.planes.within(self.tolerance, self.fraction):
                nearest = pair
                break
            if nearest is None or pair.distance < nearest.distance:
                nearest = pair
        assert nearest is not None, "there is a lossy picture"
        return self._comparison(nearest)

    def _comparison(self, pair: Pair) -> Comparison:
        accepted = pair.planes.within(self.tolerance, self.fraction)
        of = {"of": pair.of} if pair.of else {}
        details = {"tolerance": self.tolerance, "fraction": self.fraction, **of, **pair.planes.as_json()}
        return Comparison(pair.kind, str(self.path), accepted, tuple(pair.lines()), details)

    def _stages(self, expected: Mapping[str, str], found: Mapping[str, str]) -> Comparison:
        """Compare fingerprints; stages that only the decode makes are named, and are no difference."""
        result = compare_traces(expected, found, only_of_a=True)
        lines = list[str]()
        if result.apart:
            first = result.apart[0]
            lines += [
                f"first stage that differs: {first.stage} ({first.kind})",
                f"expected {first.a}",
                f"found    {first.b}",
                f"stages that are equal: {result.equal_stages}, that are not: {len(result.apart)}",
            ]
        else:
            lines.append(f"{result.equal_stages} stages are equal")
        if missing := result.missing("only in A"):
            lines.append(f"the expectation has {first_of(missing, MOST_STAGES)}, which this decode does not make")
        if beyond := compare_traces(expected, found).missing("only in B"):
            named = first_of(beyond, MOST_STAGES)
            lines.append(f"this decode makes {named}, which the expectation does not have: not compared")
        return Comparison("fingerprints", str(self.path), result.equal, tuple(lines), result.as_json())

    def _read(self, data: bytes, suffix: str, shown: ShownPicture, limits: Limits) -> CodePicture:
        """Read the picture; of raw video the layout is that of what is shown."""
        if suffix == ".yuv":
            size, depth = (shown.width, shown.height), self.bit_depth or shown.bit_depth
            luma = YuvLayout(*size, depth, LUMA_ONLY)
            if len(data) == luma.file_bytes:  # how a gray picture is written
                return read_picture(data, suffix=suffix, layout=luma, limits=limits)
            layout = YuvLayout(*size, depth, ChromaFormat(shown.subsampling).digits)
            return read_picture(data, suffix=suffix, layout=layout, limits=limits)
        expected = read_picture(data, suffix=suffix, limits=limits, keep_alpha=True)
        if self.bit_depth is not None and self.bit_depth < expected.bits and suffix in DECLARED_DEPTHS:
            return read_picture(data, suffix=suffix, bits=self.bit_depth, limits=limits, keep_alpha=True)
        return expected

    # -- what is compared with what

    def _pairs(self, expected: CodePicture, suffix: str, shown: ShownPicture) -> Iterator[Pair]:
        """Yield the picture that is expected beside each that a decoder shows, what `decode` gives first."""
        original = shown.original
        if original is not None and original.floats is not None:
            if expected.floats is not None:
                yield float_pair(expected.floats, original.floats, suffix)
                return
        elif original is not None and suffix != ".yuv" and expected.floats is None:
            of_its_depth = None
            if self.bit_depth in (None, original.bit_depth):
                of_its_depth = in_few_bits(expected, suffix, original.bit_depth)
            if of_its_depth is not None:
                yield code_pair(of_its_depth, original, shown.alpha, suffix, shown.named)
        of = "" if original is None else "the lossy picture"
        wanted = self._of_wanted_depth(expected, suffix, shown)
        for colour in _colours(wanted.picture, suffix, shown):
            yield code_pair(wanted, shown.lossy(colour, wanted.picture.bits), shown.alpha, suffix, of)

    def _of_wanted_depth(self, expected: CodePicture, suffix: str, shown: ShownPicture) -> FewBits:
        """Return the expected picture in the depth in which the lossy one is compared."""
        own = shown.bit_depth
        if shown.alpha is not None and suffix in ALPHA_SUFFIXES:
            own = common_depth(own, shown.alpha.bits)
        bits = self.bit_depth or (own if own > NARROW else expected.bits)
        fewer = in_few_bits(expected, suffix, bits) if bits < expected.bits and expected.floats is None else None
        found = fewer or FewBits(expected)
        return found if expected.floats is None else found._replace(said=VIEWED)


def _colours(expected: CodePicture, suffix: str, shown: ShownPicture) -> tuple[Colour | None, ...]:
    """Return the colours in which a decoder may show what is expected; None: what the codestream says."""
    alone = expected.colour is FileColour.GRAY
    if (shown.gray and expected.is_gray) or suffix == ".pgm" or (suffix == ".yuv" and alone):
        return ("gray",)
    usual: Colour | None = COLOUR_OF_SUFFIX.get(suffix, "RGB")
    if usual is None and shown.subsampling != (1, 1):
        usual = "RGB"
    return (usual, "gray") if alone else (usual,)


def expectation_for(source: Path, expect: Path, tolerance: int, fraction: float, bit_depth: int | None) -> Expectation:
    """Return the expectation for an input: `expect` itself, or in a folder the file with the input's stem.

    Raises ExpectationMissing, ToleranceInvalid.
    """
    found = expected_file(source, expect)
    if found is None:
        raise ExpectationMissing(source.stem, str(expect))
    return Expectation(found, tolerance, fraction, bit_depth)


def expected_file(source: Path, expect: Path) -> Path | None:
    """Return the file that says what is expected of an input, None where a folder has none of its stem."""
    if not is_folder(expect):
        return expect
    candidates = (expect / (source.stem + suffix) for suffix in (*READ_SUFFIXES, TRACE_SUFFIX))
    return next((candidate for candidate in candidates if is_file(candidate)), None)
