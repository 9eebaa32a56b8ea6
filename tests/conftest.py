"""Fixtures that every suite may use: example data of the repository, and the big material where it is at hand."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.newcomer.environment import Newcomer, make_newcomer

ROOT = Path(__file__).resolve().parents[1]

# A shell that starts a job in the background makes it ignore SIGINT, and all that it starts inherit that; the tests of
# interruption need what a user at a terminal has.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def examples() -> Path:
    """The worked examples of the specification (a copy lies in the repository)."""
    return ROOT / "tests" / "golden" / "examples"


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The conformance streams `<case>.jai` and `fingerprints.json` (without the float intermediates)."""
    return ROOT / "tests" / "golden" / "vectors"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The big reference material: $REFDEC_SHARED, or `shared` beside the checkout; skips where there is none."""
    folder = Path(os.environ.get("REFDEC_SHARED", ROOT.parent / "shared"))
    if not (folder / "vectors").is_dir():
        pytest.skip("the reference material is not here (set REFDEC_SHARED to its folder)")
    return folder


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """Return an environment that holds what refdec needs to run, and no optional extra."""
    return make_newcomer(tmp_path_factory.mktemp("newcomer"))
