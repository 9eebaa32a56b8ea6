"""Options that would change nothing without another one: each is refused in a sentence, before anything is done."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import refdec as library

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = str(Path(library.__file__).parent / "data" / "demo.jai")

ALONE = [
    (f"verify {DEMO} --tolerance 3", "--tolerance is about what is expected: it needs --expect"),
    (f"verify {DEMO} --tolerance 0", "--tolerance is about what is expected: it needs --expect"),
    (f"verify {DEMO} --fraction 0.5", "--fraction is about what is expected: it needs --expect"),
    (f"verify {DEMO} --bit-depth 8", "--bit-depth is about what is expected: it needs --expect"),
    (f"verify {DEMO} --expect p.png --fraction 0.5", "it needs --tolerance of 1 or more"),
    (f"verify {DEMO} --expect p.png --tolerance 0 --fraction 0.5", "it needs --tolerance of 1 or more"),
    (f"verify {DEMO} --expect t.json --tolerance 3", "fingerprints of a trace are equal or not"),
    (f"verify {DEMO} --resume", "--resume goes on with a report: it needs --report"),
    ("diff a.png b.png --amplify 3", "--amplify is the scale of the picture of the difference: it needs --picture"),
    ("diff a.png b.png --amplify 0", "it needs --picture"),
    (f"diff {DEMO} {DEMO} --weights w.pack", "--weights is for decoding codestreams: it needs --decode or --picture"),
    (f"view {DEMO} --channels 0", "--channels chooses maps of the page: it needs --html"),
    (f"view {DEMO} --no-pictures", "--no-pictures is about the page: it needs --html"),
    (f"view {DEMO} --pictures", "--pictures is about the page: it needs --html"),
    (f"view {DEMO} --html p.html --element model_id", "--element chooses what is listed"),
    (f"view {DEMO} --html p.html --offset 3", "--offset chooses what is listed"),
    (f"view {DEMO} --html p.html --all", "--all chooses what is listed"),
    (f"view {DEMO} --element model_id --offset 3", "--element and --offset each choose what is shown"),
    (f"view {DEMO} --html p.html --no-pictures --channels 3", "--channels needs a decoder"),
    (f"view {DEMO} --html p.html --no-pictures --symbols", "--symbols needs a decoder"),
    (f"view {DEMO} --weights w.pack", "--weights is for decoding"),
    (f"latents {DEMO} l.npz --synthesis sop", "--synthesis is for stage picture: it needs --stage picture"),
    (f"decode {DEMO} p.png --or-public", "it needs --key or --passphrase"),
    ("plugins --options --heads", "--heads and --options are two tables"),
    ("conform run --builtin --weights d", "it needs --decoder with {weights}"),
    ("conform run --builtin --decoder '{in}{out}' --weights d", "it needs --decoder with {weights}"),
    ("conform run --builtin --spec https://x", "--spec is for links of the page: it needs --html"),
    (f"conform add s {DEMO} --expect refused:RD0101 --tolerance 2", "--tolerance is for the picture of a stream"),
    (f"conform add s {DEMO} --expect p.png --tolerance 0 --fraction 0.1", "--fraction allows differences within"),
    ("bench rd p.png --resume", "--resume goes on with FILE.json: it needs --out"),
    ("bench rd p.png --out r.json --again jpeg", "--again is about what FILE.json has: it needs --resume"),
    ("bench rd p.png --qualities 20 --displacements 0", "--displacements and --qualities are both rates"),
    ("bench tasks --data thumbnail=. --resume", "--resume goes on with FILE.json: it needs --out"),
    ("bench tasks --data thumbnail=. --teachers .", "it needs --data of classify or embed"),
    ("bench tasks --data thumbnail=. --pair .", "--pair is for the task of that name"),
    (
        "bench rd p.png --codecs analysis,jpeg --time-budget 3",
        "encoders that improve a picture for a time, and --codecs",
    ),
    (
        "bench look p.png --codecs jpeg --time-budget 3",
        "--time-budget is for encoders of refdec, and --codecs names none",
    ),
    ("bench generations p.png --codecs webp --time-budget 3", "--time-budget is for encoders of refdec"),
    (
        "bench rd p.png --codecs jpeg,webp --qualities 20",
        "--qualities is for encoders of refdec, and --codecs names none",
    ),
    (
        "bench rd p.png --out r.json --resume --codecs jpeg --again webp",
        "--again names webp, which is none of the codecs",
    ),
    ("bench rd p.png --codecs jpeg --gray-alone", "--gray-alone is for encoders of refdec"),
    ("encode p.png a.jai --independent --regions 1x1", "is about several regions, and --regions says one"),
    (f"transcode {DEMO} a.jai --independent --regions 1x1", "is about several regions, and --regions says one"),
    (f"info {DEMO} --json --json-lines", "--json and --json-lines are two forms of one thing"),
    (f"latents {DEMO} l.npz --stage headers --weights w.pack", "--weights is for decoding, and --stage headers"),
    (f"latents {DEMO} l.npz --stage headers --ignore-weights-fingerprint", "and --stage headers decodes nothing"),
    (f"decode {DEMO} - --format ppm --json", "--json is printed to standard output, where the file goes"),
    (f"encode {DEMO} - --json", "--json is printed to standard output, where the file goes"),
    (f"transcode {DEMO} - --json", "--json is printed to standard output, where the file goes"),
    (f"latents {DEMO} - --json", "--json is printed to standard output, where the file goes"),
    (f"decode {DEMO} {DEMO} --out -", "- is standard output, which takes one file: several outputs need a folder"),
    ("encode . -", "- is standard output, which takes one file: several outputs need a folder"),
    (f"task statistics {DEMO} --workers 3", "--workers is for a task on several files: it has one worker for one"),
    (
        f"task retrieval index {DEMO} x.db --workers 3",
        "is for a task on several files; index takes one after the other",
    ),
    ("task statistics --picture p.png --over", "what it runs on is not named: refdec task NAME IN.jai"),
    ("task statistics --json", "what it runs on is not named"),
    ("task --workers 3", "what it runs on is not named"),
    ("bench speed steady --largest 512", "--largest is for the part sizes"),
]


def encoded(refdec: Refdec, *words: object) -> Run:
    """Encode a small picture."""
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save("p.png")
    return refdec("encode", "p.png", "a.jai", *words)


def test_a_time_budget_needs_an_encoder_that_improves(
    refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = encoded(refdec, "--time-budget", 3)
    assert ran.code == 2 and "analysis cannot do the time budget of 3 s" in ran.err and not Path("a.jai").exists()
    assert encoded(refdec, "--time-budget", 3, "--encoder", "refine", "--option", "steps=1").code == 0


def test_one_region_is_not_independent(refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody said so, where `transcode` did."""
    monkeypatch.chdir(tmp_path)
    assert "warning: one region is not independent" in encoded(refdec, "--independent").err
    assert "warning" not in encoded(refdec, "--independent", "--regions", "1x2").err


def test_an_encoder_that_copies_says_what_it_does_not_look_at(
    refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for wish in (["--chroma", "420"], ["--level", 40], ["--profile", "high"], ["--synthesis-list", "bop"]):
        ran = refdec("encode", DEMO, "b.jai", "--encoder", "null", *wish)
        assert ran.code == 2 and "copies a codestream as it is" in ran.err
    ran = refdec("encode", DEMO, "b.jai", "--encoder", "null", "--quality", 3, "--no-check")
    assert "warning: the encoder null has a rate of its own: quality changes nothing" in ran.err
    assert Path("b.jai").read_bytes() == Path(DEMO).read_bytes()
    assert "warning" not in refdec("encode", DEMO, "b.jai", "--encoder", "null", "--no-check").err


def test_what_is_said_of_an_original_that_says_it_itself(
    refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`lossless add` passed over what `encode` tells."""
    monkeypatch.chdir(tmp_path)
    assert encoded(refdec).code == 0
    ran = refdec("lossless", "add", "a.jai", "p.png", "b.jai", "--source-bits", 10)
    assert ran.code == 0 and "warning: the source says itself that it has 8 bits, not 10" in ran.err


def test_the_option_is_named_that_is_about_a_clip(refdec: Refdec, tmp_path: Path) -> None:
    """It was called open_clip."""
    ran = refdec("transcode", DEMO, tmp_path / "a.jai", "--frame", 1)
    assert ran.code == 1 and "--frame is about a clip" in ran.err


@pytest.mark.parametrize(("typed", "said"), ALONE, ids=[typed.replace(DEMO, "DEMO") for typed, _ in ALONE])
def test_an_option_without_its_partner_is_refused(
    refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = refdec(*(word.strip("'") for word in typed.split()))
    assert ran.code == 2 and said in " ".join(ran.err.split())
    if "--json" in typed.split():
        assert json.loads(ran.out)["error"]["code"] == "UsageError"
    else:
        assert ran.out == ""
    assert not list(tmp_path.iterdir())
