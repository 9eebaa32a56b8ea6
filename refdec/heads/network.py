"""A head at work: one interpreter walks the steps of any head on the latents of any codestream.

In: a `Head` and a latent bundle.  Out: maps int32 Q18 [C, h, w], the same on every machine, with any number of workers,
with compiled kernels and without: every layer is one of `refdec.networks`, every other operation is whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import cast

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bundles import LatentBundle, Stage
from refdec.heads.cutting import WINDOW_BYTES, Cut, HeadWindow, Maps, Sums, cuts_of, part_at_level
from refdec.heads.errors import HeadOfOtherWeights, HeadStepInvalid
from refdec.heads.head import FEATURES, Head
from refdec.heads.operations import Runner
from refdec.heads.plan import VALUE_BYTES, Plan, plan_of
from refdec.limits import Check, Limits, unchecked
from refdec.networks.movement import to_map, to_planes
from refdec.tiling.geometry import Rect

__all__ = ["HeadNetwork", "chosen_head", "head_windows", "network_of", "run_head"]

KEPT = 8
PARTS_AND_WHOLE = 2
"""Outputs exist twice while those of windows are joined."""


def _frame_of(maps: Maps) -> tuple[int, int]:
    """Return rows and columns of the latents."""
    height, width = next(iter(maps.values())).shape[1:]
    return height, width


@dataclass(frozen=True, slots=True, eq=False)
class HeadNetwork:
    """A head with its layers prepared; may be used from several threads.

    `window_bytes`: what its maps may take at a time, about; where the whole picture needs more, it is cut into windows.
    """

    plan: Plan
    runners: tuple[Runner, ...]
    window_bytes: int = WINDOW_BYTES

    @classmethod
    def of(cls, head: Head, *, fast: bool = True, window_bytes: int = WINDOW_BYTES) -> HeadNetwork:
        """Prepare a head; `fast=False` keeps to the integer loops.  Raises HeadStepInvalid, HeadTooLarge."""
        plan = plan_of(head)
        runners = tuple(stop.operation.prepare(stop.given, stop.forms, fast) for stop in plan.stops)
        return cls(plan, runners, window_bytes)

    def bytes_for(self, height: int, width: int, *, joined: bool = True) -> int:
        """Return what latents of this size need: the maps of a window, and with `joined` the whole outputs."""
        cuts = cuts_of(self.plan, height, width, self.window_bytes)
        maps = self.plan.bytes * max(cut.read.w * cut.read.h for cut in cuts)
        if len(cuts) == 1 or not joined:
            return maps
        values = sum(form.channels * form.places for form in self.plan.outputs.values())
        return maps + PARTS_AND_WHOLE * VALUE_BYTES * values * height * width

    def windows(self, maps: Maps, *, check: Check = unchecked) -> Iterator[HeadWindow]:
        """Yield the outputs window by window, in raster order, for the inputs [C, h, w] by name.

        A head that takes means goes through all windows once more for them.  `check()` is called between the steps.
        """
        frame = _frame_of(maps)
        cuts = cuts_of(self.plan, *frame, self.window_bytes)
        means = self._means(maps, cuts, check) if len(cuts) > 1 else {}
        for cut in cuts:
            held = self._walked(maps, cut, means, check, None)
            yield HeadWindow(
                cut.place, {name: self._cut_out(held[name], name, cut, frame) for name in self.plan.outputs}
            )

    def __call__(self, maps: Maps, *, check: Check = unchecked) -> dict[str, Int32Array]:
        """Return the outputs [C, h, w] for the inputs [C, h, w] by name; `check()` is called between the steps."""
        windows = self.windows(maps, check=check)
        first = next(windows)
        frame = _frame_of(maps)
        if first.place.size_hw == frame:
            return dict(first.outputs)
        return self._joined(chain([first], windows), frame)

    def _cut_out(self, x: Int32Array, name: str, cut: Cut, frame: tuple[int, int]) -> Int32Array:
        level = self.plan.outputs[name].level
        part = Rect(0, 0, 1, 1) if level is None else part_at_level(cut, level, x.shape[:2], frame)
        return to_planes(x[part.rows, part.columns])

    def _walked(self, maps: Maps, cut: Cut, means: Maps, check: Check, sums: Sums | None) -> dict[str, Int32Array]:
        """Walk the steps on a window; with `sums` as far as the known means lead, adding up those that are wanted."""
        rows, columns = cut.read.rows, cut.read.columns
        held = {name: to_map(maps[name][:, rows, columns]) for name in self.plan.inputs} | dict(means)
        for stop, run in zip(self.plan.stops, self.runners, strict=True):
            step = stop.step
            if step.output not in held:
                if not held.keys() >= set(step.inputs):
                    continue
                check()
                if sums is not None and stop.operation.everywhere:
                    sums.add(step.output, held[step.inputs[0]], stop.forms[0].level or 0, cut)
                else:
                    held[step.output] = run([held[name] for name in step.inputs])
            for name in stop.last_use:
                held.pop(name, None)
        return held

    def _means(self, maps: Maps, cuts: Sequence[Cut], check: Check) -> dict[str, Int32Array]:
        """Return the means of all windows together; those that follow from other means take another round."""
        wanted = {stop.step.output for stop in self.plan.stops if stop.operation.everywhere}
        found: dict[str, Int32Array] = {}
        frame = _frame_of(maps)
        while wanted - found.keys():
            sums = Sums(frame)
            for cut in cuts:
                self._walked(maps, cut, found, check, sums)
            found |= sums.means()
        return found

    def _joined(self, windows: Iterable[HeadWindow], frame: tuple[int, int]) -> dict[str, Int32Array]:
        """Return whole outputs out of windows in raster order."""
        bands: dict[str, list[list[Int32Array]]] = {name: [] for name in self.plan.outputs}
        for window in windows:
            for name, part in window.outputs.items():
                if window.place.x == 0:
                    bands[name].append([])
                bands[name][-1].append(part)
        return {
            name: rows[0][0]
            if self.plan.outputs[name].level is None
            else np.concatenate([np.concatenate(row, axis=2) for row in rows], axis=1)
            for name, rows in bands.items()
        }


@lru_cache(maxsize=KEPT)
def network_of(head: Head) -> HeadNetwork:
    """Return a head's network, prepared once.  Raises HeadStepInvalid, HeadTooLarge."""
    return HeadNetwork.of(head)


def chosen_head(heads: Sequence[Head], bundle: LatentBundle) -> Head:
    """Return the first head that reads latents of a bundle's weights.  Raises HeadOfOtherWeights."""
    found = bundle.headers.weights_fingerprint
    for head in heads:
        if found in head.facts.weights:
            return head
    names = " or ".join(dict.fromkeys(head.facts.name for head in heads)) or "(there is none)"
    raise HeadOfOtherWeights(names, tuple(print_ for head in heads for print_ in head.facts.weights), found)


def _prepared(head: Head, bundle: LatentBundle) -> tuple[HeadNetwork, Maps]:
    """Return a head's network, and the maps of a bundle.  Raises what `run_head` raises."""
    chosen_head([head], bundle)
    bundle.require(Stage.LATENT)
    luma, chroma = (cast(Int32Array, part.latent_q18) for part in bundle.components)
    network = network_of(head)
    if FEATURES in network.plan.inputs:
        raise HeadStepInvalid("it", f"reads {FEATURES}, which `core.heads` makes with the weights in use")
    return network, {"luma": luma, "chroma": chroma}


def run_head(head: Head, bundle: LatentBundle, *, limits: Limits, check: Check = unchecked) -> dict[str, Int32Array]:
    """Return a head's outputs, int32 Q18 [C, h, w], for the latents of a bundle.

    Raises HeadOfOtherWeights, StageNotReached, HeadStepInvalid, HeadTooLarge, TooMuchMemory.
    """
    network, maps = _prepared(head, bundle)
    limits.require_memory(network.bytes_for(*bundle.headers.latent_size))
    return network(maps, check=check)


def head_windows(head: Head, bundle: LatentBundle, *, limits: Limits, check: Check = unchecked) -> Iterator[HeadWindow]:
    """Return a head's outputs window by window, in raster order; together they are those of `run_head`.

    Raises what `run_head` raises, before the first window.
    """
    network, maps = _prepared(head, bundle)
    limits.require_memory(network.bytes_for(*bundle.headers.latent_size, joined=False))
    return network.windows(maps, check=check)
