"""The ground of measurements in tests."""

from __future__ import annotations

from refdec.bench.tasks.ground import Ground
from refdec.plugins.core import Core
from refdec.plugins.manager import installed
from refdec.weights.bundled import bundled_pack

__all__ = ["ground"]


def ground(qualities: tuple[int, ...], most: int) -> Ground:
    """The bundled weights and plugins."""
    return Ground(bundled_pack(), Core(bundled_pack()), installed(None), qualities, most)
