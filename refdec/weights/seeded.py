"""Seeded stand-ins for the reference software's checkpoints: same names, shapes and types, values from a recipe.

In: a checkpoint's name and a seed.  Out: its float tensors, or a pack that draws and imports a checkpoint when it is
first asked for.  The conformance vectors were made with seed 1.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from refdec import tables
from refdec.arithmetic.types import Int64Array
from refdec.clauses import clause
from refdec.weights.arrays import NumberArray
from refdec.weights.errors import UnknownCheckpoint
from refdec.weights.importer import import_tensors
from refdec.weights.names import name_of_text
from refdec.weights.pack import Checkpoint, Origin, PackNotes, WeightPack

__all__ = ["seeded_checkpoint", "seeded_names", "seeded_pack"]

ENDING = ".pth"
NOT_FROM_THE_TEXT = "stand-in weights are ours; the recipe is that of tables/synthetic_weights.json"


def seeded_names() -> tuple[str, ...]:
    """Return the names of all 68 checkpoints that the recipe can draw, sorted."""
    return tuple(sorted(name.removesuffix(ENDING) for name in tables.synthetic_weights()))


def _counts(i: int) -> list[int]:
    """Return 63 heavy-tailed frequencies around -3..4 with width 1..16, i in 0..127."""
    centre, width = i % 8 - 3, 1 + i // 8
    return [1 + (1000000 * width**4) // (width**2 + abs(k - 31 - centre) ** 2) ** 2 for k in range(63)]


def _draw(
    generator: np.random.Generator, shape: tuple[int, ...], dtype: str, rule: dict[str, Any], shifts: Int64Array
) -> Any:
    """Draw one tensor by its rule; `shifts` are those of the layer that is being drawn."""
    kind = rule["kind"]
    if kind == "normal":
        return (rule["mean"] + rule["std"] * generator.standard_normal(shape)).astype(np.float32)
    if kind == "square":
        return ((1.0 + 0.1 * generator.standard_normal(shape)) ** 2 * rule["std"]).astype(np.float32)
    if kind == "const":
        return np.full(shape, rule["mean"], dtype=np.dtype(dtype))
    if kind == "gain":
        gains = np.zeros(shape, np.float32)
        drawn = rule["mean"] + rule["std"] * generator.standard_normal(shape[0])
        gains[:, rule["col"]] = (np.rint(drawn * 128) / 128).astype(np.float32)
        return gains
    if kind == "zfreq":
        return np.array([_counts(int(i)) for i in generator.integers(0, 128, shape[0])], np.int32)
    if kind == "shift":
        return generator.integers(rule["lo"], rule["hi"] + 1, shape).astype(np.int8)
    if kind == "iweight":
        drawn = np.rint(rule["std"] * generator.standard_normal(shape))
        return np.clip(drawn, -rule["lim"], rule["lim"]).astype(np.int16)
    assert kind == "ibias", kind
    drawn_bias = np.rint(rule["std"] * generator.standard_normal(shape)).astype(np.int64)
    return (drawn_bias + (1 << (shifts - 1))).astype(np.int32)


@clause("4.11", kind="added", reason=NOT_FROM_THE_TEXT)
def seeded_checkpoint(name: str, seed: int = 1) -> dict[str, NumberArray]:
    """(4.11) Return {tensor name: array} of a checkpoint ("VM_bop/decoder_Y_0.012", with or without .pth).

    One generator a file, PCG64([seed, CRC-32 of the file name]); tensors are drawn in table order.  Raises
    UnknownCheckpoint.
    """
    file = name.removesuffix(ENDING) + ENDING
    recipe = tables.synthetic_weights().get(file)
    if recipe is None:
        raise UnknownCheckpoint(name)
    generator = np.random.Generator(np.random.PCG64([seed, zlib.crc32(file.encode("ascii"))]))
    drawn: dict[str, NumberArray] = {}
    shifts = np.ones(0, np.int64)
    for tensor in recipe:
        values = _draw(generator, tuple(tensor["shape"]), tensor["dtype"], tensor["rule"], shifts)
        drawn[tensor["name"]] = values
        if tensor["rule"]["kind"] == "shift":
            shifts = values.reshape(-1).astype(np.int64)
    return drawn


def _imported(name: str, seed: int) -> Checkpoint:
    return import_tensors(name_of_text(name), seeded_checkpoint(name, seed), origin=Origin(f"{name}{ENDING}"))


def seeded_pack(seed: int = 1, names: Iterable[str] | None = None) -> WeightPack:
    """Return a pack of the seeded checkpoints (all 68, or those named), each drawn and imported when first asked for.

    Raises UnknownCheckpoint for a name that the recipe does not have.
    """
    wanted = seeded_names() if names is None else tuple(name.removesuffix(ENDING) for name in names)
    for name in wanted:
        if f"{name}{ENDING}" not in tables.synthetic_weights():
            raise UnknownCheckpoint(name)
    notes = PackNotes(f"seeded weights, seed {seed}", "BSD-3-Clause", "Stand-ins drawn from a recipe, not trained.")
    return WeightPack({name: partial(_imported, name, seed) for name in wanted}, notes)
