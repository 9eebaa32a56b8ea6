"""Synthesis transforms (1.6.3): numbers of the codestream, and names in any case."""

from __future__ import annotations

import pytest

from refdec.bitstream.transforms import Synthesis


def test_numbers_are_those_of_the_codestream() -> None:
    assert [(each.name, int(each)) for each in Synthesis] == [("SOP", 0), ("BOP", 1), ("HOP", 2)]


@pytest.mark.parametrize(("name", "found"), [("hop", Synthesis.HOP), ("Sop", Synthesis.SOP), ("top", None), ("", None)])
def test_names_in_any_case(name: str, found: Synthesis | None) -> None:
    assert Synthesis.named(name) is found
