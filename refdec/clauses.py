"""Marks that tie code to the clauses of `docs/spec`, kept where a machine can read them.

`@clause("1.4.2")` says that a function or class carries out that clause.  Code that the text does not ask for says so
by its kind: `added` (a limit or a convenience of ours), `inferred` (the text leaves it open), `interop` (what the
reference software does).  `docs/clauses.md` and the architecture tests are made from the registry, and `clause_path`
tells from an error's traceback through which clauses the decoder came to it: nothing is recorded before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FrameType, FunctionType
from typing import Any, Literal, NamedTuple, TypeVar

__all__ = ["Kind", "Mark", "clause", "clause_path", "clauses_passed", "note_clause", "registry", "way_in_words"]

Kind = Literal["text", "added", "inferred", "interop"]
T = TypeVar("T", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One mark: a clause, where it is carried out, and why the code is there if the text does not say so."""

    clause: str
    where: str
    kind: Kind
    reason: str


_marks: list[Mark] = []
_marked: list[tuple[object, str]] = []


def clause(number: str, kind: Kind = "text", reason: str = "") -> Callable[[T], T]:
    """Mark a function or class as carrying out clause `number` ("1.4.2", "1.8 (3)").

    Raises ValueError where a kind other than `text` comes without a reason: an unexplained extra is a bug.
    """
    if kind != "text" and not reason:
        raise ValueError(f"clause {number}: kind {kind!r} needs a reason")

    def mark(thing: T) -> T:
        where = f"{thing.__module__}.{thing.__qualname__}"
        _marks.append(Mark(number, where, kind, reason))
        _marked.append((thing, number))
        return thing

    return mark


def registry() -> tuple[Mark, ...]:
    """Return all marks of the modules imported so far, sorted by clause."""
    return tuple(sorted(_marks))


# -- the way of an error


class _Step(NamedTuple):
    """A frame that an error went through, and a clause that was carried out there ("": none)."""

    frame: FrameType | None
    label: str


def clause_path(error: BaseException) -> tuple[str, ...]:
    """Return the clauses through which the decoder came to an error, outermost first, last the error's own.

    A function with several marks is one step ("3.2 + 4.7"); a step that repeats the one before it is left out.  An
    error that was raised anew (`from`) goes on with the way of the one that it came from.  Raises nothing.
    """
    own = getattr(error, "clause", "")
    return _without_repeats([*clauses_passed(error), *([own] if own else [])])


def way_in_words(path: tuple[str, ...]) -> str:
    """Return a path as the line that is printed below an error; "" where it is no more than the error's own clause."""
    return f"came through clauses {' > '.join(path)}" if len(path) > 1 else ""


def clauses_passed(error: BaseException) -> tuple[str, ...]:
    """Return `clause_path` without the error's own clause: what an error keeps when it leaves its process."""
    chain = [error]
    while (origin := _origin(chain[-1])) is not None and all(origin is not known for known in chain):
        if _brought(chain[-1]):  # what it brought from another process holds the way of its origin
            break
        chain.append(origin)
    steps: list[_Step] = []
    for one in reversed(chain):
        steps = _joined(list(_steps(one)), steps)
    seen: set[tuple[int, str]] = set()
    passed = []
    for frame, label in steps:
        key = (id(frame), label)  # a frame that catches an error and raises it again stands there twice
        if label and (frame is None or key not in seen):
            passed.append(label)
        seen.add(key)
    return _without_repeats(passed)


def note_clause(error: BaseException, number: str) -> None:
    """Say that an error leaves what carries out a clause; for a handler whose code serves many clauses.

    Call it in the `except` block, which then raises the error again.
    """
    trace = error.__traceback__
    if trace is not None:
        notes = {**getattr(error, "clause_notes", {}), _name(trace.tb_frame): number}
        vars(error)["clause_notes"] = notes


def _origin(error: BaseException) -> BaseException | None:
    """Return the error that this one was raised from, `from None` included; not one that was merely being handled."""
    if error.__cause__ is not None:
        return error.__cause__
    return error.__context__ if error.__suppress_context__ else None


def _steps(error: BaseException) -> Iterator[_Step]:
    """Yield the frames of a traceback, then the steps that the error brought from another process."""
    notes: dict[str, str] = getattr(error, "clause_notes", {})
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        yield _Step(frame, _label_of(frame.f_code))
        if notes and (noted := notes.get(_name(frame))):
            yield _Step(frame, noted)
        trace = trace.tb_next
    for label in _brought(error):
        yield _Step(None, label)


def _brought(error: BaseException) -> tuple[str, ...]:
    """Return the steps that an error brought from another process."""
    return getattr(error, "came_through", ())


def _joined(outer: list[_Step], inner: list[_Step]) -> list[_Step]:
    """Put the way of an origin behind the frame that caught it; what that frame called then comes after it."""
    caught = inner[0].frame if inner else None
    behind = [turn + 1 for turn, step in enumerate(outer) if caught is not None and step.frame is caught]
    place = behind[-1] if behind else len(outer)
    return outer[:place] + inner + outer[place:]


def _name(frame: FrameType) -> str:
    return f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}"


def _without_repeats(labels: list[str]) -> tuple[str, ...]:
    return tuple(label for turn, label in enumerate(labels) if turn == 0 or labels[turn - 1] != label)


def _label_of(code: CodeType) -> str:
    """Return the clauses that a piece of code is marked with."""
    return _labels(len(_marked)).get(id(code), "")


@lru_cache(1)
def _labels(count: int) -> dict[int, str]:
    """Return the labels of the first `count` marks by the identity of code: that of two dataclasses may be equal.

    Made when the first error asks, and again where modules were imported since.
    """
    labels: dict[int, str] = {}
    classes: dict[type, str] = {}
    for thing, number in _marked[:count]:
        if isinstance(thing, type):
            classes[thing] = f"{number} + {classes[thing]}" if thing in classes else number
        elif (code := _code_of(thing)) is not None:  # the lowest decorator marks first
            labels[id(code)] = f"{number} + {labels[id(code)]}" if id(code) in labels else number
    for kind, label in classes.items():
        for member in vars(kind).values():
            code = _code_of(member)
            if code is not None:
                labels.setdefault(id(code), label)
    return labels


def _code_of(thing: Any) -> CodeType | None:
    """Return the code of a function, below what decorators put around it (caches, compilers, methods, properties)."""
    while thing is not None:
        inner = None
        if isinstance(thing, FunctionType):
            inner = vars(thing).get("__wrapped__")
            if inner is None:
                return thing.__code__
        elif isinstance(thing, staticmethod | classmethod):
            inner = thing.__func__
        elif isinstance(thing, property):
            inner = thing.fget
        elif not isinstance(thing, type):
            inner = getattr(thing, "__wrapped__", None)
        thing = inner
    return None
