"""What can keep tasks from being measured."""

from __future__ import annotations

from refdec.errors import InputError, UsageError

__all__ = ["DataUnclear", "NoData", "RowsOfOtherWeights", "RowsUnreadable", "TeacherUnusable"]


class NoData(UsageError):
    """A place that was given as data is no such data."""

    code, clause = "RD1430", ""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)
        self.place, self.reason = place, reason

    def explain(self) -> str:
        return f"{self.place} {self.reason}.\nWhat each task is measured on:  refdec bench tasks --help"


class DataUnclear(UsageError):
    """What says where the data of a task is cannot be understood."""

    code, clause = "RD1431", ""

    def __init__(self, text: str, known: tuple[str, ...]) -> None:
        super().__init__(text, known)
        self.text, self.known = text, known

    def explain(self) -> str:
        return (
            f"{self.text!r} is not of the form TASK=FOLDER, TASK one of {', '.join(self.known)}.\n"
            "Try:  refdec bench tasks --data thumbnail=photos/"
        )


class TeacherUnusable(UsageError):
    """A network that others trained cannot be asked."""

    code, clause = "RD1432", ""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return (
            f"The teacher {self.name} cannot be asked: {self.reason}.\n"
            "Install what runs it (pip install ai-edge-litert), or leave --teachers out:  refdec bench tasks --help"
        )


class RowsUnreadable(InputError):
    """A file of figures of tasks is to be continued that is none."""

    code, clause = "RD1433", ""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def explain(self) -> str:
        return f"{self.path} holds no figures of tasks ({self.reason}).\nLeave --resume out to start anew."


class RowsOfOtherWeights(InputError):
    """A file of figures of tasks is to be continued that were measured with other weights."""

    code, clause = "RD1434", ""

    def __init__(self, path: str, before: str, now: str) -> None:
        super().__init__(path, before, now)
        self.path, self.before, self.now = path, before, now

    def explain(self) -> str:
        return (
            f"{self.path} holds figures of the weights {self.before[:12]}, and those asked for are {self.now[:12]}: "
            "one table of both would mislead.\n"
            "Name the same pack with --weights, or leave --resume out to start anew."
        )
