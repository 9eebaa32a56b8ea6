"""Options that would change nothing without another one: each is refused in a sentence, before anything is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(("typed", "said"), ALONE, ids=[typed.replace(DEMO, "DEMO") for typed, _ in ALONE])
def test_an_option_without_its_partner_is_refused(
    refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = refdec(*(word.strip("'") for word in typed.split()))
    assert ran.code == 2 and ran.out == "" and said in " ".join(ran.err.split())
    assert not list(tmp_path.iterdir())
