"""What the tests of the picture stages share: headers, tool parameters, seeded pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.tools import EfeFilterSet, EfeLinear, EfeNonlinear, ToolsHeader
from refdec.picture.planes import Planes

ZERO = 32767
FORMATS = {"444": (1, 1), "422": (1, 2), "420": (2, 2)}


@dataclass(frozen=True)
class Format:
    """A picture header with what the picture stages read."""

    img_height: int = 64
    img_width: int = 64
    display_height: int = 64
    display_width: int = 64
    s_ver: int = 1
    s_hor: int = 1
    c_ver: int = 1
    c_hor: int = 1
    bit_depth: int = 8
    model_id: int = 1
    colour_transform_idx: int = 0


def picture_format(height: int, width: int, output: str = "444", coded: str | None = None, **more: int) -> Format:
    """A header whose coded size is the display size."""
    (s_ver, s_hor), (c_ver, c_hor) = FORMATS[output], FORMATS[coded or output]
    return Format(height, width, height, width, s_ver, s_hor, c_ver, c_hor, **more)


def q18(values: Any) -> Int32Array:
    """Whole numbers or binary fractions as Q18."""
    return np.rint(np.asarray(values, np.float64) * 2**18).astype(np.int32)


def sixteenths(values: Any, unit: int) -> Int32Array:
    """Numbers given in `unit` steps of one sample, as Q18."""
    return (np.asarray(values, np.int64) * (2**18 // unit)).astype(np.int32)


def flat(height: int, width: int, value: int = 100, chroma: tuple[int, int] | None = None) -> Planes:
    """A picture of one value."""
    h, w = chroma or (height, width)
    return Planes(*(np.full(size, value << 18, np.int32) for size in ((height, width), (h, w), (h, w))))


def noisy(height: int, width: int, output: str = "444", seed: int = 1) -> Planes:
    """A picture of noise over the full range."""
    g = np.random.default_rng(seed)
    ver, hor = FORMATS[output]
    sizes = ((height, width), (-(-height // ver), -(-width // hor)), (-(-height // ver), -(-width // hor)))
    return Planes(*(g.integers(0, 255 << 18, size, dtype=np.int32, endpoint=True) for size in sizes))


def filter_set(cand: Any, edge: Any, chroma: Any, luma: Any, min_symbol: int = 0) -> EfeFilterSet:
    """One set of EFE linear; weights are nested lists of codes, None where a plane has no filter."""

    def array(values: Any, used: int) -> Int32Array | None:
        return np.array(values, np.int32) if used else None

    return EfeFilterSet(
        best_cand_idx=(cand[0], cand[1]),
        fL=(edge[0], edge[1]),
        minSymbol=min_symbol,
        maxSymbol=65535 - min_symbol,
        weightC=(array(chroma[0], cand[0]), array(chroma[1], cand[1])),
        weightY=(array(luma[0], cand[0]), array(luma[1], cand[1])),
    )


def linear(b1: Any, main: EfeFilterSet, alternative: EfeFilterSet | None = None) -> EfeLinear:
    """Parameters of EFE linear."""
    none = filter_set((0, 0), (0, 0), (None, None), (None, None))
    return EfeLinear((b1[0], b1[1]), (alternative or none, main))


def nonlinear(**given: Any) -> EfeNonlinear:
    """Parameters of EFE non-linear: nothing switched, no curve, unless given."""
    base: dict[str, Any] = {
        "minSymbol": 0,
        "maxSymbol": 65535,
        "mask1": 0,
        "mask2": 0,
        "bS": 0,
        "W5": (None, None),
        "nonLinear_enabled": (0, 0),
        "nonlinearW": 0,
        "nonlinearH": 0,
        "minLuma": np.zeros(0, np.int32),
        "maxLuma": np.zeros(0, np.int32),
        "A1": (None, None),
    }
    return EfeNonlinear(**(base | given))


def tools(**given: Any) -> ToolsHeader:
    """A tools header with everything off unless given."""
    return ToolsHeader(**given)
