"""Errors of the command line itself: arguments that contradict each other, and commands that were ended."""

from __future__ import annotations

import signal

from refdec.errors import RefdecError, UsageError

__all__ = [
    "CodestreamAsTarget",
    "Ended",
    "FileTwice",
    "Interrupted",
    "OneFileOnly",
    "OutputFolderMissing",
    "PictureExists",
    "SeveralFilesOnly",
    "SuiteNotNamed",
    "WrongNumbers",
]


class OutputFolderMissing(UsageError):
    """Several inputs, and no folder for their pictures."""

    code = "RD1002"

    def explain(self) -> str:
        return "Several inputs need a folder for their pictures.\nTry: refdec decode FOLDER --out PICTURES"


class OneFileOnly(UsageError):
    """An option that describes one decode stands beside several inputs."""

    code = "RD1003"

    def __init__(self, option: str) -> None:
        super().__init__(option)
        self.option = option

    def explain(self) -> str:
        return f"{self.option} is for one input, not for several."


class SeveralFilesOnly(UsageError):
    """An option that describes a batch stands beside one input."""

    code = "RD1008"

    def __init__(self, option: str) -> None:
        super().__init__(option)
        self.option = option

    def explain(self) -> str:
        return f"{self.option} is for several inputs.\nTry: refdec decode FILE --out PICTURES {self.option} ..."


class FileTwice(UsageError):
    """A file would be written that is the input, or that is written for something else as well."""

    code = "RD1009"

    def __init__(self, what: str, path: str, other: str) -> None:
        super().__init__(what, path, other)
        self.what, self.path, self.other = what, path, other

    def explain(self) -> str:
        return f"{self.path} is {self.other}; {self.what} would replace it.\nName another file."


class PictureExists(UsageError):
    """No output is named, and there is a file with the name that it would get."""

    code = "RD1006"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return f"{self.name} is there already.\nName another file, or replace it with --overwrite."


class CodestreamAsTarget(UsageError):
    """The second of two names is that of a codestream, where a picture is expected."""

    code = "RD1007"

    def __init__(self, source: str, target: str) -> None:
        super().__init__(source, target)
        self.source, self.target = source, target

    def explain(self) -> str:
        return (
            f"{self.target} is the name of a codestream, not of a picture; for several inputs use --out DIR.\n"
            f"Try: refdec decode {self.source} {self.target} --out PICTURES"
        )


class WrongNumbers(UsageError):
    """An option that takes numbers got something else."""

    code, clause = "RD1001", ""

    def __init__(self, option: str, form: str, text: str) -> None:
        super().__init__(option, form, text)
        self.option, self.form, self.text = option, form, text

    def explain(self) -> str:
        return f"{self.option} takes {self.form}, not {self.text!r}."


class SuiteNotNamed(UsageError):
    """Neither a suite nor --builtin was given."""

    code, clause = "RD1710", ""

    def explain(self) -> str:
        return "Name a suite, or take the bundled one: refdec conform run --builtin"


class Interrupted(RefdecError):
    """The user ended the command."""

    code, exit_code = "RD1004", 128 + signal.SIGINT

    def explain(self) -> str:
        return "interrupted by SIGINT; nothing was left half-written."


class Ended(RefdecError):
    """Somebody else ended the command."""

    code, exit_code = "RD1005", 128 + signal.SIGTERM

    def explain(self) -> str:
        return "interrupted by SIGTERM; nothing was left half-written."
