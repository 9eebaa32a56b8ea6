"""Pages of `--help`: they fit every terminal, cut nothing off, and say what encoders and tasks can be asked for."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer

from refdec.cli.app import COMMANDS, app_for
from refdec.cli.help import page, sections_of
from refdec.cli.verbosity import WORDS
from refdec.plugins import manager
from refdec.plugins.api import Head, Option
from tests.unit.heads.support import classifier
from tests.unit.plugins.support import Copier, Counter, Entry, loaded, plugin

from .conftest import Run

Refdec = Callable[..., Run]


def every_command() -> Iterator[tuple[str, Any]]:
    pending = [("refdec", typer.main.get_command(app_for()))]
    while pending:
        path, command = pending.pop()
        yield path, command
        pending += [(f"{path} {name}", sub) for name, sub in getattr(command, "commands", {}).items()]


PAGES = dict(every_command())


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [30, 40, 59, 60, 80, 100, 300])
def test_no_line_is_longer_than_the_terminal_and_nothing_is_cut(path: str, width: int) -> None:
    text = page(PAGES[path], path, "[OPTIONS]", width=width)
    assert max(map(len, text.splitlines())) <= min(width, 100)
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    bare = "".join(text.split())
    for rows in sections_of(PAGES[path]).values():
        for row in rows:
            assert "".join(row.name.split()) in bare and "".join(row.meaning.split()) in bare


@pytest.mark.parametrize("columns", ["40", "80"])
@pytest.mark.parametrize("arguments", [[], ["encode"], ["decode"], ["task"], ["conform", "run"], ["bench"]])
def test_what_is_typed_shows_that_page(
    refdec: Refdec, monkeypatch: pytest.MonkeyPatch, arguments: list[str], columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    ran = refdec(*arguments, "--help")
    assert ran.code == 0, ran.err
    assert max(map(len, ran.out.splitlines())) <= int(columns)
    assert re.search(r"Usage:.*" + r"\s+".join(["refdec", *arguments]), ran.out, re.DOTALL)
    assert refdec(*arguments, "-h").out == ran.out


@pytest.mark.parametrize("path", PAGES)
def test_every_value_has_a_format(path: str) -> None:
    lacking = [
        parameter.opts
        for parameter in PAGES[path].params
        if parameter.param_type_name == "option" and not parameter.is_flag and not parameter.metavar
    ]
    assert lacking == [], "say with metavar= what the value looks like"


@pytest.mark.parametrize("path", PAGES)
def test_what_every_command_takes_means_the_same_everywhere(path: str) -> None:
    """-v of `conform run` stood twice on its page, with two meanings."""
    assert not {spelling for parameter in PAGES[path].params for spelling in parameter.opts} & set(WORDS)


def test_flags_show_no_type_and_options_stand_in_groups(refdec: Refdec) -> None:
    shown = refdec("encode", "--help").out
    assert "<" not in shown and "bool" not in shown
    titles = re.findall(r"^([A-Z].*):$", shown, re.MULTILINE)
    assert {"Arguments", "Rate (one of them)", "Encoder", "Codestream", "Coding tools", "Several inputs"} <= set(titles)
    for path, command in PAGES.items():
        assert max((len(rows) for rows in sections_of(command).values()), default=0) <= 12, path


def test_an_encoder_shows_its_options(refdec: Refdec) -> None:
    for typed in (["--encoder", "refine"], ["--encoder=refine"]):
        shown = refdec("encode", *typed, "--help").out
        assert "Options of refine" in shown and "--option steps=0..2000" in shown and "[default: 80]" in shown
    assert "--option steps" not in refdec("encode", "--help").out


def test_a_task_shows_its_actions_and_options(refdec: Refdec) -> None:
    shown = refdec("task", "retrieval", "--help").out
    assert "Usage: refdec task" in shown and "retrieval, action index:" in shown


def guests() -> Any:
    encoder, task = Copier("chatty"), Counter()
    encoder.options = (
        Option(
            "mode",
            str,
            "fast",
            "how to go about it, as long-winded as guests like it " * 5,
            ("fast", "slow"),
        ),
        Option("ratio", float, None, "a ratio", minimum=0.5),
        Option("deep", bool, True, "whether to look deeper"),
    )
    return loaded(Entry("a", plugin([encoder])), Entry("b", plugin(tasks=[task])), Entry("c", RuntimeError("broken")))


class Failing(Copier):
    """An encoder whose attributes raise once it is in."""

    calm = True

    @property
    def options(self) -> Any:  # type: ignore[override]
        if Failing.calm:
            return ()
        raise RuntimeError("no options today")


@pytest.mark.parametrize("columns", ["40", "80"])
def test_options_of_guests_are_shown_and_fit(refdec: Refdec, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(manager, "installed", lambda allowed: guests())
    shown = refdec("encode", "--encoder", "chatty", "--help").out
    assert max(map(len, shown.splitlines())) <= int(columns)
    bare = "".join(shown.split())
    for part in ("mode=fast|slow", "ratio=NUMBER>=0.5", "deep=yes/no", "[default:yes]", "[default:fast]"):
        assert part in bare


@pytest.mark.parametrize("name", ["nobody", "c", "failing"])
def test_a_broken_guest_breaks_no_help(refdec: Refdec, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    Failing.calm = True
    found = loaded(Entry("f", plugin([Failing("failing")])), Entry("c", RuntimeError("broken")))
    monkeypatch.setattr(manager, "installed", lambda allowed: found)
    Failing.calm = False
    ran = refdec("encode", "--encoder", name, "--help")
    assert ran.code == 0 and "--quality" in ran.out
    assert f"The encoder {name}" in ran.out and re.search(r"RD\d{4}", ran.out)
    listed = refdec("plugins", "--options")
    assert listed.code == 0


def test_plugins_list_their_options(refdec: Refdec) -> None:
    import json

    table = refdec("plugins", "--options").out.splitlines()
    assert table[0].split("\t")[:3] == ["guest", "option", "value"]
    assert any(line.startswith("refine\tsteps\t0..2000\t80\t") for line in table)
    assert any("retrieval" in line for line in table)
    found = {entry["name"]: entry for entry in json.loads(refdec("plugins", "--options", "--json").out)}
    assert found["refine"]["kind"] == "encoder"
    assert [option["name"] for option in found["refine"]["options"]] == ["steps", "metric", "trade"]
    assert [option["name"] for option in found["analysis"]["options"]] == ["networks"]
    assert found["null"]["options"] == []


def test_plugins_list_the_heads_of_tasks(refdec: Refdec, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    class Deep(Counter):
        name = "deep"

        def heads(self) -> list[Head]:
            return [classifier()]

    class Broken(Counter):
        name = "broken"

        def heads(self) -> list[Head]:
            raise OSError("no such file")

    found = loaded(Entry("d", plugin([], [Deep(), Broken(), Counter()])))
    monkeypatch.setattr(manager, "installed", lambda allowed: found)
    ran = refdec("plugins", "--heads")
    assert ran.code == 0 and "broken" in ran.err and "no such file" in ran.err
    assert ran.out.splitlines()[1].split("\t") == ["deep", "sample", "1.0", "ab" * 6, "CC0"]
    (head,) = json.loads(refdec("plugins", "--heads", "--json").out)
    assert head["guest"] == "deep" and head["labels"] == ["cat", "dog", "emu"]


class Terminal(StringIO):
    """Standard output that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [50, 80])
def test_tables_on_a_terminal_are_folded_and_not_cut(
    refdec: Refdec, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    shown = Terminal()
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("refdec.cli.console.results", lambda: shown)
    assert refdec("plugins", "--options").code == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.getvalue()).splitlines()
    assert max(map(len, lines)) <= columns and "\N{HORIZONTAL ELLIPSIS}" not in shown.getvalue()
    meanings = "".join(
        line.rsplit("\N{BOX DRAWINGS LIGHT VERTICAL}", 2)[-2] for line in lines if line.endswith("\u2502")
    )
    assert "stepsofthesearch;eachcostsaboutonedecoding" in "".join(meanings.split())


def test_every_command_has_an_example_or_commands() -> None:
    from refdec.cli.help import examples_of

    assert set(COMMANDS) <= {path.split()[1] for path in PAGES if " " in path}
    examples = [example for command in PAGES.values() for example in examples_of(command)]
    assert len(examples) > 15 and all(example.startswith("refdec ") for example in examples)


def test_usage_errors_are_short(refdec: Refdec) -> None:
    ran = refdec("encode", "--qualty", "3")
    assert ran.code == 2 and "--quality" in ran.err
    assert max(map(len, ran.err.splitlines())) <= 100
    assert not Path("3").exists() and "Traceback" not in ran.err and sys.argv
