"""Commands, files and promised lines as they stand on a page of the documentation, in their order.

A fenced block of a shell (` ```sh `, ` ```console `, or without a language) and an indented line that begins with
a program hold commands.  A block of another language is a file where its name stands alone on the line above it, in
backquotes, or in a comment at its beginning.  Another block of Python is a program if it begins with an import, and
else a fragment that nobody can run.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Command", "Written", "examples_of_help", "steps_of"]

SHELL = {"", "sh", "console", "bash", "shell"}
SET = r"(?:[A-Z][A-Z_]*=\S+ +)*"
TYPED = re.compile(SET + r"(?:refdec|python3?|pip|make|git|cd|head|curl|docker|uvicorn|\.|[\w/]+\.sh) ")
TYPED_INDENTED = re.compile(r" {4}" + SET + "(?:refdec|python|pip|make) ")
NAME_ABOVE = re.compile(r"`([\w./-]+\.\w+)`:?")
NAME_INSIDE = re.compile(r"#\s*([\w.-]+\.(?:py|toml|yml|yaml))\b")


@dataclass(frozen=True)
class Command:
    """A line to type."""

    line: str


@dataclass(frozen=True)
class Written:
    """A file that the page asks to write."""

    name: str
    text: str


def _commands(lines: list[str], console: bool) -> Iterator[Command]:
    """Yield the commands of a block; what begins otherwise is what a command says."""
    whole = ""
    for line in lines:
        text = whole + line.strip()
        if text.endswith("\\"):
            whole = text[:-1]
            continue
        whole = ""
        if console and not text.startswith("$ "):
            continue
        text = text.removeprefix("$ ")
        if TYPED.match(text + " "):
            yield Command(text)


def steps_of(page: Path) -> Iterator[Command | Written]:
    """Yield the steps of a page in order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    above, number = "", 0
    while number < len(lines):
        line = lines[number]
        number += 1
        fence = re.match(r"\s*```([\w-]*)", line)
        if fence is None:
            if TYPED_INDENTED.match(line):
                yield Command(line.strip())
            above = line.strip() or above
            continue
        block = []
        while not lines[number].strip().startswith("```"):
            block.append(lines[number])
            number += 1
        number += 1
        if fence[1] in SHELL:
            yield from _commands(block, fence[1] == "console")
        elif name := NAME_ABOVE.fullmatch(above) or NAME_INSIDE.match(block[0] if block else ""):
            yield Written(name[1], "\n".join(block) + "\n")
        elif fence[1] == "python" and re.match(r"(import|from) ", block[0]):
            yield Command(f"python -c {shlex.quote(chr(10).join(block))}")
        above = ""


def examples_of_help(text: str) -> Iterator[Command]:
    """Yield the examples of a help text: those behind `Example:`, up to an empty line, divided by semicolons."""
    for found in re.findall(r"Examples?: *(.+?)(?:\n\s*\n|\Z)", text.replace("\b", ""), re.DOTALL):
        for line in re.split(r";\s+|\n\s*(?=refdec )", " ".join(found.split()) if ";" in found else found):
            if line.strip():
                yield Command(" ".join(line.split()))
