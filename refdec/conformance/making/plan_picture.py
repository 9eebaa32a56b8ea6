"""Recipes around the picture header (1.5.1, 1.6): sizes, formats, models, threads, channels, scaling tools, layout.

In: the generators of a suite.  Out: recipes, each with one feature at an end of its range or inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.bitstream.chroma import CONVERTIBLE, ChromaFormat
from refdec.bitstream.headers import Headers
from refdec.bitstream.levels import levels
from refdec.bitstream.markers import Marker
from refdec.bitstream.rendering import Cicp, ContentLight, DynamicMetadata, MasteringDisplay, RenderingInfo
from refdec.bitstream.tools import ToolsHeader
from refdec.bitstream.transforms import Synthesis
from refdec.conformance.making.recipe import Dice, Recipe, draft

__all__ = ["FORMATS", "picture_recipes"]

FORMATS = {
    output.digits if coded is output else f"{output.digits}_from_{coded.digits}": (output.value, coded.value)
    for output in ChromaFormat
    for coded in ChromaFormat
    if (output.value, coded.value) in CONVERTIBLE
}
"""Output and coded chroma format, (vertical, horizontal) subsampling, of every legal pair."""

HOP_PROFILE = 2
SIZES = ((64, 64), (65, 67), (79, 127), (128, 64), (111, 65), (200, 72))
THREADS = (1, 2, 4, 8, 16)
Q_THREADS_REMARK = "The reference software misreads log2_num_threads_q_minus1 (1.10 note 1)."


def _sizes() -> Iterator[Recipe]:
    for w, h in SIZES:
        yield Recipe(f"size_{w}x{h}", f"Coded and displayed size {w} x {h}", draft(w, h))
    for name, shown, coded in (
        ("max", (65, 49), (128, 112)),
        ("odd", (83, 77), (96, 80)),
        ("one_sample", (1, 1), (64, 64)),
    ):
        headers = draft(*shown, coded_size=coded)
        title = f"Displayed size {shown[0]} x {shown[1]} of a coded {coded[0]} x {coded[1]}"
        yield Recipe(f"display_{name}", title, headers)
    headers = draft(71, 69, coded_size=(80, 80), output_format=(2, 2), colour_transform_idx=0)
    yield Recipe("display_odd_420", "Odd displayed size in 4:2:0", headers)


def _models() -> Iterator[Recipe]:
    for transform in Synthesis:
        for model in range(4):
            size = (64, 64) if transform is Synthesis.HOP else (96, 80)
            headers = draft(*size, model_id=model, synthesis_transforms=(transform,))
            yield Recipe(f"{transform.name.lower()}_model{model}", f"{transform.name} with model {model}", headers)
    for ids in ((1, 0), (2, 1, 0), (0, 2, 1), (1, 2)):
        label = "".join(Synthesis(k).name[0].lower() for k in ids)
        headers = draft(64, 64, synthesis_transforms=ids)
        yield Recipe(f"transforms_{label}", f"List of synthesis transforms {ids}; the first runs", headers)
    headers = draft(64, 64, synthesis_transforms=(Synthesis.SOP,), decoder_profile_id=HOP_PROFILE)
    yield Recipe("profile_above_need", "A profile larger than the transform needs", headers)
    for row in levels():
        headers = draft(64, 64, level_idc=row.level_idc, model_id=row.models[-1])
        yield Recipe(f"level_{row.level_idc}", f"Level {row.level_idc} with the highest model that it allows", headers)


def _formats() -> Iterator[Recipe]:
    for name, (output, coded) in FORMATS.items():
        for bits in (8, 10):
            for colour in (0, 1):
                size = (77, 83) if bits == 8 else (80, 64)
                headers = draft(
                    *size, output_format=output, coded_format=coded, bit_depth=bits, colour_transform_idx=colour
                )
                title = f"Format {name}, {bits} bit, colour_transform_idx {colour}"
                yield Recipe(f"format_{name}_{bits}bit_idx{colour}", title, headers)


def _threads() -> Iterator[Recipe]:
    for k, count in enumerate(THREADS):
        other = THREADS[(k + 2) % 5]
        headers = draft(64, 80, threads_z=count, threads_r=(count, other), threads_q=other, quality_map_entropy_index=3)
        title = f"{count} threads for z and primary residual, {other} for secondary residual and quality map"
        remark = Q_THREADS_REMARK if other > 1 else ""
        yield Recipe(f"threads_{count}_{other}", title, headers, remark=remark)
    headers = draft(64, 64, threads_r=16, num_chs=(1, 1))
    yield Recipe("threads_16_one_channel", "16 threads with 16 positions each: one group of four per thread", headers)


def _rates() -> Iterator[Recipe]:
    for beta in (-2048, -1069, -1, 702, 2047):
        name = f"beta_{'minus' if beta < 0 else 'plus'}{abs(beta)}"
        yield Recipe(name, f"Displacement {beta}", draft(64, 64, beta_log=beta), exact_only=abs(beta) > 1069)
    headers = draft(64, 64, beta_log=(700, -1000))
    yield Recipe("beta_independent", "Displacements 700 and -1000", headers)
    for chs in ((0, 0), (1, 1), (159, 95), (160, 0), (0, 96), (255, 255), (37, 61)):
        headers = draft(64, 80, num_chs=chs)
        yield Recipe(f"num_chs_{chs[0]}_{chs[1]}", f"num_chs {chs[0]} and {chs[1]}", headers)


def _cubes(kind: str, h: int, w: int, dice: np.random.Generator) -> UInt8Array:
    flags = np.zeros((4, h, w), np.uint8)
    if kind == "random":
        flags[:] = dice.integers(0, 2, flags.shape, dtype=np.uint8)
    elif kind == "one_phase":
        flags[1:] = 1
    return flags


def _cube_flags(dice: Dice) -> Iterator[Recipe]:
    for kind in ("zero", "one_phase", "random"):
        name = f"cubes_{kind}"
        plain = draft(200, 136, beta_log=-900).picture
        made = [_cubes(kind, plain.cube_h, plain.cube_w, dice(name + str(c))) for c in (0, 1)]
        headers = draft(200, 136, beta_log=-900, cube_flags=(made[0], made[1]))
        yield Recipe(name, f"Cube flags in both components: {kind.replace('_', ' ')}", headers)
    flags = _cubes("random", plain.cube_h, plain.cube_w, dice("cubes_chroma"))
    headers = draft(200, 136, beta_log=-900, cube_flags=(None, flags))
    yield Recipe("cubes_chroma", "Cube flags in the secondary component only", headers)
    row = (1,) * (4 * plain.cube_h * plain.cube_w)
    groups = tuple(k % 2 for k in range(-(-len(row) // 8)))
    changes = {"use_cube_flags": (1, 0), "cube_group_flag": (groups, None), "cube_flag": (row, None)}
    headers = draft(200, 136, beta_log=-900, changes=changes)
    yield Recipe("cubes_redundant", "Cube flags that are all 1, some groups sent without need", headers)


def _scaling(dice: Dice) -> Iterator[Recipe]:
    for model in range(4):
        headers = draft(64, 80, model_id=model, rvs=True, beta_log=(0, 300))
        yield Recipe(f"rvs_model{model}", f"RVS in both components, model {model}", headers)
        flags = [dice(f"grfs{model}{c}").integers(0, 2, n).tolist() for c, n in enumerate((160, 96))]
        headers = draft(80, 64, model_id=model, grfs_flags=(flags[0], flags[1]), rvs=(model % 2 == 0, False))
        yield Recipe(f"grfs_model{model}", f"GRFS for some channels, model {model}", headers)
        headers = draft(64, 64, model_id=model, tools=ToolsHeader((1, 1)))
        yield Recipe(f"lsbs_model{model}", f"LSBS in both components, model {model}", headers)
    for c, name in enumerate(("primary", "secondary")):
        flags_one = ([1] * 40, None) if c == 0 else (None, [1] * 96)
        headers = draft(
            64,
            64,
            rvs=(c == 0, c == 1),
            grfs_flags=flags_one,
            num_chs=(40, 96),
            tools=ToolsHeader((int(c == 0), int(c == 1))),
        )
        yield Recipe(f"scaling_{name}", f"RVS, GRFS and LSBS in the {name} component only", headers)


def _quality_maps() -> Iterator[Recipe]:
    for index in range(8):
        headers = draft(96, 80, quality_map_entropy_index=index)
        yield Recipe(f"quality_map_index{index}", f"Quality map with entropy index {index}", headers)
    for style in ("flat", "steps", "extreme"):
        headers = draft(111, 65, quality_map_entropy_index=2, rvs=True)
        yield Recipe(f"quality_map_{style}", f"Quality map of {style} values, with RVS", headers, map_style=style)


def _symbols() -> Iterator[Recipe]:
    yield Recipe("symbols_zero", "All symbols and hyper latents 0", draft(64, 64), style="zero")
    yield Recipe(
        "symbols_escapes", "Two percent of the symbols far outside their distribution", draft(), style="escapes"
    )
    yield Recipe(
        "symbols_extreme",
        "Symbols -32768 and 32767, z of -31 and 31: every sum saturates where it must",
        draft(64, 64, threads_r=4),
        style="extreme",
        exact_only=True,
    )
    headers = draft(64, 64, synthesis_transforms=(Synthesis.HOP,))
    yield Recipe("symbols_extreme_hop", "The same with HOP", headers, style="extreme", exact_only=True)


def _rendering(level: int) -> RenderingInfo:
    """Rendering information with every number at an end of its range: level 0, 1 (highest), 2 (inside)."""
    u8, u16, u32 = ((0, (1 << n) - 1, (1 << n) // 3)[level] for n in (8, 16, 32))
    flag, place = (0, 1, 1)[level], (0, 7, 3)[level]
    triple = (u16, u16, u16)
    return RenderingInfo(
        Cicp(u8, u8, u8, flag, place),
        MasteringDisplay(triple, triple, u16, u16, u32, u32),
        ContentLight(u16, u16),
        DynamicMetadata(u8, bytes([u8, 0, 255]) * (0, 21845, 1)[level]),
    )


def _reordered(headers: Headers, rest: Sequence[Marker]) -> Headers:
    return replace(headers, substream_order=(Marker.PIH, *rest))


def _layout() -> Iterator[Recipe]:
    for level, name in enumerate(("lowest", "highest", "inside")):
        headers = draft(64, 64, rendering=_rendering(level))
        yield Recipe(f"rdi_{name}", f"Rendering information, all parts, values {name}", headers)
    headers = draft(64, 64, rendering=RenderingInfo(clli=ContentLight(1000, 400)))
    yield Recipe("rdi_one_part", "Rendering information with one part", headers)
    for size in (0, 1, 1000):
        headers = draft(64, 64, user_data=bytes(k * 7 & 255 for k in range(size)))
        yield Recipe(f"udi_{size}", f"User data of {size} bytes", headers)
    plain = draft(64, 64)
    without = [m for m in plain.substream_order if m not in (Marker.PIH, Marker.TON, Marker.RDI)]
    bare = replace(_reordered(plain, without), rendering=None)
    yield Recipe("layout_bare", "No TON, no RDI", bare)
    headers = draft(64, 64, quality_map_entropy_index=1, user_data=b"order", tools=ToolsHeader((1, 0)))
    rest = list(headers.substream_order[1:])
    yield Recipe("layout_reversed", "Substreams after PIH in reverse order", _reordered(headers, rest[::-1]))
    turned = rest[3:] + rest[:3]
    yield Recipe("layout_rotated", "Entropy-coded substreams before TON", _reordered(headers, turned))
    yield Recipe(
        "layout_trailing", "Bytes after EOC, which are no part of the codestream", plain, trailing=b"\xff\x82tail"
    )


def _large() -> Iterator[Recipe]:
    sop: dict[str, Any] = {"synthesis_transforms": (Synthesis.SOP,)}
    yield Recipe("size_65599x64", "The greatest width", draft(65599, 64, **sop))
    yield Recipe("size_64x65599", "The greatest height", draft(64, 65599, **sop))


def picture_recipes(dice: Dice, *, full: bool) -> Iterator[Recipe]:
    """Yield the recipes around the picture header; `full`: also those of large pictures."""
    yield from _sizes()
    yield from _models()
    yield from _formats()
    yield from _threads()
    yield from _rates()
    yield from _cube_flags(dice)
    yield from _scaling(dice)
    yield from _quality_maps()
    yield from _symbols()
    yield from _layout()
    if full:
        yield from _large()
