"""The Python interface: `decode` and `read_info`, for a path, bytes or a file object.

In: a source and options.  Out: a `Picture`, or what the headers say.  Nothing is printed; between calls only the
networks used last are kept.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from refdec.arguments import require_channels, require_colour, require_region_shape, require_workers
from refdec.errors import UsageError, WeightsError
from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.decoder import DecodeOptions
    from refdec.formats.files import Source
    from refdec.inspection.info import Info
    from refdec.picture.picture import Picture
    from refdec.picture.planes import Observer
    from refdec.picture.render import Colour
    from refdec.progressive import ProgressiveDecoder
    from refdec.weights.pack import WeightPack

__all__ = [
    "Progressive",
    "UnknownTransform",
    "WeightsDiffer",
    "decode",
    "load_weights",
    "make_options",
    "open_progressive",
    "read_info",
    "require_weights",
]

Transform = Literal["sop", "bop", "hop"]
TRANSFORMS = ("sop", "bop", "hop")


class WeightsDiffer(WeightsError):
    """The codestream names the weights that it was made with, and they are not the ones at hand."""

    code, clause, exit_code = "RD1302", "1.5.4", 5

    def __init__(self, wanted: str, present: str) -> None:
        super().__init__(wanted, present)
        self.wanted, self.present = wanted, present

    def explain(self) -> str:
        return (
            f"The codestream was made with weights {self.wanted[:16]}..., the pack at hand has {self.present[:16]}...: "
            "it would decode to garbage.\n"
            "Give the right pack with --weights PACK, or --ignore-weights-fingerprint to see the garbage."
        )


class UnknownTransform(UsageError):
    """There is no synthesis transform of this name."""

    code, clause = "RD1303", "1.6.3"

    def explain(self) -> str:
        return f"There is no synthesis transform {self.args[0]!r}; choose sop, bop or hop."


@lru_cache(maxsize=1)
def _bundled() -> WeightPack:
    from refdec.weights.bundled import bundled_pack

    return bundled_pack()


def load_weights(weights: WeightPack | Source | None) -> WeightPack:
    """Return a pack of weights: the bundled one for None, that of a pack file for a path, bytes or file object.

    Raises WeightsError where the pack is damaged, InputError where the file cannot be read.
    """
    from refdec.weights.pack import WeightPack

    if weights is None:
        return _bundled()
    if isinstance(weights, WeightPack):
        return weights
    from refdec.formats.files import read_bytes
    from refdec.weights.packfile import read_pack

    return read_pack(read_bytes(weights))


def require_weights(user_data: bytes | None, pack: WeightPack, model_id: int) -> None:
    """Raise WeightsDiffer if user data name other weights than those of the pack; other user data are passed over."""
    from refdec.bitstream.userdata import read_weights_mark
    from refdec.models import stream_fingerprint

    wanted = read_weights_mark(user_data)
    if wanted is not None and wanted != (present := stream_fingerprint(pack, model_id)):
        raise WeightsDiffer(wanted, present)


def make_options(
    *,
    synthesis: str | None = None,
    channels: tuple[int, int] | None = None,
    filters: bool = True,
    lenient: bool = False,
    level_check: bool = True,
    custom_colour: bool = False,
) -> DecodeOptions:
    """Return decoder options from the words that the command line and `decode` use.

    Raises UnknownTransform, ChannelsOutOfRange.
    """
    from refdec.decoder import DecodeOptions

    if synthesis is not None and synthesis.lower() not in TRANSFORMS:
        raise UnknownTransform(synthesis)
    require_channels(channels)
    transform = None if synthesis is None else TRANSFORMS.index(synthesis.lower())
    return DecodeOptions(transform, channels, filters, lenient, level_check, custom_colour)


def decode(
    source: Source,
    *,
    weights: WeightPack | Source | None = None,
    synthesis: Transform | None = None,
    channels: tuple[int, int] | None = None,
    region: tuple[int, int, int, int] | None = None,
    filters: bool = True,
    colour: Colour | None = None,
    bit_depth: int | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    level_check: bool = True,
    ignore_weights_fingerprint: bool = False,
    allow_custom_colour: bool = False,
    workers: int | None = 1,
    observe: Observer | None = None,
) -> Picture:
    """Decode a codestream to a picture.

    `source`: a path, bytes, a binary file object, or "-" for standard input.  `weights`: a pack or a pack file; None
    takes the bundled one.  `synthesis`: one of the transforms that the codestream lists; None takes its first.
    `channels`: decode only that many residual channels of luma and chroma.  `region` (x, y, width, height): only that
    rectangle, the same samples as the crop of the whole for less work.  `filters=False` leaves out the filters of TON.
    `colour` "RGB" or "YUV" converts; None keeps what the codestream says.  `bit_depth` 1..16; None is the codestream's.
    `allow_custom_colour` follows the recommendation of clause 5.10 for a colour matrix in the stream.
    `workers` processes share the work where the picture is large enough for that; None takes one for each core.
    `observe(stage, array)` is shown every stage (not with `region`); then one process works on the whole planes.

    Raises CodestreamError where the stream breaks a rule, UnsupportedError where it is legal and cannot be decoded,
    LimitExceeded, WeightsError, InputError, UsageError for wrong arguments; all are RefdecError.
    """
    from refdec.deadline import check_of
    from refdec.decoder import decode_codestream
    from refdec.formats.files import read_bytes
    from refdec.picture.render import render
    from refdec.startup import prepare_kernels

    require_colour(colour)
    require_workers(workers)
    require_region_shape(region)
    prepare_kernels()
    limits = limits or Limits()
    options = make_options(
        synthesis=synthesis,
        channels=channels,
        filters=filters,
        lenient=lenient,
        level_check=level_check,
        custom_colour=allow_custom_colour,
    )
    check = None if ignore_weights_fingerprint else require_weights
    in_time = check_of(limits)
    data, pack = read_bytes(source, limits=limits), load_weights(weights)
    if region is not None:
        from refdec.region_decoder import decode_region
        from refdec.tiling.geometry import Rect

        part = decode_region(
            data, pack, Rect(*region), options, colour=colour, limits=limits, check_weights=check, check=in_time
        )
        return part.picture(bit_depth)
    if observe is None:
        from refdec.streaming.decode import open_stream

        stream = open_stream(
            data, pack, options, colour=colour, bits=bit_depth, limits=limits, check_weights=check, check=in_time
        )
        return stream.picture(workers=stream.useful_workers(workers))
    decoded = decode_codestream(data, pack, options, limits=limits, observe=observe, check_weights=check, check=in_time)
    headers = decoded.headers
    return render(
        decoded.planes,
        headers.picture,
        colour=colour,
        bits=bit_depth,
        rendering=headers.rendering,
        warnings=decoded.warnings,
    )


class Progressive:
    """An open codestream that gives previews; made by `open_progressive`.  Not for several threads at once."""

    def __init__(self, decoder: ProgressiveDecoder, colour: Colour | None, bits: int | None) -> None:
        self._decoder, self._colour, self._bits = decoder, colour, bits

    @property
    def channels(self) -> tuple[int, int]:
        """Residual channels of luma and chroma that the codestream holds."""
        return self._decoder.channels

    def preview(self, y: int, uv: int) -> Picture:
        """Return the picture of the first `y` and `uv` residual channels; what is decoded already is not decoded again.

        With `channels` or more it is what `decode` returns.  Raises CodestreamError where the residual is damaged.
        """
        from refdec.picture.render import render

        decoded = self._decoder.preview(y, uv)
        headers = decoded.headers
        return render(
            decoded.planes,
            headers.picture,
            colour=self._colour,
            bits=self._bits,
            rendering=headers.rendering,
            warnings=decoded.warnings,
        )


def open_progressive(
    source: Source,
    *,
    weights: WeightPack | Source | None = None,
    synthesis: Transform | None = None,
    filters: bool = True,
    colour: Colour | None = None,
    bit_depth: int | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    level_check: bool = True,
    ignore_weights_fingerprint: bool = False,
    allow_custom_colour: bool = False,
) -> Progressive:
    """Open a codestream for previews with a growing number of residual channels; options as in `decode`.

    Example: `stream = open_progressive("photo.jai"); small = stream.preview(10, 5); whole = stream.preview(160, 96)`.
    Raises what `decode` raises, as far as it is known before the residual.
    """
    from refdec.formats.files import read_bytes
    from refdec.progressive import ProgressiveDecoder
    from refdec.startup import prepare_kernels

    require_colour(colour)
    prepare_kernels()
    limits = limits or Limits()
    options = make_options(
        synthesis=synthesis,
        filters=filters,
        lenient=lenient,
        level_check=level_check,
        custom_colour=allow_custom_colour,
    )
    check = None if ignore_weights_fingerprint else require_weights
    data, pack = read_bytes(source, limits=limits), load_weights(weights)
    return Progressive(ProgressiveDecoder(data, pack, options, limits=limits, check_weights=check), colour, bit_depth)


def read_info(source: Source, *, limits: Limits | None = None, lenient: bool = False) -> Info:
    """Read the headers of a codestream: size, profile, level, tools, substreams; needs no weights, loads no Numba."""
    from refdec.formats.files import read_bytes
    from refdec.inspection.info import read_info as read

    limits = limits or Limits()
    return read(read_bytes(source, limits=limits), limits=limits, lenient=lenient)
