"""Errors of the commands: files and patterns that do not fit together."""

from __future__ import annotations

from refdec.errors import InputError, UsageError

__all__ = ["DumpUnreadable", "KindUnknown", "KindsDiffer", "NothingMatches", "OutputsMeet"]


class NothingMatches(InputError):
    """A pattern matches no file."""

    code = "RD0981"

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.pattern = pattern

    def explain(self) -> str:
        return f"There is no file {self.pattern}.\nLook for it:  ls {self.pattern}"


class OutputsMeet(UsageError):
    """Two inputs would be written to one output."""

    code = "RD0982"

    def __init__(self, first: str, second: str, output: str) -> None:
        super().__init__(first, second, output)
        self.first, self.second, self.output = first, second, output

    def explain(self) -> str:
        return (
            f"{self.first} and {self.second} would both become {self.output}.\n"
            "Decode them into two folders, or give the folder that holds both: it is copied with its sub-folders."
        )


class KindUnknown(InputError):
    """A file is neither codestream, picture, trace nor dump."""

    code, clause = "RD1611", ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return (
            f"{self.name} is neither a codestream, nor a picture (PNG, PPM, PGM, NPY, .yuv), "
            "nor a trace (JSON), nor a dump (.npz)."
        )


class KindsDiffer(UsageError):
    """Two files of different kinds cannot be compared."""

    code, clause = "RD1612", ""

    def __init__(self, a: str, b: str) -> None:
        super().__init__(a, b)
        self.a, self.b = a, b

    def explain(self) -> str:
        return (
            f"A is a {self.a}, B is a {self.b}: they cannot be compared.\n"
            "To compare a codestream with a picture: refdec verify FILE --expect PICTURE"
        )


class DumpUnreadable(InputError):
    """A dump (.npz) cannot be read."""

    code, clause = "RD1613", ""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return f"{self.name} cannot be read as a dump: {self.reason}."
