"""Windows of latents and planes: the same integers as the whole, and reaches that cannot be smaller."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.decoding.hyper import HyperSide, decode_hyper, psi_window
from refdec.decoding.latents import LatentSource, latent_window, regions_needed
from refdec.decoding.models import Models, models_of
from refdec.decoding.opening import parse
from refdec.decoding.options import DecodeOptions
from refdec.decoding.scales import scale_window
from refdec.decoding.symbols import decode_symbols as decode_windowed
from refdec.decoding.synthesis import latent_needed, synthesis_window
from refdec.networks.context import ContextModel
from refdec.networks.hyperdecoder import HyperDecoder
from refdec.picture.planes import Planes
from refdec.tiling.geometry import Rect
from refdec.tiling.regions import RegionGrid
from refdec.tiling.windows import context_reach, hyper_reach
from refdec.weights.seeded import seeded_pack
from tests.oracle.latents import psi_frame, reconstruct_latents
from tests.oracle.planes import synthesise
from tests.oracle.symbols import decode_symbols
from tests.oracle.values import Latents, Symbols

CASES = [
    "bop_off_odd149x111",
    "sop_tiles128",
    "bop_tiles256_600x400",
    "hop_tiles128",
    "bop_depreg_2x1_600x400",
    "bop_depreg_3x2_768x512",
    "bop_depreg_tools_on",
    "bop_indreg_skip_rvs_thr4_600x400",
    "bop_qmap_roi",
    "sop_skip_rvs_cwg_lsbs",
    "bop_num_chs",
]


@lru_cache(maxsize=2)
def whole(path: Path) -> tuple[Codestream, Headers, Models, Symbols, Latents, Planes]:
    codestream, headers = parse(path.read_bytes(), DecodeOptions())
    models = models_of(seeded_pack(1), headers.picture.model_id)
    symbols = decode_symbols(codestream, headers, models)
    latents = reconstruct_latents(headers, symbols, models)
    planes = synthesise(headers.picture, latents, models, headers.picture.synthesis_transforms[0])
    return codestream, headers, models, symbols, latents, planes


def side_of(codestream: Codestream, headers: Headers, models: Models) -> HyperSide:
    return HyperSide.of(headers.picture, models, decode_hyper(codestream, headers, models))


def source_of(
    codestream: Codestream, headers: Headers, models: Models, regions: frozenset[int] | None = None
) -> LatentSource:
    side = side_of(codestream, headers, models)
    values = decode_windowed(codestream, headers, side, regions=regions).values
    return LatentSource(values, side.latents.quality_steps, side)


def windows_of(height: int, width: int, count: int, seed: int) -> list[Rect]:
    """Random windows, some of them tiny, and the corners."""
    rng = random.Random(seed)
    made = [Rect(0, 0, 1, 1), Rect(width - 1, height - 1, 1, 1)]
    for _ in range(count):
        x, y = rng.randrange(width), rng.randrange(height)
        most = rng.choice([2, 5, max(height, width)])
        made.append(Rect(x, y, rng.randint(1, min(most, width - x)), rng.randint(1, min(most, height - y))))
    return made


@pytest.mark.parametrize("case", CASES)
def test_a_window_is_the_window_of_the_whole(case: str, vectors: Path) -> None:
    codestream, headers, models, symbols, latents, planes = whole(vectors / f"{case}.jai")
    picture = headers.picture
    known = source_of(codestream, headers, models)
    for c, values in enumerate(known.values):
        assert np.array_equal(values, symbols.components[c].symbols[: picture.num_chs_coded[c]])
    for window in windows_of(picture.lat_h, picture.lat_w, 4, 1):
        got = latent_window(headers, known, models, window)
        assert got.rect == window
        for c in (0, 1):
            assert np.array_equal(got.latent[c], latents.latent[c][:, window.rows, window.columns]), (window, c)
    transform = picture.synthesis_transforms[0]
    for window in windows_of(picture.img_height, picture.img_width, 2, 2):
        window = Rect(window.x, window.y, min(window.w, 40), min(window.h, 40))
        for c, wanted in ((0, (planes.y,)), (1, (planes.u, planes.v))):
            need = latent_needed(picture, models, transform, c, window)
            latent = latent_window(headers, known, models, need)
            made = synthesis_window(picture, latent, models, transform, c, window)
            for plane, reference in zip(made, wanted, strict=True):
                assert np.array_equal(plane, reference[window.rows, window.columns]), (window, c)


def test_a_window_needs_the_residual_of_its_regions_only(vectors: Path) -> None:
    codestream, headers, models, _, latents, _ = whole(vectors / "bop_depreg_3x2_768x512.jai")
    window = Rect(1, 1, 4, 4)
    needed = regions_needed(headers.picture, window)
    assert needed == {0}
    known = source_of(codestream, headers, models, needed)
    got = latent_window(headers, known, models, window)
    assert np.array_equal(got.latent[0], latents.latent[0][:, window.rows, window.columns])


def test_scale_indices_of_a_window_and_of_one_channel(vectors: Path) -> None:
    codestream, headers, models, symbols, _, _ = whole(vectors / "sop_skip_rvs_cwg_lsbs.jai")
    picture, side = headers.picture, side_of(codestream, headers, models)
    final = symbols.components[0].sigma.final
    for window in windows_of(picture.lat_h, picture.lat_w, 5, 3):
        sigma = scale_window(picture, models, 0, side.trunks[0], None, window)
        assert sigma.rect.contains(window)
        assert np.array_equal(sigma.maps.final, final[:, sigma.rect.rows, sigma.rect.columns])
        row = side.scale_index(77, window)
        assert np.array_equal(row, final[77, window.rows, window.columns])


def test_psi_of_a_window(vectors: Path) -> None:
    _, headers, models, symbols, _, _ = whole(vectors / "bop_depreg_3x2_768x512.jai")
    for c in (0, 1):
        grid = RegionGrid.of(headers.picture, c)
        frame = psi_frame(grid, symbols.components[c].z_hat, models)
        for window in windows_of(*grid.psi_size, 6, 4):
            got = psi_window(grid, symbols.components[c].z_hat, models, window)
            assert np.array_equal(got, frame[:, window.rows, window.columns])


@pytest.fixture(scope="module")
def luma() -> tuple[HyperDecoder, ContextModel]:
    checkpoint = seeded_pack(1).checkpoint("VM_common_int/Y", 1)
    return HyperDecoder.of(checkpoint), ContextModel.of(checkpoint)


@pytest.mark.parametrize("first", [10, 11])
@pytest.mark.parametrize("count", [1, 2])
def test_the_reach_of_psi_is_exact(luma: tuple[HyperDecoder, ContextModel], first: int, count: int) -> None:
    """Cutting at the reach changes nothing; cutting one sample closer, on any side, does."""
    network = luma[0]
    z = np.random.default_rng(5).integers(-20, 20, (160, 12, 12)).astype(np.int8)
    whole = network(z, 24 << 5, 24 << 5)
    window = Rect(first, first, count, count)
    reach = hyper_reach(window, (12, 12))

    def cut(rect: Rect) -> Int32Array:
        psi = network(z[:, rect.rows, rect.columns], rect.h << 6, rect.w << 6)
        inside = Rect(window.x - 2 * rect.x, window.y - 2 * rect.y, count, count)
        return psi[:, inside.rows, inside.columns]

    reference = whole[:, window.rows, window.columns]
    assert np.array_equal(cut(reach), reference)
    for less in one_less(reach):
        assert not np.array_equal(cut(less), reference), less


@pytest.mark.parametrize("first", [16, 17])
def test_the_reach_of_the_context_model_is_exact(luma: tuple[HyperDecoder, ContextModel], first: int) -> None:
    """As for psi; a window that begins at an odd position is grown to an even one, so a little more is read."""
    model = luma[1]
    g = np.random.default_rng(6)
    residual = g.integers(-(3 << 18), 3 << 18, (160, 36, 36)).astype(np.int32)
    psi = g.integers(-(2 << 18), 2 << 18, (640, 18, 18)).astype(np.int32)
    whole = model(residual, psi)
    window = Rect(first, first, 2, 2)
    reach = context_reach(window, (36, 36))

    def cut(rect: Rect) -> Int32Array:
        half = Rect(rect.x // 2, rect.y // 2, rect.w // 2, rect.h // 2)
        r, p = residual[:, rect.rows, rect.columns], psi[:, half.rows, half.columns]
        inside = window.seen_from(rect)
        return model(np.ascontiguousarray(r), np.ascontiguousarray(p))[:, inside.rows, inside.columns]

    reference = whole[:, window.rows, window.columns]
    assert np.array_equal(cut(reach), reference)
    for less in one_less(reach, 2) if first % 2 == 0 else ():
        assert not np.array_equal(cut(less), reference), less


def one_less(rect: Rect, step: int = 1) -> list[Rect]:
    """The rectangle with `step` rows or columns less on one of its sides."""
    return [
        Rect(rect.x + step, rect.y, rect.w - step, rect.h),
        Rect(rect.x, rect.y + step, rect.w, rect.h - step),
        Rect(rect.x, rect.y, rect.w - step, rect.h),
        Rect(rect.x, rect.y, rect.w, rect.h - step),
    ]
