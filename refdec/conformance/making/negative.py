"""Streams that must be refused (1.8, 2.3, 2.10, 3.5.2): each breaks one rule, and one class of error names it.

In: the networks of model 1 and the generators of a suite.  Out: `Negative`s, streams with the class that they must
raise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from refdec.bitstream import edition_errors, errors, rule_errors
from refdec.bitstream.bits import BitWriter
from refdec.bitstream.headers import Edition, Headers, build_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.rewriting import in_edition
from refdec.bitstream.tools import EfeNonlinear, Icci, IcciTile, ToolsHeader
from refdec.bitstream.transforms import Synthesis
from refdec.conformance.making.damage import patched, resized, twice, without
from refdec.conformance.making.drawn_symbols import Style, draw_symbols
from refdec.conformance.making.recipe import Dice, Recipe, draft, payloads_of, stream_of, write_parts
from refdec.conformance.making.tool_drafts import NO_FILTER, linear_of, nonlinear_of
from refdec.decoding.models import Models
from refdec.errors import RefdecError
from refdec.limits import TooLarge

__all__ = ["LENIENT", "MODEL", "Negative", "Source", "case_name", "header_negatives"]

MODEL = 1
"""The model of all negative streams."""

LENIENT = frozenset(
    {
        errors.UnknownMarker,
        errors.SizePaddingNotZero,
        errors.SurplusBits,
        errors.AlignmentNotZero,
        errors.ResidualMissing,
        rule_errors.StreamProfileReserved,
        rule_errors.TooManyRegions,
        rule_errors.UnknownLevel,
        rule_errors.ProfileViolated,
        rule_errors.LevelSizeExceeded,
        rule_errors.LevelModelForbidden,
    }
)
"""What a decoder may pass over: 1.8 (9), 1.4.4, 1.10 note 5, and a decoder that can do more than its level (1.7.2)."""


@dataclass(frozen=True, slots=True)
class Negative:
    """A stream that must be refused, and the class of error that refdec must raise."""

    name: str
    title: str
    error: type[RefdecError]
    data: bytes


class Source:
    """Legal streams to be damaged, and streams with illegal headers around legal payloads."""

    def __init__(self, models: Models, dice: Dice) -> None:
        self._models = models
        self._dice = dice

    @property
    def models(self) -> Models:
        """The networks of the model in use."""
        return self._models

    def legal(self, width: int = 80, height: int = 64, *, style: Style = "usual", **choices: Any) -> bytes:
        """Return a legal stream from the builder's choices."""
        headers = draft(width, height, model_id=MODEL, **choices)
        return stream_of(Recipe("damaged", "", headers, style), self._models, self._dice)

    def illegal(
        self,
        change: Callable[[Headers], Headers],
        *,
        style: Style = "usual",
        **choices: Any,
    ) -> bytes:
        """Return the payloads of a legal stream behind other headers."""
        headers = draft(model_id=MODEL, **choices)
        recipe = Recipe("damaged", "", headers)
        draw = draw_symbols(self._dice(recipe.name), headers.picture, self._models, style, "noise")
        return write_parts(change(headers), payloads_of(recipe, draw, self._models))

    def picture(self, width: int = 80, height: int = 64, *, base: Any = None, **changes: Any) -> bytes:
        """Return a stream of which some fields of the picture header have other values."""
        choices = {"width": width, "height": height, **(base or {})}
        return self.illegal(lambda headers: replace(headers, picture=replace(headers.picture, **changes)), **choices)

    def tools(self, make: Callable[[PictureHeader], ToolsHeader], width: int = 80, height: int = 64) -> bytes:
        """Return a stream with other tools."""
        return self.illegal(
            lambda headers: build_headers(headers.picture, make(headers.picture)), width=width, height=height
        )


Rule = tuple[type[RefdecError], str, Callable[[Source], bytes]]
FEW: dict[str, Any] = {"width": 530, "height": 270, "regions": (2, 2), "num_chs": (12, 6)}
INDEPENDENT: dict[str, Any] = {**FEW, "independent_regions": True}
DEPENDENT: dict[str, Any] = {**FEW, "hd_overlap": 1, "mcm_overlap": 4}
MATRIX = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
SINGULAR = ((1, 2, 3), (2, 4, 6), (0, 0, 1))


def _custom(matrix: tuple[tuple[int, ...], ...]) -> dict[str, Any]:
    return {
        "colour_transform_idx": 2,
        "colour_transform_matrix": matrix,
        "colour_transform_offset": (0, 128, 128),
    }


def _formats(output: tuple[int, int], coded: tuple[int, int]) -> dict[str, Any]:
    return {
        "s_ver_minus1": output[0] - 1,
        "s_hor_minus1": output[1] - 1,
        "c_ver_minus1": coded[0] - 1,
        "c_hor_minus1": coded[1] - 1,
    }


def _tile_fields(size: int, overlap: int) -> dict[str, Any]:
    return {
        "synthesis_tile_enable": (1, 1),
        "synthesis_tile_size": (size >> 4,) * 2,
        "synthesis_tile_overlap": (overlap >> 4,) * 2,
    }


def _table(*sizes: int) -> bytes:
    """Return a region table that says these sizes."""
    bits = BitWriter()
    for size in sizes:
        bits.ue(size)
    return bits.getvalue()


def _icci(size: int, overlap: int) -> ToolsHeader:
    return ToolsHeader(icci=Icci(size, overlap, (IcciTile((1, 0, 0), 0, (1, 0)),) * 4))


def _curve(picture: PictureHeader, **choices: Any) -> EfeNonlinear:
    return nonlinear_of(np.random.Generator(np.random.PCG64(7)), picture, **choices)


def _offsets_for_two(picture: PictureHeader) -> ToolsHeader:
    return ToolsHeader(efe_nonlinear=replace(_curve(picture, tile=(32, 80)), nonlinearH=64))


def _stuck(source: Source) -> bytes:
    """Return a stream with ICCI tiles whose overlap is the size of the tiles; no writer can make it at once."""
    return patched(source.tools(lambda picture: _icci(192, 16), 200, 180), "icci_tile_overlap", 31)


def _masked(picture: PictureHeader, *, filtered: bool, rows: int) -> ToolsHeader:
    dice = np.random.Generator(np.random.PCG64(7))
    linear = linear_of(dice, picture, (1, 1), alternative=(1, 1))
    if not filtered:
        linear = replace(linear, sets=(NO_FILTER, linear.sets[1]))
    curve = _curve(picture, masks=(1, 0), block=32)
    assert curve.W5[0] is not None
    mask = np.ascontiguousarray(np.repeat(curve.W5[0], rows, axis=0))
    return ToolsHeader(efe_linear=linear, efe_nonlinear=replace(curve, W5=(mask, None)))


E = errors
R = rule_errors
H = edition_errors


def _before_draft(source: Source) -> bytes:
    """Return a stream whose header lists the decoder profiles 1 and 0 behind the stream profile, then a level."""
    return resized(source.legal(), Marker.PIH, lambda payload: bytes([0x01, 0x10, 0xF0]) + payload[3:])


def _fine_regions(source: Source) -> bytes:
    """Return a stream of the draft, whose regions may be as small as 128 samples, as one of the published standard."""
    choices: dict[str, Any] = {"regions": (1, 2), "independent_regions": True, "edition": Edition.DRAFT}
    return in_edition(source.legal(200, 64, **choices), Edition.PUBLISHED)


FRAMING: tuple[Rule, ...] = (
    (E.NoStart, "A PNG signature in the place of SOC", lambda s: b"\x89PNG" + s.legal()[4:]),
    (E.PictureHeaderNotFirst, "TON before PIH", lambda s: without(s.legal(), Marker.PIH)),
    (E.SubstreamTooLong, "The file ends inside a payload", lambda s: s.legal()[:-40]),
    (E.CodestreamCut, "The file ends before EOC", lambda s: s.legal()[:-2]),
    (E.UnknownMarker, "A reserved marker", lambda s: s.legal()[:-2] + b"\xff\x85\xff\x81"),
    (E.SecondStart, "SOC a second time", lambda s: s.legal()[:-2] + s.legal()),
    (E.CodeTooLong, "A size of 64 zero bits", lambda s: s.legal()[:-2] + b"\xff\x8c" + bytes(8) + b"\xff\x81"),
    (
        E.SizePaddingNotZero,
        "A bit in the padding of a size",
        lambda s: without(s.legal(), Marker.RDI)[:-2] + b"\xff\x84\x41\x00\xff\x81",
    ),
    (E.DuplicateSubstream, "SOZ twice", lambda s: twice(s.legal(), Marker.SOZ)),
    (E.SeveralResiduals, "SORS twice without independent regions", lambda s: twice(s.legal(), Marker.SORS)),
    (
        E.RepeatedRegion,
        "A region_idx that was there already",
        lambda s: resized(s.legal(**INDEPENDENT), Marker.SORP, lambda p: b"\x03" + p[1:]),
    ),
    (
        E.RegionOutOfRange,
        "A region_idx beyond the last region",
        lambda s: resized(s.legal(**INDEPENDENT), Marker.SORS, lambda p: bytes([p[0] + 4]) + p[1:]),
    ),
    (
        E.EmptyResidual,
        "A residual substream without even a region_idx",
        lambda s: resized(s.legal(**INDEPENDENT), Marker.SORP, lambda p: b"", only_first=True),
    ),
    (E.HyperLatentsMissing, "No SOZ", lambda s: without(s.legal(), Marker.SOZ)),
    (E.ResidualMissing, "No SORS", lambda s: without(s.legal(), Marker.SORS)),
    (
        E.QualityMapMissing,
        "A quality map announced and not there",
        lambda s: without(s.legal(quality_map_entropy_index=3), Marker.SOQ),
    ),
    (
        E.QualityMapUnexpected,
        "A quality map that was not announced",
        lambda s: s.legal()[:-2] + b"\xff\x8b\x20\x00\x00\x01\xff\x81",
    ),
    (
        E.RegionTableTooLong,
        "Region sizes beyond the payload",
        lambda s: resized(s.legal(**DEPENDENT), Marker.SORP, lambda p: _table(100000, 0, 0) + p),
    ),
    (E.OutOfBits, "PIH cut short", lambda s: resized(s.legal(), Marker.PIH, lambda p: p[:7])),
    (E.ElementOutOfRange, "model_id 9", lambda s: patched(s.legal(), "model_id", 9)),
    (
        E.SurplusBits,
        "A whole byte after the last element",
        lambda s: resized(s.legal(), Marker.TON, lambda p: p + b"\0"),
    ),
    (
        E.AlignmentNotZero,
        "A bit in the padding of a header",
        lambda s: resized(s.legal(), Marker.TON, lambda p: p[:-1] + bytes([p[-1] | 1])),
    ),
)
ELEMENTS: tuple[Rule, ...] = (
    (E.NotComputable, "ICCI tiles that do not advance", _stuck),
    (E.ReservedBitDepth, "bit_depth_idc 4, 16 bits", lambda s: patched(s.legal(), "bit_depth_idc", 4)),
    (R.IllegalFormat, "Chroma subsampled vertically only", lambda s: s.picture(**_formats((1, 1), (2, 1)))),
    (R.FormatNotConvertible, "4:2:2 coded as 4:2:0", lambda s: s.picture(**_formats((1, 2), (2, 2)))),
    (R.SingularColourMatrix, "A colour matrix without an inverse", lambda s: s.picture(**_custom(SINGULAR))),
    (R.UserColourTransform, "A colour matrix in the stream", lambda s: s.picture(**_custom(MATRIX))),
    (
        R.RegionsTooFine,
        "More columns of regions than blocks of 128",
        lambda s: s.picture(region_partitioning_flag=1, num_hor_splits_minus1=3),
    ),
    (
        R.TooManyIndependentRegions,
        "289 independent regions",
        lambda s: s.picture(
            2200,
            2200,
            base={"num_chs": (0, 0), "synthesis_transforms": (Synthesis.SOP,), "style": "zero"},
            region_partitioning_flag=1,
            num_ver_splits_minus1=16,
            num_hor_splits_minus1=16,
            region_residual_in_its_own_substream_flag=1,
        ),
    ),
    (
        R.OverlapBeyondRegion,
        "An overlap of 160 samples between regions of 128",
        lambda s: s.picture(base=DEPENDENT, mcm_overlap_in_latent_samples=5),
    ),
    (R.TileOverlapBeyondTile, "Tiles that do not advance", lambda s: s.picture(112, 96, **_tile_fields(64, 64))),
    (
        R.TileOverlapBeyondPicture,
        "An overlap as large as the picture",
        lambda s: s.picture(112, 96, **_tile_fields(256, 96)),
    ),
    (
        R.TileGridsDiffer,
        "Other tiles in chroma than in luma",
        lambda s: s.picture(112, 96, **{**_tile_fields(64, 16), "synthesis_tile_size": (4, 3)}),
    ),
    (
        R.TileOverlapOffGrid,
        "Tiles of independent regions that grow by 8 samples",
        lambda s: s.picture(base=INDEPENDENT, **_tile_fields(64, 16)),
    ),
    (R.IcciTileTooSmall, "ICCI tiles of 160", lambda s: s.tools(lambda p: _icci(160, 32), 200, 180)),
    (R.OffsetTileCountWrong, "Offsets for two tiles where there is one", lambda s: s.tools(_offsets_for_two)),
    (R.MaskSizeWrong, "A mask of twice the rows", lambda s: s.tools(lambda p: _masked(p, filtered=True, rows=2))),
    (
        R.MaskWithoutAlternative,
        "A mask without an alternative picture",
        lambda s: s.tools(lambda p: _masked(p, filtered=False, rows=1)),
    ),
    (
        R.TooManyRegions,
        "Two columns of regions in a picture of 200 columns",
        _fine_regions,
    ),
    (R.StreamProfileReserved, "stream_profile_idc 1", lambda s: s.picture(stream_profile_idc=1)),
    (H.HeaderBeforeDraft, "A picture header from before the draft", _before_draft),
    (R.UnknownLevel, "level_idc 13", lambda s: s.picture(level_idc=13)),
    (R.ProfileViolated, "BOP first in the simple profile", lambda s: s.picture(decoder_profile_id=0)),
    (
        R.LevelSizeExceeded,
        "A picture above its level",
        lambda s: s.picture(
            3000,
            2074,
            base={"num_chs": (0, 0), "synthesis_transforms": (Synthesis.SOP,), "style": "zero"},
            level_idc=12,
            model_id=0,
        ),
    ),
    (R.LevelModelForbidden, "A model that the level does not allow", lambda s: s.picture(level_idc=50, model_id=3)),
    (
        TooLarge,
        "A picture above the largest level",
        lambda s: s.picture(img_width_minus64=65535, img_height_minus64=65535),
    ),
)


def case_name(kind: type[RefdecError]) -> str:
    """Return the name of the case that raises an error class, "bad_no_start" for NoStart."""
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__)
    return f"bad_{words.lstrip('_')}"


def header_negatives(source: Source) -> Iterator[Negative]:
    """Yield the streams that break a rule of framing or headers (1.8)."""
    for kind, title, make in (*FRAMING, *ELEMENTS):
        yield Negative(case_name(kind), title, kind, make(source))
