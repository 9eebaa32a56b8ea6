"""Every rule of the picture stages has an input that breaks it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refdec.bitstream.tools import Icci, IcciTile
from refdec.errors import RefdecError
from refdec.picture import errors
from refdec.picture.assembly import assemble
from refdec.picture.colour import custom_colour, to_output
from refdec.picture.filters.chain import apply_filters
from refdec.picture.filters.efe_linear import MAIN, efe_linear
from refdec.picture.output import codes
from refdec.picture.source import planes_from_rgb
from tests.unit.picture.support import Format, filter_set, flat, linear, noisy, nonlinear, picture_format, tools


def run(chosen: Any, header: Format | None = None, **more: Any) -> None:
    header = header or picture_format(64, 64)
    planes = flat(header.display_height, header.display_width)
    if header.s_ver == 2:
        planes = noisy(64, 64, "420")
    apply_filters(planes, header, chosen, transform=0, load_icci=lambda kind: pytest.fail(kind), **more)


def curve(**given: Any) -> Any:
    base = {
        "nonLinear_enabled": (1, 0),
        "nonlinearW": 64,
        "nonlinearH": 64,
        "minLuma": np.zeros(1, np.int32),
        "maxLuma": np.zeros(1, np.int32),
        "A1": (np.zeros((1, 8), np.int32), None),
    }
    return tools(efe_nonlinear=nonlinear(**(base | given)))


def switch(mask: Any) -> Any:
    one = filter_set((1, 1), (1, 1), ([[[[0]]]],) * 2, ([[[0]]],) * 2)
    return tools(efe_linear=linear((0, 0), one, one), efe_nonlinear=nonlinear(mask1=1, bS=32, W5=(mask, None)))


def wrong_kernel(edge: int, shape: tuple[int, ...], luma: tuple[int, ...]) -> None:
    parameters = filter_set((1, 1), (edge, edge), (np.zeros(shape),) * 2, (np.zeros(luma),) * 2)
    efe_linear(flat(64, 64), picture_format(64, 64), linear((0, 0), parameters), MAIN)


BREAKS: list[tuple[type[RefdecError], Callable[[], object]]] = [
    (errors.SubsamplingUnsupported, lambda: assemble(noisy(64, 64), Format(s_ver=1, s_hor=2, c_ver=2, c_hor=2))),
    (errors.SubsamplingUnsupported, lambda: assemble(noisy(64, 64), Format(s_ver=2, s_hor=2))),
    (errors.AlternativePictureMissing, lambda: run(tools(efe_nonlinear=nonlinear(mask1=1)))),
    (
        errors.AlternativePictureMissing,
        lambda: run(
            dataclasses.replace(switch(None), efe_linear=linear((0, 0), filter_set((0, 0), (0, 0), (0, 0), (0, 0))))
        ),
    ),
    (errors.NonlinearTilesMismatch, lambda: run(curve(nonlinearW=63))),
    (errors.NonlinearTilesMismatch, lambda: run(curve(nonlinearH=0))),
    (errors.NonlinearTilesMismatch, lambda: run(curve(A1=(None, None)))),
    (errors.NonlinearTilesMismatch, lambda: run(curve(A1=(np.zeros((2, 8), np.int32), None)))),
    (errors.MaskSizeMismatch, lambda: run(switch(np.zeros((2, 3), np.uint8)))),
    (errors.MaskSizeMismatch, lambda: run(switch(None))),
    (errors.CustomColourUnsupported, lambda: to_output(noisy(4, 4), picture_format(4, 4, colour_transform_idx=2))),
    (errors.CustomColourNeeds444, lambda: custom_colour(noisy(4, 4, "420"), np.eye(3, dtype=int), np.zeros(3, int), 8)),
    (
        errors.IcciNeedsChroma,
        lambda: run(tools(icci=Icci(0, 0, (IcciTile((1, 0, 0), 0, (0, 0)),))), picture_format(64, 64, "420")),
    ),
    (errors.PlaneSizeMismatch, lambda: assemble(noisy(64, 65), picture_format(64, 64))),
    (
        errors.PlaneSizeMismatch,
        lambda: run(tools(), dataclasses.replace(picture_format(64, 64), s_ver=1, s_hor=2, c_hor=2)),
    ),
    (
        errors.PlaneSizeMismatch,
        lambda: planes_from_rgb(np.zeros((2, 2), int), np.zeros((2, 2), int), np.zeros((2, 3), int), 8),
    ),
    (errors.ScaleIndexMissing, lambda: run(tools(lef_ch_idx=1))),
    (errors.ScaleIndexMissing, lambda: run(tools(lef_ch_idx=1), scale_index=lambda *_: np.zeros((5, 4), np.int32))),
    (errors.BitDepthOutOfRange, lambda: codes(np.zeros((1, 1), np.int32), 0)),
    (errors.BitDepthOutOfRange, lambda: codes(np.zeros((1, 1), np.int32), 17)),
    (errors.EfeKernelShape, lambda: wrong_kernel(2, (1, 1, 2, 3), (1, 2, 2))),
    (errors.EfeKernelShape, lambda: wrong_kernel(2, (1, 1, 2, 2), (2, 2, 2))),
    (errors.EfeKernelShape, lambda: wrong_kernel(5, (1, 1, 5, 5), (1, 5, 5))),
]
CAUSES = {kind: [cause for other, cause in BREAKS if other is kind] for kind, _ in BREAKS}
