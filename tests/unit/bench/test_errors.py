"""Errors of the benchmarks: each is raised somewhere, and has a code of its own."""

from __future__ import annotations

import pytest

from refdec.bench import errors

ALL = [
    errors.NoPictures(("a", "b")),
    errors.UnknownCodec("gif", ("jpeg",)),
    errors.CodecMissing("AVIF"),
    errors.PlotUnavailable(),
    errors.BenchmarkFileInvalid("rd.json", "junk"),
]


def test_none_is_forgotten() -> None:
    assert {type(error).__name__ for error in ALL} == set(errors.__all__)
    assert len({error.code for error in ALL}) == len(ALL)


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_the_first_line_is_a_sentence(error: errors.NoPictures) -> None:
    first = error.explain().splitlines()[0]
    assert first[0].isupper() or first.startswith("rd.json")
    assert first.endswith(".")
    assert error.code in str(error)
