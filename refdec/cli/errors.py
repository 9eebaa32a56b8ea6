"""Errors of the command line itself: arguments that contradict each other, and commands that were ended."""

from __future__ import annotations

import signal

from refdec.errors import RefdecError, UsageError

__all__ = [
    "Ended",
    "FileTwice",
    "InputAsTarget",
    "Interrupted",
    "OneFileOnly",
    "OutputExists",
    "OutputFolderMissing",
    "OutputNotNamed",
    "OutputTwice",
    "SeveralFilesOnly",
    "SuiteNotNamed",
    "WrongNumbers",
]


class OutputFolderMissing(UsageError):
    """Several inputs, and no folder for what becomes of them."""

    code = "RD1002"

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command

    def explain(self) -> str:
        return f"Several inputs need a folder for the outputs.\nTry: refdec {self.command} FOLDER --out OUTPUTS"


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

    def __init__(self, option: str, command: str) -> None:
        super().__init__(option, command)
        self.option, self.command = option, command

    def explain(self) -> str:
        return f"{self.option} is for several inputs.\nTry: refdec {self.command} FILE --out FOLDER {self.option} ..."


class FileTwice(UsageError):
    """A file would be written that is the input, or that is written for something else as well."""

    code = "RD1009"

    def __init__(self, what: str, path: str, other: str) -> None:
        super().__init__(what, path, other)
        self.what, self.path, self.other = what, path, other

    def explain(self) -> str:
        return f"{self.path} is {self.other}; {self.what} would replace it.\nName another file."


class OutputExists(UsageError):
    """No output is named, and there is a file with the name that it would get."""

    code = "RD1006"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return f"{self.name} is there already.\nName another file, or replace it with --overwrite."


class InputAsTarget(UsageError):
    """The output has the name of an input: a codestream of decode, a picture of encode."""

    code = "RD1007"

    def __init__(self, command: str, source: str, target: str) -> None:
        super().__init__(command, source, target)
        self.command, self.source, self.target = command, source, target

    def explain(self) -> str:
        found, wanted = ("codestream", "picture") if self.command == "decode" else ("picture", "codestream")
        return (
            f"{self.target} is the name of a {found}, not of a {wanted}; for several inputs use --out DIR.\n"
            f"Try: refdec {self.command} {self.source} {self.target} --out OUTPUTS"
        )


class OutputTwice(UsageError):
    """The output is named as an argument and by -o."""

    code = "RD1020"

    def __init__(self, argument: str, option: str) -> None:
        super().__init__(argument, option)
        self.argument, self.option = argument, option

    def explain(self) -> str:
        return f"The output is {self.argument} and, by --out, {self.option}: name it once."


class OutputNotNamed(UsageError):
    """No output is named, and there is no usual one."""

    code = "RD1021"

    def explain(self) -> str:
        return "Name the output, as the last argument or with --out."


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
