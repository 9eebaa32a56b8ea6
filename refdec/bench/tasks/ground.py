"""What every measurement of a task stands on: the core, plugins, rates, what a run costs.

In: weights and choices of the user.  Out: `Ground`: pictures coded, decoded, answered.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.arithmetic.types import UInt8Array
from refdec.bench.bound import products_of
from refdec.bench.tasks.figures import Cost
from refdec.networks.vector_code import LANES

if TYPE_CHECKING:
    from refdec.bundles import LatentBundle
    from refdec.plugins.core import Core
    from refdec.plugins.registry import Plugins
    from refdec.plugins.result import TaskResult
    from refdec.plugins.task_base import NamedBundle
    from refdec.weights.pack import WeightPack

__all__ = ["Ground", "cost_of"]

ENCODER = "analysis"
RUNS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """`qualities`: rates that pictures are coded at; `most`: pictures of a data set; `say` is told what is measured.

    `teachers`: folder of networks that others trained; `pair`: folder of a network that was trained twice alike.
    """

    pack: WeightPack
    core: Core
    plugins: Plugins
    qualities: tuple[int, ...]
    most: int
    teachers: Path | None = None
    pair: Path | None = None
    say: Callable[[str], None] = lambda text: None

    def coded(self, rgb: UInt8Array, quality: int) -> bytes:
        """Return the codestream of a picture."""
        from refdec.plugins.api import EncodeRequest, SourcePicture
        from refdec.plugins.calls import encode_with, options_for

        guest = self.plugins.encoder(ENCODER)
        request = EncodeRequest(self.core.operating_point(quality), options=options_for(guest, {}))
        return encode_with(guest, SourcePicture.from_rgb(rgb), request, self.core, check=False)

    def decoded(self, data: bytes) -> UInt8Array:
        """Return the decoded picture, RGB uint8 [rows, columns, 3]."""
        from refdec.api.decode import decode

        array: UInt8Array = decode(data, weights=self.pack, colour="RGB", bit_depth=8).array
        return array

    def bundle(self, task: str, data: bytes) -> LatentBundle:
        """Return the latents of a codestream, as far as a task asks for."""
        return self.core.read(data, self.plugins.task(task).item.stage)

    def answer(self, task: str, data: bytes, **options: object) -> TaskResult:
        """Return what a task says about a codestream."""
        from refdec.plugins.calls import options_for, run_task

        guest = self.plugins.task(task)
        return run_task(guest, self.bundle(task, data), options_for(guest, options), self.core)

    def acted(
        self, task: str, action: str, bundles: Mapping[str, Iterable[NamedBundle]], **options: object
    ) -> TaskResult:
        """Return what an action of a task says about bundles."""
        from refdec.plugins.calls import action_of, options_for, run_action
        from refdec.plugins.task_base import ActionInput

        guest = self.plugins.task(task)
        found = action_of(guest, action)
        return run_action(guest, found, ActionInput(options_for(guest, options, found), self.core, bundles))


def cost_of(run: Callable[[], Any]) -> Cost:
    """Return what a run costs: the least CPU time of a few, memory and products of one."""
    run()
    products = sum(count * rows * depth * LANES for (rows, depth), count in products_of(run).items())
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    tracemalloc.start()
    try:
        run()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return Cost(min(seconds), peak, products)
