"""From a codestream file to a picture file, with reports: what `refdec decode` and archives of many files call.

In: a source, a target and options.  Out: the picture file (whole, or none), trace and dump files, and a `DecodeReport`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.api.options import Order
    from refdec.arithmetic.types import IntArray
    from refdec.bitstream.editions import EditionName
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.decoding.picture_rows import PictureStream
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.picture.picture import Picture
    from refdec.picture.planes import Observer
    from refdec.picture.render import Colour
    from refdec.weights.pack import WeightPack

__all__ = ["DecodeReport", "DecodeRequest", "decode_to_file", "picture_fingerprint"]

COLOUR_OF_SUFFIX: Mapping[str, Colour | None] = {
    ".png": "RGB",
    ".ppm": "RGB",
    ".pnm": "RGB",
    ".pgm": "RGB",
    ".yuv": "YUV",
    ".npy": None,
}
EXPECTED_STAGES = 44
"""Stages of a decode with all tools; other decodes have fewer, and their progress ends early."""
PNG_BITS = 8
UNSPECIFIED = 2
GAMMA_OF_TRANSFER = {4: 45455, 5: 35714, 8: 100000, 13: 45455}
"""PNG's gAMA (1/100000) of transfer characteristics of H.273 that are a power function, or, sRGB, as PNG has it."""


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """How to decode one file; picklable, so that it can be sent to a worker.

    `suffix`: format of the target where its name does not tell.  `trace`, `dump`: files to write beside the picture.
    `workers`: processes that decode it, where the picture is large enough; None: one for each core.  `fingerprint`:
    report the SHA-256 of the codes.
    """

    suffix: str = ""
    synthesis: str | None = None
    channels: tuple[int, int] | None = None
    region: tuple[int, int, int, int] | None = None
    bit_depth: int | None = None
    filters: bool = True
    lenient: bool = False
    level_check: bool = True
    ignore_weights_fingerprint: bool = False
    allow_custom_colour: bool = False
    edition: EditionName = "auto"
    trace: Path | None = None
    dump: Path | None = None
    timings: bool = False
    workers: int | None = 1
    fingerprint: bool = True
    limits: Limits = field(default_factory=Limits)

    @property
    def wants_whole(self) -> bool:
        """Whether what is asked for needs the picture, or its stages, in one piece."""
        return bool(self.region or self.trace or self.dump or self.timings)


DEFAULT_REQUEST = DecodeRequest()


@dataclass(frozen=True, slots=True)
class DecodeReport:
    """What was decoded: size and format of the picture, warnings; its fingerprint and seconds by stage if asked for."""

    output: str
    width: int
    height: int
    bit_depth: int
    colour: str
    fingerprint: str
    warnings: tuple[str, ...]
    timings: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


class _Fan:
    """An observer that passes every stage on to several others."""

    def __init__(self, observers: list[Observer]) -> None:
        self._observers = observers

    def __call__(self, stage: str, array: IntArray) -> None:
        for observer in self._observers:
            observer(stage, array)


def picture_fingerprint(picture: Picture) -> str:
    """Return the SHA-256 over the codes of all planes as little-endian int32, planes one after the other."""
    import hashlib

    import numpy as np

    digest = hashlib.sha256()
    for plane in picture.planes:
        digest.update(np.ascontiguousarray(plane, dtype="<i4").data)
    return digest.hexdigest()


def decode_to_file(
    source: Source,
    target: Target,
    request: DecodeRequest = DEFAULT_REQUEST,
    *,
    weights: WeightPack | Source | None = None,
    on_progress: Callable[[float], None] = lambda share: None,
) -> DecodeReport:
    """Decode a codestream to a picture file; the file appears whole or not at all.

    PNG and PPM are RGB, YUV files Y'CbCr, NPY files what the codestream says.  Raises what `refdec.decode` raises, and
    SuffixUnknown, FormatCannotHold and FileUnwritable before anything is decoded where that can be known.
    """
    from refdec.api.errors import RegionWithoutStages
    from refdec.api.options import read_order
    from refdec.formats.errors import SuffixUnknown
    from refdec.formats.files import WRITERS, name_of, suffix_of

    suffix = (request.suffix or suffix_of(target)).lower()
    if suffix not in WRITERS:
        raise SuffixUnknown(suffix, tuple(WRITERS))
    if request.region and (request.trace or request.dump or request.timings):
        raise RegionWithoutStages
    order = read_order(
        source,
        weights=weights,
        limits=request.limits,
        colour=COLOUR_OF_SUFFIX[suffix],
        bit_depth=request.bit_depth,
        ignore_weights_fingerprint=request.ignore_weights_fingerprint,
        synthesis=request.synthesis,
        filters=request.filters,
        lenient=request.lenient,
        level_check=request.level_check,
        allow_custom_colour=request.allow_custom_colour,
        edition=request.edition,
        channels=request.channels,
    )
    if request.wants_whole:
        return _decode_whole(order, name_of(source), target, suffix, request, on_progress)
    return _decode_streaming(order.stream(), target, suffix, request, on_progress)


def _decode_streaming(
    stream: PictureStream, target: Target, suffix: str, request: DecodeRequest, on_progress: Callable[[float], None]
) -> DecodeReport:
    """Write rows as they are finished, so that memory stays bounded."""
    from contextlib import closing

    from refdec.formats.files import name_of, open_writer
    from refdec.formats.pictures import Colour as FileColour
    from refdec.formats.pictures import PictureSpec
    from refdec.trace.picture_digest import picture_digest

    cicp, gamma = _colour_tags(stream.headers.rendering)
    spec = PictureSpec(stream.sizes, stream.bit_depth, FileColour(stream.colour), cicp, gamma)
    bands = stream.bands(workers=stream.useful_workers(request.workers), on_progress=on_progress)
    with open_writer(target, suffix, spec) as writer, closing(bands), picture_digest() as digest:
        for band in bands:
            writer.write_rows(*band)
            if request.fingerprint:
                digest.add(*band)
        fingerprint = digest.hexdigest() if request.fingerprint else ""
    (height, width), *_ = stream.sizes
    warnings = _warnings(stream.warnings, suffix, stream.bit_depth)
    return DecodeReport(name_of(target), width, height, stream.bit_depth, stream.colour, fingerprint, warnings, {})


def _decode_whole(
    order: Order,
    name: str,
    target: Target,
    suffix: str,
    request: DecodeRequest,
    on_progress: Callable[[float], None],
) -> DecodeReport:
    """Decode with all arrays at hand, for regions, traces, dumps and timings."""
    from refdec.formats.files import name_of
    from refdec.trace.dump import Dump
    from refdec.trace.fingerprints import Fingerprints
    from refdec.trace.timings import Timings

    fingerprints, dump, timings = Fingerprints(), Dump(), Timings()
    observers: list[Observer] = [_Ticks(on_progress)]
    observers += [
        observer
        for wanted, observer in ((request.timings, timings), (request.trace, fingerprints), (request.dump, dump))
        if wanted
    ]
    picture = order.whole(_Fan(observers)) if request.region is None else order.region(request.region)
    _write(target, suffix, picture)
    if request.trace is not None:
        _write_json(request.trace, {"stream": name, "sha256": dict(fingerprints.sha256)})
    if request.dump is not None:
        _write_npz(request.dump, dump.arrays)
    return DecodeReport(
        output=name_of(target),
        width=picture.width,
        height=picture.height,
        bit_depth=picture.bit_depth,
        colour=picture.colour,
        fingerprint=picture_fingerprint(picture) if request.fingerprint else "",
        warnings=_warnings(picture.warnings, suffix, picture.bit_depth),
        timings=timings.seconds if request.timings else {},
    )


def _warnings(found: tuple[str, ...], suffix: str, bits: int) -> tuple[str, ...]:
    """Return the warnings of a decode, with what is special about its file."""
    if suffix == ".png" and bits < PNG_BITS:
        return (
            *found,
            f"a PNG of {bits} bits holds codes 0..{(1 << bits) - 1} as they are (5.11); viewers show it dark",
        )
    return found


class _Ticks:
    """An observer that turns stages into a share of the work."""

    def __init__(self, show: Callable[[float], None]) -> None:
        self._show, self._seen = show, 0

    def __call__(self, _stage: str, _array: IntArray) -> None:
        self._seen += 1
        self._show(min(1.0, self._seen / EXPECTED_STAGES))


def _write(target: Target, suffix: str, picture: Picture) -> None:
    from refdec.formats.files import write_picture
    from refdec.formats.pictures import CodePicture, Colour

    cicp, gamma = _colour_tags(picture.rendering)
    codes = CodePicture(picture.planes, picture.bit_depth, Colour(picture.colour))
    write_picture(target, codes, suffix=suffix, cicp=cicp, gamma=gamma)


def _colour_tags(rendering: RenderingInfo | None) -> tuple[tuple[int, int] | None, int | None]:
    """Return (primaries, transfer) and gamma for formats that can say them."""
    cicp = None if rendering is None else rendering.cicp
    if cicp is None or (cicp.colour_primaries, cicp.transfer_characteristics) == (UNSPECIFIED, UNSPECIFIED):
        return None, None
    tags = cicp.colour_primaries, cicp.transfer_characteristics
    return tags, GAMMA_OF_TRANSFER.get(cicp.transfer_characteristics)


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    from refdec.formats.files import write_bytes

    write_bytes(path, (json.dumps(value, indent=1) + "\n").encode())


def _write_npz(path: Path, arrays: Mapping[str, Any]) -> None:
    import io

    import numpy as np

    from refdec.formats.files import write_bytes

    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_bytes(path, buffer.getvalue())
