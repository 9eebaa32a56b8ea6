"""What a stream is like, in words: the features that failed cases may have in common.

In: a case and its stream.  Out: phrases that follow "has" ("an odd width", "10-bit samples"), in the order in which
people would look for a cause, and numbers by name.  A stream whose headers cannot be read has none of them; a broken
one has the rule that it breaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Headers, read_headers
from refdec.bitstream.levels import profiles
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.bitstream.tools import ToolsHeader
from refdec.bitstream.transforms import Synthesis
from refdec.conformance.case import Case, ExpectedError
from refdec.errors import RefdecError

__all__ = ["header_features", "header_numbers", "with_features"]

MULTIPLES = (4, 8, 16, 32, 64)
COMPONENTS = ("luma", "chroma")


def with_features(case: Case, stream: bytes) -> Case:
    """Return a case with its features; those that its manifest has stay."""
    if case.features:
        return case
    broken = [] if case.error is None else list(_rule(case.error))
    try:
        headers = read_headers(read_codestream(stream))
    except RefdecError:
        return replace(case, features=tuple(broken), numbers={"bytes": len(stream)})
    numbers = {**header_numbers(headers.picture), "bytes": len(stream)}
    return replace(case, features=(*broken, *header_features(headers)), numbers=numbers)


def _rule(error: ExpectedError) -> Iterator[str]:
    """Yield what is broken: its clause, and the chapter, in which a decoder may check nothing at all."""
    if error.clause:
        yield f"a broken rule of clause {error.clause}"
        yield f"a broken rule of chapter {error.clause.partition('.')[0]}"
    yield f"the error {error.name}"


def header_features(headers: Headers) -> tuple[str, ...]:
    """Return all that is so, each once."""
    picture, tools = headers.picture, headers.tools
    parts = (
        _size(picture),
        _samples(picture),
        _multiples(picture),
        _networks(picture),
        _regions(picture),
        _coding(picture),
        _tools(tools),
        _rest(headers),
    )
    return tuple(dict.fromkeys(text for part in parts for text in part))


def header_numbers(picture: PictureHeader) -> Mapping[str, int]:
    """Return numbers by their names."""
    return {
        "width": picture.display_width,
        "height": picture.display_height,
        "samples": picture.display_width * picture.display_height,
        "regions": picture.num_regions,
        "residual threads": max(picture.num_threads_r),
        "luma channels": picture.num_chs_coded[0],
        "chroma channels": picture.num_chs_coded[1],
    }


def _parity(value: int) -> str:
    return "an odd" if value % 2 else "an even"


def _size(picture: PictureHeader) -> Iterator[str]:
    width, height = picture.display_width, picture.display_height
    yield f"{_parity(width)} width"
    yield f"{_parity(height)} height"
    yield "landscape format" if width > height else "portrait format" if width < height else "a square picture"
    if (width, height) != (picture.img_width, picture.img_height):
        yield "a displayed size below the coded one"
    if width != picture.img_width:
        yield "a displayed width below the coded one"
    if height != picture.img_height:
        yield "a displayed height below the coded one"


def _samples(picture: PictureHeader) -> Iterator[str]:
    yield f"{picture.bit_depth}-bit samples"
    output, coded = (picture.s_ver, picture.s_hor), (picture.c_ver, picture.c_hor)
    named = {form.value: form.label for form in ChromaFormat}
    yield f"{named.get(output, 'another chroma format')} output"
    yield f"{named.get(coded, 'another chroma format')} coded chroma"
    if output != coded:
        yield "chroma that is converted between formats"
    yield "RGB output" if picture.colour_transform_idx == 1 else "YUV output"
    rows, columns = picture.chroma_size
    if output != (1, 1):
        yield f"{_parity(columns)} width of the chroma planes"
        yield f"{_parity(rows)} height of the chroma planes"


def _multiples(picture: PictureHeader) -> Iterator[str]:
    yield f"{_parity(picture.img_width)} coded width"
    yield f"{_parity(picture.img_height)} coded height"
    for n in MULTIPLES:
        if picture.display_width % n:
            yield f"a width that is no multiple of {n}"
        if picture.display_height % n:
            yield f"a height that is no multiple of {n}"
    for n in MULTIPLES[2:]:
        if picture.img_width % n:
            yield f"a coded width that is no multiple of {n}"
        if picture.img_height % n:
            yield f"a coded height that is no multiple of {n}"


def _networks(picture: PictureHeader) -> Iterator[str]:
    known = {transform.value: transform.name for transform in Synthesis}
    transforms = [known[number] for number in picture.synthesis_transforms if number in known]
    yield f"model {picture.model_id}"
    if transforms:
        yield f"{transforms[0]} as first synthesis transform"
    if len(transforms) > 1:
        yield "several synthesis transforms"
    names = {row.decoder_profile_id: row.name for row in profiles()}
    yield f"profile {names.get(picture.decoder_profile_id, picture.decoder_profile_id)}"
    yield f"level {picture.level_idc}"


def _regions(picture: PictureHeader) -> Iterator[str]:
    if picture.num_regions > 1:
        yield "more than one region"
        yield "independent regions" if picture.independent_regions else "dependent regions"
    if picture.num_hor > 1:
        yield "regions beside each other"
    if picture.num_ver > 1:
        yield "regions one above the other"
    if picture.hd_overlap:
        yield "an overlap of regions in the hyper decoder"
    if picture.mcm_overlap:
        yield "an overlap of regions in the context model"
    for component, size, overlap in zip(COMPONENTS, picture.tile_size, picture.tile_overlap, strict=True):
        if size:
            yield f"synthesis tiles of {component}"
            yield f"{'overlapping' if overlap else 'touching'} synthesis tiles of {component}"


def _coding(picture: PictureHeader) -> Iterator[str]:
    if max(picture.num_threads_r) > 1:
        yield "more than one residual thread"
    for component, threads in zip(COMPONENTS, picture.num_threads_r, strict=True):
        if threads > 1:
            yield f"more than one residual thread of {component}"
    if picture.num_threads_z > 1:
        yield "more than one thread of the hyper latent"
    if picture.gain_3D_enable_flag:
        yield "a quality map"
        if picture.num_threads_q > 1:
            yield "more than one thread of the quality map"
    pairs = (
        (
            "fewer residual channels",
            tuple(n < c for n, c in zip(picture.num_chs_coded, COMPONENT_CHANNELS, strict=True)),
        ),
        ("a displaced rate", picture.beta_log),
        ("cube flags", picture.use_cube_flags),
        ("RVS", picture.rvs_enable_flag),
        ("GRFS", picture.grfs_enable_flag),
    )
    for name, flags in pairs:
        if any(flags):
            yield name
        yield from (f"{name} of {component}" for component, on in zip(COMPONENTS, flags, strict=True) if on)


def _tools(tools: ToolsHeader) -> Iterator[str]:
    if any(tools.lsbs_enable_flag):
        yield "LSBS"
    yield from (f"LSBS of {part}" for part, on in zip(COMPONENTS, tools.lsbs_enable_flag, strict=True) if on)
    on = {
        "the linear EFE filter": tools.efe_linear is not None,
        "the eICCI filter": tools.icci is not None,
        "tiles of eICCI": tools.icci is not None and len(tools.icci.tiles) > 1,
        "the non-linear EFE filter": tools.efe_nonlinear is not None,
        "masks of EFE": tools.efe_nonlinear is not None
        and bool(tools.efe_nonlinear.mask1 or tools.efe_nonlinear.mask2),
        "the LEF filter": tools.lef_ch_idx is not None,
    }
    if any(on.values()):
        yield "a filter"
    if sum(on[name] for name in on if "filter" in name) > 1:
        yield "more than one filter"
    yield from (name for name, there in on.items() if there)


def _rest(headers: Headers) -> Iterator[str]:
    if headers.rendering is not None and headers.rendering.cicp is not None:
        yield "code points of colour (RDI)"
    if headers.user_data is not None:
        yield "user data (UDI)"
    yield f"a picture header of the {headers.edition.value} edition"
