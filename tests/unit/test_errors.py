"""What messages share: names that stay few."""

from __future__ import annotations

import pytest

from refdec.errors import first_of


@pytest.mark.parametrize(
    ("names", "most", "said"),
    [
        ((), 3, ""),
        (("a",), 3, "a"),
        (("a", "b", "c"), 3, "a, b, c"),
        (("a", "b", "c", "d"), 3, "a, b, c and 1 more"),
        (range(1, 30), 2, "1, 2 and 27 more"),
        (["b", "a"], 1, "b and 1 more"),
    ],
)
def test_the_first_of_many_names(names: tuple[str, ...], most: int, said: str) -> None:
    assert first_of(names, most) == said


def test_what_stands_between_them() -> None:
    assert first_of([1, 2, 3, 4], apart=" ") == "1 2 3 and 1 more"
