"""What `refdec task` says of results: of one, of each of a batch, and what a task can name at all.

In: results, outcomes, orders.  Out: lines on standard output and standard error, or JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from refdec.cli import console
from refdec.formats.pipes import named

if TYPE_CHECKING:
    from refdec.api.task import TaskOrder
    from refdec.api.task_pictures import ResultPicture
    from refdec.parallel.outcomes import Outcome
    from refdec.plugins.result import TaskResult

__all__ = ["NAMING_KINDS", "outcome_line", "say_what_is_known", "show_outcome", "show_result"]

MOST_NAMED = 12
NAMING_KINDS = frozenset({"labels", "boxes", "mask"})
"""Results that name things, out of those that a head knows: all others need no list of these."""


def show_result(
    result: TaskResult,
    name: str,
    order: TaskOrder,
    as_json: bool,
    facts: Mapping[str, int] = MappingProxyType({}),
    written: ResultPicture | None = None,
) -> None:
    """Print a result; `facts`: of a clip the frame, and how many there are; `written`: its picture in a file."""
    from refdec.cli.warnings import show_warnings

    if written is not None:
        show_warnings(written.remarks)
    if as_json:
        output = {} if written is None else {"output": named(written.path)}
        console.show_json({"task": order.task, "input": name, **output, **facts, "result": result.json()})
        return
    console.result(result.text())
    if written is not None:
        kind = f"{written.bit_depth} bit {written.colour}"
        console.say(f"refdec: {named(written.path)}: {written.width} x {written.height}, {kind}")


def say_what_is_known(order: TaskOrder) -> None:
    """Say which things a task can name at all: it finds these in every picture, whatever that shows."""
    from refdec.api.task import known_labels
    from refdec.errors import RefdecError

    try:
        labels = known_labels(order)
    except RefdecError:
        return  # what is wrong with a list of heads is told by `refdec plugins --heads`; the task itself may run
    if len(labels) > MOST_NAMED:
        console.say(f"refdec: {order.task} knows {len(labels)} things and nothing else: refdec plugins --heads --json")
    elif len(labels) > 1:
        console.say(f"refdec: {order.task} knows {', '.join(labels)} and nothing else, whatever a picture shows")


def outcome_line(outcome: Outcome, order: TaskOrder) -> Mapping[str, Any]:
    """Return an outcome as one line of JSON."""
    line = outcome.as_line()
    details = line.pop("details", None) or {}
    clip = {name: details[name] for name in ("frame", "frames") if name in details}
    return {"task": order.task, **line, **clip, "result": details.get("result")}


def show_outcome(outcome: Outcome) -> None:
    """Print what a task said about one codestream, below its name."""
    details = outcome.details
    if text := details.get("text"):
        frame = f", frame {details['frame']} of {details['frames']}" if "frame" in details else ""
        console.result(f"{named(outcome.job.input)}{frame}\n{text}\n")
    else:
        console.say(f"refdec: {named(outcome.job.input)}: {outcome.message or outcome.status}", always=True)
