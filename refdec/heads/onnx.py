"""Heads in ONNX, run by ONNX Runtime (extra `onnx`): for models that others trained, and not exact.

In: an ONNX model and what is said about it.  Out: float32 arrays, which differ in their last digits between machines,
versions and numbers of threads; so a task that uses one says so.  A model is a program: unlike a head file it has no
bounds on memory or time, and is as trustworthy as who made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.fixed import ONE_Q18
from refdec.arithmetic.types import Int32Array
from refdec.bundles import LatentBundle, Stage
from refdec.heads.errors import HeadOfOtherWeights, OnnxMissing, OnnxRefused
from refdec.heads.head import INPUTS, HeadFacts

__all__ = ["Float32Array", "OnnxHead", "load_onnx", "run_onnx"]

Float32Array: TypeAlias = npt.NDArray[np.float32]
ERRORS_ONLY = 3


@dataclass(frozen=True, slots=True, eq=False)
class OnnxHead:
    """A head in ONNX: what is said about it, the names of its inputs ("luma", "chroma") and outputs; not exact."""

    facts: HeadFacts
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    session: Any


def load_onnx(data: bytes, facts: HeadFacts) -> OnnxHead:
    """Return a head of an ONNX model, with one thread on the CPU.

    Its inputs are `luma` float32 [1, 160, h, w], `chroma` float32 [1, 96, h, w] or both, in units of the latent
    (Q18 / 2^18).  Raises OnnxMissing, OnnxRefused.
    """
    try:
        import onnxruntime
    except ImportError:
        raise OnnxMissing from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as problem:  # foreign code, whose classes of errors have no common base
        raise OnnxRefused(_first_line(problem)) from problem
    inputs = tuple(each.name for each in session.get_inputs())
    if not inputs or not set(inputs) <= set(INPUTS):
        raise OnnxRefused(f"its inputs are {', '.join(inputs) or 'none'}")
    return OnnxHead(facts, inputs, tuple(each.name for each in session.get_outputs()), session)


def run_onnx(head: OnnxHead, bundle: LatentBundle) -> Mapping[str, Float32Array]:
    """Return the outputs for the latents of a bundle.  Raises HeadOfOtherWeights, StageNotReached, OnnxRefused."""
    found = bundle.headers.weights_fingerprint
    if found not in head.facts.weights:
        raise HeadOfOtherWeights(head.facts.name, head.facts.weights, found)
    bundle.require(Stage.LATENT)
    parts = dict(zip(INPUTS, bundle.components, strict=True))
    given = {name: _floats(cast(Int32Array, parts[name].latent_q18)) for name in head.inputs}
    try:
        answers = head.session.run(list(head.outputs), given)
    except Exception as problem:  # foreign code
        raise OnnxRefused(_first_line(problem)) from problem
    return dict(zip(head.outputs, answers, strict=True))


def _floats(latent_q18: Int32Array) -> Float32Array:
    return (latent_q18[None] / ONE_Q18).astype(np.float32)


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0].rstrip(".")
