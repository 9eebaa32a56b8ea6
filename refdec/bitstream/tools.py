"""The tools header TON (1.5.2, 1.6.7): LSBS, EFE linear, ICCI, EFE non-linear, LEF.

In: the elements of TON.  Out: `ToolsHeader`; a tool that is off is None.  Arrays are read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from refdec.clauses import clause

if TYPE_CHECKING:  # many a header is read where no array is needed
    from refdec.arithmetic.types import Int32Array, UInt8Array

__all__ = ["EfeFilterSet", "EfeLinear", "EfeNonlinear", "Icci", "IcciTile", "ToolsHeader"]

Pair = tuple[int, int]
Weights: TypeAlias = "tuple[Int32Array | None, Int32Array | None]"
Elements = Mapping[str, Any]


class ArrayFields:
    """Equality of frozen dataclasses that hold arrays: same shapes, same values."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]
        return all(_same(getattr(self, name), getattr(other, name)) for name in names)

    __hash__ = None  # type: ignore[assignment]


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, tuple) and isinstance(two, tuple):
        return len(one) == len(two) and all(_same(a, b) for a, b in zip(one, two, strict=True))
    import numpy as np

    if isinstance(one, np.ndarray) or isinstance(two, np.ndarray):
        return one is not None and two is not None and np.array_equal(one, two)
    return bool(one == two)


@clause("1.6.7")
@dataclass(frozen=True, slots=True, eq=False)
class EfeFilterSet(ArrayFields):
    """(1.6.7) One set of EFE linear filters; index m = 0 is U, 1 is V.

    `best_cand_idx` 0 is no filter, else split pattern + 1; `fL` kernel edge, 0 without a filter; `weightC` raw codes
    int32 [rectangle, plane, row, column], `weightY` [rectangle, row, column]; a weight is (minSymbol + code - 32767) /
    2048.
    """

    best_cand_idx: Pair
    fL: Pair
    minSymbol: int
    maxSymbol: int
    weightC: Weights
    weightY: Weights


@clause("1.6.7")
@dataclass(frozen=True, slots=True)
class EfeLinear:
    """(1.6.7) EFE linear:

    `B1` means of U and V in hundredths; set 0 makes the alternative picture, set 1 the main one.
    """

    B1: Pair
    sets: tuple[EfeFilterSet, EfeFilterSet]


@clause("1.6.7")
@dataclass(frozen=True, slots=True)
class IcciTile:
    """(1.6.7) Model choice of one ICCI tile: `use` of Y, U, V; index for Y and for U with V, 0 where absent."""

    use: tuple[int, int, int]
    use_shortList: int
    model_signalled_idx: Pair


@clause("1.6.7")
@dataclass(frozen=True, slots=True)
class Icci:
    """(1.6.7) The ICCI filter: tile edge and overlap in luma samples (size 0: one tile), tiles in raster order."""

    tile_size: int
    tile_overlap: int
    tiles: tuple[IcciTile, ...]


@clause("1.6.7")
@dataclass(frozen=True, slots=True, eq=False)
class EfeNonlinear(ArrayFields):
    """(1.6.7) EFE non-linear; index m = 0 is U, 1 is V.

    `bS` block edge of the masks `W5`, uint8 [len_mask_y, len_mask_x] in halves, None where off; `nonlinearW`,
    `nonlinearH` tile size in chroma samples; `minLuma`, `maxLuma` int32 [numTiles] in hundredths; `A1` raw codes int32
    [numTiles, 8].
    """

    minSymbol: int
    maxSymbol: int
    mask1: int
    mask2: int
    bS: int
    W5: tuple[UInt8Array | None, UInt8Array | None]
    nonLinear_enabled: Pair
    nonlinearW: int
    nonlinearH: int
    minLuma: Int32Array
    maxLuma: Int32Array
    A1: Weights


@clause("1.5.2")
@dataclass(frozen=True, slots=True)
class ToolsHeader:
    """(1.5.2) The tools of TON; the default is that of an absent TON, all off."""

    lsbs_enable_flag: Pair = (0, 0)
    efe_linear: EfeLinear | None = None
    icci: Icci | None = None
    efe_nonlinear: EfeNonlinear | None = None
    lef_ch_idx: int | None = None

    @classmethod
    def from_elements(cls, elements: Elements) -> ToolsHeader:
        """Build from what `syntax.read("TON", ...)` returns."""
        return cls(
            _pair(elements["lsbs_enable_flag"]),
            _linear(elements) if elements["EFE_linear_filter_enabled_flag"] else None,
            _icci(elements) if elements["icci_enable_flag"] else None,
            _nonlinear(elements) if elements["EFE_nonlinear_filter_enabled_flag"] else None,
            int(elements["LEF_chIdx"]) if elements["LEF_enabled_flag"] else None,
        )

    def to_elements(self) -> dict[str, Any]:
        """Return the elements as `syntax.write("TON", ...)` takes them."""
        elements: dict[str, Any] = {
            "lsbs_enable_flag": self.lsbs_enable_flag,
            "EFE_linear_filter_enabled_flag": int(self.efe_linear is not None),
            "icci_enable_flag": int(self.icci is not None),
            "EFE_nonlinear_filter_enabled_flag": int(self.efe_nonlinear is not None),
            "LEF_enabled_flag": int(self.lef_ch_idx is not None),
            "LEF_chIdx": self.lef_ch_idx,
        }
        if self.efe_linear is not None:
            elements |= _linear_elements(self.efe_linear)
        if self.icci is not None:
            elements |= _icci_elements(self.icci)
        if self.efe_nonlinear is not None:
            elements |= _nonlinear_elements(self.efe_nonlinear)
        return elements


def _pair(row: Mapping[int, Any] | None) -> Pair:
    """Return an array of two elements, 0 where one is absent."""
    found = row or {}
    return int(found.get(0, 0)), int(found.get(1, 0))


def _frozen(values: Any) -> Int32Array:
    import numpy as np

    array: Int32Array = np.ascontiguousarray(values, np.int32)
    array.flags.writeable = False
    return array


def _stack(tree: Any) -> Any:
    """Return nested dictionaries by index as nested lists."""
    return [_stack(tree[k]) for k in range(len(tree))] if isinstance(tree, dict) else tree


def _weights(tree: Mapping[int, Any] | None) -> Weights:
    found = tree or {}
    first, second = (_frozen(_stack(found[m])) if m in found else None for m in (0, 1))
    return first, second


def _linear(elements: Elements) -> EfeLinear:
    def part(name: str, f: int) -> Any:
        return elements.get(name, {}).get(f)

    first, second = (
        EfeFilterSet(
            _pair(part("best_cand_idx", f)),
            _pair(part("fL", f)),
            int(elements["minSymbol"][f]),
            int(elements["maxSymbol"][f]),
            _weights(part("weightC", f)),
            _weights(part("weightY", f)),
        )
        for f in (0, 1)
    )
    return EfeLinear(_pair(elements["B1"]), (first, second))


def _linear_elements(tool: EfeLinear) -> dict[str, Any]:
    names = [field.name for field in fields(EfeFilterSet)]
    return {"B1": tool.B1, **{name: [getattr(part, name) for part in tool.sets] for name in names}}


def _icci(elements: Elements) -> Icci:
    use, short = elements["icci_use"], elements.get("icci_use_shortList", {})
    index = elements.get("icci_model_signalled_idx", {})
    tiles = tuple(
        IcciTile(
            (int(use[t][0]), int(use[t][1]), int(use[t][2])),
            int(short.get(t, 0)),
            _pair(index.get(t)),
        )
        for t in range(len(use))
    )
    on = elements["icci_tile_enable"]
    return Icci(16 * elements["icci_tile_size"] if on else 0, 16 * elements["icci_tile_overlap"] if on else 0, tiles)


def _icci_elements(tool: Icci) -> dict[str, Any]:
    return {
        "icci_tile_enable": int(tool.tile_size > 0),
        "icci_tile_size": tool.tile_size >> 4,
        "icci_tile_overlap": tool.tile_overlap >> 4,
        "icci_use": [tile.use for tile in tool.tiles],
        "icci_use_shortList": [tile.use_shortList for tile in tool.tiles],
        "icci_model_signalled_idx": [tile.model_signalled_idx for tile in tool.tiles],
    }


def _masks(tree: Mapping[int, Any] | None) -> tuple[UInt8Array | None, UInt8Array | None]:
    first, second = _weights(tree)
    return _bytes(first), _bytes(second)


def _bytes(mask: Int32Array | None) -> UInt8Array | None:
    if mask is None:
        return None
    narrow: UInt8Array = mask.astype("uint8")
    narrow.flags.writeable = False
    return narrow


def _nonlinear(elements: Elements) -> EfeNonlinear:
    offsets = tuple(None if row is None else _frozen(row.reshape(-1, 8)) for row in _weights(elements.get("A1")))
    return EfeNonlinear(
        int(elements["efe_nl_minSymbol"]),
        int(elements["efe_nl_maxSymbol"]),
        int(elements["mask1_enabled_flag"]),
        int(elements["mask2_enabled_flag"]),
        int(elements.get("bS", 0)),
        _masks(elements.get("W5")),
        (int(elements["nonLinear_enabled_U_flag"]), int(elements["nonLinear_enabled_V_flag"])),
        int(elements.get("nonlinearW", 0)),
        int(elements.get("nonlinearH", 0)),
        _frozen(elements.get("minLuma", ())),
        _frozen(elements.get("maxLuma", ())),
        (offsets[0], offsets[1]),
    )


def _nonlinear_elements(tool: EfeNonlinear) -> dict[str, Any]:
    mask = tool.W5[0] if tool.W5[0] is not None else tool.W5[1]
    rows, columns = (0, 0) if mask is None else mask.shape
    return {
        "efe_nl_minSymbol": tool.minSymbol,
        "efe_nl_maxSymbol": tool.maxSymbol,
        "mask1_enabled_flag": tool.mask1,
        "mask2_enabled_flag": tool.mask2,
        "bS": tool.bS,
        "len_mask_y": rows,
        "len_mask_x": columns,
        "W5": tool.W5,
        "nonLinear_enabled_U_flag": tool.nonLinear_enabled[0],
        "nonLinear_enabled_V_flag": tool.nonLinear_enabled[1],
        "nonlinearW": tool.nonlinearW,
        "nonlinearH": tool.nonlinearH,
        "numTiles": len(tool.minLuma),
        "minLuma": tool.minLuma,
        "maxLuma": tool.maxLuma,
        "candNum": [0 if row is None else row.size for row in tool.A1],
        "A1": [None if row is None else row.reshape(-1) for row in tool.A1],
    }
