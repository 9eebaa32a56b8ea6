"""The base class of compressed-domain tasks, and actions of tasks over many codestreams.

In: latent bundles up to the stage that the task needs.  Out: typed results (`refdec.plugins.results`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from refdec.bundles import LatentBundle, Stage
from refdec.heads.head import Head
from refdec.observation import Progress, no_progress
from refdec.plugins.guest_options import NAME_PATTERN, Option, OptionValues
from refdec.plugins.result import TaskResult
from refdec.plugins.services import CoreServices

__all__ = ["Action", "ActionInput", "Argument", "ArgumentKind", "NamedBundle", "Task"]

ArgumentKind: TypeAlias = Literal["codestream", "codestreams", "path", "text"]
KINDS = ("codestream", "codestreams", "path", "text")


@dataclass(frozen=True, slots=True, eq=False)
class NamedBundle:
    """A bundle and the name of the codestream that it comes from (a path as the user would type it)."""

    name: str
    bundle: LatentBundle


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an action: `name` in capitals for the help; "codestreams" is one file or a folder of them."""

    name: str
    kind: ArgumentKind
    help: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not self.name.isupper():
            raise ValueError(f"argument {self.name!r} (capitals) of kind {self.kind!r} (one of {', '.join(KINDS)})")


@runtime_checkable
class Skippable(Protocol):
    """Bundles of which some can be left out without decoding them."""

    def without(self, known: Callable[[str], bool]) -> Iterable[NamedBundle]:
        """Return those whose names are not known."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ActionInput:
    """What an action works on.

    `bundles`: per argument of kind codestream(s) an iterable that decodes one bundle after the other, up to the
    task's stage; `texts` and `paths`: the other arguments.  `progress` is told the share that is done.
    """

    options: OptionValues
    core: CoreServices
    bundles: Mapping[str, Iterable[NamedBundle]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)
    progress: Progress = no_progress

    def unknown(self, argument: str, known: Callable[[str], bool]) -> Iterable[NamedBundle]:
        """Return the bundles of an argument whose names are not known: what an earlier run did is not decoded again."""
        bundles = self.bundles[argument]
        if isinstance(bundles, Skippable):
            return bundles.without(known)
        return (named for named in bundles if not known(named.name))


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """Something that a task does beside `run`: `refdec task NAME ACTION ARGUMENTS`, for instance to fill a database.

    Raises ValueError for a declaration that contradicts itself, which refuses the guest.
    """

    name: str
    help: str
    run: Callable[[ActionInput], TaskResult]
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        if not NAME_PATTERN.fullmatch(self.name):
            raise ValueError(f"action name {self.name!r} (small letters, digits, - and _)")
        if len({argument.name for argument in self.arguments}) != len(self.arguments):
            raise ValueError(f"action {self.name} has two arguments of one name")


class Task:
    """A task on latents.  Subclass it, set the attributes, and override `run`.

    `stage`: how far the core decodes for it.  `weights_fingerprints`: values of `BundleHeaders.weights_fingerprint`
    that its model was trained for; empty: any.  `actions`: see Action.  An object may be used from several threads.
    """

    name: str = ""
    version: str = ""
    description: str = ""
    stage: Stage = Stage.LATENT
    options: tuple[Option, ...] = ()
    weights_fingerprints: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()

    def heads(self) -> Sequence[Head]:
        """Return the heads that the task runs, for lists of what is installed (`refdec plugins --heads`)."""
        return ()

    def run(self, bundle: LatentBundle, options: OptionValues, core: CoreServices) -> TaskResult:
        """Return the task's answer about one codestream; `bundle` reaches `stage`.

        Raise `Refusal` to decline in words.
        """
        raise NotImplementedError
