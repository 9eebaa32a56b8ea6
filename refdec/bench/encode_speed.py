"""How fast refdec encodes on this machine: 768x512 with the encoder `analysis`, warm, as a whole and stage by stage.

In: how often to measure.  Out: plain values for JSON.  Whole processes stand with those that decode (`speed`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import refdec
from refdec.api.weights import load_weights
from refdec.bench.speed import Say, fresh_picture, repeated, summary
from refdec.decoding.models import models_of
from refdec.decoding.opening import open_codestream
from refdec.encoding.content import read_content
from refdec.encoding.draft import EncodeSettings
from refdec.encoding.encoder import code, prepare, targets_of, written
from refdec.encoding.encoderinput import EncoderInput, input_from_codes
from refdec.weights.pack import WeightPack

__all__ = ["encode_table"]

MODEL, POINT = 1, (0, 300)


def _stages(source: EncoderInput, pack: WeightPack) -> Iterator[tuple[str, float]]:
    """Encode once, step by step; yield the names of the steps and their CPU seconds."""
    began = time.process_time()

    def lap() -> float:
        nonlocal began
        before, began = began, time.process_time()
        return began - before

    models, settings = models_of(pack, MODEL), EncodeSettings()
    targets = targets_of(source, settings, models)
    yield "analysis networks", lap()
    prepared = prepare(source, settings, models, targets.y, targets.z_hat)
    yield "hyper encoder, scale and hyper decoders", lap()
    coded = code(prepared, POINT)
    yield "context model and quantiser", lap()
    made = written(coded)
    yield "entropy coder", lap()
    found = read_content(open_codestream(made.data, pack))
    yield "check", lap()
    assert found == made.content, "the check is part of the measurement"


def encode_table(repeat: int, say: Say) -> dict[str, Any]:
    """Encode 768x512 in a warm process with one thread, at a fixed point: whole calls, and the steps of one."""
    pack = load_weights(None)
    picture = fresh_picture(pack)
    source = input_from_codes(tuple(np.ascontiguousarray(plane) for plane in picture.transpose(2, 0, 1)), 8, rgb=True)

    def encode(check: bool) -> Callable[[], object]:
        return lambda: refdec.encode(picture, weights=pack, check=check)

    say("encode: whole calls")
    checked, unchecked = repeated(encode(True), repeat), repeated(encode(False), repeat)
    say("encode: stages")
    stages: dict[str, list[float]] = {}
    for _ in range(repeat):
        for stage, seconds in _stages(source, pack):
            stages.setdefault(stage, []).append(seconds)
    height, width = picture.shape[:2]
    return {
        "size": [width, height],
        "checked": checked,
        "unchecked": unchecked,
        "stages_cpu_seconds": {stage: summary(seconds) for stage, seconds in stages.items()},
    }
