"""A summary of a codestream's headers: size, profile, level, tools, substreams and their bytes.

In: bytes.  Out: `Info`, plain values that print and serialise well.  No weights and no compiled code are needed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.floatrecord import layer_error, layer_form, layer_in_words
from refdec.bitstream.framing import Codestream, read_codestream
from refdec.bitstream.headers import Edition, Headers, read_headers
from refdec.bitstream.layerrecord import layer_part
from refdec.bitstream.levels import profile
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.bitstream.privaterecord import read_private_record
from refdec.bitstream.tools import ToolsHeader
from refdec.bitstream.transforms import Synthesis
from refdec.bitstream.userdata import read_gray_mark, read_weights_mark
from refdec.inspection.rendering import rendering_facts
from refdec.limits import DEFAULT_LIMITS, Limits

__all__ = ["COLOURS", "Info", "SubstreamInfo", "info_of", "rate_of", "read_info", "tool_names"]

COLOURS = ("YUV as decoded", "RGB by BT.709", "custom matrix")
"""What samples are, for each colour transform (5.10)."""


@dataclass(frozen=True, slots=True)
class SubstreamInfo:
    """One substream: its marker's name, the byte of its marker in the file, and the bytes of its payload."""

    marker: str
    offset: int
    payload_bytes: int


@dataclass(frozen=True, slots=True)
class Info:
    """What the headers of one codestream say; sizes in luma samples, displacements in 1/128 sigma levels.

    `file`: what the HEIF file around it holds, None: it stands alone.
    `private_regions`: X,Y,W,H of what it does not show; `sealed_bytes`: of what a key opens, None: there is nothing.
    `lossless_layer`: what the layer gives (7.2), None: there is none; `layer_bytes`: its length; `layer_max_error`: how
    far a sample of that may be from the original, 0: it is lossless; `layer_form`: its bits of a sample, and 1
    component of gray or 3 of RGB, of floats those of the picture for viewing.
    """

    width: int
    height: int
    coded_width: int
    coded_height: int
    bit_depth: int
    output_format: str
    coded_format: str
    colour: str
    edition: str
    stream_profile_idc: int
    profile: str
    level_idc: int
    model_id: int
    synthesis_transforms: tuple[str, ...]
    displacement: tuple[int, int]
    tools: tuple[str, ...]
    regions: tuple[int, int]
    independent_regions: bool
    tile_size: int
    tile_overlap: int
    threads_z: int
    threads_residual: tuple[int, int]
    coded_channels: tuple[int, int]
    rendering: dict[str, Any] | None
    user_data_bytes: int
    weights_fingerprint: str | None
    gray_components: int | None
    private_regions: tuple[str, ...]
    sealed_bytes: int | None
    lossless_layer: str | None
    layer_bytes: int | None
    layer_max_error: int | None
    layer_form: tuple[int, int] | None
    codestream_bytes: int
    bits_per_pixel: str
    substreams: tuple[SubstreamInfo, ...]
    warnings: tuple[str, ...]
    file: dict[str, Any] | None = None

    @property
    def is_gray_alone(self) -> bool:
        """Whether one component is shown: the source had gray alone, and so has the original of a layer."""
        return self.gray_components == 1 and (self.layer_form is None or self.layer_form[1] == 1)

    def as_json(self) -> dict[str, Any]:
        """Return plain dictionaries, lists, numbers and strings; `file` where there is one."""
        values = asdict(self)
        return {name: value for name, value in values.items() if name != "file" or value is not None}


def tool_names(picture: PictureHeader, tools: ToolsHeader) -> tuple[str, ...]:
    """Return the names of the coding tools and filters that the headers switch on, in decoding order."""
    on = {
        "quality map": picture.gain_3D_enable_flag,
        "RVS": any(picture.rvs_enable_flag),
        "GRFS": any(picture.grfs_enable_flag),
        "cube flags": any(picture.use_cube_flags),
        "fewer channels": picture.num_chs_coded != COMPONENT_CHANNELS,
        "LSBS": any(tools.lsbs_enable_flag),
        "EFE linear": tools.efe_linear is not None,
        "eICCI": tools.icci is not None,
        "EFE non-linear": tools.efe_nonlinear is not None,
        "LEF": tools.lef_ch_idx is not None,
    }
    return tuple(name for name, enabled in on.items() if enabled)


def rate_of(coded: int, samples: int) -> str:
    """Return bits for each sample with four decimals, of so many bytes; without passing through a float."""
    scaled = (8 * coded * 10000 + samples // 2) // samples
    return f"{scaled // 10000}.{scaled % 10000:04d}"


def info_of(codestream: Codestream, headers: Headers) -> Info:
    """Return the summary of a codestream that was read already."""
    picture, tools = headers.picture, headers.tools
    private, layer = read_private_record(headers.user_data), layer_part(headers.user_data)[1]
    parts = tuple(SubstreamInfo(p.marker.name, p.offset, len(p.payload)) for p in codestream.substreams)
    return Info(
        width=picture.display_width,
        height=picture.display_height,
        coded_width=picture.img_width,
        coded_height=picture.img_height,
        bit_depth=picture.bit_depth,
        output_format=ChromaFormat((picture.s_ver, picture.s_hor)).label,
        coded_format=ChromaFormat((picture.c_ver, picture.c_hor)).label,
        colour=COLOURS[picture.colour_transform_idx],
        edition=str(headers.edition),
        stream_profile_idc=picture.stream_profile_idc,
        profile=profile(picture.decoder_profile_id).name,
        level_idc=picture.level_idc,
        model_id=picture.model_id,
        synthesis_transforms=tuple(Synthesis(t).name for t in picture.synthesis_transforms),
        displacement=picture.beta_log,
        tools=tool_names(picture, tools),
        regions=(picture.num_ver, picture.num_hor),
        independent_regions=picture.independent_regions,
        tile_size=picture.tile_size[0],
        tile_overlap=picture.tile_overlap[0],
        threads_z=picture.num_threads_z,
        threads_residual=picture.num_threads_r,
        coded_channels=picture.num_chs_coded,
        rendering=None if headers.rendering is None else rendering_facts(headers.rendering),
        user_data_bytes=len(headers.user_data or b""),
        weights_fingerprint=read_weights_mark(headers.user_data),
        gray_components=read_gray_mark(headers.user_data),
        private_regions=() if private is None else tuple(f"{r.x},{r.y},{r.w},{r.h}" for r in private.rectangles),
        sealed_bytes=None if private is None or private.sealed is None else len(private.sealed.ciphertext),
        lossless_layer=None if layer is None else layer_in_words(layer),
        layer_bytes=None if layer is None else len(layer),
        layer_max_error=None if layer is None else layer_error(layer),
        layer_form=None if layer is None else layer_form(layer),
        codestream_bytes=codestream.end,
        bits_per_pixel=rate_of(codestream.end, picture.display_width * picture.display_height),
        substreams=parts,
        warnings=tuple(warning.headline() for warning in (*codestream.warnings, *headers.warnings)),
    )


def read_info(
    data: bytes,
    *,
    limits: Limits = DEFAULT_LIMITS,
    lenient: bool = False,
    any_level: bool = False,
    edition: Edition | None = None,
) -> Info:
    """Read the headers of a codestream and summarise them; raises CodestreamError and UnsupportedError."""
    codestream = read_codestream(data, limits=limits, lenient=lenient)
    headers = read_headers(
        codestream, edition=edition, limits=limits, lenient=lenient, any_level=any_level, allow_custom_colour=True
    )
    return info_of(codestream, headers)
