"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from refdec.bitstream.editions import EditionName
from refdec.cli.errors import WrongNumbers
from refdec.limits import Limits

__all__ = [
    "CLIP",
    "PRIVATE",
    "READING",
    "SEVERAL",
    "STREAM",
    "AnyLevelFlag",
    "EditionOption",
    "ExecutorOption",
    "FrameOption",
    "IgnoreFingerprint",
    "JsonFlag",
    "KeyOption",
    "LenientFlag",
    "MemoryLimit",
    "OneOutOption",
    "OutOption",
    "OverwriteFlag",
    "PassphraseFlag",
    "PixelLimit",
    "ProfileOption",
    "ReportOption",
    "SynthesisListOption",
    "TimeLimit",
    "TimeOption",
    "TimeoutOption",
    "WeightsOption",
    "byte_count",
    "grid",
    "key_values",
    "limits_of",
    "machine_bytes",
    "number_list",
    "numbers",
    "pair",
]

READING, LIMITS, SEVERAL = "Reading the codestream", "Limits", "Several inputs"
PRIVATE, CLIP, STREAM = "Private regions", "Clip", "Codestream"
"""Groups on the pages of --help."""
AnyLevelFlag = Annotated[bool, typer.Option("--any-level", rich_help_panel=READING, help="Overlook profile and level.")]
EditionOption = Annotated[
    EditionName,
    typer.Option(
        "--edition",
        metavar="auto|published|draft",
        rich_help_panel=READING,
        help="Picture header: of the published standard, of its draft, or whichever is legal.",
    ),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
LenientFlag = Annotated[
    bool,
    typer.Option(
        "--lenient",
        rich_help_panel=READING,
        help="Skip unknown markers, surplus bits, user data that are cut; with a warning.",
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option("--key", metavar="KEYFILE", rich_help_panel=PRIVATE, help="Key that private regions are sealed with."),
]
PassphraseFlag = Annotated[
    bool,
    typer.Option(
        "--passphrase", rich_help_panel=PRIVATE, help="In place of a key: REFDEC_PASSPHRASE, or what is typed."
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", rich_help_panel=STREAM, help="Decoder profile: simple, base (or main), high."
    ),
]
SynthesisListOption = Annotated[
    str | None,
    typer.Option(
        "--synthesis-list",
        metavar="A,B",
        rich_help_panel=STREAM,
        help="Synthesis transforms in order of preference, e.g. bop,sop.",
    ),
]
FrameOption = Annotated[
    int | None,
    typer.Option("--frame", min=1, metavar="N", rich_help_panel=CLIP, help="Frame N alone, from 1."),
]
TimeOption = Annotated[
    str | None,
    typer.Option(
        "--time", metavar="SECONDS", rich_help_panel=CLIP, help="The frame that is shown at a time, such as 1.5."
    ),
]
WeightsOption = Annotated[
    Path | None, typer.Option("--weights", metavar="PACK", help="Pack of weights; default: the bundled one.")
]
IgnoreFingerprint = Annotated[
    bool,
    typer.Option(
        "--ignore-weights-fingerprint",
        rich_help_panel=READING,
        help="Decode although the stream names other weights.",
    ),
]
PixelLimit = Annotated[
    int | None,
    typer.Option("--limit-pixels", metavar="N", rich_help_panel=LIMITS, help="Refuse larger pictures."),
]
MemoryLimit = Annotated[
    str | None,
    typer.Option(
        "--limit-memory",
        metavar="BYTES",
        rich_help_panel=LIMITS,
        help="Refuse pictures that need more, such as 800M or 4G; default: the memory of this machine.",
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option("--time-limit", metavar="SECONDS", rich_help_panel=LIMITS, help="Give up a file that takes longer."),
]
OutOption = Annotated[
    str | None,
    typer.Option("--out", "-o", metavar="OUT", help="Output, or the folder for the outputs of several inputs."),
]
OneOutOption = Annotated[
    str | None, typer.Option("--out", "-o", metavar="OUT", help="The output, in place of the argument.")
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", rich_help_panel=SEVERAL, help="Write a line of JSON for each file."),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="NAME",
        rich_help_panel=SEVERAL,
        help="package.module:attribute of an executor or cluster.",
    ),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option("--timeout", metavar="SECONDS", rich_help_panel=SEVERAL, help="Kill the worker that takes longer."),
]
OverwriteFlag = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        rich_help_panel=SEVERAL,
        help="Do again what is finished; one input: replace an existing output that was not named.",
    ),
]
LONGEST_NUMBER = 9
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


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
    """Return texts KEY=VALUE as a mapping; raises WrongNumbers, also for a key that comes with two values."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise WrongNumbers(option, "KEY=VALUE", text)
        if found.get(key, value) != value:
            raise WrongNumbers(option, f"one value of {key}, {key}={found[key]}", text)
        found[key] = value
    return found


def byte_count(option: str, text: str) -> int:
    """Return a number of bytes, with or without K, M, G or T (powers of 1024); raises WrongNumbers."""
    number, unit = text[:-1], text[-1:].upper()
    if unit.isdigit():
        number, unit = text, ""
    if not number.isdecimal() or unit not in UNITS:
        raise WrongNumbers(option, "a number of bytes such as 800M or 4G", text)
    return int(number) * UNITS[unit]


def grid(text: str) -> tuple[int, int]:
    """Return rows and columns of "RxC"; raises WrongNumbers."""
    return pair("--regions", "RxC (2x3)", text)


def pair(option: str, form: str, text: str) -> tuple[int, int]:
    """Return two whole numbers above 0 with an x between them; raises WrongNumbers."""
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdecimal() and len(part) <= LONGEST_NUMBER and int(part) for part in parts):
        raise WrongNumbers(option, form, text)
    return int(parts[0]), int(parts[1])


def machine_bytes() -> int | None:
    """Return the memory of this machine, None where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def limits_of(pixels: int | None, memory: str | None = None, seconds: float | None = None) -> Limits:
    """Return the limits of a command; without a number, memory ends where the machine's ends."""
    most = machine_bytes() if memory is None else byte_count("--limit-memory", memory)
    whole = Limits(memory_bytes=most, seconds=seconds)
    return whole if pixels is None else replace(whole, pixels=pixels)
