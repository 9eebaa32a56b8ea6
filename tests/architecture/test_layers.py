"""Imports go one way: each package may import only from the layers above it (docs/architecture.md)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "refdec"

# Rank of every top-level module or package of refdec; equal rank means siblings that must not import each other.
RANKS: dict[str, int] = {
    name: rank
    for rank, names in enumerate(
        [
            ("kernel_store", "kernel_parts", "kernel_interrupts", "machine_code"),
            ("kernel_choices",),
            ("kernel_files",),
            ("clauses", "jit"),
            ("errors",),
            ("limits",),
            ("arithmetic",),
            ("tables",),
            ("tiling",),
            ("observation",),
            ("bitstream",),
            ("entropy", "heif"),
            ("weights",),
            ("networks",),
            ("latent",),
            ("picture",),
            ("parallel",),
            ("decoding",),
            ("encoding",),
            ("transcoding",),
            ("formats", "trace", "inspection", "metrics", "startup"),
            ("bundles", "privacy", "lossless", "sequences"),
            ("heads",),
            ("plugins",),
            ("api",),
            ("adapters",),
            ("bench",),
            ("verification",),
            ("conformance",),
            ("cli",),
            ("__main__",),
        ]
    )
    for name in names
}
# `arithmetic` reads its tables through the one door, and the door returns typed arrays.
EXCEPTIONS = {("tables", "arithmetic"), ("arithmetic", "tables")}
GUESTS = {
    "refdec_encoders": ("refdec.plugins.api",),
    "refdec_tasks": ("refdec.plugins.api",),
    "refdec_train": ("refdec.api", "refdec.errors", "refdec.heads", "refdec.weights.pack"),
}


def imported(path: Path) -> list[tuple[int, str]]:
    """All absolute imports of a file as (line, dotted name)."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "refdec"
                else [node.module or ""]
            )
            found += [(node.lineno, name) for name in names]
    return found


def top(path: Path) -> str:
    """The top-level name that a file belongs to."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_up_only(path: Path) -> None:
    mine = top(path)
    if mine == "__init__":
        return  # the public face re-exports from everywhere
    assert mine in RANKS, f"{mine} has no rank in this test"
    for line, name in imported(path):
        parts = name.split(".")
        if parts[0] in GUESTS:
            pytest.fail(f"{path}:{line}: the core imports the guest {parts[0]}")
        if parts[0] != "refdec" or len(parts) < 2 or parts[1] == mine:
            continue
        theirs = parts[1]
        if theirs not in RANKS or (mine, theirs) in EXCEPTIONS:
            assert theirs in RANKS or theirs == "__version__", f"{path}:{line}: unknown module {name}"
            continue
        assert RANKS[theirs] < RANKS[mine], f"{path.relative_to(ROOT)}:{line}: {mine} imports {theirs}"


@pytest.mark.parametrize("guest", sorted(GUESTS))
def test_bundled_plugins_use_the_public_door_only(guest: str) -> None:
    files = [p for root in ("encoders", "tasks") for p in (ROOT / root).rglob("*.py")]
    mine = [p for p in files if guest in p.parts]
    for path in mine:
        for line, name in imported(path):
            if name == "refdec" or name.startswith("refdec."):
                allowed = any(name == door or name.startswith(door + ".") for door in GUESTS[guest])
                assert allowed, f"{path.relative_to(ROOT)}:{line}: {name} is not the public door"


def test_every_rank_exists() -> None:
    present = {top(p) for p in FILES} - {"__init__"}
    assert present <= set(RANKS)
    assert {"errors", "bitstream", "entropy", "networks", "decoding", "cli"} <= present
