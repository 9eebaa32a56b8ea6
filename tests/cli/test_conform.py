"""`refdec conform`: what it prints, writes and returns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from refdec.cli.conform import app
from refdec.cli.errors import SuiteNotNamed
from refdec.conformance.errors import NoSuchCase, SuiteExists
from refdec.errors import ExitCode

QUICK = ("bad_no_start", "bad_unknown_level", "symbols_zero")


def run(*words: str) -> tuple[int, str, BaseException | None]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stdout, done.exception


def test_the_bundled_suite_by_patterns_with_all_reports(tmp_path: Path) -> None:
    files = {kind: tmp_path / f"report.{kind}" for kind in ("json", "xml", "html")}
    words = ("--json", files["json"], "--junit", files["xml"], "--html", files["html"])
    code, out, _ = run("run", "--builtin", *QUICK, *map(str, words))
    assert code == ExitCode.DONE
    assert "3 cases" in out and "none not as expected" in out
    report = json.loads(files["json"].read_text())
    assert [case["name"] for case in report["cases"]] == ["symbols_zero", "bad_no_start", "bad_unknown_level"]
    assert files["xml"].read_text().startswith("<?xml") and files["html"].read_text().startswith("<!DOCTYPE html>")


def test_a_decoder_that_fails_gives_exit_code_4() -> None:
    code, out, _ = run("run", "--builtin", *QUICK, "--decoder", "true {in} {out}")
    assert code == ExitCode.DIFFERS
    assert "bad_no_start: accepted a broken stream" in out
    assert "symbols_zero: no picture" in out
    assert "2 not as expected" in out


def test_all_shows_what_passes_too() -> None:
    _, quiet, _ = run("run", "--builtin", "bad_no_start")
    _, loud, _ = run("run", "--builtin", "bad_no_start", "--all")
    assert "bad_no_start" not in quiet and "bad_no_start: refused" in loud


def test_make_and_list(tmp_path: Path) -> None:
    target = tmp_path / "suite"
    code, out, _ = run("make", str(target), "size_64x64", "bad_no_start")
    assert code == 0 and "2 cases" in out
    assert sorted(path.name for path in (target / "size_64x64").iterdir()) == [
        "case.json",
        "expected.png",
        "stream.jai",
    ]
    code, out, _ = run("list", str(target), "--json")
    assert [row["kind"] for row in json.loads(out)] == ["positive", "negative"]
    assert isinstance(run("make", str(target), "size_64x64")[2], SuiteExists)


def test_an_archive_can_be_made_and_run(tmp_path: Path) -> None:
    target = tmp_path / "suite.zip"
    assert run("make", str(target), "bad_no_start", "--json")[0] == 0
    assert run("run", str(target))[0] == 0


@pytest.mark.parametrize(("words", "error"), [(("run",), SuiteNotNamed), (("run", "--builtin", "x"), NoSuchCase)])
def test_mistakes_have_their_errors(words: tuple[str, ...], error: type[Exception]) -> None:
    assert isinstance(run(*words)[2], error)


def test_without_a_suite_the_bundled_one_is_listed() -> None:
    assert run("list", "--json")[1] == run("list", "--builtin", "--json")[1]


def test_add_says_what_it_added(tmp_path: Path) -> None:
    stream = tmp_path / "no stream.jai"
    stream.write_bytes(b"\xff\x80\x00\x00")
    code, out, _ = run("add", str(tmp_path / "mine"), str(stream), "--expect", "refused")
    assert code == 0 and out.startswith(f"{tmp_path / 'mine'}: added no_stream (negative); refdec refuses it: ")
    code, out, _ = run("add", str(tmp_path / "mine"), str(stream), "--expect", "refused", "--name", "two", "--json")
    assert code == 0 and json.loads(out)["error"]["code"].startswith("RD01")
    assert run("run", str(tmp_path / "mine"))[0] == 0
