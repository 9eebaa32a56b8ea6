"""Every compiled kernel states the range of its inputs and a bound of its accumulators (house rule 6).

int64 wraps without a word in compiled code, so a reader must be able to check each sum.  The first test looks for a
bound in every docstring, the others recompute the figures that the docstrings take from tables.
"""

from __future__ import annotations

import ast
import re
from math import prod
from pathlib import Path

import pytest

from refdec import tables
from refdec.weights.tensorlists import layer_shapes

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "refdec"
BOUND = re.compile(r"<=?\s*-?(?P<base>\d+(?:\.\d+)?(?:e\d+)?)(?:\^(?P<power>\d+))?")
"""`<` or `<=` and a number or a power of two, as in "|acc| < 2^62"."""
LARGEST = 2.0**63


def kernels() -> list[tuple[str, str]]:
    """Return (module:function, docstring) of everything below `@kernel`."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(is_kernel(mark) for mark in node.decorator_list):
                found.append((f"{path.relative_to(PACKAGE)}:{node.name}", ast.get_docstring(node) or ""))
    return found


def is_kernel(mark: ast.expr) -> bool:
    return isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "kernel"


def bounds_in(text: str) -> list[float]:
    """Return the values of all bounds that a docstring states."""
    return [float(m["base"]) ** int(m["power"] or 1) for m in BOUND.finditer(" ".join(text.split()))]


KERNELS = kernels()


def test_the_search_finds_the_kernels() -> None:
    assert len(KERNELS) == sum(
        line.startswith("@kernel(") for path in PACKAGE.rglob("*.py") for line in path.read_text().splitlines()
    )


@pytest.mark.parametrize(("name", "text"), KERNELS, ids=[name for name, _ in KERNELS])
def test_a_kernel_states_a_bound(name: str, text: str) -> None:
    stated = bounds_in(text)
    assert stated, f"{name}: state the range of the inputs and a bound of the accumulators, as in |acc| < 2^62"
    assert max(stated) <= LARGEST, f"{name}: a bound above 2^63 excludes no overflow"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("|acc| < 2^62", [2.0**62]),
        ("0 <= k <= 3", [3.0]),
        ("|acc| < 6.1e18", [6.1e18]),
        ("shift >= 1 and C = 64", []),
        ("the sum <\n    2^36", [2.0**36]),
    ],
)
def test_the_parser_of_bounds(text: str, values: list[float]) -> None:
    assert bounds_in(text) == values


def test_products_of_a_sample() -> None:
    """6.2.3: fewer than 4320 products in every layer of every checkpoint, and the sum that this allows."""
    layers = [
        (shape, transposed)
        for kind in (*tables.checkpoints()["tensors"], *tables.light_analysis()["tensors"])
        for shape, transposed in layer_shapes(kind).values()
    ]
    counts = [shape[0] * 4 if transposed else prod(shape[1:]) for shape, transposed in layers]
    assert max(counts) < 4320
    assert (1 << 60) + (1 << 29) + 4320 * (1 << 31) * ((1 << 19) - 1) < 6.1e18 < LARGEST


def test_figures_of_the_scale_path() -> None:
    """Tables that `latent/kernels.py` multiplies with: INV, R, a, QLIN, QLOG, S, A and Bq."""
    constants = tables.model_constants()
    rows = [row for model in constants["models"] for row in model["rvs_tables"].values()]
    inverse = [n for row in rows for n in row["inverse_65536"]]
    offset = [n for row in rows for n in row["log_offset"]]
    scale = [n for row in rows for n in row["scale_128"]]
    assert min(inverse) > 0 and max(max(inverse), 1 << 16) < 1 << 17
    assert (min(offset), max(offset)) == (-80, 239)
    assert min(scale) > 0 and max(scale) == 186
    assert (min(constants["common"]["qmap_scale_16"]), max(constants["common"]["qmap_scale_16"])) == (4, 64)
    assert 2 * 2048 + max(constants["common"]["qmap_log_offset"]) == 4982
    scaler = tables.gain_scaler_q10()
    assert scaler.min() >= 2 and scaler.max() < 1 << 20
    for model in constants["models"]:
        assert all(0 <= n < 1 << 6 for n in (*model["lsbs_scale0_mean"], *model["lsbs_scale1_residual"]))


def test_figures_of_the_picture_stages() -> None:
    """Sums of magnitudes that `picture` multiplies with int32 samples."""
    constants = tables.integer_constants()
    to_rgb = constants["colour_to_rgb_q30"]
    largest = max(to_rgb["v_to_r"], to_rgb["u_to_g"] + to_rgb["v_to_g"], to_rgb["u_to_b"])
    assert largest == 1992435329
    assert largest * ((1 << 31) + constants["middle_q18"]) + (1 << 29) < 1 << 62
    assert all(sum(abs(w) for w in row) <= 1 << 30 for row in constants["colour_from_rgb_q30"].values())
    assert all(100 <= h <= 116 for row in constants["lef_hundredths"] for h in row)
    weight = 65535 + 65535 - 32767
    assert weight == 98303
    assert (32 * weight + 3200) * ((1 << 31) + (1 << 27)) < 1 << 53
    assert (1 << 42) + 8 * weight * ((1 << 31) + (1 << 28)) < 1 << 51
