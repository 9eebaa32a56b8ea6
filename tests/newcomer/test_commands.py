"""Every documented command is typed as it stands, in an environment that holds only what refdec needs to run.

A page is typed from its first line to its last in a folder like `demo` of a clone, which holds the files that pages
speak of.  What is not typed stands below with its reason, and nowhere else.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from PIL import Image

from refdec.cli.app import app_for
from tests.newcomer.documented import Command, Written, examples_of_help, steps_of
from tests.newcomer.environment import ROOT, Newcomer, make_newcomer

STREAMS = ROOT / "tests" / "golden" / "streams"
SMALL = (STREAMS / "kodim15_m1_+0_65x79.jai", STREAMS / "kodim21_m1_+0_64x64.jai")
PAGES = sorted(
    [
        *(page for page in (ROOT / "docs").glob("*.md") if page.name != "cli.md"),
        *(ROOT / "docs" / "spec").glob("*.md"),
        ROOT / "CONTRIBUTING.md",
    ]
)
"""The README has a test of its own, tests/docs/test_readme.py; cli.md is made from the help, which is typed itself."""
HELP = "--help"

NOT_TYPED: dict[tuple[str, str], str] = {
    (
        "*",
        "make *",
    ): "installs into .venv, or runs the suite that this test is part of; what it does is tested in parts",
    ("conformance.md", "refdec conform run --builtin"): "takes half a minute, and the README's test types it",
    ("accuracy.md", "*pytest*"): "a test of this suite, over all vectors: takes minutes",
    ("encoding.md", "refdec bench *"): "reads seven photographs and takes minutes",
    ("benchmarks.md", "*"): "measures for minutes to hours, draws with the extra `plot`, or reads 24 photographs",
    (
        "hardening.md",
        "python -m tests.fuzz.*",
    ): "fuzzing needs the extra `fuzz` and an hour; tests/fuzz is tested apart",
    (
        "looking.md",
        "refdec bench look-scores *",
    ): "the files are what viewers scored; tests/cli/test_bench_look.py reads some",
    ("hdr.md", "*render.*"): "needs the extra `exr`; tests/cli/test_floats.py types it",
    ("adapters.md", "*"): "needs the extra `imageio`; tests/unit/adapters tries all of it",
    (
        "privacy.md",
        "*",
    ): "needs the extra `private`, except what is typed in tutorial.md; tests/cli/test_private.py types it",
    ("parallel.md", "python -c *"): "speaks of functions that are the reader's own",
    ("service.md", "*"): "needs the extra `service`, or measures; tests/cli/test_service.py starts the server",
    ("portability.md", "*"): "needs an emulator and packages of another architecture",
    ("streaming.md", "*dask.distributed*"): "needs the extra `dask`; tests/unit/parallel/test_dask.py runs it",
    ("tasks.md", "refdec task events *"): "the frames are the reader's; tests/unit/tasks/events makes some",
    (
        "benchmarks-tasks.md",
        "*",
    ): "measures for minutes, on data that are the reader's; tests/cli/test_bench_tasks.py types it on small ones",
    (
        "tasks.md",
        "refdec task segment * --option head=*",
    ): "the head is one of the reader's own; tests/unit/tasks/test_segment.py makes one",
    ("tasks.md", "refdec task detect *"): "the smears are the reader's; tests/unit/tasks/test_detect.py makes pictures",
    ("training.md", "*"): "needs the extra `train`; tests/train/test_training.py runs its commands",
    ("weights.md", "*"): "needs a gigabyte from the network; tests/cli/test_weights.py imports files of that layout",
    (HELP, "refdec bench *"): "measures for minutes, draws with the extra `plot`, or reads 24 photographs",
    (HELP, "refdec conform run suite --decoder 'mydecoder *"): "mydecoder is the reader's; conformance.md has one",
    (HELP, "refdec warm --hop"): "compiles every kernel, which the tests' own runs have done",
    (HELP, "refdec weights import checkpoints/*"): "docs/conformance.md imports the checkpoints of a suite",
}
"""Page and pattern of commands that are not typed, with the reason."""

BROKEN, DIFFERS = 3, 4
EXIT_CODES: dict[tuple[str, str], int] = {
    ("conformance.md", "refdec conform run suite --decoder *"): DIFFERS,
    ("view.md", "refdec diff a.jai b.jai*"): DIFFERS,
    ("tutorial.md", "refdec verify cut.jai"): BROKEN,
}
"""Exit codes other than 0 that a command must end with."""


def _of(table: dict[tuple[str, str], Any], page: str, line: str) -> Any:
    """Return what a table has for a command of a page, None if nothing."""
    found = [v for (where, what), v in table.items() if fnmatchcase(page, where) and fnmatchcase(line, what)]
    return found[0] if found else None


def help_commands() -> Iterator[Command]:
    """Yield the examples of all screens of help, each once."""
    waiting: list[Any] = [typer.main.get_command(app_for())]
    seen: list[Command] = []
    while waiting:
        command = waiting.pop(0)
        waiting += list(getattr(command, "commands", {}).values())
        seen += [each for each in examples_of_help(command.help or "") if each not in seen]
    yield from seen


def steps(page: str) -> list[Command | Written]:
    if page == HELP:
        return list(help_commands())
    (path,) = (path for path in PAGES if name_of(path) == page)
    return list(steps_of(path))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "docs").as_posix() if path.is_relative_to(ROOT / "docs") else path.name


def typed_steps(page: str) -> list[Command | Written]:
    return [step for step in steps(page) if isinstance(step, Written) or _of(NOT_TYPED, page, step.line) is None]


TYPED_PAGES = [
    page for page in [HELP, *map(name_of, PAGES)] if any(isinstance(step, Command) for step in typed_steps(page))
]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """Return an environment for these tests alone: pages install plugins into it."""
    return make_newcomer(tmp_path_factory.mktemp("newcomer"))


@pytest.fixture(scope="module")
def material(newcomer: Newcomer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a clone: in `demo` are the files of the README, and those that pages call their reader's own."""
    clone = tmp_path_factory.mktemp("material") / "clone"
    demo = clone / "demo"
    demo.mkdir(parents=True)
    (clone / ".venv").symlink_to(newcomer.venv)
    shutil.copytree(ROOT / "docs" / "plugin_skeleton", clone / "docs" / "plugin_skeleton")
    for name in (
        "album/one.jai",
        "ARCHIVE/one.jai",
        "streams/one.jai",
        "more/deep/one.jai",
        "a.jai",
        "mine.jai",
        "stranger.jai",
    ):
        (demo / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SMALL[0], demo / name)
    for name in ("album/two.jai", "ARCHIVE/deep/two.jai", "b.jai", "old.jai"):
        (demo / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SMALL[1], demo / name)
    Image.open(STREAMS / "kodim21_m1_+0_64x64.source.png").save(demo / "photo.jpg")
    np.save(demo / "array.npy", np.linspace(0, 8848, 64 * 48, dtype=np.float32).reshape(48, 64))
    for name in ("mine.yuv", "theirs.yuv"):
        (demo / name).write_bytes(bytes(2 * 3 * 768 * 512))
    for line in (
        "refdec demo photo.png --stream photo.jai",
        "refdec verify photo.jai --trace theirs.json && cp theirs.json mine.json",
        "refdec decode mine.jai mine.png --dump mine.npz && cp mine.npz theirs.npz",
        "refdec decode mine.jai theirs.ppm",
        "mkdir pictures PICTURES FRAMES && cp mine.png pictures/one.png && cp mine.png PICTURES/one.png",
        "cp mine.png FRAMES/1.png && cp mine.png FRAMES/2.png",
    ):
        done = newcomer.types(line, demo)
        assert done.returncode == 0, (line, done.stderr)
    return clone


@pytest.mark.parametrize("page", TYPED_PAGES)
def test_the_commands_of_a_page_work(page: str, newcomer: Newcomer, material: Path, tmp_path: Path) -> None:
    clone = shutil.copytree(material, tmp_path / "clone", symlinks=True)
    todo = typed_steps(page)
    folder = clone if Command("cd demo") in todo else clone / "demo"
    for step in todo:
        if page == HELP:  # examples of different screens do not know each other
            folder = shutil.copytree(material / "demo", tmp_path / "demo", dirs_exist_ok=True)
        if isinstance(step, Written):
            (folder / step.name).parent.mkdir(parents=True, exist_ok=True)
            (folder / step.name).write_text(step.text)
        elif step.line.startswith("cd "):
            folder = folder / step.line.partition("#")[0].split()[1]
            assert folder.is_dir(), step
        else:
            done = newcomer.types(step.line, folder)
            assert done.returncode == (_of(EXIT_CODES, page, step.line) or 0), (step.line, done.stdout, done.stderr)
    empty = [path for path in (clone / "demo").rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert not [path for path in empty if "build" not in path.parts]


@pytest.mark.parametrize("table", [NOT_TYPED, EXIT_CODES], ids=["not typed", "exit codes"])
def test_no_exception_is_out_of_date(table: dict[tuple[str, str], Any]) -> None:
    lines = [
        (page, step.line) for page in [HELP, *map(name_of, PAGES)] for step in steps(page) if isinstance(step, Command)
    ]
    idle = [key for key in table if not any(fnmatchcase(p, key[0]) and fnmatchcase(line, key[1]) for p, line in lines)]
    assert not idle


def named_commands() -> list[str]:
    """Return the commands that stand within sentences and tables, and those that are not typed."""
    inline = re.compile(r"`(refdec [a-z][^`]*)`")
    found = {
        line
        for path in [*PAGES, ROOT / "README.md"]
        for line in inline.findall(re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL))
    }
    every = {step.line for page in [HELP, *map(name_of, PAGES)] for step in steps(page) if isinstance(step, Command)}
    return sorted(found | {line for line in every if line.startswith("refdec ")})


def test_named_commands_have_these_options() -> None:
    """Commands that are only spoken of, or cannot be typed here, have the subcommands and options that pages say."""
    wrong = []
    for line in named_commands():
        words = line.partition("#")[0].partition("|")[0].replace("[", "").replace("]", "").split()[1:]
        command: Any = typer.main.get_command(app_for())
        while words and getattr(command, "commands", None):
            if words[0] not in command.commands:
                break
            command = command.commands[words.pop(0)]
        else:
            known = {"--help", "-h", *(name for each in command.params for name in (*each.opts, *each.secondary_opts))}
            options = {word.partition("=")[0] for word in words if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word)}
            if not options <= known:
                wrong.append((line, options - known))
            continue
        if not words[0].startswith("-"):
            wrong.append((line, {words[0]}))
    assert len(named_commands()) > 80
    assert not wrong


def test_the_search_finds_commands() -> None:
    """Of every kind: fenced with and without a language, indented, behind a prompt, in help, and files."""
    assert Command("refdec weights import suite/weights stand-in.pack") in steps("conformance.md")
    assert Command("refdec conform run --builtin") in steps("conformance.md")
    assert any(
        step.line.startswith("refdec decode ARCHIVE") for step in steps("streaming.md") if isinstance(step, Command)
    )
    assert any(step.line.startswith("refdec verify ") for step in steps(HELP) if isinstance(step, Command))
    assert {step.name for step in steps("conformance.md") if isinstance(step, Written)} == {"swapped.py"}
    assert len(TYPED_PAGES) >= 8


FAILING = (
    "refdec decode broken --out new/pictures",
    "refdec decode ARCHIVE/one.jai broken/cut.jai --out new/pictures --format nonsense",
    "refdec decode broken/cut.jai new/cut.png",
    "refdec conform make new/suite no_such_case",
    "refdec conform make new/suite.zip no_such_case",
    "refdec conform run no_such_suite --html new/report.html",
    "refdec encode broken/cut.jai new/cut.jai",
    "refdec encode broken new/streams",
    "refdec encode broken/cut.jai --out new/streams --encoder null",
    "refdec latents broken/cut.jai new/cut.npz --stage symbols",
    "refdec task statistics broken --picture new/maps",
    "refdec task retrieval index broken new/index.db",
    "refdec view broken/cut.jai --html new/page.html",
    "refdec verify broken --expect pictures --report new/report.jsonl",
    "refdec weights import broken new/my.pack",
    "refdec demo new/photo.png --stream new/photo.jai",
    "refdec bench speed steady --out new/benchmarks",
    "refdec bench rd broken --out new/rd.json --plot new/rd.png",
)


@pytest.mark.parametrize("line", FAILING)
def test_a_failed_command_leaves_no_folder_empty(line: str, newcomer: Newcomer, material: Path, tmp_path: Path) -> None:
    """Nor does it end as a bug."""
    folder = shutil.copytree(material / "demo", tmp_path / "demo")
    (folder / "broken" / "deep").mkdir(parents=True)
    for place in (folder / "broken", folder / "broken" / "deep"):
        (place / "cut.jai").write_bytes(SMALL[0].read_bytes()[:40])
        (place / "cut.png").write_bytes((material / "demo" / "photo.png").read_bytes()[:200])
    before = {path for path in folder.rglob("*") if path.is_dir()}
    done = newcomer.types(line, folder)
    assert done.returncode not in (0, 70), done.stderr
    assert "Traceback" not in done.stderr
    new = [path for path in folder.rglob("*") if path.is_dir() and path not in before]
    assert not [path for path in new if not any(each.is_file() for each in path.rglob("*"))]
