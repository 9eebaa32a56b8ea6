"""Recipes of tool combinations: every two values of different tool classes meet in one stream at least.

In: the generators of a suite.  Out: recipes `pair_00`, `pair_01`, ...
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refdec.bitstream.headers import Headers
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.tools import ToolsHeader
from refdec.bitstream.transforms import Synthesis
from refdec.conformance.making.pairs import Assignment, all_pairs
from refdec.conformance.making.plan_picture import FORMATS, Q_THREADS_REMARK
from refdec.conformance.making.recipe import Dice, Recipe, draft
from refdec.conformance.making.tool_drafts import icci_of, linear_of, nonlinear_of

__all__ = ["FACTORS", "legal", "pair_recipes"]

OFF_ON = ("off", "on")
FACTORS: dict[str, tuple[str, ...]] = {
    "transform": tuple(t.name.lower() for t in (Synthesis.BOP, Synthesis.SOP, Synthesis.HOP)),
    "model": ("0", "1", "2", "3"),
    "format": tuple(FORMATS),
    "bits": ("8", "10"),
    "colour": ("0", "1"),
    "regions": ("none", "dependent", "independent"),
    "tiles": OFF_ON,
    "display": ("whole", "less"),
    "threads": ("1", "4", "16"),
    "channels": ("all", "some"),
    "quality_map": OFF_ON,
    "rvs": OFF_ON,
    "grfs": OFF_ON,
    "lsbs": OFF_ON,
    "cubes": OFF_ON,
    "efe_linear": OFF_ON,
    "eicci": OFF_ON,
    "efe_nonlinear": OFF_ON,
    "lef": OFF_ON,
}
"""Tool classes and their values."""

NO_ICCI = ("420", "422")
"""4:2:0 has no eICCI; with 4:2:2 the reference software never sends it (1.10 note 9), which has a case of its own."""


def legal(chosen: Assignment) -> bool:
    """Tell whether a (partial) assignment can be a codestream."""
    return not (chosen.get("eicci") == "on" and chosen.get("format") in NO_ICCI)


def _tools(chosen: Assignment, dice: Dice, name: str) -> Any:
    def on(tool: str) -> bool:
        return chosen[tool] == "on"

    def chosen_tools(picture: PictureHeader) -> ToolsHeader:
        masks = (1, 1) if on("efe_linear") else (0, 0)
        return ToolsHeader(
            (1, 1) if on("lsbs") else (0, 0),
            linear_of(dice(name + "linear"), picture, (4, 7), (2, 1), alternative=(2, 1)) if on("efe_linear") else None,
            icci_of(picture, (1, 1, 1), 0, (5, 6)) if on("eicci") else None,
            nonlinear_of(dice(name + "curve"), picture, masks=masks, block=32) if on("efe_nonlinear") else None,
            40 if on("lef") else None,
        )

    return chosen_tools


def _headers(chosen: Assignment, dice: Dice, name: str) -> Headers:
    on = {factor: value == "on" for factor, value in chosen.items()}
    split = chosen["regions"] != "none"
    width, height = (530, 66) if split else (82, 70)
    output, coded = FORMATS[chosen["format"]]
    shown = (width - 13, height - 5) if chosen["display"] == "less" else (width, height)
    channels = (160, 96) if chosen["channels"] == "all" else (101, 33)
    choices: dict[str, Any] = {
        "coded_size": (width, height),
        "synthesis_transforms": (Synthesis[chosen["transform"].upper()],),
        "model_id": int(chosen["model"]),
        "output_format": output,
        "coded_format": coded,
        "bit_depth": int(chosen["bits"]),
        "colour_transform_idx": int(chosen["colour"]),
        "threads_z": int(chosen["threads"]),
        "threads_r": int(chosen["threads"]),
        "threads_q": int(chosen["threads"]),
        "num_chs": channels,
        "quality_map_entropy_index": 4 if on["quality_map"] else None,
        "rvs": on["rvs"],
        "beta_log": -300,
    }
    if on["grfs"]:
        choices["grfs_flags"] = tuple(
            dice(f"{name}grfs{c}").integers(0, 2, count).tolist() for c, count in enumerate(channels)
        )
    if split:
        choices |= {"regions": (1, 2), "independent_regions": chosen["regions"] == "independent"}
        choices |= {"hd_overlap": 1, "mcm_overlap": 4}
    if on["tiles"]:
        choices |= {"tile_size": 64, "tile_overlap": 32}
    if on["cubes"]:
        plain = draft(*shown, **choices).picture
        shape = (4, plain.cube_h, plain.cube_w)
        flags = [dice(f"{name}cubes{c}").integers(0, 2, shape) for c in (0, 1)]
        flags[0][0, 0, 0] = flags[1][0, 0, 0] = 0
        choices["cube_flags"] = (flags[0], flags[1])
    return draft(*shown, tools=_tools(chosen, dice, name), **choices)


def pair_recipes(dice: Dice) -> Iterator[Recipe]:
    """Yield one recipe for each assignment of the all-pairs list."""
    for number, chosen in enumerate(all_pairs(FACTORS, legal)):
        name = f"pair_{number:02d}"
        values = ", ".join(f"{factor} {value}" for factor, value in chosen.items() if value != "off")
        remark = Q_THREADS_REMARK if chosen["quality_map"] == "on" and chosen["threads"] != "1" else ""
        yield Recipe(name, f"Combination: {values}", _headers(chosen, dice, name), remark=remark)
