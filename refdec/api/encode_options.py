"""How to encode: `EncodeOptions`, every wish that a caller can have, checked when they are put together.

In: keywords, or what was typed.  Out: frozen options, which know the source to read, the rate to reach and the settings
to code with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from refdec.api.colour_wishes import CicpWish, ClliWish, ColourWishes, MdcvWish
from refdec.api.errors import LayoutWithoutRaw, RateAmbiguous, UnknownChroma
from refdec.arithmetic.argument_kinds import FLAG, NUMBER, TEXT, WHOLE, ValueKind, instance_of, require_kinds
from refdec.arithmetic.shown import ShortRepr
from refdec.bitstream.chroma import ChromaFormat
from refdec.decoding.errors import WorkersOutOfRange
from refdec.decoding.options import limits_or_default
from refdec.formats.kinds import FLOAT_VIEWS, FloatView
from refdec.limits import Limits
from refdec.lossless.errors import FloatAlphaNeedsLayer, LosslessTwice, LosslessWithPrivate, MaxErrorOutOfRange
from refdec.plugins.errors import RequestInvalid
from refdec.plugins.filterwish import FilterWish
from refdec.plugins.requests import CodingSettings
from refdec.privacy.errors import PrivateRate
from refdec.privacy.regions import PrivateRegions

if TYPE_CHECKING:
    import numpy.typing as npt

    from refdec.api.source_wishes import SourceWishes, WithParts
    from refdec.api.sources import Encodable
    from refdec.formats.files import Source
    from refdec.formats.yuv import YuvLayout
    from refdec.plugins.core import Core
    from refdec.plugins.rate_targets import RateTarget
    from refdec.plugins.source_picture import SourcePicture

__all__ = [
    "BARE",
    "CONTAINERS",
    "DEFAULT_OPTIONS",
    "HEIF",
    "LUMA_ALONE",
    "NO_TOOLS",
    "Container",
    "EncodeOptions",
    "chroma_format",
]

Container: TypeAlias = Literal["jai", "jaii"]
BARE: Container = "jai"
HEIF: Container = "jaii"
CONTAINERS = (BARE, HEIF)

CHROMA_FORMATS = {chroma.digits: chroma.value for chroma in ChromaFormat}
LUMA_ALONE = "400"
"""The chroma format of a gray picture whose chroma is not coded: `CodingSettings.luma_only`."""
RAW_FORMATS = (*CHROMA_FORMATS, "400")
RAW = ("", "yuv")
PREFERRED_MODEL = 1
MOST_BITS = 16
MOST_FLOAT_BITS = 31
"""Bits of the largest error of floats, in places of their order."""
FLOATS_LEFT = "its floats of {bits} bits are left behind, coded for viewing only: --lossless or --max-error keep them"
ONE_REGION = "one region is not independent: there is no other one"
NO_TOOLS = "none"
LAYER_QUALITY = 25
"""Of the lossy picture below a lossless layer, where no rate is asked for: near it the sum of both is smallest."""
POINT = {"model", "displacement", "chroma displacement"}
SEARCHES_OF_A_MODEL = ({"bpp", "model"}, {"psnr", "model"})
"""Wishes about the rate that go together; of all others there is one at a time."""


def _is_size(size: object) -> bool:
    """Tell whether something is a pair of whole numbers above 0."""
    return isinstance(size, list | tuple) and len(size) == 2 and all(WHOLE.test(side) and side > 0 for side in size)


def _is_words(tools: object) -> bool:
    """Tell whether something is a text, or several things of which each may be one."""
    return isinstance(tools, str | Sequence | Set) and not isinstance(tools, bytes | bytearray | memoryview)


OPTION_KINDS: Mapping[str, ValueKind] = {
    **dict.fromkeys(("check", "low_bits", "strip", "thumbnail", "lossless", "compact"), FLAG),
    **dict.fromkeys(("bpp", "psnr", "time_budget"), NUMBER.or_none()),
    **dict.fromkeys(("model", "displacement", "chroma_displacement", "bits", "quality", "max_bytes"), WHOLE.or_none()),
    **dict.fromkeys(("frame", "workers"), WHOLE.or_none()),
    **dict.fromkeys(("encoder", "format"), TEXT),
    **dict.fromkeys(("subsampling", "container", "float_view"), TEXT.or_none()),
    "tolerance": NUMBER,
    "settings": instance_of(CodingSettings, "CodingSettings"),
    "encoder_options": instance_of(Mapping, "options by name"),
    "tools": ValueKind(_is_words, "names of filters"),
    "private": instance_of(PrivateRegions, "refdec.PrivateRegions").or_none(),
}
"""Of `EncodeOptions`; what is not in it has an error of its own."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EncodeOptions(ShortRepr):
    """What the application may choose; the defaults encode at a middle rate, without tools.

    `encoder`: an installed encoder; `encoder_options` are its own.  `bpp` (bits per pixel, within `tolerance`) or
    `psnr` (dB of luma) search for model and displacement, `model` alone restricts the search.  `quality` 1..100 is a
    point of the weights' own scale, without a search; `max_bytes` takes the best quality whose codestream is no
    longer, and fills 98 % of it.  `displacement` -2048..2047 with `model` fixes the point, chroma as luma unless
    `chroma_displacement` says otherwise.  One of these wishes at a time; none: displacement 0, chroma above it.
    `settings`: how the codestream is made.  `roi`: a mask of a region of interest (array or file), white is coded
    better; it becomes the quality map of `settings`.  `time_budget`: seconds.  `check` reads the codestream again
    before it is returned.  `limits`: of the source, the encode, and the check; None: the default ones.

    `tools`: filters of the decoder that are switched on where they pay for their bits: "all" (that the weights have
    networks for), "none", or names with commas between them, or a sequence of names: "efe" (both of "efe_linear" and
    "efe_nonlinear"), "eicci", "lef".

    `private`: rectangles that the codestream does not show, sealed with a key or left out (`docs/privacy.md`); rate and
    settings are then those of the picture with the rectangles painted over.

    `lossless`: a layer behind the lossy picture gives back every sample; `max_error` N gives back a picture no sample
    of which is off by more than N, in fewer bytes.  The rate is then that of the lossy picture; where none is asked
    for, it is one that makes the sum small.

    How the source is read: `bits`, the depth of a uint16 or raw source; `low_bits`: codes are the low bits of a 16-bit
    PNG; `frame`, from 1: the picture of a file that holds several; `format` ("png", "yuv" ...) where neither content
    nor name say it; `size` (width, height) and `subsampling` ("444", "422", "420", "400"; None: 4:2:0) of raw YUV;
    `strip`: leave behind without a warning what a codestream cannot carry.

    `container`: "jai", a bare codestream, or "jaii", a HEIF file around it, which keeps orientation, ICC profile, Exif
    data and XMP of the source (`docs/files.md`); None: what the name of the output says, else a bare one.  `thumbnail`:
    a HEIF file with a small picture of at most 256 samples a side.

    What the samples mean, in place of what the source says: `cicp` (primaries, transfer) of H.273, such as (9, 16) or
    "bt2020/pq"; `mdcv`, the mastering display, such as "p3,1000,0.0001"; `clli`, light levels (1000, 400) in cd/m2.
    They go into RDI and the boxes of a HEIF file (`docs/hdr.md`); samples are not converted.

    `float_view`: how floats (OpenEXR, PFM, TIFF) become the picture that is shown: "sdr" linear light by a tone curve
    and the curve of sRGB (None means it too), "pq" linear light whose 1.0 is 203 cd/m2, "codes" 0..1 as codes.
    Whole-number samples have none of it, and a warning says so, as of `bits` that a source has not.  `lossless` and
    `max_error` keep the floats; an error counts places in the order of values of their format.

    `workers`: threads and processes that share a lossless layer and the decode that it starts from, None: one for each
    core; the bytes are the same for any number.

    `compact`: leave out what a decoder infers, and name the weights by 8 bytes: 45 bytes fewer, which counts in very
    small pictures.

    Raises RateAmbiguous, LimitsExpected, LayoutWithoutRaw, UnknownChroma, RequestInvalid, UnknownFilterTool,
    PrivateRate, LosslessWithPrivate, LosslessTwice, MaxErrorOutOfRange, WorkersOutOfRange, ArgumentOfOtherKind.
    Reading a picture raises FloatAlphaNeedsLayer too.
    """

    encoder: str = "analysis"
    bpp: float | None = None
    psnr: float | None = None
    model: int | None = None
    displacement: int | None = None
    chroma_displacement: int | None = None
    tolerance: float = 0.02
    settings: CodingSettings = field(default_factory=CodingSettings)
    roi: npt.NDArray[Any] | Source | None = None
    encoder_options: Mapping[str, object] = field(default_factory=dict)
    time_budget: float | None = None
    check: bool = True
    bits: int | None = None
    limits: Limits | None = None
    quality: int | None = None
    max_bytes: int | None = None
    low_bits: bool = False
    frame: int | None = None
    format: str = ""
    size: tuple[int, int] | None = None
    subsampling: str | None = None
    strip: bool = False
    tools: str | Sequence[str] = NO_TOOLS
    private: PrivateRegions | None = None
    container: Container | None = None
    thumbnail: bool = False
    lossless: bool = False
    max_error: int | None = None
    cicp: CicpWish = None
    mdcv: MdcvWish = None
    clli: ClliWish = None
    float_view: FloatView | None = None
    compact: bool = False
    workers: int | None = 1

    def __post_init__(self) -> None:
        require_kinds({name: getattr(self, name) for name in OPTION_KINDS}, OPTION_KINDS)
        limits_or_default(self.limits)
        ColourWishes.of(self.cicp, self.mdcv, self.clli)
        FilterWish.of(self.tools)
        if self.workers is not None and self.workers < 1:
            raise WorkersOutOfRange(self.workers)
        self._require_container()
        self._require_layer()
        self._require_private()
        self._require_source()
        self._require_rate()

    def _require_container(self) -> None:
        """Check what goes around the codestream.  Raises RequestInvalid."""
        if self.container not in (None, *CONTAINERS):
            raise RequestInvalid("container", self.container, f"one of {', '.join(CONTAINERS)}")
        if self.thumbnail and self.container == BARE:
            raise RequestInvalid("thumbnail", self.thumbnail, "left away for a bare codestream, which has no place")

    def _require_layer(self) -> None:
        """Check what is asked of a lossless layer.  Raises MaxErrorOutOfRange, LosslessTwice."""
        error = self.max_error
        if error is not None and not (WHOLE.test(error) and 0 <= error < 1 << MOST_FLOAT_BITS):
            raise MaxErrorOutOfRange(error, MOST_BITS)
        if self.lossless and error:
            raise LosslessTwice(error)

    def _require_private(self) -> None:
        """Check what goes with private regions.  Raises PrivateRate, RequestInvalid, LosslessWithPrivate."""
        if self.private is None:
            return
        if self.bpp is not None or self.max_bytes is not None:
            raise PrivateRate
        if self.compact:
            raise RequestInvalid("compact", self.compact, "left away for private regions, which find the marks again")
        if self.layer_error is not None:
            raise LosslessWithPrivate

    def _require_source(self) -> None:
        """Check how a source is to be read.  Raises RequestInvalid, UnknownChroma, LayoutWithoutRaw."""
        if self.low_bits and self.bits is None:
            raise RequestInvalid(
                "low bits", self.low_bits, "about the depth of the codes: say bits (--source-bits) too"
            )
        if self.float_view not in (None, *FLOAT_VIEWS):
            raise RequestInvalid("float view", self.float_view, f"one of {', '.join(FLOAT_VIEWS)}")
        if self.subsampling is not None and self.subsampling not in RAW_FORMATS:
            raise UnknownChroma(self.subsampling, RAW_FORMATS)
        if (self.subsampling is not None and self.size is None) or (self.size is not None and self.format not in RAW):
            raise LayoutWithoutRaw
        if self.size is not None and not _is_size(self.size):
            raise RequestInvalid("size", self.size, "width and height of the source in samples")
        if self.bits is not None and self.bits not in range(1, MOST_BITS + 1):
            raise RequestInvalid("bits", self.bits, f"the depth of the source, 1..{MOST_BITS}")

    def _require_rate(self) -> None:
        """Check that one rate is asked for, and one way to spend it.  Raises RateAmbiguous."""
        given = self.rate_wishes
        if len(given) > 1 and not set(given) <= POINT and set(given) not in SEARCHES_OF_A_MODEL:
            raise RateAmbiguous(given[0], given[1])
        if self.roi is not None and self.settings.quality_map is not None:
            raise RateAmbiguous("roi", "quality map")
        if self.chroma_displacement is not None and self.settings.luma_only:
            raise RateAmbiguous("chroma displacement", f"chroma {LUMA_ALONE}")

    @property
    def rate_wishes(self) -> tuple[str, ...]:
        """What is said about the rate, by name."""
        wishes = {
            "bpp": self.bpp,
            "psnr": self.psnr,
            "quality": self.quality,
            "max bytes": self.max_bytes,
            "displacement": self.displacement,
            "chroma displacement": self.chroma_displacement,
            "model": self.model,
        }
        return tuple(name for name, value in wishes.items() if value is not None)

    def target(self, core: Core) -> RateTarget:
        """Return the rate that is asked for, with the models that there are.  Raises NoModel, RequestInvalid."""
        from refdec.encoding.ratecontrol import chroma_displacement as usual_chroma
        from refdec.plugins.core_errors import NoModel
        from refdec.plugins.rate_targets import BitsPerPixel, LumaPsnr, MaxBytes, OperatingPoint, Quality

        if self.quality is not None:
            return Quality(self.quality)
        if self.max_bytes is not None:
            return MaxBytes(self.max_bytes)
        if self.bpp is not None:
            return BitsPerPixel(self.bpp, self.tolerance, model_id=self.model)
        if self.psnr is not None:
            return LumaPsnr(self.psnr, model_id=self.model)
        there = tuple(info.model_id for info in core.models)
        if not there:
            raise NoModel(self.model, there)
        usual = PREFERRED_MODEL if PREFERRED_MODEL in there else there[-1]
        if self.displacement is None and self.chroma_displacement is None and self.model is None:
            if self.layer_error is not None:
                return Quality(LAYER_QUALITY)
            return OperatingPoint(usual, 0, usual_chroma(0))
        chosen = usual if self.model is None else self.model
        return OperatingPoint(chosen, self.displacement or 0, self.chroma_displacement)

    @property
    def layer_error(self) -> int | None:
        """How far a sample of the lossless layer may be off, None: there is to be no layer."""
        return self.max_error if self.max_error is not None else 0 if self.lossless else None

    @property
    def filters(self) -> FilterWish:
        """The filters that may be switched on."""
        return FilterWish.of(self.tools)

    def picture_of(self, source: Encodable) -> SourcePicture:
        """Return the picture of a source, read as these options wish.  Raises what `source_picture` raises."""
        from refdec.api.sources import source_picture

        return self._as_wished(source_picture(source, self._reading(in_file=False)))

    def _reading(self, *, in_file: bool) -> SourceWishes:
        """Return how a source is to be read."""
        from refdec.api.source_wishes import SourceWishes

        return SourceWishes(
            bits=self.bits,
            suffix=self._suffix,
            layout=self._layout(),
            limits=self.limits,
            frame=self.frame,
            low_bits=self.low_bits,
            strip=self.strip,
            float_view=self.float_view or FLOAT_VIEWS[0],
            keep_floats=self.layer_error is not None,
            in_file=in_file,
        )

    def _as_wished(self, read: SourcePicture) -> SourcePicture:
        """Return a picture with what is said of its colours.

        Raises MaxErrorOutOfRange, and FloatAlphaNeedsLayer for transparency that nothing would keep.
        """
        error, floats = self.layer_error, read.floats
        if floats is None and error is not None and error >> read.bit_depth:
            raise MaxErrorOutOfRange(error, read.bit_depth)
        if floats is not None and error is None:
            if floats.has_alpha:
                raise FloatAlphaNeedsLayer
            if not self.strip:
                read = replace(read, warnings=(*read.warnings, FLOATS_LEFT.format(bits=floats.bits)))
        return self._colours.on(replace(read, warnings=(*read.warnings, *self._passed_over(read))))

    def _passed_over(self, read: SourcePicture) -> tuple[str, ...]:
        """Return what was said of samples that a source does not have: it says itself what they are."""
        said = []
        if self.float_view is not None and read.floats is None:
            said.append(f"the view {self.float_view} is for floats, and the samples of this source are whole numbers")
        if self.bits is not None and read.floats is not None:
            said.append(f"a depth of {self.bits} bits is for codes, and the samples of this source are floats")
        elif self.bits not in (None, read.bit_depth):
            said.append(f"the source says itself that it has {read.bit_depth} bits, not {self.bits}")
        return tuple(said)

    @property
    def _colours(self) -> ColourWishes:
        """What is said of the colours in place of the source."""
        return ColourWishes.of(self.cicp, self.mdcv, self.clli)

    @property
    def _suffix(self) -> str:
        """The suffix of the format to read a source in, "" where its content and name tell."""
        chosen = "yuv" if self.size is not None else self.format
        return f".{chosen}" if chosen else ""

    def _layout(self) -> YuvLayout | None:
        """Return the layout of a raw source, None where its name tells."""
        from refdec.formats.yuv import YuvLayout

        return None if self.size is None else YuvLayout(*self.size, self.bits or 8, self.subsampling or "420")

    def with_parts(self, source: Encodable, *, in_file: bool) -> WithParts:
        """Return the picture of a source, and (`in_file`) what a HEIF file keeps beside it; see `picture_of`."""
        from refdec.api.source_wishes import WithParts
        from refdec.api.sources import source_with_parts
        from refdec.heif.parts import NO_PARTS

        if not in_file:
            return WithParts(self.picture_of(source), NO_PARTS)
        picture, parts = source_with_parts(source, self._reading(in_file=True))
        if self.cicp is not None and parts.metadata.icc:
            said = () if self.strip else ("the ICC profile of the source makes way for the code points of cicp",)
            picture = replace(picture, warnings=(*picture.warnings, *said))
            parts = replace(parts, metadata=replace(parts.metadata, icc=b""))
        return WithParts(self._as_wished(picture), parts)

    def settings_for(self, picture: SourcePicture) -> CodingSettings:
        """Return the settings for a picture: the mask of a region of interest becomes a quality map of its size."""
        if self.roi is None:
            return self.settings
        from refdec.api.quality_masks import quality_map_of_mask, read_mask

        mask = read_mask(self.roi, limits=self.limits)
        return replace(self.settings, quality_map=quality_map_of_mask(mask, picture.height, picture.width))


DEFAULT_OPTIONS = EncodeOptions()


def chroma_format(name: str | None) -> tuple[int, int] | None:
    """Return (vertical, horizontal) subsampling of "444", "422" or "420"; None for None and for "400".

    Raises UnknownChroma.
    """
    require_kinds({"chroma": name}, {"chroma": TEXT.or_none()})
    if name is not None and name not in (*CHROMA_FORMATS, LUMA_ALONE):
        raise UnknownChroma(name, (*CHROMA_FORMATS, LUMA_ALONE))
    return None if name is None else CHROMA_FORMATS.get(name)
