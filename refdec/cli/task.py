"""`refdec task`: compressed-domain tasks on one or many codestreams."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refdec.cli import console
from refdec.cli.idle import refuse_idle, refuse_typed
from refdec.cli.options import (
    AnyLevelFlag,
    EditionOption,
    FrameOption,
    IgnoreFingerprint,
    JsonFlag,
    LenientFlag,
    MemoryLimit,
    PixelLimit,
    TimeLimit,
    TimeOption,
    WeightsOption,
    key_values,
    limits_of,
)
from refdec.cli.plugins import ENVIRONMENT_VARIABLE, installed_plugins
from refdec.cli.task_words import NAMING_KINDS, outcome_line, say_what_is_known, show_outcome, show_result
from refdec.parallel.places import is_folder

if TYPE_CHECKING:
    from refdec.api.task import TaskOrder
    from refdec.errors import RefdecError
    from refdec.parallel.outcomes import Outcome
    from refdec.plugins.registry import Guest
    from refdec.plugins.task_base import Action, Task

__all__ = ["task"]

COLUMNS = ("name", "version", "distribution", "stage", "description")


def task(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Installed task; none: list them.")] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ACTION] IN.jai...", help="Codestreams, clips, folders; or an action and its arguments."
        ),
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="KEY=VALUE", help="Option of the task; repeatable.")
    ] = None,
    picture: Annotated[
        str | None,
        typer.Option(
            metavar="OUT.png",
            help="Write the result as a picture, in the format of its suffix; a folder for several inputs.",
        ),
    ] = None,
    frame: FrameOption = None,
    time: TimeOption = None,
    over: Annotated[bool, typer.Option("--over", help="Lay that picture over the decoded one.")] = False,
    legend: Annotated[bool, typer.Option("--legend", help="Put below that picture what its colours mean.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes for several files; default: the cores.")
    ] = None,
    weights: WeightsOption = None,
    any_weights: Annotated[
        bool, typer.Option("--any-weights", help="Run although the task was trained for other weights.")
    ] = False,
    ignore_weights_fingerprint: IgnoreFingerprint = False,
    any_level: AnyLevelFlag = False,
    limit_pixels: PixelLimit = None,
    limit_memory: MemoryLimit = None,
    time_limit: TimeLimit = None,
    edition: EditionOption = "auto",
    lenient: LenientFlag = False,
    json: JsonFlag = False,
    help_: Annotated[bool, typer.Option("--help", "-h", help="Show this message, and what the task says.")] = False,
) -> None:
    """Run a task on the latents of codestreams; no picture is decoded for it.

    Example: refdec task statistics photo.jai --picture bits.png --over --legend
    """
    from refdec.api.chosen_frame import FrameWish
    from refdec.api.task import TaskOrder

    if help_ or name is None or not arguments:
        _explain(context, name, whole=help_, as_json=json)
        return
    from refdec.cli.outputs import files_named, require_distinct, require_files, require_none_replaced
    from refdec.cli.startup import prepare_process
    from refdec.decoding.options import DecodeOptions
    from refdec.formats.kinds import CODESTREAM_SUFFIXES
    from refdec.sequences.timing import moment

    if over and picture is None:
        raise typer.BadParameter("--over lays the picture of the result over the decoded one: it needs --picture")
    if legend and picture is None:
        raise typer.BadParameter("--legend stands below the picture of the result: it needs --picture")
    require_files("the task", {"--picture": picture})
    drawn = None if picture is None else Path(picture)
    values = key_values("--option", option or [])
    beside = {**files_named("--option", values), "--weights": weights}
    guest = installed_plugins().task(name)
    texts = tuple(arguments)
    prepare_process()
    order = TaskOrder(
        name,
        tuple(values.items()),
        os.environ.get(ENVIRONMENT_VARIABLE),
        weights,
        any_weights,
        over,
        DecodeOptions(
            edition=edition,
            lenient=lenient,
            any_level=any_level,
            ignore_weights_fingerprint=ignore_weights_fingerprint,
            limits=limits_of(limit_pixels, limit_memory, time_limit),
        ),
        legend,
        FrameWish(frame, None if time is None else moment(time)),
    )
    action = next((action for action in guest.item.actions if action.name == texts[0]), None)
    if action is not None:
        if over:
            raise typer.BadParameter(f"--over is for the result of one codestream; {action.name} has no picture below")
        refuse_idle(f"is for a task on several files; {action.name} takes one after the other", {"--workers": workers})
        require_distinct({"an input": texts[1:], **beside}, {"--picture": drawn}, below=CODESTREAM_SUFFIXES)
        code = _act(action, texts[1:], order, drawn, json)
    elif len(texts) > 1 or is_folder(texts[0]):
        if drawn is not None:
            require_none_replaced(texts, drawn, (".png",), beside)
        code = _run_on_batch(texts, order, drawn, workers, json)
    else:
        refuse_idle("is for a task on several files: it has one worker for one", {"--workers": workers})
        require_distinct({"the input": texts[0], **beside}, {"--picture": drawn})
        code = _run_on_file(texts[0], order, drawn, json)
    if code:
        raise typer.Exit(code)


def _explain(context: typer.Context, name: str | None, *, whole: bool, as_json: bool) -> None:
    """Show the help of the command, what a task says about itself, or which tasks there are."""
    from refdec.cli.guest_help import sections_of_guests
    from refdec.cli.help import sections_text

    if whole:
        console.result(context.get_help())
        return
    reason = "is for running a task, and what it runs on is not named: refdec task NAME IN.jai"
    refuse_typed(context, reason, but=() if name is not None else ("--json",))
    if name is not None:
        installed_plugins().task(name)
        console.result(sections_text(sections_of_guests("task", (), {"name": name})).rstrip())
    else:
        _list(as_json)


def _list(as_json: bool) -> None:
    guests = installed_plugins().tasks
    rows = [(name, *_facts(guest)) for name, guest in sorted(guests.items())]
    if as_json:
        console.show_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    else:
        console.show_table("tasks", COLUMNS, rows)


def _facts(guest: Guest[Task]) -> tuple[str, str, str, str]:
    return guest.version, guest.distribution, guest.item.stage.value, guest.item.description


def _run_on_file(source: str, order: TaskOrder, picture: Path | None, as_json: bool) -> int:
    """Run a task on one codestream."""
    from refdec.api.concerning import concerning
    from refdec.api.task import run_on_stream, stream_for
    from refdec.api.task_pictures import picture_suffix, write_result_picture
    from refdec.cli.deadline import in_time
    from refdec.cli.warnings import show_warnings
    from refdec.inspection.summary import read_info

    reading, limits, written = order.reading, order.reading.limits, None
    if picture is not None:
        picture_suffix(picture)
    with console.progress(f"{order.task} {Path(source).name}"):
        stream = stream_for(source, order)
        data = stream.data
        with concerning(source):
            result = in_time(limits.seconds, lambda: run_on_stream(stream, order))
            if picture is not None:
                written = write_result_picture(result, picture, stream, order)
    read = read_info(data, limits=limits, lenient=reading.lenient, any_level=reading.any_level, edition=reading.edition)
    show_warnings((*stream.remarks, *read.warnings))
    if result.kind in NAMING_KINDS:
        say_what_is_known(order)
    show_result(result, source, order, as_json, stream.facts, written)
    return 0


def _act(action: Action, texts: tuple[str, ...], order: TaskOrder, picture: Path | None, as_json: bool) -> int:
    """Run an action; files of a folder that could not be used are told on stderr and decide the exit code."""
    from refdec.api.task import act
    from refdec.api.task_pictures import picture_suffix, write_result_picture
    from refdec.cli.warnings import show_warnings
    from refdec.parallel.outcomes import worst_exit_code

    if picture is not None:
        picture_suffix(picture)
    written, codes = None, list[int]()
    remarks: list[str] = []

    def complain(name: str, problem: RefdecError) -> None:
        console.say(f"refdec: {name}: {problem.headline()}", always=True)
        codes.append(problem.exit_code)

    with console.progress(f"{order.task} {action.name}") as show:
        result = act(action, texts, order, complain=complain, remark=remarks.append, progress=show)
        if picture is not None:
            written = write_result_picture(result, picture, None, order)
    show_warnings(remarks)
    show_result(result, " ".join([action.name, *texts]), order, as_json, written=written)
    return worst_exit_code(codes) or 0


def _run_on_batch(
    inputs: Sequence[str], order: TaskOrder, picture: Path | None, workers: int | None, as_json: bool
) -> int:
    """Run a task on many codestreams, print each result as it comes, return one exit code for all."""
    from refdec.api.task_batch import jobs_of, run_job
    from refdec.cli.warnings import show_warnings
    from refdec.formats.pipes import named
    from refdec.parallel.batch import BatchOptions, run_batch

    naming = set[str]()
    clips = 0

    def watch(outcome: Outcome) -> None:
        nonlocal clips
        details = outcome.details or {}
        clips += outcome.details is None or "frame" in details  # what failed may be one
        show_warnings(details.get("remarks", ()), source=named(outcome.job.input))
        kind = (details.get("result") or {}).get("kind", "")
        if kind in NAMING_KINDS and not naming:  # once, not for each of many
            say_what_is_known(order)
            naming.add(kind)
        if as_json:
            console.result_line(outcome_line(outcome, order))
        else:
            show_outcome(outcome)

    jobs = jobs_of(inputs, order, picture)
    summary = run_batch(run_job, jobs, BatchOptions(workers=workers, resume=False), watch=watch)
    show_warnings(order.frame.unused(clips))
    console.say(summary.explain(), always=bool(summary.stopped))
    return summary.exit_code
