"""eICCI (5.7, 6.4.10): transforms, network, model choice, tiles."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from refdec import tables
from refdec.arithmetic.types import Int32Array
from refdec.bitstream.tools import Icci, IcciTile
from refdec.picture.filters.eicci import eicci, model_kind, selected
from refdec.picture.filters.eicci_network import Branch, EicciNetwork, analysed, correct, haar_signs
from refdec.picture.planes import Planes
from refdec.picture.resample import bicubic_ac, bilinear_ac
from refdec.weights.importer import import_tensors
from refdec.weights.names import checkpoint_name
from tests.unit.picture.support import noisy, picture_format, q18


def example_tensors() -> dict[str, np.ndarray]:
    """The generated weights of 5.17 item 8."""
    made = {}
    for t, (name, shape) in enumerate(tables.eicci_models()["tensors"]):
        k = np.arange(int(np.prod(shape)), dtype=np.float64)
        if len(shape) == 4:
            values = 0.08 * np.sin(0.37 * k + t)
        elif "scale" in name:
            values = 0.1 + 0.05 * np.sin(t) + 0 * k
        elif name.endswith("running_mean"):
            values = 0.1 * np.sin(2 * k + t)
        elif name.endswith("running_var"):
            values = 1 + 0.5 * np.sin(k + t) ** 2
        elif "BN" in name and name.endswith("weight"):
            values = 1 + 0.1 * np.sin(k + t)
        elif "BN" in name:
            values = 0.05 * np.cos(k + t)
        else:
            values = 0.05 * np.sin(k + t)
        made[name] = values.reshape(shape).astype(np.float32)
    return made


@cache
def example_network() -> EicciNetwork:
    return EicciNetwork.of(import_tensors(checkpoint_name("eICCI/bop_mse012"), example_tensors()))


def test_example_5_17_8_eicci(examples: Path) -> None:
    given, exact = np.load(examples / "05_filters.npz"), np.load(examples / "06_filters.npz")
    planes = Planes(*(q18(given[f"E_in_{plane}"]) for plane in "YUV"))
    parameters = Icci(0, 0, (IcciTile((1, 1, 1), 0, (0, 0)),))
    out = eicci(planes, picture_format(*planes.size), parameters, 1, lambda _: example_network())
    for name, plane in zip("YUV", out.as_tuple(), strict=True):
        assert np.array_equal(plane, exact[f"E_out_{name}"])
        assert np.abs(plane / 2**18 - given[f"E_out_{name}"]).max() < 1e-3


def test_example_5_17_6() -> None:
    bands = analysed(q18(np.arange(16).reshape(4, 4)))
    assert bands.shape == (1, 1, 16)
    assert bands[0, 0].tolist() == q18([30, 4, 16, 0, 2, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]).tolist()


def test_example_6_8_tensors_haar(examples: Path) -> None:
    stored = np.load(examples / "06_tensors.npz")
    assert np.array_equal(np.moveaxis(analysed(stored["haar_x"]), 2, 0), stored["haar_y"])
    correction = np.ascontiguousarray(np.moveaxis(stored["ihaar_x"], 0, 2))
    assert np.array_equal(correct(np.zeros((8, 12), np.int32), correction), stored["ihaar_y"])


def test_signs_are_orthogonal() -> None:
    signs = haar_signs()
    assert np.array_equal(signs.T @ signs, 16 * np.eye(16, dtype=np.int64))


def test_correction_inverts_the_analysis() -> None:
    plane = noisy(8, 12).y & ~3  # the analysis of such samples is exact
    assert np.array_equal(correct(np.zeros((8, 12), np.int32), analysed(plane)), plane)


def test_the_extremes_saturate() -> None:
    top = np.full((4, 4), 2**31 - 1, np.int32)
    assert analysed(top)[0, 0, 0] == 2**31 - 1
    correction = np.zeros((1, 1, 16), np.int32)
    correction[0, 0, 0] = 2**31 - 1
    assert np.all(correct(top, correction) == 2**31 - 1)
    assert np.all(correct(top, np.full((1, 1, 16), -(2**31), np.int32)) < 2**31)


def test_example_5_7_3_short_lists() -> None:
    luma = {0: ("56", "56", "56"), 1: ("26", "36", "68"), 2: ("27", "27", "27"), 3: ("38", "38", "39")}
    chroma = {0: ("01", "01", "02"), 1: ("01", "12", "13"), 2: ("12", "23", "23"), 3: ("12", "23", "23")}
    for model_id in range(4):
        for transform in range(3):
            for signalled in (0, 1):
                parameters = Icci(0, 0, (IcciTile((1, 0, 1), 1, (signalled, signalled)),))
                chosen = selected(parameters, transform, model_id)
                assert chosen.luma == model_kind(transform, int(luma[model_id][transform][signalled]))
                assert chosen.chroma == model_kind(transform, int(chroma[model_id][transform][signalled]))


def test_every_kind_is_a_file_of_the_bank() -> None:
    kinds = {model_kind(transform, index) for transform in range(3) for index in range(10)}
    bank = {
        f"eICCI/{e['file'].removeprefix('eicci_').removesuffix('_300k.pth')}" for e in tables.eicci_models()["files"]
    }
    assert kinds == bank
    by_index = {(e["family"], e["long_index"]): e["file"] for e in tables.eicci_models()["files"]}
    for (family, index), file in by_index.items():
        assert model_kind(2 if family == "hop" else 0, index).split("/")[1] in file
    assert model_kind(0, 7) == model_kind(1, 7)


def test_the_long_list_is_taken_as_it_is() -> None:
    chosen = selected(Icci(0, 0, (IcciTile((1, 1, 0), 0, (9, 4)),)), 2, 0)
    assert (chosen.luma, chosen.chroma) == ("eICCI/hop_mss100", "eICCI/hop_mse100")


@pytest.mark.parametrize(
    ("use", "loaded"),
    [
        ((1, 0, 0), ["eICCI/bop_mse025"]),
        ((0, 0, 1), ["eICCI/bop_mse050"]),
        ((1, 1, 0), ["eICCI/bop_mse025", "eICCI/bop_mse050"]),
    ],
)
def test_only_used_models_are_loaded_and_only_used_planes_change(use: tuple[int, int, int], loaded: list[str]) -> None:
    asked: list[str] = []

    def load(kind: str) -> EicciNetwork:
        asked.append(kind)
        return example_network()

    planes = noisy(20, 24)
    out = eicci(planes, picture_format(20, 24), Icci(0, 0, (IcciTile(use, 0, (1, 2)),)), 0, load)
    assert asked == loaded
    for used, before, after in zip(use, planes.as_tuple(), out.as_tuple(), strict=True):
        assert np.array_equal(before, after) is not bool(used)


def brighter(by: int) -> EicciNetwork:
    """A network whose correction adds `by` to every sample: only the LL of the LL band."""

    def constant(features: Int32Array) -> Int32Array:
        correction = np.zeros((*features.shape[:2], 16), np.int32)
        correction[:, :, 0] = by * 4
        return correction

    def same(features: Int32Array) -> Int32Array:
        return features.copy()

    return EicciNetwork(Branch(same, (), (constant,)), Branch(same, (), (constant, constant)))


def tile_steps() -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    yield (500, 420), (500, 420)
    yield (500, 420), (300, 411)
    yield (500, 420), (90, 100)


@pytest.mark.parametrize(("coded", "shown"), list(tile_steps()))
def test_cores_cover_every_sample_once(coded: tuple[int, int], shown: tuple[int, int]) -> None:
    header = picture_format(*coded)
    header = type(header)(*coded, *shown)
    planes = Planes(*(np.full(shown, 50 << 18, np.int32) for _ in range(3)))
    tile = IcciTile((1, 1, 0), 0, (0, 0))
    out = eicci(planes, header, Icci(256, 48, (tile,) * 6), 1, lambda _: brighter(3 << 18))
    assert np.all(out.y == 53 << 18)
    assert np.all(out.u == 53 << 18)
    assert np.array_equal(out.v, planes.v)


def test_interop_5_tile_0_decides_and_tiles_work_in_place() -> None:
    planes, header = noisy(300, 300), picture_format(300, 300)
    first, other = IcciTile((1, 0, 0), 0, (0, 0)), IcciTile((1, 1, 1), 0, (5, 5))
    size = Icci(240, 32, (first, other, other, other))
    out = eicci(planes, header, size, 0, lambda _: example_network())
    same = eicci(planes, header, Icci(240, 32, (first,) * 4), 0, lambda _: example_network())
    assert np.array_equal(out.y, same.y)
    assert np.array_equal(out.u, planes.u)


def test_422_goes_through_full_size_chroma() -> None:
    planes, header = noisy(64, 65, "422"), picture_format(64, 65, "422")
    out = eicci(planes, header, Icci(0, 0, (IcciTile((0, 1, 0), 0, (0, 0)),)), 0, lambda _: brighter(1 << 18))
    full = np.clip(bicubic_ac(planes.u, 64, 65) + (1 << 18), 0, 255 << 18)
    assert np.array_equal(out.u, bilinear_ac(full, 64, 33))
    assert out.v.shape == (64, 33)
