"""Errors of the command line that no other test names: wrong use of several inputs, and the ends of a command."""

from __future__ import annotations

import json
import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

import refdec as library
from refdec.cli.errors import Ended, Interrupted, OneFileOnly, OutputFolderMissing
from refdec.cli.interruption import interruptible
from refdec.errors import RefdecError

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(library.__file__).parent / "data" / "demo.jai"


def test_several_inputs_need_a_folder(refdec: Refdec) -> None:
    ran = refdec("decode", DEMO, DEMO, DEMO)
    assert ran.code == OutputFolderMissing.exit_code
    assert OutputFolderMissing.code in ran.err


def test_options_for_one_input_stand_beside_one(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("decode", DEMO, DEMO, "--out", tmp_path / "pictures", "--trace", tmp_path / "t.json")
    assert ran.code == OneFileOnly.exit_code
    assert OneFileOnly.code in ran.err and "--trace" in ran.err


@pytest.mark.parametrize(("number", "kind"), [(signal.SIGINT, Interrupted), (signal.SIGTERM, Ended)])
def test_a_signal_becomes_an_error_of_its_own(number: signal.Signals, kind: type[RefdecError]) -> None:
    with pytest.raises(kind) as caught, interruptible():
        os.kill(os.getpid(), number)
        signal.pause()
    assert caught.value.exit_code == 128 + number
    assert kind.code in str(pickle.loads(pickle.dumps(caught.value)))


@pytest.mark.parametrize(
    "command", ["decode", "bench rd", "nosuch", "decode a.jai a.png --nosuch", "decode --workers x"]
)
def test_errors_of_typing_are_json_where_that_was_asked_for(refdec: Refdec, command: str) -> None:
    """Found: errors with a number were JSON, those of typing left standard output empty."""
    ran = refdec(*command.split(), "--json")
    said = json.loads(ran.out)["error"]
    assert ran.code == said["exit_code"] == 2 and said["code"] == "UsageError" and said["message"] in ran.err
    assert set(said) == set(json.loads(refdec("info", "missing.jai", "--json").out)["error"])
    assert refdec(*command.split()).out == ""
