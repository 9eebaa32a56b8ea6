"""A small picture straight from the latents to a file.

In: a codestream, a target and a `DecodeJob`.  Out: a picture file, and a `DecodeReport`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.api.concerning import concerning
from refdec.api.decode_report import DecodeReport
from refdec.api.errors import ScaleAlone
from refdec.api.inputs import read_inputs
from refdec.api.picture_files import colour_of, gray_of
from refdec.api.scaled import require_scale, scaled_picture

if TYPE_CHECKING:
    from refdec.api.decode_job import DecodeJob
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.weights.pack import WeightPack

__all__ = ["scaled_to_file"]


def scaled_to_file(
    source: Source, target: Target, suffix: str, job: DecodeJob, scale: int, weights: WeightPack | Source | None
) -> DecodeReport:
    """Write a small picture straight from the latents."""
    from refdec.api.beside import beside_of
    from refdec.api.privacy import shown_with
    from refdec.formats.colours import colour_tags
    from refdec.formats.description import SourceDescription
    from refdec.formats.files import name_of, write_picture
    from refdec.formats.losses import losses
    from refdec.formats.pictures import CodePicture
    from refdec.formats.pictures import Colour as FileColour
    from refdec.trace.picture_digest import picture_sha256

    stages, faces = ["stages"] if job.wants_stages else [], ["blurred faces"] if job.blur_faces else []
    require_scale(scale, job.options, *stages, *faces)
    if colour_of(suffix) == "YUV":
        raise ScaleAlone(f"Y'CbCr planes for a {suffix} file")
    with concerning(source):
        inputs = read_inputs(source, weights, job.options)
        data, said = shown_with(inputs.data, job.key, or_public=job.or_public, options=job.options)
        beside = beside_of(inputs.file, job.options)
        picture = beside.upright(scaled_picture(inputs._replace(data=data), job.options, scale), scale=scale)
    planes = picture.planes * 3 if picture.colour == "gray" and gray_of(suffix) is False else picture.planes
    colour = FileColour.RGB if len(planes) == 3 else FileColour.GRAY
    cicp, gamma = colour_tags(picture.rendering)
    said_in_file = SourceDescription(rendering=picture.rendering, metadata=beside.metadata)
    codes = CodePicture(planes, picture.bit_depth, colour, said_in_file)
    write_picture(target, codes, suffix=suffix, cicp=cicp, gamma=gamma)
    fingerprint = picture_sha256(planes) if job.fingerprint else ""
    bits = picture.bit_depth, picture.bit_depth
    lost = (*picture.warnings, *losses(suffix, *bits, picture.rendering, beside.metadata))
    lost += ("a small picture straight from the latents has no transparency",) if beside.alpha is not None else ()
    size = picture.width, picture.height
    return DecodeReport(name_of(target), *size, picture.bit_depth, colour.value, fingerprint, (*said, *lost), {})
