"""No float between the parser and the output array, outside an explicit allow-list (clause 6.5 item 3)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "refdec"

# Modules where floats are part of the job, each with the reason.
ALLOWED = {
    "weights": {
        "quantise.py": "checkpoints hold floats; 6.2 defines their one conversion",
        "importer.py": "checkpoints hold floats",
        "folding.py": "6.2.1, in binary64",
        "frequencies.py": "2.7.4, once per checkpoint",
        "seeded.py": "draws stand-in checkpoints",
        "unpickler.py": "reads float storages",
        "container.py": "reads float storages",
        "gain.py": "3.4.1, from a float tensor",
    },
    "networks": {
        "exact_blas.py": "float64 products carry integers below 2^53 (6.6)",
        "exact_kernels.py": "the loops around those products",
    },
    "picture": {},
}
WALKED = ("arithmetic", "bitstream", "tiling", "entropy", "weights", "networks", "latent", "picture")
SINGLE = ("decoder.py", "encoder.py", "models.py", "tables.py")
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


def walked_files() -> list[Path]:
    files = [p for name in WALKED for p in sorted((PACKAGE / name).rglob("*.py"))]
    files += [PACKAGE / name for name in SINGLE if (PACKAGE / name).exists()]
    return [p for p in files if p.name not in ALLOWED.get(p.relative_to(PACKAGE).parts[0], {})]


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


@pytest.mark.parametrize("path", walked_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_float_in_the_decode_path(path: Path) -> None:
    assert floats_in(ast.parse(path.read_text())) == []


def test_kernel_signatures_are_integer() -> None:
    """Every compiled function names an integer signature; none outside the allow-list mentions a float."""
    for path in walked_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "kernel":
                text = ast.unparse(node)
                assert "float" not in text, f"{path}:{node.lineno}: {text}"


@pytest.mark.parametrize(
    "source", ["x = 1.5", "x = a / b", "x = y.astype(float)", "x = np.float32(1)", "x = math.exp(1)", "x = np.mean(a)"]
)
def test_the_walker_finds_floats(source: str) -> None:
    assert floats_in(ast.parse(source))
