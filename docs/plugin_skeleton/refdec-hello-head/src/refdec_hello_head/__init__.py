"""A tutorial head for refdec: is the picture dark or bright, told from its latents in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

from refdec.plugins.api import (
    CoreServices,
    Head,
    HeadServices,
    LatentBundle,
    OptionValues,
    Stage,
    Task,
    TaskResult,
    hookimpl,
)

refdec_api_version = "1.2"


@cache
def heads() -> tuple[Head, ...]:
    """The heads of this package, one for each set of weights."""
    files = sorted(resources.files(__package__).iterdir(), key=lambda file: file.name)
    return tuple(HeadServices.load(file.read_bytes()) for file in files if file.name.endswith(".head"))


class HelloLight(Task):
    """Says whether a picture is dark or bright, and how sure it is."""

    name = "hello-light"
    version = "0.1"
    description = "dark or bright?"
    stage = Stage.LATENT

    def heads(self) -> Sequence[Head]:
        return heads()

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        return core.heads.labels(heads(), bundle)


@hookimpl
def refdec_tasks() -> list[Task]:
    return [HelloLight()]
