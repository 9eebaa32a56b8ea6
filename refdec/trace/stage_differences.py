"""Differences between two traces (6.5 item 4): the first stage, in order of computation, where two decoders part.

In: fingerprints by stage, as `Fingerprints` writes them.  Out: `TraceDifference`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from refdec.clauses import clause
from refdec.trace.names import STAGES

__all__ = ["StageDifference", "TraceDifference", "compare_traces", "stage_order"]

COMPONENTS = ("Y", "U", "V", "UV", "0", "1", "2")


@dataclass(frozen=True, slots=True)
class StageDifference:
    """One stage that differs; `kind` is "value", "shape", "only in A" or "only in B"."""

    stage: str
    kind: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class TraceDifference:
    """All stages that differ, in order of computation, and the number of those that are equal."""

    differences: tuple[StageDifference, ...]
    equal_stages: int

    @property
    def equal(self) -> bool:
        """Whether both traces hold the same stages with the same fingerprints."""
        return not self.differences

    @property
    def first(self) -> StageDifference | None:
        """The first stage whose values differ; where only stages are missing, the first of those."""
        return next(iter(self.apart or self.differences), None)

    @property
    def apart(self) -> tuple[StageDifference, ...]:
        """The stages that both traces hold and that differ."""
        return tuple(found for found in self.differences if found.kind in ("value", "shape"))

    def missing(self, side: str) -> tuple[str, ...]:
        """Return the stages that are "only in A" or "only in B"."""
        return tuple(found.stage for found in self.differences if found.kind == side)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "equal": self.equal,
            "first": None if self.first is None else self.first.stage,
            "equal_stages": self.equal_stages,
            "differences": [asdict(found) for found in self.differences],
        }


@clause("6.5")
def stage_order(stage: str) -> tuple[int, int, str]:
    """(6.5) Return the sort key of "symbols.Y" in the order of computation; unknown stages come last."""
    name, _, component = stage.partition(".")
    rank = STAGES.index(name) if name in STAGES else len(STAGES)
    return rank, COMPONENTS.index(component) if component in COMPONENTS else len(COMPONENTS), stage


def _by_stage(trace: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return (shape, fingerprint) by "stage.component"; keys are "symbols.Y[160,32,48]"."""
    found = {}
    for key, digest in trace.items():
        stage, _, shape = key.partition("[")
        found[stage] = (shape.rstrip("]"), digest.lower())
    return found


@clause("6.5", kind="added", reason="to find where two decoders part")
def compare_traces(a: Mapping[str, str], b: Mapping[str, str], *, only_of_a: bool = False) -> TraceDifference:
    """(6.5) Compare two traces; `only_of_a` overlooks stages that A does not have (A is what is expected)."""
    left, right = _by_stage(a), _by_stage(b)
    differences: list[StageDifference] = []
    equal = 0
    for stage in sorted(left.keys() | right.keys(), key=stage_order):
        if stage not in right:
            differences.append(StageDifference(stage, "only in A", left[stage][1], None))
        elif stage not in left:
            if not only_of_a:
                differences.append(StageDifference(stage, "only in B", None, right[stage][1]))
        elif left[stage][0] != right[stage][0]:
            differences.append(StageDifference(stage, "shape", f"[{left[stage][0]}]", f"[{right[stage][0]}]"))
        elif left[stage][1] != right[stage][1]:
            differences.append(StageDifference(stage, "value", left[stage][1], right[stage][1]))
        else:
            equal += 1
    return TraceDifference(tuple(differences), equal)
