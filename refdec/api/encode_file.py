"""A picture to a codestream file, with a report, as commands and archives have it.

In: a source, a target and `EncodeOptions`.  Out: a file, whole or not there, and an `EncodeReport`.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.api.encode_options import DEFAULT_OPTIONS, EncodeOptions
from refdec.api.encode_run import encoded_picture
from refdec.plugins.errors import RequestInvalid

if TYPE_CHECKING:
    from refdec.api.sources import Encodable
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.observation import Progress
    from refdec.weights.pack import WeightPack

__all__ = ["EncodeReport", "encode_to_file"]


@dataclass(frozen=True, slots=True)
class EncodeReport:
    """What was encoded: sizes, the rate, and the operating point that was used.

    `bytes` of the output, of which `beside_bytes` are not of the codestream: those of a HEIF file around it.
    `quality`: its place on the scale or the one just below, where a quality or a number of bytes was asked for.
    `warnings`: sentences about the source: that it was turned, what of it a codestream cannot carry.
    `filters`: those that the codestream switches on, by the names of `EncodeOptions.tools`.  `layer_bytes`: of `bytes`,
    those of the lossless layer and what it takes to carry it.
    """

    output: str
    encoder: str
    width: int
    height: int
    bytes: int
    bits_per_pixel: float
    model: int
    displacement: int
    chroma_displacement: int
    quality: int | None = None
    warnings: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    beside_bytes: int = 0
    layer_bytes: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self)


def encode_to_file(
    source: Encodable,
    target: Target,
    options: EncodeOptions = DEFAULT_OPTIONS,
    *,
    weights: WeightPack | Source | None = None,
    progress: Progress | None = None,
) -> EncodeReport:
    """Encode to a file, which appears complete or not at all: a HEIF file where the options or its name say so.

    Raises what `encode` raises, and FileUnwritable.
    """
    from refdec.api.weights import load_weights
    from refdec.bitstream.layerrecord import layer_part, with_layer
    from refdec.encoding.enhancement.toolnames import filters_of
    from refdec.formats.files import name_of, suffix_of, write_bytes
    from refdec.formats.kinds import goes_in_file

    pack = load_weights(weights)
    in_file = goes_in_file(suffix_of(target), options.container)
    if options.thumbnail and not in_file:
        raise RequestInvalid("thumbnail", options.thumbnail, "left away for a bare codestream, which has no place")
    made = encoded_picture(source, options, in_file=in_file, weights=pack, progress=progress)
    header, used = made.headers.picture, tuple(tool.value for tool in filters_of(made.headers.tools))
    write_bytes(target, made.file or made.codestream)  # only what reads
    width, height = header.display_width, header.display_height
    name = os.fspath(target) if isinstance(target, str | Path) else name_of(target)
    size, rate = len(made.codestream), 8 * len(made.codestream) / (width * height)
    point = (header.model_id, *header.beta_log)
    quality = None if options.quality is options.max_bytes is None else _quality_at(point, pack)
    written = len(made.file) or size
    sizes = width, height, written, rate
    layered = layer_part(made.headers.user_data)[1] is not None
    layer = size - len(with_layer(made.codestream, b"", limits=options.limits)) if layered else 0
    return EncodeReport(name, options.encoder, *sizes, *point, quality, made.warnings, used, written - size, layer)


def _quality_at(point: tuple[int, int, int], pack: WeightPack) -> int | None:
    """Return the largest quality that stands for a point with these weights or one just below, None if none does."""
    from refdec.encoding.quality import QUALITIES
    from refdec.encoding.ratecontrol import chroma_displacement
    from refdec.plugins.core import Core

    core, (model_id, displacement, chroma) = Core(pack), point
    if chroma < chroma_displacement(displacement):
        return None
    points = [(quality, core.operating_point(quality)) for quality in QUALITIES]
    found = [quality for quality, at in points if at.model_id == model_id and at.displacement <= displacement]
    return max(found, default=None)
