"""Tests of the training package need PyTorch; without it they are skipped, and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

collect_ignore_glob: list[str] = []
try:
    import torch
except ModuleNotFoundError:
    collect_ignore_glob += ["test_*.py", "heads/test_*.py"]
else:
    torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the order of files: what trains runs last."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.parent == here and item.path.name == "test_training.py")
