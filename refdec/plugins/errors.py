"""What can go wrong between refdec and its guests, one class a rule; each names the guest and its distribution."""

from __future__ import annotations

from typing import ClassVar

from refdec.errors import ExitCode, RefdecError, UsageError

__all__ = [
    "ArgumentMissing",
    "CannotDo",
    "GuestFailed",
    "GuestResultInvalid",
    "GuestStreamInvalid",
    "OptionInvalid",
    "OptionMissing",
    "PluginRefused",
    "Refusal",
    "RequestInvalid",
    "ResultInvalid",
    "SourcePictureInvalid",
    "UnknownAction",
    "UnknownGuest",
    "UnknownOption",
    "Unusable",
    "WrongWeights",
]


class UnknownGuest(UsageError):
    """An encoder or a task was asked for that is not installed."""

    code, clause = "RD1101", ""

    def __init__(self, kind: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(kind, name, known)
        self.kind, self.name, self.known = kind, name, known

    def explain(self) -> str:
        there = ", ".join(self.known) or "none"
        return f"There is no {self.kind} {self.name!r}; installed: {there}.\nSee what was found:  refdec plugins"


class PluginRefused(UsageError):
    """An encoder or a task was asked for that was found, but not let in."""

    code, clause = "RD1102", ""

    def __init__(self, kind: str, name: str, distribution: str, reason: str) -> None:
        super().__init__(kind, name, distribution, reason)
        self.kind, self.name, self.distribution, self.reason = kind, name, distribution, reason

    def explain(self) -> str:
        return (
            f"The {self.kind} {self.name!r} of {self.distribution} was refused: {self.reason}.\n"
            "See all plugins:  refdec plugins"
        )


class GuestFailed(RefdecError):
    """A guest raised an exception of its own; the fault is not refdec's."""

    code, clause = "RD1103", ""
    exit_code: ClassVar[int] = ExitCode.IO

    def __init__(self, guest: str, distribution: str, doing: str, reason: str) -> None:
        super().__init__(guest, distribution, doing, reason)
        self.guest, self.distribution, self.doing, self.reason = guest, distribution, doing, reason

    def explain(self) -> str:
        return (
            f"{self.guest} of {self.distribution} failed in {self.doing}: {self.reason}.\n"
            f"This is a fault of {self.distribution}, not of refdec; please report it there."
        )


class GuestResultInvalid(RefdecError):
    """A guest returned something that its interface does not allow."""

    code, clause = "RD1104", ""
    exit_code: ClassVar[int] = ExitCode.IO

    def __init__(self, guest: str, distribution: str, found: str, needed: str) -> None:
        super().__init__(guest, distribution, found, needed)
        self.guest, self.distribution, self.found, self.needed = guest, distribution, found, needed

    def explain(self) -> str:
        return (
            f"{self.guest} of {self.distribution} returned {self.found} instead of {self.needed}.\n"
            f"This is a fault of {self.distribution}; what an encoder or task returns is in docs/plugins.md."
        )


class GuestStreamInvalid(RefdecError):
    """An encoder returned a codestream that does not decode, or decodes to a picture of another size."""

    code, clause = "RD1105", "1.8"
    exit_code: ClassVar[int] = ExitCode.IO

    def __init__(self, guest: str, distribution: str, reason: str) -> None:
        super().__init__(guest, distribution, reason)
        self.guest, self.distribution, self.reason = guest, distribution, reason

    def explain(self) -> str:
        return (
            f"{self.guest} of {self.distribution} made a codestream that cannot be written: {self.reason}.\n"
            "Every codestream is decoded before it is written; nothing was written."
        )


class UnknownOption(UsageError):
    """An option was given that the guest does not have."""

    code, clause = "RD1106", ""

    def __init__(self, guest: str, option: str, known: tuple[str, ...]) -> None:
        super().__init__(guest, option, known)
        self.guest, self.option, self.known = guest, option, known

    def explain(self) -> str:
        there = ", ".join(self.known) or "none"
        return f"{self.guest} has no option {self.option!r}; it has: {there}."


class OptionInvalid(UsageError):
    """The text given for an option is no value of it."""

    code, clause = "RD1107", ""

    def __init__(self, option: str, text: str, needed: str) -> None:
        super().__init__(option, text, needed)
        self.option, self.text, self.needed = option, text, needed

    def explain(self) -> str:
        return f"The option {self.option} cannot be {self.text!r}: it is {self.needed}."


class OptionMissing(UsageError):
    """An option without a default was not given."""

    code, clause = "RD1108", ""

    def __init__(self, guest: str, option: str, help_text: str) -> None:
        super().__init__(guest, option, help_text)
        self.guest, self.option, self.help_text = guest, option, help_text

    def explain(self) -> str:
        return f"{self.guest} needs the option {self.option}: {self.help_text}."


class CannotDo(UsageError):
    """A request asks for something that the encoder does not list among its capabilities."""

    code, clause = "RD1109", ""

    def __init__(self, guest: str, what: str, value: str, offers: tuple[str, ...]) -> None:
        super().__init__(guest, what, value, offers)
        self.guest, self.what, self.value, self.offers = guest, what, value, offers

    def explain(self) -> str:
        there = ", ".join(self.offers) or "nothing of that kind"
        return f"The encoder {self.guest} cannot do the {self.what} {self.value}; it offers {there}."


class Refusal(UsageError):
    """A guest declines in its own words; the one error that guests raise themselves."""

    code, clause = "RD1110", ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def explain(self) -> str:
        return self.message


class Unusable(Refusal):
    """A file or database of a guest cannot be read or written, or another process keeps it; trying again may help."""

    code, clause, exit_code = "RD1117", "", ExitCode.IO


class WrongWeights(UsageError):
    """A task's model was trained for latents of other weights."""

    code, clause = "RD1111", ""

    def __init__(self, task: str, needed: tuple[str, ...], found: str) -> None:
        super().__init__(task, needed, found)
        self.task, self.needed, self.found = task, needed, found

    def explain(self) -> str:
        wanted = ", ".join(fingerprint[:12] for fingerprint in self.needed)
        found = self.found[:12] or "none"
        return (
            f"The task {self.task} is made for latents of the weights {wanted}; these are of {found}.\n"
            "Its answer would mean nothing.  See your packs:  refdec weights list"
        )


class UnknownAction(UsageError):
    """A task has no such action."""

    code, clause = "RD1112", ""

    def __init__(self, task: str, action: str, known: tuple[str, ...]) -> None:
        super().__init__(task, action, known)
        self.task, self.action, self.known = task, action, known

    def explain(self) -> str:
        there = ", ".join(self.known) or "none"
        return f"The task {self.task} has no action {self.action!r}; it has: {there}."


class ArgumentMissing(UsageError):
    """An action of a task needs another argument, or got one too many."""

    code, clause = "RD1113", ""

    def __init__(self, action: str, needed: tuple[str, ...], given: int) -> None:
        super().__init__(action, needed, given)
        self.action, self.needed, self.given = action, needed, given

    def explain(self) -> str:
        wanted = " ".join(self.needed) or "no arguments"
        return f"The action {self.action} takes {wanted}; {self.given} given."


class SourcePictureInvalid(UsageError):
    """Sample arrays do not make a picture that can be coded."""

    code, clause = "RD1114", "1.6.1"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return f"This is no picture that can be coded: {self.reason}."


class RequestInvalid(UsageError):
    """A field of an encode request is out of its range."""

    code, clause = "RD1115", ""

    def __init__(self, field: str, value: object, needed: str) -> None:
        super().__init__(field, value, needed)
        self.field, self.value, self.needed = field, value, needed

    def explain(self) -> str:
        return f"The {self.field} of an encode request cannot be {self.value!r}: it is {self.needed}."


class ResultInvalid(UsageError):
    """The values of a task's result do not make a result of its kind."""

    code, clause = "RD1116", ""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind, self.reason = kind, reason

    def explain(self) -> str:
        return f"A result of the kind {self.kind} cannot be made: {self.reason}."
