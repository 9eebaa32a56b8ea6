"""What a guest says about itself, as values: for pages of help and lists of options.

In: a guest from the registry.  Out: `GuestFacts`; a guest that fails while it is asked is named in `GuestFailed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from refdec.errors import RefdecError
from refdec.heads.head import Head
from refdec.plugins.errors import GuestFailed
from refdec.plugins.guest_options import KIND_NAMES, Option
from refdec.plugins.registry import Guest
from refdec.plugins.task_base import Task

__all__ = ["ActionFacts", "GuestFacts", "OptionFacts", "guest_facts", "guest_heads"]


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """One option as users see it: its name, the format of its value, what it means, its default (empty: none)."""

    name: str
    value: str
    meaning: str
    default: str


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """One action of a task: its name, what it does, its arguments with their meanings, its options."""

    name: str
    meaning: str
    arguments: tuple[tuple[str, str], ...]
    options: tuple[OptionFacts, ...]


@dataclass(frozen=True, slots=True)
class GuestFacts:
    """An encoder or a task: its name, name with versions and distribution, one line about it, options, actions."""

    name: str
    title: str
    description: str
    options: tuple[OptionFacts, ...]
    actions: tuple[ActionFacts, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def guest_facts(guest: Guest[Any]) -> GuestFacts:
    """Return what a guest says about itself.  Raises GuestFailed."""
    try:
        item = guest.item
        title = f"{guest.name} {guest.version} ({guest.distribution} {guest.distribution_version})"
        actions = tuple(
            ActionFacts(
                action.name,
                action.help,
                tuple((argument.name, argument.help) for argument in action.arguments),
                _facts_of(action.options),
            )
            for action in getattr(item, "actions", ())
        )
        return GuestFacts(guest.name, title, str(item.description), _facts_of(item.options), actions)
    except RefdecError:
        raise
    except (Exception, SystemExit) as problem:
        raise GuestFailed(guest.name, guest.distribution, "options", type(problem).__name__) from problem


def guest_heads(guest: Guest[Task]) -> tuple[Head, ...]:
    """Return the heads that a task runs.  Raises GuestFailed, and what its head files raise."""
    try:
        heads = tuple(guest.item.heads())
        if not all(isinstance(head, Head) for head in heads):
            raise TypeError("something that is no head")
    except RefdecError:
        raise
    except (Exception, SystemExit) as problem:
        raise GuestFailed(
            guest.name, guest.distribution, "heads()", f"{type(problem).__name__}: {problem}"
        ) from problem
    return heads


def _facts_of(options: Sequence[Option]) -> tuple[OptionFacts, ...]:
    return tuple(OptionFacts(option.name, _value(option), option.help, _default(option)) for option in options)


def _value(option: Option) -> str:
    """Return the format of a value."""
    if option.choices:
        return "|".join(str(choice) for choice in option.choices)
    if option.minimum is not None and option.maximum is not None:
        return f"{option.minimum}..{option.maximum}"
    bound = ""
    if option.minimum is not None:
        bound = f">={option.minimum}"
    elif option.maximum is not None:
        bound = f"<={option.maximum}"
    return KIND_NAMES[option.kind] + bound


def _default(option: Option) -> str:
    """Return the default in words; empty where there is none."""
    if option.required:
        return "must be given"
    if isinstance(option.default, bool):
        return "yes" if option.default else "no"
    return "" if option.default is None else str(option.default)
