"""Plugins, entry points and a core made up for the tests of the plugin door."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from refdec.errors import CodestreamError
from refdec.formats.decoded import Picture
from refdec.plugins.api import (
    Encoder,
    EncodeRequest,
    LatentBundle,
    ModelInfo,
    OptionValues,
    Scalars,
    SourcePicture,
    SymbolChoice,
    TargetLatents,
    Task,
    TaskResult,
    hookimpl,
)
from refdec.plugins.manager import load_plugins
from refdec.plugins.registry import Guest, Plugins
from tests.sample_bundles import FINGERPRINT


class Copier(Encoder):
    """An encoder with `encode` that returns what it was made with."""

    version, description = "2.1", "returns fixed bytes"

    def __init__(self, name: str = "copier", answer: Any = b"stream 8x6") -> None:
        self.name, self.answer = name, answer

    def encode(self, picture: SourcePicture, request: EncodeRequest, core: Any) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class Dreamer(Encoder):
    """An encoder with `latents` that returns what it was made with."""

    version, description = "0.3", "returns fixed latents"

    def __init__(self, answer: Any = None, name: str = "dreamer") -> None:
        self.name, self.answer = name, answer
        self.asked: list[int | None] = []

    def latents(self, picture: SourcePicture, request: EncodeRequest, core: Any) -> Any:
        self.asked.append(request.model_id)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return flat_targets(picture) if self.answer is None else self.answer


class Counter(Task):
    """A task that counts coded symbols."""

    name, version, description = "counter", "1.0", "counts coded symbols"

    def run(self, bundle: LatentBundle, options: OptionValues, core: Any) -> TaskResult:
        assert bundle.luma.coded is not None
        return Scalars({"coded": int(bundle.luma.coded.sum()), "stage": bundle.stage.value})


def flat_targets(picture: SourcePicture, **changes: Any) -> TargetLatents:
    height, width = max(picture.height, 64), max(picture.width, 64)
    size = (-(-height // 16), -(-width // 16))
    values = {"luma_q18": np.zeros((160, *size), np.int32), "chroma_q18": np.zeros((96, *size), np.int32)}
    return TargetLatents(**(values | changes))


def plugin(
    encoders: Any = (), tasks: Any = (), version: Any = "1.0", name: str = "a_plugin", **extra: Any
) -> ModuleType:
    """A plugin module that offers what is given; a function is called, anything else returned."""
    module = ModuleType(name)

    def answer(value: Any) -> Any:
        return value() if callable(value) else value

    @hookimpl
    def refdec_encoders() -> Any:
        return answer(encoders)

    @hookimpl
    def refdec_tasks() -> Any:
        return answer(tasks)

    module.refdec_encoders, module.refdec_tasks = refdec_encoders, refdec_tasks  # type: ignore[attr-defined]
    if version is not None:
        module.refdec_api_version = version  # type: ignore[attr-defined]
    for key, value in extra.items():
        setattr(module, key, value)
    return module


@dataclass
class Entry:
    """An entry point that loads a module at hand, or raises."""

    name: str
    module: Any
    distribution: str = "someone"
    loads: list[str] = field(default_factory=list)

    @property
    def dist(self) -> Any:
        return SimpleNamespace(metadata={"Name": self.distribution, "Version": "7.0"})

    def load(self) -> Any:
        self.loads.append(self.name)
        if isinstance(self.module, BaseException):
            raise self.module
        return self.module


def loaded(*entries: Entry, allow: Any = True) -> Plugins:
    return load_plugins(allow, entries)  # type: ignore[arg-type]


def encoder_guest(item: Encoder) -> Guest[Encoder]:
    return Guest(item, item.name, item.version, "someone", "7.0", "entry")


def task_guest(item: Task) -> Guest[Task]:
    return Guest(item, item.name, item.version, "someone", "7.0", "entry")


def gray(height: int = 6, width: int = 8, **changes: Any) -> SourcePicture:
    plane = np.full((height, width), 77, np.uint8)
    return SourcePicture((plane, plane, plane), **changes)


class Core:
    """Enough of a core for the calls: a codestream is b"stream WxH"."""

    weights_fingerprint = FINGERPRINT
    models = (ModelInfo(1, ("BOP", "SOP"), True, (-1000, 800)),)

    def __init__(self) -> None:
        self.targets: list[TargetLatents] = []

    def decode(self, codestream: bytes) -> Picture:
        word, _, size = codestream.decode().partition(" ")
        if word != "stream":
            raise CodestreamError("This is no codestream.")
        width, height = (int(n) for n in size.split("x"))
        plane = np.zeros((height, width), np.uint8)
        return Picture((plane, plane, plane), 8, "RGB")

    def decoded_size(self, codestream: bytes) -> tuple[int, int]:
        picture = self.decode(codestream)
        return picture.height, picture.width

    def code_latents(self, picture: SourcePicture, latents_of: Any, request: EncodeRequest) -> bytes:
        for model in self.models:
            targets = latents_of(request.for_model(model.model_id))
            self.targets.append(targets)
            if targets.choose is not None:
                targets.choose(some_choice())
        return f"stream {picture.width}x{picture.height}".encode()


def some_choice() -> SymbolChoice:
    shape = (160, 2, 2)
    return SymbolChoice(
        0,
        0,
        3,
        1,
        0,
        2,
        np.full(shape, 70000, np.int64),
        np.ones(shape, np.int16),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
        np.ones(shape, np.bool_),
    )
