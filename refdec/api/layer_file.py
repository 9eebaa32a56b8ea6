"""An original from its lossless layer to a file, a row of tiles at a time: no picture is ever whole in memory (7.6).

In: a codestream whose original goes with what is asked for.  Out: a picture file, and a `DecodeReport`.  First the
picture that the layer starts from is decoded and compared with its digest, then tile by tile what it gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refdec.api.decode import opened_stream, useful_workers
from refdec.api.decode_report import DecodeReport
from refdec.api.kept_rows import kept_rows
from refdec.api.lossless import hindrance, require_layer_size
from refdec.bitstream.floatrecord import read_float_layer
from refdec.bitstream.layerrecord import LosslessRecord, layer_part, read_layer
from refdec.clauses import clause
from refdec.lossless.errors import LayerDamaged, LayerOfOtherPicture
from refdec.picture.picture import fidelity_in_words

if TYPE_CHECKING:
    from refdec.api.inputs import Inputs
    from refdec.bitstream.headers import Headers
    from refdec.decoding.options import DecodeOptions
    from refdec.formats.sinks import Target
    from refdec.formats.transparency import AlphaKind
    from refdec.heif.parts import Metadata
    from refdec.observation import Progress
    from refdec.picture.output import Codes
    from refdec.picture.render import Colour

__all__ = ["LayerFile", "layer_of"]


def layer_of(
    inputs: Inputs, headers: Headers, options: DecodeOptions, *, usual: Colour | None, gray: bool | None
) -> LosslessRecord | None:
    """Return the layer of a codestream whose original is to be shown as it is stored, None where there is none such.

    `usual`, `gray`: see `restored`, which says why not.
    """
    part = layer_part(headers.user_data)[1]
    record = None if part is None or read_float_layer(part) is not None else read_layer(part)
    if record is None or (record.components == 1 and gray is False):
        return None
    return None if hindrance(record.bit_depth, record.components, options, usual, gray) else record


@dataclass(frozen=True, slots=True, eq=False)
class LayerFile:
    """Where an original goes: a file of a format, with metadata, and with transparency that is put beside its rows.

    `file_bits`: the depth in which rows of an original of some bits stand in it.  `fingerprint`: report that of the
    codes.
    """

    target: Target
    suffix: str
    metadata: Metadata
    alpha_kind: AlphaKind | None
    file_bits: Callable[[int], int]
    with_alpha: Callable[[tuple[Codes, ...], int, int], tuple[Codes, ...]]
    fingerprint: bool
    on_progress: Progress

    @clause("7.6")
    def write(self, inputs: Inputs, headers: Headers, options: DecodeOptions, record: LosslessRecord) -> DecodeReport:
        """(7.6) Write the original; a file appears only if every digest is right.

        Raises LayerOfOtherPicture, LayerDamaged, what decoding raises, FormatCannotHold, FileUnwritable.
        """
        from refdec.api.decoded_to_file import CODED_PIXEL_BYTES
        from refdec.formats.colours import EIGHT_BIT_SUFFIXES, colour_tags
        from refdec.formats.files import name_of, open_writer
        from refdec.formats.losses import losses
        from refdec.formats.pictures import Colour as FileColour
        from refdec.formats.pictures import PictureSpec
        from refdec.lossless.layer import decoded_rows, layer_rows_memory
        from refdec.trace.picture_digest import picture_digest

        width, height = require_layer_size(headers, record.width, record.height)
        bits, count, workers = record.bit_depth, record.components, options.workers
        waiting = CODED_PIXEL_BYTES * width * height if self.suffix in EIGHT_BIT_SUFFIXES else 0
        options.limits.require_memory(layer_rows_memory(width, count, record.tile_log2, workers) + waiting)
        colour: Colour = "gray" if count == 1 else "RGB"
        sizes = ((height, width),) * (count if self.alpha_kind is None else count + 1)
        tags = colour_tags(headers.rendering)
        deep = self.file_bits(bits)
        spec = PictureSpec(sizes, deep, FileColour(colour), *tags, self.metadata, self.alpha_kind, headers.rendering)
        with kept_rows(width, bits, count) as base:
            wished = replace(options, colour=colour, bit_depth=bits, region=None)
            stream = opened_stream(inputs, wished)
            for band in stream.bands(workers=useful_workers(stream, wished), on_progress=self._half(0)):
                base.add(*band)
            if base.hexdigest() != record.base_sha256.hex():
                raise LayerOfOtherPicture
            top, told = 0, self._half(1)
            with open_writer(self.target, self.suffix, spec) as writer, picture_digest() as digest:
                for made in decoded_rows(record, base.rows, workers=workers, check=inputs.check):
                    writer.write_rows(*self.with_alpha(made, bits, top))
                    digest.add(*made)
                    top += made[0].shape[0]
                    told(top / height)
                found = digest.hexdigest()
                if found != record.samples_sha256.hex():
                    raise LayerDamaged("the picture does not have the SHA-256 of the original")
        return DecodeReport(
            output=name_of(self.target),
            width=width,
            height=height,
            bit_depth=bits,
            colour=colour,
            fingerprint=found if self.fingerprint else "",
            warnings=losses(self.suffix, bits, bits, headers.rendering, self.metadata, gray=count == 1, file_bits=deep),
            timings={},
            fidelity=fidelity_in_words(record.max_error),
        )

    def _half(self, which: int) -> Progress:
        """Return what is told the share of one of two halves of the work."""
        return lambda share: self.on_progress((which + share) / 2)
