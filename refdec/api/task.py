"""Tasks on codestream files: one file, or an action over folders; what `refdec task` calls.

In: files, a task's name and what a user typed.  Out: typed results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.api.chosen_frame import ANY_FRAME, FrameWish, chosen_stream
from refdec.api.concerning import concerning
from refdec.api.task_streams import StreamReading, TaskStreams
from refdec.api.weights import load_weights, require_weights
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.errors import RefdecError
from refdec.limits import Limits
from refdec.observation import Progress, no_progress
from refdec.parallel.places import is_folder

if TYPE_CHECKING:
    from refdec.api.chosen_frame import ChosenStream
    from refdec.bundles import LatentBundle
    from refdec.plugins.core import Core
    from refdec.plugins.registry import Guest
    from refdec.plugins.result import TaskResult
    from refdec.plugins.task_base import Action, Task
    from refdec.weights.pack import WeightPack

__all__ = [
    "TaskOrder",
    "act",
    "known_labels",
    "pack_and_core",
    "run_on_file",
    "run_on_stream",
    "stream_for",
]

Complain = Callable[[str, RefdecError], None]


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """A task and how to run it; picklable, so that it can be sent to a worker.

    `options`: names and texts as typed.  `plugins`: which plugins are allowed (`plugins.manager.allowed_by`).
    `any_weights`: run a task although its model was trained for other weights.  `over`: lay the picture of a result
    over the decoded picture.  `legend`: what its colours mean stands below it.  `reading`: how codestreams are read.
    `frame`: which frame of a clip is meant.
    """

    task: str
    options: tuple[tuple[str, str], ...] = ()
    plugins: str | None = None
    weights: Path | None = None
    any_weights: bool = False
    over: bool = False
    reading: DecodeOptions = DEFAULT_OPTIONS
    legend: bool = False
    frame: FrameWish = ANY_FRAME


@dataclass(frozen=True, slots=True)
class _Bench:
    """What belongs to an order and is made once a process."""

    guest: Guest[Task]
    core: Core


@lru_cache(maxsize=2)
def pack_and_core(weights: Path | None, limits: Limits) -> tuple[WeightPack, Core]:
    """Return a pack of weights and the core on it, made once a process.  Raises WeightsError, InputError."""
    from refdec.plugins.core import Core

    pack = load_weights(weights)
    return pack, Core(pack, limits=limits)


def _bench(order: TaskOrder) -> _Bench:
    """Return guest and core of an order.  Raises UnknownGuest, PluginRefused, WeightsError."""
    from refdec.plugins.manager import installed

    return _Bench(installed(order.plugins).task(order.task), pack_and_core(order.weights, order.reading.limits)[1])


def _read(data: bytes, order: TaskOrder, bench: _Bench) -> LatentBundle:
    """Decode a codestream to the stage that the task asks for.  Raises WeightsDiffer and what decoding raises."""
    check_weights = None if order.reading.ignore_weights_fingerprint else require_weights
    return bench.core.read(data, bench.guest.item.stage, check_weights=check_weights, options=order.reading)


def stream_for(source: str | Path | bytes, order: TaskOrder) -> ChosenStream:
    """Return the codestream that a task runs on: a file's, "-" for standard input, or of the bytes of a file.

    Of a clip that is the frame that the order means, or the first one.  Raises what `chosen_stream` raises.
    """
    with concerning(source):
        return chosen_stream(source, order.reading, order.frame)


def run_on_file(source: str | Path | bytes, order: TaskOrder) -> TaskResult:
    """Run a task on the codestream of `stream_for`, or on bytes of one.

    Raises UnknownGuest, PluginRefused, UnknownOption, OptionInvalid, WeightsDiffer, WrongWeights, GuestFailed,
    GuestResultInvalid, Refusal, and what decoding raises.
    """
    with concerning(source):
        return run_on_stream(stream_for(source, order), order)


def run_on_stream(stream: ChosenStream, order: TaskOrder) -> TaskResult:
    """Run a task on a codestream; errors of one in a clip say which frame it is.  Raises what `run_on_file` raises."""
    from refdec.plugins.calls import options_for, run_task

    bench = _bench(order)
    options = options_for(bench.guest, dict(order.options))
    with stream.named():
        bundle = _read(stream.data, order, bench)
    return run_task(bench.guest, bundle, options, bench.core, any_weights=order.any_weights)


def known_labels(order: TaskOrder) -> tuple[str, ...]:
    """Return all that the bundled heads of a task can tell apart, where these are what it runs; else nothing.

    Whatever a picture shows, such a task names these things alone.  Raises UnknownGuest, PluginRefused, GuestFailed.
    """
    from refdec.plugins.guest_facts import guest_heads
    from refdec.plugins.manager import installed

    if "head" in dict(order.options):
        return ()
    heads = guest_heads(installed(order.plugins).task(order.task))
    return tuple(dict.fromkeys(label for head in heads for label in head.facts.labels))


def act(
    action: Action,
    texts: tuple[str, ...],
    order: TaskOrder,
    *,
    complain: Complain,
    remark: Callable[[str], None] = lambda sentence: None,
    progress: Progress = no_progress,
) -> TaskResult:
    """Run an action of a task on what a user typed after it; `complain` is told of files of a folder that are left out.

    `remark` is told which frame of a clip is taken where one codestream is needed and nobody said which.  Where several
    are, all frames of a clip are taken.

    Raises ArgumentMissing, UnknownOption, OptionInvalid, and what `run_on_file` raises.
    """
    from refdec.plugins.calls import arguments_of, options_for, run_action
    from refdec.plugins.task_base import ActionInput

    bench = _bench(order)
    typed = arguments_of(action, texts)
    options = options_for(bench.guest, dict(order.options), action)
    kinds = {argument.name: argument.kind for argument in action.arguments}
    wanted = {name: text for name, text in typed.items() if kinds[name] in {"codestream", "codestreams"}}
    several = len(wanted) > 1 or any(is_folder(text) for text in wanted.values())
    frame, clips, decode = (
        replace(order.frame, among_others=several),
        set[str](),
        partial(_read, order=order, bench=bench),
    )

    def count_clip(stream: ChosenStream) -> None:
        if stream.clip is not None:
            clips.add(stream.clip.name)

    reading = StreamReading(decode, order.reading, frame, complain, remark, progress, count_clip)
    streams = {name: TaskStreams(text, reading, single=kinds[name] == "codestream") for name, text in wanted.items()}
    given = ActionInput(
        options,
        bench.core,
        streams,
        {name: text for name, text in typed.items() if kinds[name] == "text"},
        {name: Path(text) for name, text in typed.items() if kinds[name] == "path"},
        progress,
    )
    result = run_action(bench.guest, action, given)
    for sentence in frame.unused(len(clips)):
        remark(sentence)
    return result
