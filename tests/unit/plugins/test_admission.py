"""What a task must state to be let in."""

from __future__ import annotations

from typing import Any

import pytest

from refdec.plugins.admission import check_encoder, check_task
from refdec.plugins.api import Action, Argument, Capabilities, Option, Scalars, Task
from tests.unit.plugins.support import Copier, Counter


def act(given: Any) -> Scalars:
    return Scalars({})


def changed(**changes: Any) -> Task:
    task = Counter()
    for name, value in changes.items():
        setattr(task, name, value)
    return task


def test_a_good_task_passes() -> None:
    check_task(changed(actions=(Action("index", "fills it", act, (Argument("DB", "path", "the file"),)),)))


class ActionsOnly(Task):
    name, version, description = "acts", "1", "has no run"
    actions = (Action("go", "goes", act),)


def test_a_task_may_have_actions_only() -> None:
    check_task(ActionsOnly())


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (Copier(), "is no object of refdec.plugins.api.Task"),
        (Task(), "its name"),
        (changed(stage="latent"), "its stage"),
        (changed(weights_fingerprints="abc"), "weights_fingerprints"),
        (changed(actions=["index"]), "its actions"),
        (changed(actions=(Action("a", "x", act), Action("a", "y", act))), "two actions"),
        (changed(options=(Option("a-b", int, 1, "x"), Option("a_b", int, 1, "x"))), "two options"),
        (changed(actions=(Action("a", "x", act, options=["n"]),)), "no tuple of Option"),  # type: ignore[arg-type]
    ],
)
def test_other_tasks_do_not(task: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_task(task)


class Idle(Task):
    name, version, description = "idle", "1", "does nothing"


def test_a_task_must_do_something() -> None:
    with pytest.raises(ValueError, match="no actions"):
        check_task(Idle())


@pytest.mark.parametrize(
    ("capabilities", "reason"),
    [
        (Capabilities(inputs=()), "no inputs"),
        (Capabilities(inputs=("video",)), "video"),
        (Capabilities(profiles=("huge",)), "huge"),
        (Capabilities(bit_depths=(12,)), "12"),
        (Capabilities(rate_control=("luck",)), "luck"),
        (Capabilities(tools=("magic",)), "magic"),
        (Capabilities(time_budget=3), "neither True nor False"),  # type: ignore[arg-type]
    ],
)
def test_capabilities_name_things_that_exist(capabilities: Capabilities, reason: str) -> None:
    encoder = Copier()
    encoder.capabilities = capabilities
    with pytest.raises(ValueError, match=reason):
        check_encoder(encoder)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Argument("db", "path", "x"),
        lambda: Argument("DB", "socket", "x"),  # type: ignore[arg-type]
        lambda: Action("Index", "x", act),
        lambda: Action("index", "x", act, (Argument("A", "path", "x"), Argument("A", "text", "x"))),
    ],
)
def test_actions_that_contradict_themselves(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"argument|action"):
        wrong()
