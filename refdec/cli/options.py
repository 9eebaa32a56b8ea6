"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from refdec.errors import UsageError
from refdec.limits import Limits

__all__ = [
    "IgnoreFingerprint",
    "JsonFlag",
    "LenientFlag",
    "PixelLimit",
    "WeightsOption",
    "WrongNumbers",
    "key_values",
    "limits_of",
    "number_list",
    "numbers",
]

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
LenientFlag = Annotated[bool, typer.Option("--lenient", help="Skip unknown markers and surplus bits, with a warning.")]
WeightsOption = Annotated[
    Path | None, typer.Option("--weights", metavar="PACK", help="Pack of weights; default: the bundled one.")
]
IgnoreFingerprint = Annotated[
    bool, typer.Option("--ignore-weights-fingerprint", help="Decode although the stream names other weights.")
]
PixelLimit = Annotated[int | None, typer.Option("--limit-pixels", metavar="N", help="Refuse larger pictures.")]


class WrongNumbers(UsageError):
    """An option that takes numbers got something else."""

    code, clause = "RD1001", ""

    def __init__(self, option: str, form: str, text: str) -> None:
        super().__init__(option, form, text)
        self.option, self.form, self.text = option, form, text

    def explain(self) -> str:
        return f"{self.option} takes {self.form}, not {self.text!r}."


def numbers(option: str, form: str, text: str, *, signed: bool = False) -> tuple[int, ...]:
    """Return comma-separated numbers, as many as `form` ("X,Y,W,H") names, below 0 if `signed`; raises WrongNumbers."""
    parts = text.split(",")
    try:
        values = tuple(int(part) for part in parts)
    except ValueError:
        raise WrongNumbers(option, form, text) from None
    if len(values) != len(form.split(",")) or (min(values) < 0 and not signed):
        raise WrongNumbers(option, form, text)
    return values


def number_list(option: str, text: str, *, signed: bool = False) -> tuple[int, ...]:
    """Return any number of comma-separated numbers; raises WrongNumbers."""
    return numbers(option, ",".join(["N"] * len(text.split(","))), text, signed=signed)


def key_values(option: str, texts: Sequence[str]) -> dict[str, str]:
    """Return texts KEY=VALUE as a mapping; raises WrongNumbers."""
    found = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise WrongNumbers(option, "KEY=VALUE", text)
        found[key] = value
    return found


def limits_of(pixels: int | None) -> Limits:
    """Return the limits of a command."""
    return Limits() if pixels is None else Limits(pixels=pixels)
