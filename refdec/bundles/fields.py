"""Header fields of a latent bundle: plain ints, strings and tuples, the same for every stage (1.6).

In: the headers of a codestream.  Out: `BundleHeaders`, which a task can read without any other module of the decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from refdec.bitstream.transforms import Synthesis
from refdec.bitstream.userdata import read_gray_mark
from refdec.bundles.errors import BundleHeaderInvalid
from refdec.clauses import clause

if TYPE_CHECKING:
    from refdec.bitstream.framing import Codestream
    from refdec.bitstream.headers import Headers
    from refdec.bitstream.picture_header import PictureHeader

__all__ = ["BundleHeaders", "headers_of"]

Pair = tuple[int, int]
LARGEST_SIDE = 65599
RANGES: Mapping[str, range] = {
    "width": range(64, LARGEST_SIDE + 1),
    "height": range(64, LARGEST_SIDE + 1),
    "display_width": range(1, LARGEST_SIDE + 1),
    "display_height": range(1, LARGEST_SIDE + 1),
    "bit_depth": range(1, 17),
    "subsampling": range(1, 3),
    "coded_subsampling": range(1, 3),
    "num_chs": range(161),
    "regions": range(1, 129),
    "gray_components": range(4),
}
"""Ranges of fields (of each entry, for tuples); other integers are only asked to be integers."""


@dataclass(frozen=True, slots=True)
class BundleHeaders:
    """What the headers of the codestream say; pairs of components are (luma, chroma), pairs of sizes (rows, columns).

    `width`, `height`: coded luma samples, 64..65599; `display_width`, `display_height`: those that are shown.
    `subsampling`, `coded_subsampling`: (vertical, horizontal) chroma subsampling of output and coded picture.
    `displacement`: rate displacement per component, unit 1/128 level.  `num_chs`: coded residual channels.
    `synthesis`: transforms in the encoder's preference ("BOP", "SOP").  `tools`: names of the tools in use, sorted.
    `regions`: (rows, columns) of regions.  `weights_fingerprint`: of the common checkpoints that made the arrays,
    empty at stage headers; `stream_fingerprint`: of the weights that the codestream names, empty if it names none.
    `substream_bytes`: (marker, payload bytes), in file order; `codestream_bytes`: the whole codestream.
    `edition`: "published" or "draft", the text whose picture header it has (1.12).  `gray_components`: how many the
    source had where the codestream says that it was gray, else 0.
    """

    width: int
    height: int
    display_width: int
    display_height: int
    bit_depth: int
    subsampling: Pair
    coded_subsampling: Pair
    colour_transform_idx: int
    decoder_profile_id: int
    level_idc: int
    model_id: int
    displacement: Pair
    synthesis: tuple[str, ...]
    num_chs: Pair
    tools: tuple[str, ...]
    regions: Pair
    independent_regions: bool
    weights_fingerprint: str = ""
    stream_fingerprint: str = ""
    substream_bytes: tuple[tuple[str, int], ...] = ()
    codestream_bytes: int = 0
    stream_profile_idc: int = 0
    edition: str = "published"
    gray_components: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, str(field.type), getattr(self, field.name))
        if self.display_width > self.width or self.display_height > self.height:
            raise BundleHeaderInvalid("display_width, display_height", "are larger than the coded picture")

    @property
    def latent_size(self) -> Pair:
        """(1.6.1) Rows and columns of the latents of both components: one position per 16 x 16 luma samples."""
        return -(-self.height // 16), -(-self.width // 16)

    @property
    def hyper_size(self) -> Pair:
        """(1.6.1) Rows and columns of the hyper latents: one position per 64 x 64 luma samples."""
        return -(-self.height // 64), -(-self.width // 64)

    @property
    def plane_sizes(self) -> tuple[Pair, Pair, Pair]:
        """(1.6.1) Rows and columns of the shown Y, U and V planes in the output format."""
        ver, hor = self.subsampling
        chroma = (-(-self.display_height // ver), -(-self.display_width // hor))
        return (self.display_height, self.display_width), chroma, chroma

    @property
    def pixels(self) -> int:
        """Samples of the coded luma plane."""
        return self.width * self.height

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> BundleHeaders:
        """Build from `to_json`; fields that are unknown here were added by a newer minor version and are left out.

        Raises BundleHeaderInvalid.
        """
        known: dict[str, Any] = {}
        for field in fields(cls):
            if field.name in values:
                known[field.name] = _frozen(values[field.name])
            elif field.default is MISSING:
                raise BundleHeaderInvalid(field.name, "is missing")
        return cls(**known)


def _frozen(value: Any) -> Any:
    """Return a JSON value with tuples for lists."""
    return tuple(_frozen(entry) for entry in value) if isinstance(value, list) else value


def _is(kind: str, value: Any) -> bool:
    """Tell whether a value is of the kind that a field's annotation names."""
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "str":
        return isinstance(value, str)
    if not isinstance(value, tuple):
        return False
    if kind == "Pair":
        return len(value) == 2 and all(_is("int", entry) for entry in value)
    if kind == "tuple[str, ...]":
        return all(isinstance(entry, str) for entry in value)
    return all(isinstance(e, tuple) and len(e) == 2 and _is("str", e[0]) and _is("int", e[1]) for e in value)


def _check(name: str, kind: str, value: Any) -> None:
    """Raise BundleHeaderInvalid unless `value` fits the field."""
    if not _is(kind, value):
        raise BundleHeaderInvalid(name, f"is {value!r}, which is no {kind}")
    allowed = RANGES.get(name)
    for entry in value if isinstance(value, tuple) else (value,):
        if allowed is not None and entry not in allowed:
            raise BundleHeaderInvalid(name, f"is {entry}, outside {allowed.start}..{allowed.stop - 1}")


def _component_tools(header: PictureHeader) -> dict[str, tuple[Any, Any]]:
    """Return the tools of PIH that have a flag per component."""
    return {
        "cube_flags": header.use_cube_flags,
        "grfs": header.grfs_enable_flag,
        "rvs": header.rvs_enable_flag,
        "tiles": header.synthesis_tile_enable,
    }


def _tools(headers: Headers) -> tuple[str, ...]:
    """Return the names of the tools in use, sorted: "rvs.luma", "efe_linear", "quality_map" ..."""
    per_component = {**_component_tools(headers.picture), "lsbs": headers.tools.lsbs_enable_flag}
    names = [
        f"{tool}.{component}"
        for tool, flags in per_component.items()
        for component, flag in zip(("luma", "chroma"), flags, strict=True)
        if flag
    ]
    whole = {
        "efe_linear": headers.tools.efe_linear,
        "efe_nonlinear": headers.tools.efe_nonlinear,
        "eicci": headers.tools.icci,
        "lef": headers.tools.lef_ch_idx,
        "quality_map": headers.picture.gain_3D_enable_flag or None,
    }
    return tuple(sorted([*names, *(tool for tool, value in whole.items() if value is not None)]))


@clause("1.6")
def headers_of(
    headers: Headers, codestream: Codestream, *, weights_fingerprint: str = "", stream_fingerprint: str = ""
) -> BundleHeaders:
    """(1.6) Return the header fields of a bundle of a codestream.

    `weights_fingerprint` names the weights that the later stages are decoded with, `stream_fingerprint` those that
    UDI names.
    """
    header = headers.picture
    return BundleHeaders(
        width=header.img_width,
        height=header.img_height,
        display_width=header.display_width,
        display_height=header.display_height,
        bit_depth=header.bit_depth,
        subsampling=(header.s_ver, header.s_hor),
        coded_subsampling=(header.c_ver, header.c_hor),
        colour_transform_idx=header.colour_transform_idx,
        decoder_profile_id=header.decoder_profile_id,
        level_idc=header.level_idc,
        model_id=header.model_id,
        displacement=header.beta_log,
        synthesis=tuple(Synthesis(transform).name for transform in header.synthesis_transforms),
        num_chs=header.num_chs_coded,
        tools=_tools(headers),
        regions=(header.num_ver, header.num_hor),
        independent_regions=header.independent_regions,
        weights_fingerprint=weights_fingerprint,
        stream_fingerprint=stream_fingerprint,
        substream_bytes=tuple((part.marker.name, len(part.payload)) for part in codestream.substreams),
        codestream_bytes=codestream.end,
        stream_profile_idc=header.stream_profile_idc,
        edition=str(headers.edition),
        gray_components=read_gray_mark(headers.user_data) or 0,
    )
