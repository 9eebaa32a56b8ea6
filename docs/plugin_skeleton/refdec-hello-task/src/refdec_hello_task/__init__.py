"""A tutorial task for refdec: where a picture is busy, told from its symbols alone."""

from __future__ import annotations

import numpy as np

from refdec.plugins.api import CoreServices, LatentBundle, Mask, Option, OptionValues, Stage, Task, TaskResult, hookimpl

refdec_api_version = "1.0"


class HelloBusy(Task):
    """Counts the luma symbols that are not zero at each latent position."""

    name = "hello-busy"
    version = "0.1"
    description = "a map of where the picture is busy"
    stage = Stage.SYMBOLS
    options = (Option("least", int, 1, "smallest magnitude that counts", minimum=1),)

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        assert bundle.luma.symbols is not None
        large = np.abs(bundle.luma.symbols.astype(np.int32)) >= options.integer("least")
        return Mask(large.sum(axis=0), cell=16, unit="symbols")


@hookimpl
def refdec_tasks() -> list[Task]:
    return [HelloBusy()]
