"""Tasks on codestream files: one file, a batch of many, or an action over folders; what `refdec task` calls.

In: files, a task's name and what a user typed.  Out: typed results; pictures of results as PNG files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.api.chosen_frame import ANY_FRAME, FrameWish, chosen_stream
from refdec.api.concerning import concerning
from refdec.api.errors import OutputsMeet
from refdec.api.task_streams import StreamReading, TaskStreams
from refdec.api.weights import load_weights, require_weights
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.errors import RefdecError
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.api.chosen_frame import ChosenStream
    from refdec.arithmetic.types import UInt8Array
    from refdec.bundles import LatentBundle
    from refdec.parallel.outcomes import Job
    from refdec.plugins.core import Core
    from refdec.plugins.registry import Guest
    from refdec.plugins.results import TaskResult
    from refdec.plugins.task_base import Action, Task
    from refdec.weights.pack import WeightPack

__all__ = [
    "ResultPicture",
    "TaskOrder",
    "act",
    "jobs_of",
    "known_labels",
    "picture_suffix",
    "run_job",
    "run_on_file",
    "stream_for",
    "write_result_picture",
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
def _core(weights: Path | None, limits: Limits) -> tuple[WeightPack, Core]:
    from refdec.plugins.core import Core

    pack = load_weights(weights)
    return pack, Core(pack, limits=limits)


def _bench(order: TaskOrder) -> _Bench:
    """Return guest and core of an order.  Raises UnknownGuest, PluginRefused, WeightsError."""
    from refdec.plugins.manager import installed

    return _Bench(installed(order.plugins).task(order.task), _core(order.weights, order.reading.limits)[1])


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


def run_job(job: Job) -> Mapping[str, Any]:
    """Run a task on the file of a batch's job (its options are the order), and write its picture if one is wanted.

    Returns {"text", "result", "remarks"}, and of a clip {"frame", "frames"}.
    """
    order: TaskOrder = job.options
    stream = stream_for(job.input, replace(order, frame=replace(order.frame, among_others=True)))
    with concerning(job.input):
        result = run_on_stream(stream, order)
        remarks: tuple[str, ...] = ()
        if job.output is not None:
            remarks = write_result_picture(result, job.output, stream.data if order.over else None, order).remarks
    return {"text": result.text(), "result": result.json(), "remarks": remarks, **stream.facts}


def picture_suffix(target: Path) -> str:
    """Return the suffix of the format that a picture of a result is written in: that of its name, or else PNG.

    Raises SuffixUnknown for a format that holds no RGB picture.
    """
    from refdec.api.picture_files import colour_of
    from refdec.formats.errors import SuffixUnknown
    from refdec.formats.files import WRITERS

    suffix = target.suffix.lower() or ".png"
    held = tuple(each for each in WRITERS if each != ".pgm" and colour_of(each) != "YUV")
    if suffix not in held:
        raise SuffixUnknown(suffix, held)
    return suffix


@dataclass(frozen=True, slots=True)
class ResultPicture:
    """The picture of a result in a file, and in `remarks` what was asked for and changed nothing in it."""

    path: Path
    width: int
    height: int
    remarks: tuple[str, ...]


def write_result_picture(result: TaskResult, target: Path, under: bytes | None, order: TaskOrder) -> ResultPicture:
    """Write the picture of a result; `under`: the codestream whose decoded picture lies below it.

    Raises SuffixUnknown, FileUnwritable, and what decoding raises.
    """
    import numpy as np

    from refdec.formats.files import write_picture
    from refdec.formats.pictures import CodePicture, Colour
    from refdec.plugins.drawing import stacked

    suffix, remarks = picture_suffix(target), list[str]()
    rgb = result.picture(None if under is None else _decoded(under, order))
    if under is not None and np.array_equal(rgb, result.picture()):
        remarks.append(f"--over changes nothing: {result.kind} of {order.task} is not laid over a picture")
    if order.legend:
        legend = result.legend()
        if legend is None:
            remarks.append(f"--legend changes nothing: no colours of this {result.kind} have a meaning of their own")
        else:
            rgb = stacked((rgb, legend))
    red, green, blue = (np.ascontiguousarray(rgb[..., index]) for index in range(3))
    write_picture(target, CodePicture((red, green, blue), 8, Colour.RGB), suffix=suffix)
    return ResultPicture(target, rgb.shape[1], rgb.shape[0], tuple(remarks))


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


def _decoded(source: bytes, order: TaskOrder) -> UInt8Array:
    """Return the decoded picture, uint8 RGB [rows, columns, 3]."""
    from refdec.api.decode import decode

    pack, _ = _core(order.weights, order.reading.limits)
    decoded = decode(source, weights=pack, options=replace(order.reading, colour="RGB", bit_depth=8))
    array: UInt8Array = decoded.array
    return array


def jobs_of(inputs: Sequence[Path], order: TaskOrder, pictures: Path | None) -> Iterator[Job]:
    """Yield the jobs of a batch: files, and the codestreams of folders; pictures of results go to a folder.

    Raises OutputsMeet, before any job, where two files would have one picture.
    """
    from refdec.parallel.folders import folder_jobs
    from refdec.parallel.outcomes import Job

    made: dict[Path, Path] = {}
    for path in inputs:
        output = None if pictures is None or path.is_dir() else pictures / f"{path.stem}.png"
        if output is not None and (other := made.setdefault(output, path)) is not path:
            raise OutputsMeet(str(other), str(path), str(output))
    for path in inputs:
        if path.is_dir():
            yield from folder_jobs(path, CODESTREAM_SUFFIXES, out=pictures, out_suffix=".png", options=order)
        else:
            yield Job(path, None if pictures is None else pictures / f"{path.stem}.png", order)


def act(
    action: Action,
    texts: tuple[str, ...],
    order: TaskOrder,
    *,
    complain: Complain,
    remark: Callable[[str], None] = lambda sentence: None,
    progress: Callable[[float], None] = lambda done: None,
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
    wanted = {name: Path(text) for name, text in typed.items() if kinds[name] in {"codestream", "codestreams"}}
    several = len(wanted) > 1 or any(path.is_dir() for path in wanted.values())
    frame, clips, decode = (
        replace(order.frame, among_others=several),
        set[str](),
        partial(_read, order=order, bench=bench),
    )

    def count_clip(stream: ChosenStream) -> None:
        if stream.clip is not None:
            clips.add(stream.clip.name)

    reading = StreamReading(decode, order.reading, frame, complain, remark, progress, count_clip)
    streams = {name: TaskStreams(path, reading, single=kinds[name] == "codestream") for name, path in wanted.items()}
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
