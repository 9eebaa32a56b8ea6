"""The filter chain (5.2, 5.5, 5.6.6): order, conditions, and the 40 stored chains of 6.8."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.arithmetic.types import IntArray
from refdec.bitstream.tools import EfeLinear, EfeNonlinear, Icci, IcciTile, ToolsHeader
from refdec.observation import Collector
from refdec.picture.assembly import assemble
from refdec.picture.colour import to_output
from refdec.picture.filters.chain import apply_filters, makes_alternative
from refdec.picture.filters.eicci_network import EicciNetwork
from refdec.picture.output import codes
from refdec.picture.planes import Planes
from refdec.tiling.geometry import Rect
from tests.unit.picture.support import Format, filter_set, flat, linear, noisy, nonlinear, picture_format, tools

CASES = 40


@cache
def stored_chains(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "06_filter_chains.json").read_text())["cases"]


@cache
def seeded_icci(kind: str) -> EicciNetwork:
    from refdec.weights.seeded import seeded_pack

    return EicciNetwork.of(seeded_pack(1).checkpoint(kind, 0))


class Recorder:
    """An observer that keeps the fingerprints of 6.5 item 4."""

    def __init__(self) -> None:
        self.sha256: dict[str, str] = {}

    def __call__(self, stage: str, array: IntArray) -> None:
        shape = ",".join(str(n) for n in array.shape)
        self.sha256[f"{stage}[{shape}]"] = hashlib.sha256(np.ascontiguousarray(array, "<i4").tobytes()).hexdigest()


def header_of(stored: dict[str, int]) -> Format:
    names = ("s_ver", "s_hor", "c_ver", "c_hor", "bit_depth", "model_id", "colour_transform_idx")
    sizes = (stored["ImgHeight"], stored["ImgWidth"], stored["H"], stored["W"])
    return Format(*sizes, **{name: stored[name] for name in names})


def synthesis_of(stored: dict[str, Any]) -> Planes:
    """The recipe of the examples' README."""
    height, width = stored["header"]["ImgHeight"], stored["header"]["ImgWidth"]
    g = np.random.Generator(np.random.PCG64(stored["planes_seed"]))
    made = []
    for _ in range(3):
        coarse = g.integers(20, 236, (height // 16 + 1, width // 16 + 1))
        base = coarse.repeat(16, axis=0).repeat(16, axis=1)[:height, :width] << 18
        made.append(np.clip(base + g.integers(-(2**21), 2**21, (height, width)), 0, 255 << 18).astype(np.int32))
    return Planes(*made)


def scale_indices_of(stored: dict[str, Any]) -> IntArray:
    height, width = stored["header"]["ImgHeight"], stored["header"]["ImgWidth"]
    g = np.random.Generator(np.random.PCG64(stored["indices_seed"]))
    return g.integers(-100, 3500, (4, -(-height // 16), -(-width // 16))).astype(np.int32)


def _linear_of(stored: dict[str, Any]) -> EfeLinear:
    sets = [filter_set(s["cand"], s["L"], s["C"], s["Y"], s["min"]) for s in stored["efe"]]
    return linear(stored["B1"], sets[1], sets[0])


def _icci_of(stored: dict[str, Any]) -> Icci:
    size, overlap = stored["icci_tile"] or (0, 0)
    tiles = tuple(
        IcciTile(tuple(use), short, (index[0] or 0, index[1] or 0)) for use, short, index in stored["icci_sel"]
    )
    return Icci(size, overlap, tiles)


def _nonlinear_of(stored: dict[str, Any]) -> EfeNonlinear:
    def masks(values: Any) -> Any:
        return None if values is None else np.array(values, np.uint8).reshape(stored["mask_y"], stored["mask_x"])

    return nonlinear(
        minSymbol=stored["nl_min"],
        mask1=stored["mask"][0],
        mask2=stored["mask"][1],
        bS=stored["bS"],
        W5=tuple(masks(values) for values in stored["W5"]),
        nonLinear_enabled=tuple(stored["nl"]),
        nonlinearW=stored["nl_w"],
        nonlinearH=stored["nl_h"],
        minLuma=np.array(stored["minLuma"]),
        maxLuma=np.array(stored["maxLuma"]),
        A1=tuple(None if a is None else np.array(a, np.int32).reshape(-1, 8) for a in stored["A1"]),
    )


def tools_of(stored: dict[str, Any]) -> ToolsHeader:
    return tools(
        efe_linear=_linear_of(stored) if stored["efe_linear"] else None,
        icci=_icci_of(stored) if stored["icci"] else None,
        efe_nonlinear=_nonlinear_of(stored) if stored["efe_nl"] else None,
        lef_ch_idx=stored["lef_ch"] if stored["lef"] else None,
    )


@pytest.mark.parametrize("number", range(CASES))
def test_example_6_8_filter_chain(examples: Path, number: int) -> None:
    stored = stored_chains(examples)[number]
    header, observe = header_of(stored["header"]), Recorder()
    planes = assemble(synthesis_of(stored), header)
    for name, plane in zip("YUV", planes.as_tuple(), strict=True):
        observe(f"pre_filters.{name}", plane)
    indices = scale_indices_of(stored)
    filtered = apply_filters(
        planes,
        header,
        tools_of(stored["tools"]),
        transform=stored["synthesis_transform"],
        load_icci=seeded_icci,
        scale_index=lambda channel, at: indices[channel][at.rows, at.columns],
        watch=Collector(observe),
    )
    for i, plane in enumerate(to_output(filtered, header)):
        observe(f"final.{i}", plane)
        observe(f"codes.{i}", codes(plane, header.bit_depth).astype(np.int32))
    assert observe.sha256 == stored["sha256"]


def test_all_stored_chains_are_run(examples: Path) -> None:
    assert len(stored_chains(examples)) == CASES


def unreachable(kind: str) -> EicciNetwork:
    raise AssertionError(f"{kind} was loaded")


def test_without_tools_nothing_happens() -> None:
    planes, seen = noisy(64, 64), Recorder()
    options: dict[str, Any] = {"transform": 1, "load_icci": unreachable, "watch": Collector(seen)}
    for off in (None, tools()):
        assert apply_filters(planes, picture_format(64, 64), off, **options) is planes
    assert seen.sha256 == {}


def test_icci_without_use_only_clamps() -> None:
    wild = Planes(*(plane + (9 << 18) for plane in noisy(64, 64).as_tuple()))
    chosen = tools(icci=Icci(0, 0, (IcciTile((0, 0, 0), 0, (0, 0)),)))
    out = apply_filters(wild, picture_format(64, 64), chosen, transform=0, load_icci=unreachable)
    for before, after in zip(wild.as_tuple(), out.as_tuple(), strict=True):
        assert np.array_equal(after, np.minimum(before, 255 << 18))


@pytest.mark.parametrize("on", [0, 1])
@pytest.mark.parametrize("mask1", [0, 1])
@pytest.mark.parametrize("cand", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_5_6_6_when_the_alternative_is_formed(on: int, mask1: int, cand: tuple[int, int]) -> None:
    weight = [[[[0]]]], [[[0]]]
    sets = (
        filter_set((0, 0), (0, 0), (None, None), (None, None)),
        filter_set(cand, cand, [weight[0]] * 2, [weight[1]] * 2),
    )
    mask = np.ones((1, 1), np.uint8)
    switch = nonlinear(mask1=mask1, bS=64, W5=(mask, None)) if on else None
    chosen = tools(efe_linear=linear((0, 0), *sets), efe_nonlinear=switch)
    expected = bool(on and mask1 and any(cand))
    assert makes_alternative(chosen) is expected
    if on and mask1 and not expected:
        return  # such a stream is illegal: test_errors
    seen = Recorder()
    apply_filters(
        flat(64, 64), picture_format(64, 64), chosen, transform=0, load_icci=unreachable, watch=Collector(seen)
    )
    assert any(stage.startswith("efe_linear_alt") for stage in seen.sha256) is expected


def test_lef_asks_for_its_channel_once() -> None:
    planes, header = noisy(64, 64), picture_format(64, 64)
    asked = []

    def scale_index(number: int, at: Rect) -> Any:
        asked.append((number, at))
        return np.full(at.size_hw, 4000, np.int32)

    options: dict[str, Any] = {"transform": 0, "load_icci": unreachable}
    sharpened = apply_filters(planes, header, tools(lef_ch_idx=7), scale_index=scale_index, **options)
    assert asked == [(7, Rect(0, 0, 4, 4))]
    assert not np.array_equal(sharpened.y, planes.y)


def test_strided_and_read_only_planes_are_taken() -> None:
    stored_in = noisy(128, 128)
    strided = Planes(*(plane[::2, ::2] for plane in stored_in.as_tuple()))
    for plane in strided.as_tuple():
        plane.flags.writeable = False
    packed = Planes(*(np.ascontiguousarray(plane) for plane in strided.as_tuple()))
    mask = np.ones((2, 2), np.uint8)
    weights = np.full((1, 1, 2, 2), 32000), np.full((1, 2, 2), 33000)
    sets = [filter_set((1, 1), (2, 2), (weights[0],) * 2, (weights[1],) * 2) for _ in range(2)]
    every = tools(
        efe_linear=linear((12000, 12000), sets[0], sets[1]),
        icci=Icci(0, 0, (IcciTile((1, 1, 1), 0, (0, 0)),)),
        efe_nonlinear=nonlinear(
            mask1=1,
            mask2=1,
            bS=32,
            W5=(mask, mask),
            nonLinear_enabled=(1, 1),
            nonlinearW=64,
            nonlinearH=64,
            minLuma=np.array([100]),
            maxLuma=np.array([20000]),
            A1=(np.full((1, 8), 33000, np.int32),) * 2,
        ),
        lef_ch_idx=0,
    )
    options: dict[str, Any] = {
        "transform": 1,
        "load_icci": seeded_icci,
        "scale_index": lambda _channel, at: np.full(at.size_hw, 4000, np.int32),
    }
    header = picture_format(64, 64)
    one, other = (apply_filters(planes, header, every, **options) for planes in (strided, packed))
    for a, b in zip(one.as_tuple(), other.as_tuple(), strict=True):
        assert np.array_equal(a, b)
