"""No float between the parser and the output array, outside an explicit allow-list (clause 6.5 item 3)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.test_layers import FILES, PACKAGE, RANKS, top

# Files below `api` where floats are part of the job, each with the reason; no package is left out as a whole.
ALLOWED = {
    "encoding/enhancement/solving.py": "float64 carries integers below 2^53; solutions are rounded and checked exactly",
    "encoding/ratecontrol.py": "the search for a rate: which streams are tried, never what is in them",
    "encoding/rategoal.py": "the search for a rate: which streams are tried, never what is in them",
    "formats/exr.py": "OpenEXR files hold floats and chromaticities, which the package reads and writes",
    "formats/float_view.py": "floats become codes for viewing, before they are encoded",
    "heads/making.py": "weights come as floats and become integers there",
    "heads/onnx.py": "ONNX Runtime works in floats, which is said wherever it is named",
    "inspection/maps.py": "colours of pictures for the viewer",
    "metrics/bdrate.py": "measures the finished picture",
    "metrics/edgessim.py": "measures the finished picture",
    "metrics/luma.py": "measures the finished picture",
    "metrics/msssim.py": "measures the finished picture",
    "metrics/psnr.py": "measures the finished picture",
    "metrics/sse.py": "measures the finished picture",
    "networks/exact_forms.py": "float64 products carry integers below 2^53 (6.6)",
    "networks/exact_kernels.py": "the loops before those products",
    "networks/panel_kernels.py": "those products",
    "networks/tile_kernels.py": "those products in tiles",
    "networks/exact_tiles.py": "bounds of those products",
    "parallel/crews.py": "seconds",
    "parallel/deadline.py": "seconds",
    "parallel/folders.py": "joins paths with /",
    "parallel/outcomes.py": "seconds",
    "parallel/pool.py": "seconds",
    "parallel/processes.py": "seconds",
    "parallel/threads.py": "seconds",
    "plugins/drawing.py": "plots of what tasks found",
    "plugins/filtering.py": "the bytes that a rate allows; what is chosen is integer",
    "plugins/head_services.py": "scores of labels, once the head has answered",
    "plugins/guest_options.py": "options of plugins may be real numbers",
    "plugins/rate_run.py": "the search for a rate: which streams are tried, never what is in them",
    "plugins/rate_targets.py": "rates and tolerances that an application asks for",
    "plugins/requests.py": "the time that an application allows",
    "plugins/places.py": "results of tasks may be real numbers",
    "plugins/result.py": "results of tasks may be real numbers",
    "plugins/results.py": "results of tasks may be real numbers",
    "startup.py": "joins paths with /",
    "trace/names.py": "dumps in the unit of the reference software, for comparison",
    "trace/samples.py": "statistics of differences",
    "trace/timings.py": "seconds",
    "weights/folding.py": "6.2.1, in binary64",
    "weights/frequencies.py": "2.7.4, once per checkpoint",
    "weights/importer.py": "checkpoints hold floats",
    "weights/quantise.py": "checkpoints hold floats; 6.2 defines their one conversion",
    "weights/seeded.py": "draws stand-in checkpoints",
    "weights/unpickler.py": "reads float storages",
}
# Single expressions in files that otherwise hold no float.
EXPRESSIONS = {("decoding/rows.py", "n / total"): "the share of the picture that is done, for a progress bar"}
FLOAT_NAMES = {
    "float",
    "float16",
    "float32",
    "float64",
    "double",
    "single",
    "half",
    "longdouble",
    "complex64",
    "complex128",
}
FLOAT_CALLS = {
    "mean",
    "std",
    "var",
    "average",
    "true_divide",
    "divide",
    "linspace",
    "sqrt",
    "exp",
    "log",
    "log2",
    "round",
    "rint",
}


def below_api() -> list[Path]:
    """All files of the layers below `api` (test_layers), a new package included before anybody thinks of it."""
    return [path for path in FILES if top(path) != "__init__" and RANKS.get(top(path), 0) < RANKS["api"]]


def walked_files() -> list[Path]:
    return [path for path in below_api() if path.relative_to(PACKAGE).as_posix() not in ALLOWED]


def floats_in(tree: ast.AST) -> list[tuple[int, str]]:
    """Return (line, what) for everything that could bring a float in."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append((line, f"literal {node.value}"))
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            found.append((line, "division /"))
        elif isinstance(node, ast.Attribute) and node.attr in FLOAT_NAMES:
            found.append((line, f"dtype {node.attr}"))
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in {"math", "cmath", "random"}
        ):
            found.append((line, f"{node.value.id}.{node.attr}"))
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"float", "round"} or (
                isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"np", "numpy"}
                and name in FLOAT_CALLS
            ):
                found.append((line, f"call of {name}"))
            if name == "astype" and node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == "float":
                found.append((line, "astype(float)"))
    return found


def expressions_in(path: Path) -> list[ast.AST]:
    """The expressions of a file that are allowed."""
    allowed = {source for name, source in EXPRESSIONS if name == path.relative_to(PACKAGE).as_posix()}
    nodes = ast.walk(ast.parse(path.read_text())) if allowed else iter(())
    return [node for node in nodes if isinstance(node, ast.expr) and ast.unparse(node) in allowed]


@pytest.mark.parametrize("path", walked_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_float_in_the_decode_path(path: Path) -> None:
    allowed = [found for node in expressions_in(path) for found in floats_in(node)]
    assert [found for found in floats_in(ast.parse(path.read_text())) if found not in allowed] == []


def test_kernel_signatures_are_integer() -> None:
    """Every compiled function names an integer signature; none outside the allow-list mentions a float."""
    for path in walked_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "kernel":
                text = ast.unparse(node)
                assert "float" not in text, f"{path}:{node.lineno}: {text}"


def test_every_exception_is_a_file_that_holds_floats() -> None:
    assert set(ALLOWED) <= {path.relative_to(PACKAGE).as_posix() for path in below_api()}
    assert [name for name in ALLOWED if not floats_in(ast.parse((PACKAGE / name).read_text()))] == []
    assert [name for name, _ in EXPRESSIONS if not expressions_in(PACKAGE / name)] == []
    assert len(walked_files()) > 150


@pytest.mark.parametrize(
    "source", ["x = 1.5", "x = a / b", "x = y.astype(float)", "x = np.float32(1)", "x = math.exp(1)", "x = np.mean(a)"]
)
def test_the_walker_finds_floats(source: str) -> None:
    assert floats_in(ast.parse(source))
