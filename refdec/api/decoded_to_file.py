"""A decoded picture on its way into a file: rows as they are finished, a picture that is whole, or floats.

In: a stream of rows or a decoded picture, and a `Place`.  Out: a file, whole or not there, and a `DecodeReport`; where
stages are watched, files of them beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from refdec.api.decode import decoded_at_once, opened_stream, useful_workers
from refdec.api.decode_report import DecodeReport
from refdec.api.picture_files import write_json, write_npz
from refdec.formats.transparency import at_depth, file_depth, kind_in, with_alpha
from refdec.observation import UNWATCHED, Progress

if TYPE_CHECKING:
    from refdec.api.beside import BesidePicture
    from refdec.api.decode_job import DecodeJob
    from refdec.api.gray import GrayForm
    from refdec.api.inputs import Inputs
    from refdec.arithmetic.types import IntArray
    from refdec.bitstream.headers import Headers
    from refdec.decoding.rows import PictureStream
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.formats.transparency import AlphaKind
    from refdec.observation import Observer
    from refdec.picture.floats import FloatPlanes
    from refdec.picture.output import Codes
    from refdec.picture.picture import PictureCodes

    Hidden: TypeAlias = Callable[[PictureCodes, tuple[int, int, int, int] | None], PictureCodes]

__all__ = ["Place", "at_once_to_file", "floats_to_file", "rows_to_file", "whole_to_file"]

CODED_PIXEL_BYTES = 10
"""Bytes for each pixel of a picture that waits to be encoded as JPEG or WebP, as bands, as a whole, and as a file."""
EXPECTED_STAGES = 44
"""Stages of a decode with all tools; other decodes have fewer, and their progress ends early."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a decoded picture goes, and how it is put there; transparency is that of the part that is decoded.

    `hidden` makes of a picture, or of the region that was decoded, what may be shown.  `mapped_bits`: of a sample
    behind a tone map, where the job wants one.
    """

    target: Target
    suffix: str
    job: DecodeJob
    form: GrayForm
    beside: BesidePicture
    on_progress: Progress
    hidden: Hidden | None
    mapped_bits: int | None = None

    @property
    def alpha_kind(self) -> AlphaKind | None:
        """What transparency is in the file, None where there is none."""
        return None if self.beside.alpha is None else kind_in(self.beside.alpha, self.suffix)

    @property
    def divides(self) -> bool:
        """Whether colours are divided by the transparency that they are multiplied by."""
        alpha = self.beside.alpha
        return alpha is not None and alpha.premultiplied and self.alpha_kind == "straight"

    def file_bits(self, bits: int) -> int:
        """Return the depth in which a picture of `bits` bits stands in the file: more beside transparency of more.

        No more than what is asked for.
        """
        alpha, is_chosen = self.beside.alpha, self.job.tone_map or self.job.options.bit_depth is not None
        return bits if alpha is None or is_chosen else file_depth(bits, alpha.bits, self.suffix)

    def with_alpha(
        self, planes: tuple[Codes, ...], bits: int, top: int = 0, *, is_ycc: bool = False
    ) -> tuple[Codes, ...]:
        """Return planes as the file holds them, or rows from one on, with transparency behind them if it has any.

        `is_ycc`: they are luma and chroma.
        """
        alpha, deep = self.beside.alpha, self.file_bits(bits)
        if alpha is None:
            return planes
        rows = alpha.samples[top : top + planes[0].shape[0]]
        planes = tuple(at_depth(plane, bits, deep) for plane in planes)
        return with_alpha(planes, deep, replace(alpha, samples=rows), self.suffix, is_ycc=is_ycc)


def floats_to_file(stored: PictureCodes, floats: FloatPlanes, place: Place) -> DecodeReport:
    """Write an original in floats as it is shown."""
    from refdec.formats.colours import lost_light
    from refdec.formats.files import name_of
    from refdec.formats.float_files import write_floats
    from refdec.trace.picture_digest import picture_sha256

    picture = place.beside.upright(stored, whole=place.job.options.region is None)
    shown = picture.floats or floats
    lost = write_floats(place.target, shown, place.suffix, picture.rendering, place.beside.metadata)
    return DecodeReport(
        output=name_of(place.target),
        width=shown.width,
        height=shown.height,
        bit_depth=shown.bits,
        colour=f"float {picture.colour}",
        fingerprint=picture_sha256(shown.planes) if place.job.fingerprint else "",
        warnings=(*picture.warnings, *lost, *lost_light(picture.rendering, place.suffix)),
        timings={},
    )


def rows_to_file(stream: PictureStream, place: Place) -> DecodeReport:
    """Write rows as they are finished, so that memory stays bounded."""
    from contextlib import closing

    from refdec.formats.colours import EIGHT_BIT_SUFFIXES, colour_tags
    from refdec.formats.files import name_of, open_writer
    from refdec.formats.losses import losses
    from refdec.formats.pictures import Colour as FileColour
    from refdec.formats.pictures import PictureSpec
    from refdec.trace.picture_digest import picture_digest

    target, suffix, job, form = place.target, place.suffix, place.job, place.form
    colour, metadata = form.colour or stream.colour, place.beside.metadata
    rendering = stream.headers.rendering
    tags = colour_tags(rendering)
    sizes, kind = form.sizes(stream.sizes), place.alpha_kind
    sizes = sizes if kind is None else (*sizes, sizes[0])
    spec = PictureSpec(sizes, stream.bit_depth, FileColour(colour), *tags, metadata, kind, rendering)
    if suffix in EIGHT_BIT_SUFFIXES:  # whole pictures are encoded, and wait for it
        job.options.limits.require_memory(CODED_PIXEL_BYTES * spec.height * spec.width)
    bands = stream.bands(workers=useful_workers(stream, job.options), on_progress=place.on_progress)
    with open_writer(target, suffix, spec) as writer, closing(bands), picture_digest() as digest:
        top = 0
        for band in map(form.planes, bands):
            writer.write_rows(*place.with_alpha(band, stream.bit_depth, top, is_ycc=colour == "YUV"))
            top += band[0].shape[0]
            if job.fingerprint:
                digest.add(*band)
        fingerprint = digest.hexdigest() if job.fingerprint else ""
    (height, width), *_ = stream.sizes
    headers = stream.headers
    bits = stream.bit_depth, headers.picture.bit_depth
    warnings = (*stream.warnings, *losses(suffix, *bits, rendering, metadata, gray=colour == "gray"))
    return DecodeReport(name_of(target), width, height, stream.bit_depth, colour, fingerprint, warnings, {})


def at_once_to_file(inputs: Inputs, source: Source, place: Place, headers: Headers) -> DecodeReport:
    """Decode a region, what is turned or covered, or with a watch for stages; it is written when it is whole."""
    from refdec.formats.files import name_of
    from refdec.trace.dump import Dump
    from refdec.trace.fingerprints import Fingerprints
    from refdec.trace.timings import Timings

    job = place.job
    fingerprints, dump, timings = Fingerprints(), Dump(), Timings()
    observers: list[Observer] = [_Ticks(place.on_progress)]
    observers += [observer for wanted, observer in ((job.trace, fingerprints), (job.dump, dump)) if wanted]
    if job.options.region is not None or job.wants_stages:
        decoded = decoded_at_once(inputs, job.options, _Fan(observers), timings if job.timings else UNWATCHED)
    else:
        stream = opened_stream(inputs, job.options)
        pixels = headers.picture.display_height * headers.picture.display_width
        job.options.limits.require_memory(CODED_PIXEL_BYTES * pixels)
        decoded = stream.picture(workers=useful_workers(stream, job.options))
    made = whole_to_file(decoded, place, headers.picture.bit_depth)
    if job.trace is not None:
        write_json(job.trace, {"stream": name_of(source), "sha256": dict(fingerprints.sha256)})
    if job.dump is not None:
        write_npz(job.dump, dump.arrays)
    return replace(made, timings=timings.seconds if job.timings else {})


def whole_to_file(decoded: PictureCodes, place: Place, own_bits: int) -> DecodeReport:
    """Write a picture that is whole, as it is shown; `own_bits`: the depth of what it was decoded from."""
    from refdec.formats.colours import colour_tags
    from refdec.formats.description import SourceDescription
    from refdec.formats.files import name_of, open_writer
    from refdec.formats.losses import losses
    from refdec.formats.pictures import CodePicture
    from refdec.formats.pictures import Colour as FileColour
    from refdec.trace.picture_digest import picture_sha256

    target, suffix, metadata = place.target, place.suffix, place.beside.metadata
    picture = place.form.picture(decoded)
    if place.hidden is not None:
        picture = place.hidden(picture, place.job.options.region)
    picture = place.beside.upright(picture, whole=place.job.options.region is None)
    if place.job.tone_map:
        from refdec.api.tone_map import tone_mapped

        picture, own_bits = tone_mapped(picture, place.mapped_bits), place.mapped_bits or own_bits
        metadata = replace(metadata, icc=b"")  # of the colours that there were
    cicp, gamma = colour_tags(picture.rendering)
    said = SourceDescription(rendering=picture.rendering, metadata=metadata)
    deep = place.file_bits(picture.bit_depth)
    spec = CodePicture(picture.planes, deep, FileColour(picture.colour), said).spec(cicp=cicp, gamma=gamma)
    if place.alpha_kind is not None:
        spec = replace(spec, sizes=(*spec.sizes, spec.sizes[0]), alpha=place.alpha_kind)
    with open_writer(target, suffix, spec) as writer:
        writer.write_rows(*place.with_alpha(picture.planes, picture.bit_depth, is_ycc=picture.colour == "YUV"))
    bits, gray = (picture.bit_depth, own_bits), picture.colour == "gray"
    return DecodeReport(
        output=name_of(target),
        width=picture.width,
        height=picture.height,
        bit_depth=picture.bit_depth,
        colour=picture.colour,
        fingerprint=picture_sha256(picture.planes) if place.job.fingerprint else "",
        warnings=(*picture.warnings, *losses(suffix, *bits, picture.rendering, metadata, gray=gray, file_bits=deep)),
        timings={},
    )


class _Fan:
    """An observer that passes every stage on to several others."""

    def __init__(self, observers: list[Observer]) -> None:
        self._observers = observers

    def __call__(self, stage: str, array: IntArray) -> None:
        for observer in self._observers:
            observer(stage, array)


class _Ticks:
    """An observer that turns stages into a share of the work."""

    def __init__(self, show: Progress) -> None:
        self._show, self._seen = show, 0

    def __call__(self, _stage: str, _array: IntArray) -> None:
        self._seen += 1
        self._show(min(1.0, self._seen / EXPECTED_STAGES))
