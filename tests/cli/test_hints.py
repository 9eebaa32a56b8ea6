"""Every command that an error advises can be typed as it is printed: real file, real element, options that exist."""

from __future__ import annotations

import json
import random
import re
import shlex
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import typer.main

from refdec.cli.app import COMMANDS, app_for
from refdec.cli.hints import hints_without_memory
from refdec.conformance.suite import Suite, open_suite
from refdec.errors import ExitCode, RefdecError
from tests.unit.test_every_error import Cause, cases, provoke

from .conftest import Run

Refdec = Callable[..., Run]
COMMAND = re.compile(rf"refdec ((?:{'|'.join(COMMANDS)})(?: .*)?)$")
BARE = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
DEMO = Path(str(resources.files("refdec").joinpath("data", "demo.jai")))
NEVER = {ExitCode.USAGE, ExitCode.BUG}
MUTATIONS = 60
TAKES = {
    "--lossless": "encode",
    "--max-error": "encode,lossless add",
    "--weights": "decode,verify,latents,view,task,encode",
    "--ignore-weights-fingerprint": "decode,verify,latents,view,task",
    "--workers": "decode,verify,task",
    "--limit-pixels": "decode,encode,verify,view,latents,task",
    "--timeout": "decode",
    "--overwrite": "decode",
    "--format": "decode",
    "--executor": "decode",
    "--picture": "diff",
    "--name": "conform add",
    "--expect": "conform add",
    "--limit-memory": "decode,encode",
    "--size": "encode",
    "--subsampling": "encode",
    "--source-bits": "encode",
    "--frame": "encode,decode,view,transcode",
    "--time": "decode",
    "--bpp": "encode",
    "--codecs": "bench rd",
    "--resume": "bench rd",
    "--again": "bench rd",
    "--set": "bench rd",
    "--private": "encode",
    "--key": "encode,decode",
    "--quality": "encode",
    "--psnr": "encode",
    "--passphrase": "encode,decode",
    "--leave-out": "encode",
    "--encoder": "encode",
    "--decoder": "conform run",
    "--bit-depth": "decode,verify",
    "--float-view": "encode",
    "--part": "bench look",
}
"""Options that errors name without a command, and the commands in which these errors come up."""


@cache
def suite() -> Suite:
    return open_suite(None)


def broken() -> list[str]:
    """The cases of the bundled suite that must be refused."""
    return [name for name in suite().manifest.cases if suite().case(name).error is not None]


def mutated() -> Iterator[bytes]:
    """Streams with a few flipped bits among their headers, some cut."""
    draw = random.Random(20)
    names = [name for name in suite().manifest.cases if suite().case(name).error is None][:40]
    for _ in range(MUTATIONS):
        data = bytearray(suite().stream(suite().case(draw.choice(names))))
        for _ in range(draw.choice((1, 1, 2, 4))):
            data[draw.randrange(2, min(len(data), 80))] ^= 1 << draw.randrange(8)
        yield bytes(data[: draw.randrange(2, len(data))] if draw.random() < 0.3 else data)


def advised(text: str) -> list[list[str]]:
    """The refdec commands that a text advises, as arguments."""
    return [shlex.split(found[1]) for line in text.splitlines() if (found := COMMAND.search(line))]


def type_all(refdec: Refdec, file: Path, folder: Path) -> int:
    """Decode a broken file, and type what is advised; returns how many commands that were."""
    ran = refdec("decode", file, folder / "picture.png")
    assert "FILE" not in ran.err
    typed = advised(ran.err)
    for arguments in typed:
        if arguments[:2] == ["weights", "import"]:
            continue  # of checkpoints that nobody here has
        assert str(file) in arguments or arguments[0] == "weights"
        once = refdec(*(str(folder / part) if part.startswith("OUT.") else part for part in arguments))
        assert ExitCode(once.code) not in NEVER and "RD16" not in once.err, (arguments, once.err)
    return len(typed)


@pytest.mark.parametrize("name", broken())
def test_hints_about_broken_streams(name: str, refdec: Refdec, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.jai"
    file.write_bytes(suite().stream(suite().case(name)))
    type_all(refdec, file, tmp_path)


def test_hints_about_mutated_streams(refdec: Refdec, tmp_path: Path) -> None:
    file, count = tmp_path / "mutated.jai", 0
    for data in mutated():
        file.write_bytes(data)
        count += type_all(refdec, file, tmp_path)
    assert count > MUTATIONS // 3


@pytest.mark.parametrize("name", ["two words.jai", "it's.jai", "über ✓.jai", "a;b$(c).jai", "-dash.jai", "FILE.jai"])
def test_names_are_quoted_for_a_shell(
    name: str, refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(suite().stream(suite().case("bad_element_out_of_range")))
    ran = refdec("decode", "--", name, "picture.png")
    (arguments,) = advised(ran.err)
    assert Path(arguments[1]) == Path(name)
    assert refdec(*arguments).code == ExitCode.NOT_CONFORMANT


def test_a_pipe_is_named_as_one(refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "bad.jai"
    file.write_bytes(suite().stream(suite().case("bad_element_out_of_range")))
    with file.open() as pipe:
        monkeypatch.setattr("sys.stdin", pipe)
        (arguments,) = advised(refdec("info", "-").err)
    assert arguments[:2] == ["view", "-"]


@pytest.mark.parametrize("command", ["info", "verify", "view", "latents", "decode", "encode"])
def test_every_command_names_the_file(command: str, refdec: Refdec, tmp_path: Path) -> None:
    file = tmp_path / "bad.jai"
    file.write_bytes(suite().stream(suite().case("bad_element_out_of_range")))
    targets = {"latents": ["l.npz"], "decode": ["p.png"], "encode": ["o.jai"]}
    flags = ["--json"] if command in {"verify", "view"} else []
    ran = refdec(command, file, *(tmp_path / each for each in targets.get(command, [])), *flags)
    said = ran.out + ran.err
    assert f"refdec view {file} --element model_id" in said and "view FILE" not in said


def test_a_hint_passes_between_processes() -> None:
    import pickle

    problem = RefdecError("It is wrong.\nTry: refdec info FILE, then FILE.png")
    assert problem.hints() == ("Try: refdec info FILE, then FILE.png",)
    problem.source = "a b.jai"
    assert pickle.loads(pickle.dumps(problem)).hints() == ("Try: refdec info 'a b.jai', then 'a b.png'",)


def command_of(arguments: list[str]) -> tuple[Any, list[str]]:
    """The command (of a group, its innermost) that answers these arguments, and the arguments left for it."""
    command: Any = typer.main.get_command(app_for(arguments))
    rest = list(arguments)
    while hasattr(command, "commands"):
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def parsed(arguments: list[str]) -> None:
    """Parse a command line as the command does, without carrying it out; an unknown option is an error."""
    command, rest = command_of(arguments)
    command.make_parser(command.context_class(command)).parse_args(args=rest)


def options_of(name: str) -> set[str]:
    """The options of a command."""
    command, _ = command_of(name.split())
    return {spelled for parameter in command.params for spelled in parameter.opts}


@pytest.mark.parametrize(("package", "kind", "cause"), list(cases()))
def test_commands_that_errors_advise_exist_with_their_options(
    package: str, kind: type[RefdecError], cause: Cause, tmp_path: Path
) -> None:
    with pytest.raises(kind) as caught:
        provoke(cause, tmp_path)
    for line in caught.value.hints():
        if found := COMMAND.search(line):
            parsed(shlex.split(found[1].removesuffix(" ...").removesuffix(".")))
            continue
        for option in BARE.findall(line.partition("pip install")[0]):
            for command in TAKES[option].split(","):
                assert option in options_of(command), (package, option, command)


@pytest.mark.parametrize(
    ("command", "named"),
    [
        (("latents", "FILE", "a.npz"), set()),
        (("task", "thumbnail", "FILE"), set()),
        (("-q", "decode", "FILE", "a.png"), {"--region", "--workers"}),
    ],
)
def test_what_needs_less_memory_is_an_option_of_the_command(
    command: tuple[str, ...], named: set[str], refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found: --region and --workers were advised to commands that have none, or refuse it for one file."""
    monkeypatch.chdir(tmp_path)
    Path("FILE").write_bytes(DEMO.read_bytes())
    ran = refdec(*command, "--limit-memory", "1M")
    assert ran.code == ExitCode.UNSUPPORTED and set(BARE.findall(ran.err)) == named | {"--limit-memory"}, ran.err
    said = json.loads(refdec(*command, "--limit-memory", "1M", "--json").out) if command[0] == "task" else None
    assert said is None or set(BARE.findall(" ".join(said["error"]["hints"]))) == {"--limit-memory"}


def test_hints_of_a_machine_without_memory() -> None:
    assert hints_without_memory(["latents", "a.jai"]) == hints_without_memory(["task"]) == ()
    assert len(hints_without_memory(["decode", "a.jai"])) == 2
    assert len(hints_without_memory(["bench", "rd", "a.png"])) == 1
    assert hints_without_memory(["nosuch"]) == hints_without_memory([]) == hints_without_memory(["bench"]) == ()
