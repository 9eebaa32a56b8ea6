"""The encoder, top to bottom: the order of operations of 3.B.5 and 6.7, one call a stage.

In: a source picture, settings, a pack of weights.  Out: a codestream, and the picture that a decoder will make of it.
Everything is integer and deterministic: the same picture, settings and weights give the same bytes on every machine.
Steps that rate control repeats are apart from those that it need not: `prepare` and `targets_of` know no displacement,
`code` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from refdec.arithmetic.types import Int8Array, Int32Array, IntArray
from refdec.bitstream import rules
from refdec.bitstream.builder import HeaderChoices, picture_header
from refdec.bitstream.headers import Edition, Headers, build_headers, write_headers
from refdec.bitstream.levels import profiles, smallest_level
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.bitstream.recognition import require_told_apart
from refdec.bitstream.rendering import RenderingInfo
from refdec.bitstream.tools import ToolsHeader
from refdec.bitstream.userdata import weights_mark
from refdec.clauses import clause
from refdec.decoding.errors import LatentsDoNotFit, LevelTooSmall, QualityMapDoesNotFit, SettingsRefused
from refdec.decoding.hyper import KeptHyper
from refdec.decoding.latents import ComponentLatent, LatentSource, LatentWindow, component_latent
from refdec.decoding.models import Models, stream_fingerprint
from refdec.decoding.synthesis import synthesis_window
from refdec.encoding.codestream import codestream_of
from refdec.encoding.components import code_component, hyper_maps
from refdec.encoding.targets import analyse, hyper_latents
from refdec.encoding.values import CodedComponent, EncoderInput, HyperMaps, SymbolChooser, Targets
from refdec.entropy.qualitymap import choose_entropy_index, map_differences
from refdec.errors import RefdecError
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.picture.planes import Planes, Size
from refdec.picture.source import plane_from_codes, planes_from_rgb
from refdec.tiling.analysis import usual_synthesis_tiling
from refdec.tiling.geometry import Rect, ceil_div

__all__ = [
    "Coded",
    "EncodeSettings",
    "Prepared",
    "code",
    "decoded_luma",
    "draft_header",
    "input_from_codes",
    "latents_of",
    "prepare",
    "targets_of",
    "transform_at_hand",
    "with_parts",
    "with_targets",
    "write",
]

Pair = tuple[int, int]
BASE_LIST = (1, 0)
SMALLEST_EDGE = 64
TILES_LEAVE_HOLES = "tiles of this size would leave samples of independent regions in no tile (4.10.5)"


@dataclass(frozen=True, slots=True, eq=False)
class EncodeSettings:
    """How a codestream is made; the defaults are base profile, BOP before SOP, one thread, one region, no tools.

    `synthesis_transforms` None: the list that writers of `decoder_profile_id` send (None: base).  `level_idc` None:
    the smallest. `bit_depth` 8 or 10 and `coded_format` (vertical, horizontal) None: the source's.  `regions` (rows,
    columns). `quality_map` int32 [h,w] of -8..8.  `tile_size` of the synthesis in luma samples, 0: none, None: the
    usual rule. `cubes` decides cube flags by the rule of 3.B.4.  `mark_weights`: name the weights in user data.
    `edition`: the text whose picture header and levels it has.
    """

    synthesis_transforms: tuple[int, ...] | None = None
    decoder_profile_id: int | None = None
    level_idc: int | None = None
    bit_depth: int | None = None
    coded_format: Size | None = None
    regions: Pair = (1, 1)
    independent_regions: bool = False
    threads_z: int = 1
    threads_r: int | Pair = 1
    threads_q: int = 1
    num_chs: Pair = COMPONENT_CHANNELS
    quality_map: Int32Array | None = None
    rvs: bool = False
    grfs: bool = False
    lsbs: bool = False
    cubes: bool = False
    tile_size: int | None = None
    mark_weights: bool = True
    edition: Edition = Edition.PUBLISHED


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What holds at every displacement: the targets and what follows from the hyper latents."""

    source: EncoderInput
    settings: EncodeSettings
    models: Models
    targets: Targets
    maps: tuple[HyperMaps, HyperMaps]
    steps: QualitySteps | None


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Both components as symbols, under the headers that go with them."""

    prepared: Prepared
    headers: Headers
    parts: tuple[CodedComponent, CodedComponent]


@clause("6.7")
@clause("5.14.1")
def input_from_codes(
    components: Sequence[IntArray],
    bits: int,
    *,
    rgb: bool,
    subsampling: Size = (1, 1),
    rendering: RenderingInfo | None = None,
) -> EncoderInput:
    """(6.7, 5.14.1) Return the input of sample codes: one component (gray: RGB with neutral chroma) or three.

    `subsampling` (vertical, horizontal) is that of the chroma planes of a YUV source.  `rendering` goes into RDI.
    """
    first, second, third = components if len(components) == 3 else (components[0],) * 3
    if rgb or len(components) == 1:
        return EncoderInput(planes_from_rgb(first, second, third, bits), (1, 1), 1, bits, rendering)
    y, u, v = (plane_from_codes(plane, bits) for plane in (first, second, third))
    return EncoderInput(Planes(y, u, v), subsampling, 0, bits, rendering)


@clause("1.9")
def draft_header(
    source: EncoderInput,
    settings: EncodeSettings,
    model_id: int,
    beta_log: Pair = (0, 0),
    parts: tuple[CodedComponent, CodedComponent] | None = None,
) -> PictureHeader:
    """(1.9) Return the picture header of settings; with `parts` complete, without a draft that lacks what they decide.

    Raises SettingsRefused, LevelTooSmall.
    """
    height, width = source.planes.size
    quality = None if settings.quality_map is None else choose_entropy_index(map_differences(settings.quality_map))
    transforms = settings.synthesis_transforms or _listed(settings.decoder_profile_id)
    coded_samples = max(height, SMALLEST_EDGE) * max(width, SMALLEST_EDGE)
    level = (
        settings.level_idc
        if settings.level_idc is not None
        else smallest_level(coded_samples, model_id, settings.edition)
    )
    if level is None:
        raise LevelTooSmall(coded_samples, model_id)
    overlap = _overlap(width, height, settings.regions)
    choices = HeaderChoices(
        width=width,
        height=height,
        model_id=model_id,
        beta_log=beta_log,
        synthesis_transforms=transforms,
        decoder_profile_id=settings.decoder_profile_id,
        level_idc=level,
        bit_depth=settings.bit_depth or (8 if source.bits <= 8 else 10),
        output_format=source.output,
        coded_format=settings.coded_format,
        colour_transform_idx=source.colour_transform_idx,
        threads_z=settings.threads_z,
        threads_r=settings.threads_r,
        threads_q=settings.threads_q,
        regions=None if settings.regions == (1, 1) else settings.regions,
        independent_regions=settings.independent_regions,
        hd_overlap=overlap,
        mcm_overlap=4 * overlap,
        num_chs=settings.num_chs,
        rvs=settings.rvs,
        cube_flags=(None, None) if parts is None else (parts[0].cube_flags, parts[1].cube_flags),
        grfs_flags=(None, None) if parts is None else _grfs(parts, settings.num_chs),
        quality_map_entropy_index=quality,
    )
    try:
        draft = picture_header(choices)
    except ValueError as problem:
        raise SettingsRefused.because(problem) from None
    return _with_tiles(draft, settings)


def _listed(decoder_profile_id: int | None) -> tuple[int, ...]:
    """Return the transforms that writers of a profile list."""
    return BASE_LIST if decoder_profile_id is None else profiles()[decoder_profile_id].writer_list


def _grfs(parts: tuple[CodedComponent, CodedComponent], num_chs: Pair) -> tuple[list[int] | None, list[int] | None]:
    """Return the GRFS flags of the coded channels."""
    luma, chroma = (
        None if part.grfs_flags is None else part.grfs_flags[: min(count, part.grfs_flags.size)].astype(int).tolist()
        for part, count in zip(parts, num_chs, strict=True)
    )
    return luma, chroma


@clause("4.10.2")
def _overlap(width: int, height: int, regions: Pair) -> int:
    """(4.10.2) hd_overlap of dependent regions, a quarter of mcm's: 2, or 1 where a region is 128 samples wide."""
    steps = [
        ceil_div(max(size, SMALLEST_EDGE), 128) // count
        for size, count in ((height, regions[0]), (width, regions[1]))
        if count > 1
    ]
    return 1 if steps and min(steps) < 2 else 2


@clause("1.6.6")
def _with_tiles(draft: PictureHeader, settings: EncodeSettings) -> PictureHeader:
    """(1.6.6) Return the header with synthesis tiles, by the usual rule or as the settings say."""
    usual = usual_synthesis_tiling(draft)
    size = usual.size if settings.tile_size is None else settings.tile_size
    if size == 0:
        return draft
    overlap = usual.overlap or (128 if settings.independent_regions else 64)
    return replace(
        draft,
        synthesis_tile_enable=(1, 1),
        synthesis_tile_size=(size >> 4, size >> 4),
        synthesis_tile_overlap=(overlap >> 4, overlap >> 4),
    )


@clause("3.B.5")
def targets_of(source: EncoderInput, settings: EncodeSettings, models: Models) -> Targets:
    """(3.B.5) Analyse a picture: y and z_hat of both components.  Raises MissingCheckpoint, SettingsRefused."""
    draft = _checked_draft(source, settings, models.model_id)
    return analyse(source, draft, models)


def _checked_draft(source: EncoderInput, settings: EncodeSettings, model_id: int) -> PictureHeader:
    """Return a draft that breaks no rule between elements.  Raises SettingsRefused, QualityMapDoesNotFit."""
    draft = draft_header(source, settings, model_id)
    headers = build_headers(draft, edition=settings.edition)
    try:
        for problem in rules.all_problems(headers):
            raise problem
        require_told_apart(write_headers(headers)[Marker.PIH], settings.edition)
    except RefdecError as problem:
        raise SettingsRefused.because(problem) from None
    if _leaves_holes(draft):
        raise SettingsRefused(TILES_LEAVE_HOLES)
    needed = (draft.lat_h, draft.lat_w)
    if settings.quality_map is not None and settings.quality_map.shape != needed:
        raise QualityMapDoesNotFit(needed, settings.quality_map.shape)
    return draft


@clause("4.10.5")
def _leaves_holes(draft: PictureHeader) -> bool:
    """(4.10.5) Tell whether tiles may leave samples of independent regions in no core, where the picture would be 0.

    A tile that begins half an overlap behind the border of a region is cut to its size from that border on.
    """
    size, half = draft.tile_size[0], draft.tile_overlap[0] // 2
    if not (draft.independent_regions and size and half):
        return False
    steps = zip(draft.region_steps, (draft.num_ver, draft.num_hor), strict=True)
    return any((i * step + half) % size == 0 for step, count in steps for i in range(1, count))


@clause("3.B.5")
def prepare(
    source: EncoderInput,
    settings: EncodeSettings,
    models: Models,
    y: tuple[Int32Array, Int32Array],
    z_hat: tuple[Int8Array, Int8Array] | None = None,
) -> Prepared:
    """(3.B.5) Return all that holds at every displacement for target latents; z_hat None: the hyper encoder's.

    Raises LatentsDoNotFit, SettingsRefused, QualityMapDoesNotFit.
    """
    draft = _checked_draft(source, settings, models.model_id)
    for c, name in enumerate(("luma", "chroma")):
        _require_shape(f"The latent of {name}", (COMPONENT_CHANNELS[c], draft.lat_h, draft.lat_w), y[c].shape)
        if z_hat is not None:
            needed = (COMPONENT_CHANNELS[c], draft.z_h, draft.z_w)
            _require_shape(f"The hyper latent of {name}", needed, z_hat[c].shape)
    z = hyper_latents(y, models) if z_hat is None else z_hat
    maps = hyper_maps(draft, 0, z[0], models), hyper_maps(draft, 1, z[1], models)
    steps = None if settings.quality_map is None else quality_steps(settings.quality_map)
    return Prepared(source, settings, models, Targets(y, z), maps, steps)


def with_targets(prepared: Prepared, y: tuple[Int32Array, Int32Array]) -> Prepared:
    """Return the same with other targets under the same hyper latents.  Raises LatentsDoNotFit."""
    known = prepared.targets
    for name, wanted, found in zip(("luma", "chroma"), known.y, y, strict=True):
        _require_shape(f"The latent of {name}", wanted.shape, found.shape)
    return replace(prepared, targets=Targets(y, known.z_hat))


def _require_shape(what: str, needed: tuple[int, ...], found: tuple[int, ...]) -> None:
    if needed != found:
        raise LatentsDoNotFit(what, needed, found)


@clause("3.B.4")
def code(prepared: Prepared, beta_log: Pair, *, chooser: SymbolChooser | None = None) -> Coded:
    """(3.B.4) Quantise at the displacements of luma and chroma."""
    settings, models = prepared.settings, prepared.models
    draft = draft_header(prepared.source, settings, models.model_id, beta_log)
    luma, chroma = (
        code_component(
            draft,
            c,
            prepared.targets.y[c],
            prepared.maps[c],
            models,
            steps=prepared.steps,
            grfs=settings.grfs,
            cubes=settings.cubes,
            chooser=chooser,
        )
        for c in (0, 1)
    )
    return with_parts(prepared, beta_log, (luma, chroma))


def with_parts(prepared: Prepared, beta_log: Pair, parts: tuple[CodedComponent, CodedComponent]) -> Coded:
    """Return coded components under the headers that go with them."""
    settings, models = prepared.settings, prepared.models
    header = draft_header(prepared.source, settings, models.model_id, beta_log, parts)
    tools = ToolsHeader(lsbs_enable_flag=(int(settings.lsbs), int(settings.lsbs)))
    mark = weights_mark(stream_fingerprint(models.pack, models.model_id)) if settings.mark_weights else None
    return Coded(
        prepared, build_headers(header, tools, prepared.source.rendering, mark, edition=settings.edition), parts
    )


@clause("1.9")
def write(coded: Coded) -> bytes:
    """(1.9) Return the codestream of coded components."""
    prepared = coded.prepared
    quality_map = prepared.settings.quality_map
    return codestream_of(coded.headers, coded.parts, prepared.targets.z_hat, quality_map, prepared.models)


@clause("4.7")
def latents_of(coded: Coded) -> tuple[ComponentLatent, ComponentLatent]:
    """(4.7) Return residual and latents of both components as a decoder will have them, without forming psi again."""
    return _component_latent(coded, 0), _component_latent(coded, 1)


def _component_latent(coded: Coded, component: int) -> ComponentLatent:
    """Return one component's latents from what the encoder keeps."""
    prepared, (luma, chroma), maps = coded.prepared, coded.parts, coded.prepared.maps
    hyper = KeptHyper((luma.sigma, chroma.sigma), (maps[0].psi, maps[1].psi))
    source = LatentSource((luma.symbols, chroma.symbols), prepared.steps, hyper)
    picture = coded.headers.picture
    frame = Rect(0, 0, picture.lat_w, picture.lat_h)
    return component_latent(coded.headers, source, prepared.models, component, frame, keep=True)


def transform_at_hand(coded: Coded) -> int:
    """Return the first listed synthesis transform that the pack has; the first of the list if it has none."""
    models, listed = coded.prepared.models, coded.headers.picture.synthesis_transforms
    return next((t for t in listed if _has_synthesis(models, t)), listed[0])


def _has_synthesis(models: Models, transform: int) -> bool:
    from refdec.weights.names import checkpoint_name, decoder_stem

    return checkpoint_name(f"{decoder_stem(transform)}Y", models.model_id) in models.pack


@clause("4.7")
def decoded_luma(coded: Coded, transform: int) -> Int32Array:
    """(4.7) Return the luma plane that a decoder will have before any filter, Q18, cut to the displayed size.

    What luma PSNR needs, without chroma and without forming psi again.
    """
    models, picture = coded.prepared.models, coded.headers.picture
    frame = Rect(0, 0, picture.lat_w, picture.lat_h)
    shown = Rect(0, 0, picture.display_width, picture.display_height)
    latent = _component_latent(coded, 0).latent
    (luma,) = synthesis_window(picture, LatentWindow(frame, (latent, latent)), models, transform, 0, shown)
    plane: Int32Array = luma
    return plane
