"""`-` is a pipe and `./-` is a file of that name, in every command that takes both."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import refdec as library
from refdec.bench.streams import repeated_stream

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(library.__file__).parent / "data" / "demo.jai"


@pytest.fixture(scope="module")
def stream() -> bytes:
    """A codestream of the bundled weights that decodes in a moment."""
    return repeated_stream(DEMO.read_bytes(), library.load_weights(None), 96, 64)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which commands run, with no standard input to read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", None)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("verify ./-", "./-: conformant"),
        ("verify ./- a.jai", "./-: conformant"),
        ("info ./-", "96"),
        ("info ./- a.jai", "./-\t96x64"),
        ("view ./- --element model_id", "model_id"),
        ("task statistics ./-", "file"),
        ("task statistics ./- a.jai", "./-\nrates"),
        ("task retrieval query ./- d.db", "a.jai"),
        ("decode ./- x.png", "x.png: 96 x 64"),
        ("decode ./- a.jai --out o", "2 done"),
        ("transcode ./- x.jai", "x.jai: 96 x 64"),
        ("transcode ./- a.jai --out o", "2 done"),
        ("latents ./- x.npz --stage headers", "x.npz: stage headers"),
        ("diff ./- a.jai", "equal"),
        ("diff a.jai ./-", "equal"),
        ("lossless drop ./- x.jai", "refdec lossless add ./- ORIGINAL"),
        ("private drop ./- x.jai", "refdec decode ./-"),
    ],
)
def test_a_file_of_that_name_is_read(refdec: Refdec, here: Path, stream: bytes, typed: str, said: str) -> None:
    """`verify ./-`, and all commands that read folders too, took it for standard input."""
    for name in ("-", "a.jai"):
        (here / name).write_bytes(stream)
    if "query" in typed:
        assert refdec("task", "retrieval", "index", "a.jai", "d.db").code == 0
    ran = refdec(*typed.split())
    assert said in ran.out + ran.err and "standard input" not in ran.out + ran.err
    assert "two of that name" not in ran.err, "only one input is called so"


@pytest.mark.parametrize(
    "typed",
    [
        "decode a.jai ./- --format png",
        "transcode a.jai ./-",
        "latents a.jai ./- --stage headers",
        "latents a.jai -o ./- --stage headers",
        "encode a.png ./- --displacement 0",
        "task thumbnail a.jai --picture ./-",
        "view a.jai --html ./- --no-pictures",
        "demo d.png --stream ./-",
        "lossless add a.jai a.png ./-",
        "conform run --builtin bad_element_* --json ./-",
    ],
)
def test_a_file_of_that_name_is_written(refdec: Refdec, here: Path, stream: bytes, typed: str) -> None:
    """With -o, and where a report is written, the bytes went to standard output."""
    (here / "a.jai").write_bytes(stream)
    Image.fromarray(np.full((64, 96, 3), 90, np.uint8)).save(here / "a.png")
    ran = refdec(*typed.split())
    assert ran.code == 0 and (here / "-").stat().st_size > 30, ran.err


@pytest.mark.parametrize(
    "typed",
    [
        "demo --stream -",
        "demo -",
        "conform run --builtin --json -",
        "view a.jai --html /dev/stdout",
        "task thumbnail a.jai --picture -",
    ],
)
def test_what_a_command_says_is_not_mixed_with_a_file(refdec: Refdec, here: Path, typed: str) -> None:
    (here / "a.jai").write_bytes(DEMO.read_bytes())
    ran = refdec(*typed.split())
    assert ran.code == 2 and "says goes to standard output" in " ".join(ran.err.split())
    assert json.loads(ran.out)["error"]["exit_code"] == 2 if "--json" in typed else ran.out == ""
    assert [path.name for path in here.iterdir()] == ["a.jai"]


def test_an_original_is_not_replaced(refdec: Refdec, here: Path, stream: bytes) -> None:
    """`lossless add` wrote the codestream over the picture that it was of."""
    (here / "a.jai").write_bytes(stream)
    (here / "a.png").write_bytes(b"a picture")
    ran = refdec("lossless", "add", "a.jai", "a.png", "./a.png")
    assert ran.code == 2 and "[RD1009]" in ran.err and (here / "a.png").read_bytes() == b"a picture"


def test_none_of_several_inputs_is_replaced(refdec: Refdec, here: Path, stream: bytes) -> None:
    """Only the first was looked at."""
    for name in ("a.jai", "b.jai"):
        (here / name).write_bytes(stream)
    ran = refdec("verify", "a.jai", "b.jai", "--report", "b.jai")
    assert ran.code == 2 and "[RD1009]" in ran.err and (here / "b.jai").read_bytes() == stream
