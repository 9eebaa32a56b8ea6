"""What guests say about themselves, as pages of help and lists of options have it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from refdec.plugins.errors import GuestFailed
from refdec.plugins.guest_facts import OptionFacts, guest_facts
from refdec.plugins.guest_options import REQUIRED, Option
from tests.unit.plugins.support import Copier, Counter, encoder_guest, task_guest
from tests.unit.plugins.test_calls import ACTION

OPTIONS = (
    Option("effort", int, 5, "how long", minimum=1, maximum=9),
    Option("lambda", float, 0.5, "weight", minimum=0.0),
    Option("tries", int, 1, "how often", maximum=3),
    Option("mode", str, "fast", "which way", choices=("fast", "slow")),
    Option("flip", bool, False, "turn it"),
    Option("map-file", Path, None, "where"),
    Option("name", str, REQUIRED, "what to call it"),
)


def test_options_by_format_and_default() -> None:
    encoder = Copier()
    encoder.options = OPTIONS
    facts = guest_facts(encoder_guest(encoder))
    assert facts.title == "copier 2.1 (someone 7.0)" and facts.description == "returns fixed bytes"
    assert [(one.name, one.value, one.default) for one in facts.options] == [
        ("effort", "1..9", "5"),
        ("lambda", "NUMBER>=0.0", "0.5"),
        ("tries", "INT<=3", "1"),
        ("mode", "fast|slow", "fast"),
        ("flip", "yes/no", "no"),
        ("map-file", "PATH", ""),
        ("name", "TEXT", "must be given"),
    ]


def test_actions_with_arguments_and_options() -> None:
    task = Counter()
    task.actions = (ACTION,)
    (action,) = guest_facts(task_guest(task)).actions
    assert (action.name, action.meaning) == ("index", "fills a database")
    assert action.arguments == (("DIR", "what to read"), ("DB", "where to write"))
    assert action.options == (OptionFacts("deep", "yes/no", "look twice", "no"),)


def test_a_guest_that_fails_is_named() -> None:
    class Broken(Copier):
        @property
        def options(self) -> Any:  # type: ignore[override]
            raise ZeroDivisionError

    with pytest.raises(GuestFailed, match="someone"):
        guest_facts(encoder_guest(Broken()))
