"""`core.heads`: what the core offers to guests that have a network on latents, a head (`docs/tasks.md`).

In: head files as bytes, and bundles of stage latent.  Out: a head's outputs, or what they mean as a result of a task:
labels, boxes, a map of classes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from refdec.arithmetic.fixed import ONE_Q18
from refdec.arithmetic.types import Int32Array
from refdec.bundles import LatentBundle
from refdec.errors import RefdecError
from refdec.formats.files import read_bytes
from refdec.formats.pipes import named
from refdec.heads.cutting import HeadWindow
from refdec.heads.errors import HeadStepInvalid
from refdec.heads.head import FEATURES, Head, HeadFacts
from refdec.heads.headfile import read_head
from refdec.heads.onnx import Float32Array, OnnxHead, load_onnx, run_onnx
from refdec.limits import Check, Limits
from refdec.plugins.places import Box, Boxes, Mask
from refdec.plugins.results import Label, Labels
from refdec.weights.pack import Checkpoint

__all__ = ["HeadServices"]

MOST_CLASSES = 256
MOST_BYTES = 1 << 26
"""No head file is near this size: its layers have at most 2^26 products for a position."""


@dataclass(frozen=True, slots=True)
class HeadServices:
    """Heads for guests; every method raises RefdecError only, and may be called from several threads.

    `limits` and `check` are those of the core: maps count as memory of a decode, steps as its time.  `decoder` returns
    the checkpoint VM_bop/decoder_Y of a model, for heads that read `luma.features`; without it they are refused.
    """

    limits: Limits
    check: Check
    decoder: Callable[[int], Checkpoint] | None = None

    def _chosen(self, heads: Head | Sequence[Head], bundle: LatentBundle) -> Head:
        """Return the head that reads a bundle's latents, as it can be run."""
        from refdec.heads.network import chosen_head
        from refdec.heads.trunk import upon_synthesis

        head = chosen_head([heads] if isinstance(heads, Head) else heads, bundle)
        if self.decoder is None or not any(FEATURES in step.inputs for step in head.steps):
            return head
        return upon_synthesis(head, self.decoder(bundle.headers.model_id))

    @staticmethod
    def load(source: bytes | os.PathLike[str]) -> Head:
        """Return the head in a head file, a path or its bytes; errors name the path.

        Raises NotAHead, HeadTooNew, HeadDamaged, HeadStepInvalid, HeadTooLarge, WeightsError of a damaged archive,
        FileUnreadable, and FileTooLong above 64 MiB.
        """
        if isinstance(source, bytes):
            return read_head(source)
        try:
            return read_head(read_bytes(source, limits=Limits(codestream_bytes=MOST_BYTES)))
        except RefdecError as problem:
            problem.source = problem.source or named(source)
            raise

    def run(self, heads: Head | Sequence[Head], bundle: LatentBundle) -> Mapping[str, Int32Array]:
        """Return the outputs by name, int32 Q18 [C, h, w], of the head that reads latents of the bundle's weights.

        `heads`: one, or one for each set of weights.  Raises HeadOfOtherWeights, HeadOfOtherSynthesis, StageNotReached,
        TooMuchMemory.
        """
        from refdec.heads.network import run_head

        return run_head(self._chosen(heads, bundle), bundle, limits=self.limits, check=self.check)

    def windows(self, heads: Head | Sequence[Head], bundle: LatentBundle) -> Iterator[HeadWindow]:
        """Yield what `run` returns, window by window: for outputs that are too large to be held whole.

        Windows come in raster order and cover the picture once; a small picture is one.  Raises what `run` raises.
        """
        from refdec.heads.network import head_windows

        return head_windows(self._chosen(heads, bundle), bundle, limits=self.limits, check=self.check)

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

    def boxes(
        self, heads: Head | Sequence[Head], bundle: LatentBundle, *, threshold: float = 0.3, overlap: float = 0.5
    ) -> Boxes:
        """Return what a head has found whose outputs are `scores` [labels, h, w] and `sides` [4, h, w], best first.

        `sides`: from the middle of a position to left, top, right, bottom, in units of 16 luma samples.  A box is where
        a score is at least `threshold` and a local maximum; of two with one label that share more than `overlap` of
        what both cover the better one stays.  Raises what `run` raises, and HeadStepInvalid for a head of another kind.
        """
        from refdec.heads.answers import found_boxes
        from refdec.heads.network import chosen_head
        from refdec.heads.plan import plan_of

        head = chosen_head([heads] if isinstance(heads, Head) else heads, bundle)
        forms, names = plan_of(head).outputs, head.facts.labels
        shapes = {name: form.channels for name, form in forms.items()}
        if shapes != {"scores": len(names), "sides": 4}:
            raise HeadStepInvalid("its output", f"is {shapes}, which is not scores of {len(names)} labels and 4 sides")
        cell = forms["scores"].cell
        if cell is None or forms["sides"].cell != cell:
            raise HeadStepInvalid("its output", "has scores and sides of different sizes, or vectors")
        outputs, headers = self.run(head, bundle), bundle.headers
        size = headers.display_height, headers.display_width
        found = found_boxes(
            outputs["scores"],
            outputs["sides"],
            cell,
            size,
            least_q18=round(threshold * ONE_Q18),
            overlap_percent=round(100 * overlap),
        )
        rows = zip(found.edges.tolist(), found.classes.tolist(), found.scores_q18.tolist(), strict=True)
        boxes = [Box(x, y, right - x, bottom - y, names[k], q / ONE_Q18) for (x, y, right, bottom), k, q in rows]
        return Boxes(tuple(boxes), size)

    def mask(self, heads: Head | Sequence[Head], bundle: LatentBundle) -> Mask:
        """Return the map of classes of a head whose one output is a map with a value for each label.

        Each position has the label with the largest value, of equal ones the first.  Raises what `run` raises, and
        HeadStepInvalid for a head of another kind.
        """
        from refdec.heads.answers import class_map
        from refdec.heads.network import chosen_head
        from refdec.heads.plan import plan_of

        head = chosen_head([heads] if isinstance(heads, Head) else heads, bundle)
        names, forms = head.facts.labels, list(plan_of(head).outputs.values())
        cell = forms[0].cell
        if len(forms) != 1 or cell is None or not 0 < forms[0].channels == len(names) <= MOST_CLASSES:
            shapes = [form.channels for form in forms]
            raise HeadStepInvalid(
                "its output", f"is {shapes} channels, which is no map with each of {len(names)} labels"
            )
        (values,), headers = self.run(head, bundle).values(), bundle.headers
        size = headers.display_height, headers.display_width
        return Mask(class_map(values, cell, size), cell=cell, names=names)

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
