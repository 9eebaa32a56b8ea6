"""A window is the crop of the whole, for legal headers of all kinds: latents, synthesis, filters, colour."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.headers import Headers, build_headers
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.bitstream.tools import ToolsHeader
from refdec.decoding.hyper import HyperLatents, HyperSide
from refdec.decoding.latents import LatentSource, latent_window, regions_needed
from refdec.decoding.models import Models, models_of
from refdec.decoding.synthesis import latent_needed, synthesis_window
from refdec.latent.qualitysteps import quality_steps
from refdec.latent.skip import skip_mask
from refdec.picture.assembly import assemble
from refdec.picture.colour import to_output
from refdec.picture.filters.chain import apply_filters
from refdec.picture.output import codes
from refdec.picture.planes import Planes
from refdec.picture.render import Colour, in_colour, output_reach, render, to_output_window
from refdec.picture.resample import bicubic_ac, bicubic_reach, bicubic_window
from refdec.picture.windows import Windows
from refdec.tiling.geometry import Rect
from refdec.tiling.regions import RegionGrid
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.oracle.filters import apply_filters as filter_whole
from tests.oracle.filters import assemble as assemble_whole
from tests.oracle.latents import reconstruct_latents
from tests.oracle.planes import synthesise
from tests.oracle.symbols import component_scales
from tests.oracle.values import ComponentSymbols, Symbols
from tests.property.strategies import legal_pictures, legal_tools

SLOW = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
QUICK = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32 - 1)
COLOURS: list[Colour | None] = [None, "RGB", "YUV"]


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


@st.composite
def window_of(draw: st.DrawFn, height: int, width: int, most: int = 1 << 16) -> Rect:
    """Any window of a frame, often small or at a border."""
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return Rect(x, y, draw(st.integers(1, min(width - x, most))), draw(st.integers(1, min(height - y, most))))


def made_up(headers: Headers, models: Models, seed: int) -> tuple[Symbols, LatentSource]:
    """Symbols that no stream carried: any z_hat, and any symbol where the mask allows one."""
    g, picture = np.random.default_rng(seed), headers.picture
    steps = None
    if picture.gain_3D_enable_flag:
        steps = quality_steps(g.integers(-8, 9, (picture.lat_h, picture.lat_w)).astype(np.int32))
    whole, values = [], []
    for c in (0, 1):
        z_hat = g.integers(-6, 7, (COMPONENT_CHANNELS[c], picture.z_h, picture.z_w)).astype(np.int8)
        sigma = component_scales(picture, models, c, z_hat, steps)
        coded = skip_mask(sigma.base, picture.cube_flags[c])
        symbols = np.where(coded, g.integers(-40, 41, coded.shape), 0).astype(np.int16)
        count = picture.num_chs_coded[c]
        symbols[count:] = 0
        whole.append(ComponentSymbols(z_hat, sigma, coded, symbols))
        values.append(symbols[:count])
    latents = HyperLatents((whole[0].z_hat, whole[1].z_hat), None, steps)
    source = LatentSource((values[0], values[1]), steps, HyperSide.of(picture, models, latents))
    return Symbols((whole[0], whole[1]), None, steps, ()), source


def without_other_regions(picture: PictureHeader, source: LatentSource, needed: frozenset[int]) -> LatentSource:
    """The same symbols, with nonsense in the regions that a window says it does not need."""
    parts = []
    for c, known in enumerate(source.values):
        values = known.copy()
        for region in RegionGrid.of(picture, c).regions:
            if region.index not in needed:
                values[:, region.y_core.rows, region.y_core.columns] = 999
        parts.append(values)
    return LatentSource((parts[0], parts[1]), source.quality_steps, source.hyper)


@given(data=st.data(), picture=legal_pictures(400), lsbs=st.tuples(st.integers(0, 1), st.integers(0, 1)), seed=SEEDS)
@SLOW
def test_latents_and_synthesis_of_a_window(
    data: st.DataObject, picture: PictureHeader, lsbs: tuple[int, int], seed: int
) -> None:
    transform = data.draw(st.sampled_from([0, 1]), "transform")
    headers = build_headers(picture, ToolsHeader(lsbs_enable_flag=lsbs))
    models = models_of(pack(), picture.model_id)
    symbols, source = made_up(headers, models, seed)
    latents = reconstruct_latents(headers, symbols, models)
    window = data.draw(window_of(picture.lat_h, picture.lat_w), "latent window")
    enough = without_other_regions(picture, source, regions_needed(picture, window))
    got = latent_window(headers, enough, models, window)
    for c in (0, 1):
        assert np.array_equal(got.latent[c], latents.latent[c][:, window.rows, window.columns])
    planes = synthesise(picture, latents, models, transform)
    window = data.draw(window_of(picture.img_height, picture.img_width, 64), "picture window")
    for c, wanted in ((0, (planes.y,)), (1, (planes.u, planes.v))):
        need = latent_needed(picture, models, transform, c, window)
        part = latent_window(headers, source, models, need)
        made = synthesis_window(picture, part, models, transform, c, window)
        assert all(np.array_equal(a, b[window.rows, window.columns]) for a, b in zip(made, wanted, strict=True))


def synthesised(picture: PictureHeader, seed: int) -> Planes:
    g = np.random.default_rng(seed)
    shape = (picture.img_height, picture.img_width)
    return Planes(*(g.integers(0, 255 << 18, shape, dtype=np.int32, endpoint=True) for _ in range(3)))


@given(data=st.data(), picture=legal_pictures(260), seed=SEEDS, filters=st.booleans())
@QUICK
def test_filters_and_colour_of_a_window(data: st.DataObject, picture: PictureHeader, seed: int, filters: bool) -> None:
    tools = data.draw(legal_tools(picture), "tools") if filters else ToolsHeader()
    nonlinear = tools.efe_nonlinear
    assume(nonlinear is None or not nonlinear.mask1 or tools.efe_linear is not None)
    models = models_of(pack(), picture.model_id)
    transform = picture.synthesis_transforms[0]
    whole = synthesised(picture, seed)
    index = np.random.default_rng(seed).integers(0, 4096, (picture.lat_h, picture.lat_w)).astype(np.int32)
    filtered = filter_whole(
        assemble_whole(whole, picture),
        picture,
        tools,
        transform=transform,
        load_icci=models.eicci,
        scale_index_channel=lambda _channel: index,
    )
    colour: Colour | None = data.draw(st.sampled_from(COLOURS), "colour")
    final = render(to_output(filtered, picture), picture, colour=colour, bits=16)
    region = data.draw(window_of(picture.display_height, picture.display_width), "region")
    ver, hor = final.subsampling
    region = Rect.between(region.x // hor * hor, region.y // ver * ver, region.right, region.bottom)

    windows = Windows.of(output_reach(region, picture, colour), picture, tools)
    parts = Planes(
        whole.y[windows.luma.rows, windows.luma.columns],
        *(plane[windows.chroma.rows, windows.chroma.columns] for plane in (whole.u, whole.v)),
    )
    planes = apply_filters(
        assemble(parts, picture, windows),
        picture,
        tools,
        windows=windows,
        transform=transform,
        load_icci=models.eicci,
        scale_index=lambda _channel, at: np.ascontiguousarray(index[at.rows, at.columns]),
    )
    own, held = to_output_window(planes, windows.wanted, region, picture, colour)
    got = in_colour(own, held, region, picture, colour)
    for i, (plane, of) in enumerate(zip(got, final.planes, strict=True)):
        v, s = (1, 1) if i == 0 else (ver, hor)
        crop = of[region.y // v : -(-region.bottom // v), region.x // s : -(-region.right // s)]
        assert np.array_equal(codes(plane, 16), crop), (region, i)


@given(
    data=st.data(), n=st.tuples(st.integers(1, 60), st.integers(1, 60)), grown=st.tuples(st.booleans(), st.booleans())
)
@QUICK
def test_interpolation_of_a_window(data: st.DataObject, n: tuple[int, int], grown: tuple[bool, bool]) -> None:
    target = n[0] * (1 + grown[0]) - data.draw(st.integers(0, int(grown[0]))), n[1] * (1 + grown[1])
    plane: Int32Array = np.random.default_rng(data.draw(SEEDS)).integers(0, 255 << 18, n).astype(np.int32)
    wanted = data.draw(window_of(*target))
    held = bicubic_reach(wanted, n, target)
    part = plane[held.rows, held.columns]
    got = bicubic_window(part, held, n, wanted, target)
    assert np.array_equal(got, bicubic_ac(plane, *target)[wanted.rows, wanted.columns])
