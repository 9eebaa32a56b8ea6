"""Typed options: declared, shown, parsed, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from refdec.plugins.errors import OptionInvalid, OptionMissing, UnknownOption
from refdec.plugins.guest_options import REQUIRED, Option, OptionValues, parse_options

EFFORT = Option("effort", int, 5, "how long to search", minimum=1, maximum=9)
LAMBDA = Option("lambda", float, 0.5, "weight of the rate", minimum=0.0)
MODE = Option("mode", str, "fast", "which way", choices=("fast", "slow"))
FLIP = Option("flip", bool, False, "turn it around")
MAP = Option("map-file", Path, None, "where the map is")
NEEDED = Option("name", str, REQUIRED, "what to call it")
ALL = (EFFORT, LAMBDA, MODE, FLIP, MAP)


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        (EFFORT, "9", 9),
        (EFFORT, " 3 ", 3),
        (LAMBDA, "1e-3", 0.001),
        (LAMBDA, "2", 2.0),
        (MODE, "slow", "slow"),
        (FLIP, "yes", True),
        (FLIP, "Off", False),
        (MAP, "a/b.png", Path("a/b.png")),
        (NEEDED, "", ""),
    ],
)
def test_texts_become_values(option: Option, text: str, value: Any) -> None:
    found = option.parse(text)
    assert found == value
    assert type(found) is type(value) or isinstance(found, Path)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (EFFORT, "0"),
        (EFFORT, "10"),
        (EFFORT, "5.0"),
        (EFFORT, "many"),
        (EFFORT, ""),
        (LAMBDA, "-0.1"),
        (LAMBDA, "nan"),
        (LAMBDA, "inf"),
        (MODE, "Fast"),
        (FLIP, "perhaps"),
    ],
)
def test_other_texts_are_refused(option: Option, text: str) -> None:
    with pytest.raises(OptionInvalid, match=option.name):
        option.parse(text)


def test_objects_of_the_right_type_are_taken() -> None:
    assert EFFORT.check(4) == 4
    assert EFFORT.check("4") == 4
    assert LAMBDA.check(3) == 3.0 and type(LAMBDA.check(3)) is float
    for wrong in (True, 4.0, None, [4]):
        with pytest.raises(OptionInvalid):
            EFFORT.check(wrong)
    with pytest.raises(OptionInvalid):
        FLIP.check(1)


def test_defaults_fill_what_was_not_given() -> None:
    values = parse_options("x", ALL, {"effort": "7", "map_file": "m.png"})
    assert dict(values) == {"effort": 7, "lambda": 0.5, "mode": "fast", "flip": False, "map-file": Path("m.png")}
    assert (values.integer("effort"), values.number("lambda"), values.text("mode")) == (7, 0.5, "fast")
    assert values.flag("flip") is False
    assert values.path("map-file") == Path("m.png")
    assert len(values) == 5


def test_typed_getters_insist_on_their_type() -> None:
    values = parse_options("x", ALL, {})
    with pytest.raises(TypeError):
        values.path("map-file")
    with pytest.raises(TypeError):
        values.integer("mode")
    with pytest.raises(KeyError):
        values["effort-of-others"]


def test_values_cannot_be_changed() -> None:
    values = parse_options("x", ALL, {})
    with pytest.raises(TypeError):
        values.values_by_name["effort"] = 1  # type: ignore[index]
    assert OptionValues() == {}


def test_unknown_and_missing_options_are_named() -> None:
    with pytest.raises(UnknownOption, match="effort"):
        parse_options("x", ALL, {"efort": "7"})
    with pytest.raises(OptionMissing, match="what to call it"):
        parse_options("x", (NEEDED,), {})


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Option("Effort", int, 1, "x"),
        lambda: Option("", int, 1, "x"),
        lambda: Option("a", int, 1, ""),
        lambda: Option("a", list, [], "x"),  # type: ignore[arg-type]
        lambda: Option("a", int, 0, "x", minimum=1),
        lambda: Option("a", int, "1", "x"),
        lambda: Option("a", str, "b", "x", choices=("c",)),
        lambda: Option("a", str, "c", "x", choices=("c", 1)),
        lambda: Option("a", str, "c", "x", minimum=1),
        lambda: Option("a", int, True, "x"),
    ],
)
def test_declarations_that_contradict_themselves(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"option|name"):
        wrong()


def test_required_prints_as_a_word() -> None:
    assert repr(REQUIRED) == "REQUIRED"
    assert NEEDED.required and not EFFORT.required
