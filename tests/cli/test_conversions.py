"""Values that need no conversion are those that Typer would have made; all others are Typer's to make."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from typer.testing import CliRunner

from refdec.cli.conversions import put_off
from refdec.cli.help import HelpfulCommand


class Colour(StrEnum):
    """Values of an option."""

    RED = "red"


def asked(
    texts: list[str],
    name: Annotated[str, typer.Option()] = "none",
    maybe: Annotated[str | None, typer.Option()] = None,
    several: Annotated[list[str] | None, typer.Option()] = None,
    count: Annotated[int | None, typer.Option(min=2, max=12)] = None,
    share: Annotated[float, typer.Option()] = 0.5,
    path: Annotated[Path | None, typer.Option()] = None,
    place: Annotated[Path, typer.Option()] = Path("here"),
    word: Annotated[Literal["auto", "gray"], typer.Option()] = "auto",
    colour: Annotated[Colour, typer.Option()] = Colour.RED,
    flag: Annotated[bool, typer.Option("--flag/--no-flag")] = True,
) -> None:
    """Show what came."""
    print(repr((texts, name, maybe, several, count, share, path, place, word, colour, flag)))


LINES = [
    "a",
    "a b c",
    "a --name x --maybe y --flag",
    "a --several b --several c",
    "a --count 2",
    "a --count 12",
    "a --count 1",
    "a --count 13",
    "a --count -5",
    "a --count 1e1",
    "a --count 99999999999999999999",
    "a --count \u0664",
    "a --share 0.25 --path x/y --place z",
    "a --word gray --colour red --no-flag",
    "a --word blue",
    "a --colour blue",
    "a --share x",
    "",
]


def said(line: str, command: type[Any]) -> tuple[int, str]:
    """Return the exit code and the last line: what came, or why it cannot."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(cls=command)(asked)
    ran = CliRunner().invoke(app, line.split())
    return ran.exit_code, ran.output.splitlines()[-1]


@pytest.mark.parametrize("line", LINES)
def test_every_value_is_what_typer_makes_of_it(line: str) -> None:
    found = said(line, HelpfulCommand)
    assert found == said(line, typer.core.TyperCommand)
    assert found[1]


@pytest.mark.parametrize(
    ("line", "loaded"),
    [("a b --name x --count 3 --flag", False), ("a --count x", True), ("a --path b", True), ("a --word gray", True)],
)
def test_what_converts_is_imported_for_what_needs_it(line: str, loaded: bool) -> None:
    code = (
        "import sys; from tests.cli import test_conversions as here; from refdec.cli.help import HelpfulCommand\n"
        f"here.said({line!r}, HelpfulCommand); print('pydantic' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    if not hasattr(typer.core, "build_runtime_param"):
        pytest.skip("this Typer converts in another way")
    assert run.stdout == f"{loaded}\n", run.stderr


def test_parameters_of_another_make_are_left_alone() -> None:
    class Other:
        """A parameter of another Typer."""

    other = Other()
    assert put_off([other]) == [other] and vars(other) == {}
