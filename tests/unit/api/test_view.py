"""Viewing files: symbols and pages keep to the limits of memory and time."""

from __future__ import annotations

from pathlib import Path

import pytest

import refdec
from refdec.api.view import ViewRequest, view_file
from refdec.api.view_page import write_page
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.bitstream.transforms import Synthesis
from refdec.decoding.options import DecodeOptions
from refdec.limits import Limits
from refdec.observation import Collector

DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"
TIGHT = {"memory": (Limits(memory_bytes=1 << 20), "MiB"), "time": (Limits(seconds=0.0), "not finished after 0 s")}


@pytest.mark.parametrize("kind", TIGHT)
def test_symbols_beyond_the_limits_are_left_out_and_named(kind: str) -> None:
    limits, words = TIGHT[kind]
    seen = view_file(DEMO, ViewRequest(symbols=True, options=DecodeOptions(limits=limits)))
    assert seen.beyond_limits and words in seen.failure
    assert seen.tree.findings.whole


@pytest.mark.parametrize("kind", TIGHT)
def test_a_page_beyond_the_limits_says_so(kind: str, tmp_path: Path) -> None:
    limits, words = TIGHT[kind]
    seen = write_page(DEMO, tmp_path / "page.html", ViewRequest(options=DecodeOptions(limits=limits)))
    assert seen.beyond_limits and words in seen.failure
    assert words in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize("limits", [limits for limits, _ in TIGHT.values()])
def test_a_tree_alone_decodes_nothing(limits: Limits, tmp_path: Path) -> None:
    seen = view_file(DEMO, ViewRequest(options=DecodeOptions(limits=limits)))
    assert (seen.failure, seen.beyond_limits) == ("", False)
    page = write_page(DEMO, tmp_path / "page.html", ViewRequest(options=DecodeOptions(limits=limits)), pictures=False)
    assert (page.failure, page.beyond_limits) == ("", False)


def test_generous_limits_change_nothing() -> None:
    free = view_file(DEMO, ViewRequest(symbols=True))
    generous = DecodeOptions(limits=Limits(memory_bytes=1 << 30, seconds=600))
    bounded = view_file(DEMO, ViewRequest(symbols=True, options=generous))
    assert bounded.tree.root == free.tree.root and not bounded.failure


def test_other_failures_are_not_those_of_limits() -> None:
    seen = view_file(DEMO.read_bytes()[:-2], ViewRequest(symbols=True))
    assert seen.failure and not seen.beyond_limits


def test_symbols_are_those_of_the_transform_that_is_wanted() -> None:
    """The choices are those of a decode: what the codestream does not list is refused."""
    unlisted = next(kind for kind in Synthesis if kind not in listed())
    seen = view_file(DEMO, ViewRequest(symbols=True, options=DecodeOptions(synthesis=unlisted)))
    assert "RD1301" in seen.failure


def test_a_stage_that_stays_incomplete_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Collector] = []
    monkeypatch.setattr(Collector, "close", lambda watch: closed.append(watch))
    view_file(DEMO, ViewRequest(symbols=True))
    assert len(closed) == 1


def listed() -> tuple[int, ...]:
    return read_headers(read_codestream(DEMO.read_bytes())).picture.synthesis_transforms
