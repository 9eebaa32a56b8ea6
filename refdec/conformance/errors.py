"""What can be wrong with a suite, or with what a runner is asked for, one class each (RD17xx)."""

from __future__ import annotations

from refdec.errors import InputError, UsageError

__all__ = [
    "CaseNameTaken",
    "CaseNameUnfit",
    "CommandCannotStart",
    "CommandUnreadable",
    "CommandWithoutPlaces",
    "ExpectationUnclear",
    "ExpectationUnfit",
    "ManifestDamaged",
    "ManifestTooNew",
    "NoSuchCase",
    "NotASuite",
    "SuiteExists",
]


class NotASuite(InputError):
    """A folder or archive is no conformance suite."""

    code, clause = "RD1701", ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return f"{self.name} is no conformance suite: it has no suite.json.\nMake one: refdec conform make DIR"


class ManifestDamaged(InputError):
    """A manifest, or a file that it names, is not what it should be."""

    code, clause = "RD1702", ""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(name, what)
        self.name, self.what = name, what

    def explain(self) -> str:
        return f"{self.name}: {self.what}.\nThe format is described in docs/conformance.md."


class ManifestTooNew(InputError):
    """A manifest has a version that this program does not know."""

    code, clause = "RD1703", ""

    def __init__(self, name: str, found: int, known: int) -> None:
        super().__init__(name, found, known)
        self.name, self.found, self.known = name, found, known

    def explain(self) -> str:
        return f"{self.name} has version {self.found}, this refdec reads up to {self.known}.\nUse a newer refdec."


class NoSuchCase(UsageError):
    """A pattern matches no case of the suite."""

    code, clause = "RD1704", ""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.pattern = pattern

    def explain(self) -> str:
        return f"No case matches {self.pattern!r}.\nSee them: refdec conform list SUITE"


class CommandWithoutPlaces(UsageError):
    """The command of a decoder does not say where stream and picture go."""

    code, clause = "RD1705", ""

    def __init__(self, command: str, missing: str) -> None:
        super().__init__(command, missing)
        self.command, self.missing = command, missing

    def explain(self) -> str:
        return f"The command {self.command!r} has no {self.missing}.\nFor example: --decoder 'mydecoder {{in}} {{out}}'"


class SuiteExists(UsageError):
    """The folder for a new suite is not empty."""

    code, clause = "RD1706", ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return f"{self.name} is there already and not empty.\nName a new folder, or remove it first."


class CommandUnreadable(UsageError):
    """The command of a decoder cannot be split into words as a shell does."""

    code, clause = "RD1707", ""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(command, reason)
        self.command, self.reason = command, reason

    def explain(self) -> str:
        return (
            f"The command {self.command!r} cannot be split into words: {self.reason}.\n"
            "Quote it as in a shell; for example: --decoder '\"my decoder\" {in} {out}'"
        )


class CommandCannotStart(UsageError):
    """The program of a decoder's command does not exist, or cannot be executed."""

    code, clause = "RD1708", ""

    def __init__(self, program: str, reason: str) -> None:
        super().__init__(program, reason)
        self.program, self.reason = program, reason

    def explain(self) -> str:
        return (
            f"The decoder {self.program!r} cannot be started: {self.reason}.\n"
            "Name a program that can be executed, with its folder unless it is on the PATH."
        )


class CaseNameTaken(UsageError):
    """A suite has a case of that name already."""

    code, clause = "RD1709", ""

    def __init__(self, name: str, suite: str) -> None:
        super().__init__(name, suite)
        self.name, self.suite = name, suite

    def explain(self) -> str:
        return f"{self.suite} has a case {self.name!r} already.\nChoose another name: --name NAME"


class CaseNameUnfit(UsageError):
    """The name of a new case cannot be that of a folder everywhere."""

    code, clause = "RD1713", ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return (
            f"{self.name!r} cannot be the name of a case.\n"
            "Use letters, digits, '_', '-' and '.', the first a letter or digit: --name NAME"
        )


class ExpectationUnclear(UsageError):
    """What must become of a new case is neither picture, hash, nor refusal."""

    code, clause = "RD1711", ""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def explain(self) -> str:
        return (
            f"{self.text!r} does not say what must become of the stream.\n"
            "A picture (.png, .ppm, .yuv, .npy), the SHA-256 of its codes, refused, refused:RD0144, or refdec:"
            " --expect PICTURE"
        )


class ExpectationUnfit(InputError):
    """No decoder can make the expected picture of the stream."""

    code, clause = "RD1712", ""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return (
            f"{self.name} cannot be what comes of the stream: {self.reason}.\nIf it must be refused: --expect refused"
        )
