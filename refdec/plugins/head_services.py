"""`core.heads`: what the core offers to guests that have a network on latents, a head (`docs/tasks.md`).

In: head files as bytes, and bundles of stage latent.  Out: a head's outputs, or its labels as a result of a task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from refdec.arithmetic.fixed import ONE_Q18
from refdec.arithmetic.types import Int32Array
from refdec.bundles import LatentBundle
from refdec.heads.errors import HeadStepInvalid
from refdec.heads.head import Head, HeadFacts
from refdec.heads.headfile import read_head
from refdec.heads.onnx import Float32Array, OnnxHead, load_onnx, run_onnx
from refdec.limits import Check, Limits
from refdec.plugins.results import Label, Labels

__all__ = ["HeadServices"]


@dataclass(frozen=True, slots=True)
class HeadServices:
    """Heads for guests; every method raises RefdecError only, and may be called from several threads.

    `limits` and `check` are those of the core: maps count as memory of a decode, steps as its time.
    """

    limits: Limits
    check: Check

    @staticmethod
    def load(data: bytes) -> Head:
        """Return the head in a head file.

        Raises NotAHead, HeadTooNew, HeadDamaged, HeadStepInvalid, HeadTooLarge, and WeightsError of a damaged archive.
        """
        return read_head(data)

    def run(self, heads: Head | Sequence[Head], bundle: LatentBundle) -> Mapping[str, Int32Array]:
        """Return the outputs by name, int32 Q18 [C, h, w], of the head that reads latents of the bundle's weights.

        `heads`: one, or one for each set of weights.  Raises HeadOfOtherWeights, StageNotReached, TooMuchMemory.
        """
        from refdec.heads.network import chosen_head, run_head

        head = chosen_head([heads] if isinstance(heads, Head) else heads, bundle)
        return run_head(head, bundle, limits=self.limits, check=self.check)

    def labels(self, heads: Head | Sequence[Head], bundle: LatentBundle, *, top: int = 5) -> Labels:
        """Return the `top` labels of a head whose one output is a vector with a value for each label.

        Raises what `run` raises, and HeadStepInvalid for a head of another kind.
        """
        from refdec.heads.network import chosen_head

        head = chosen_head([heads] if isinstance(heads, Head) else heads, bundle)
        outputs = self.run(head, bundle)
        shapes = [output.shape for output in outputs.values()]
        if shapes != [(len(head.facts.labels), 1, 1)]:
            raise HeadStepInvalid(
                "its output", f"is {shapes}, which is no value for each of {len(head.facts.labels)} labels"
            )
        (values,) = outputs.values()
        pairs = sorted(zip((-values[:, 0, 0]).tolist(), head.facts.labels, strict=True))
        return Labels(tuple(Label(name, -value / ONE_Q18) for value, name in pairs[:top]))

    @staticmethod
    def load_onnx(data: bytes, facts: HeadFacts) -> OnnxHead:
        """Return a head of an ONNX model (extra `onnx`), which is not exact.  Raises OnnxMissing, OnnxRefused."""
        return load_onnx(data, facts)

    @staticmethod
    def run_onnx(head: OnnxHead, bundle: LatentBundle) -> Mapping[str, Float32Array]:
        """Return the outputs of an ONNX model by name: floats, which differ a little between machines.

        Raises HeadOfOtherWeights, StageNotReached, OnnxRefused.
        """
        return run_onnx(head, bundle)
