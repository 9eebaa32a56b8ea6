"""A suite of a few cases, made once for a session."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from refdec.conformance.making.suite_maker import MakeOptions, make_suite
from refdec.conformance.storage import FolderStore
from refdec.conformance.suite import Suite, open_suite

WRONG_DECODERS = Path(__file__).parent / "wrong_decoders"
FEW = ("size_65x67", "format_420_8bit_idx0", "format_444_10bit_idx1", "bad_no_start", "bad_surplus_bits")
MORE = ("bad_user_colour_transform", "symbols_extreme")


@pytest.fixture(scope="session")
def small_suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """Legal streams in RGB and YUV, broken ones, one that may be refused, one that only exact decoders can match."""
    folder = tmp_path_factory.mktemp("conformance") / "suite"
    with FolderStore(folder) as store:
        make_suite(store, MakeOptions(patterns=(*FEW, *MORE)))
    return open_suite(folder)


def command(script: str) -> str:
    """The command line of one of the wrong decoders."""
    return f"{sys.executable} {WRONG_DECODERS / script}.py {{in}} {{out}} {{weights}}"
