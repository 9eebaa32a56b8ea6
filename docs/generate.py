"""Pages of docs/ that are made from the code: error catalogue, clause index, clause coverage, command line.

    python docs/generate.py              write all pages
    python docs/generate.py --check      say which pages are out of date, exit code 1 if any is
    python docs/generate.py --measure    run the bundled suite and the golden streams first, and record what they reach

`PAGES` is the registry: a new page is a function that returns its text, and a line there.  A test compares every page
with what its function returns.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
RECORD = DOCS / "coverage.json"
SETS = ("builtin", "vectors")
sys.path[:0] = [str(ROOT / part) for part in ("", "encoders", "tasks", "spec_tables")]

HEADING = re.compile(r"^#{1,4}\s+(\d+(?:\.[0-9A-Z]+)*)\.?\s+(.*)$")
NOTE = "<!-- Made by docs/generate.py from the code; `make docs` writes it anew. -->\n\n"

UNREACHED = {
    "1.4": "the viewer shows the layout; a decoder cuts the payloads by 1.4.1 to 1.4.4",
    "1.5.4": "user data are opaque to a decoder; refdec's encoders name their weights there",
    "1.6": "the latent interface shows the variables; a decoder uses those of 1.6.1 to 1.6.9",
    "1.8 (5)": "`refdec verify` checks presence of all payloads at once; a decoder as it comes to each (1.4.4)",
    "1.9": "writer",
    "2.6.7": "encoder",
    "3.B.1": "encoder",
    "3.B.2": "encoder",
    "3.B.3": "encoder",
    "3.B.4": "encoder",
    "3.B.5": "encoder",
    "4.6": "encoder",
    "4.6.1": "encoder",
    "4.6.2": "encoder",
    "4.9": "where regions come from: the partition that encoders choose",
    "4.10.6": "encoder",
    "4.11.3": "reading of checkpoint files, before any stream: tests/unit/weights",
    "5.14.1": "encoder, and RGB pictures written as raw YUV",
    "5.14.2": "encoder",
    "5.16": "rendering information changes no sample; the viewer shows it",
    "6.7": "encoder",
    **dict.fromkeys(
        (
            *(
                "7.1",
                "7.2",
                "7.3",
                "7.3.1",
                "7.3.2",
                "7.3.3",
                "7.3.4",
                "7.3.5",
                "7.3.6",
                "7.4",
                "7.4.1",
                "7.4.2",
                "7.4.3",
            ),
            *("7.4.4", "7.4.5", "7.5", "7.5.1", "7.5.2", "7.5.3", "7.5.4", "7.5.5", "7.6"),
            *("7.8", "7.8.1", "7.8.2", "7.8.3", "7.8.4", "7.8.5"),
        ),
        "refdec's own, no part of the standard: tests/unit/lossless, tests/unit/api/test_lossless.py",
    ),
}
"""Clauses with code that decoding a suite does not reach, with the reason."""

TEXT_ONLY = {
    "2.9": "carried out inside 2.6.4 and 2.7.3, where the raw bits are read",
    "3.1": "a list of inputs",
    "3.2.1": "the unit of the scale indices",
    "3.3.4": "not interoperable",
    "3.5.1": "in 2.8 and 3.5.2",
    "3.8": "in integers: 6.3.3",
    "3.9": "in integers: 6.3.4",
    "4.2.9": "a remark on 4.5.2",
    "4.8": "informative",
    "5.12": "refdec's fingerprints are SHA-256 (6.5); the reference software's MD5 is not written",
    "5.13": "tools without effect",
    "5.15": "a list of the notes, which stand in their clauses",
    "6.2.3": "bounds that follow from 6.2.2; tests check them",
}
"""Clauses of the text without code of their own, with the reason; notation, examples and reports need none."""

INFORMATIVE = re.compile(r"Notation|Conventions|example|Example|What was|Other interoperability|By hand|Worked|Part")


def _import_everything() -> None:
    for name in ("refdec", "refdec_encoders", "refdec_tasks"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _table(columns: tuple[str, ...], rows: Iterator[str] | list[str]) -> str:
    return "\n".join([_row(*columns), _row(*["---"] * len(columns)), *rows]) + "\n"


# -- errors.md


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for sub in kind.__subclasses__():
        if sub.__module__.startswith("refdec."):
            yield sub
        yield from _subclasses(sub)


def _meaning(kind: type[Any]) -> str:
    """The first sentence of a docstring, without the clause in front of it."""
    first = (kind.__doc__ or "").strip().splitlines()[0]
    return re.sub(r"^\(\d[^ ]*(?: \(\d+\))?(?:, [^)]*)?\) ", "", first)


def errors_page() -> str:
    """Every error class: code, name, clause, exit code, meaning, and the case of the bundled suite that raises it."""
    from refdec.conformance.suite import open_suite
    from refdec.errors import RefdecError

    _import_everything()
    suite = open_suite(None)
    cases = {case.error.code: case.name for case in map(suite.case, suite.manifest.cases) if case.error is not None}
    kinds = {kind for kind in _subclasses(RefdecError) if "code" in vars(kind)}
    rows = [
        _row(
            kind.code,
            f"`{kind.__module__}.{kind.__name__}`",
            kind.clause or "-",
            kind.exit_code,
            _meaning(kind),
            f"`{cases[kind.code]}`" if kind.code in cases else "",
        )
        for kind in sorted(kinds, key=lambda kind: (kind.code, kind.__name__))
    ]
    return (
        "# Error catalogue\n\n"
        + NOTE
        + "Codes are stable. The clause is that of [docs/spec](spec/README.md); the exit code is what the command\n"
        "line returns: 1 input or output, 2 usage, 3 the stream breaks a rule, 5 not supported or above a limit. The\n"
        "last column names the case of the bundled suite that raises the error:\n"
        "`refdec conform run --builtin CASE --all`.\n\n"
        "Below an error that a codestream causes stands the way to it: `came through clauses 1.3 > 1.8 > 1.5 >\n"
        "1.5.1 > 1.8 (8)` says that the decoder was in the codestream (1.3), in its rules (1.8), in the syntax of\n"
        "the picture header (1.5, 1.5.1), and found the value of an element out of its range (1.8 (8)). Each step\n"
        "is a function with the mark of that clause ([clauses](clauses.md)), outermost first; a function with\n"
        "several marks is one step, `3.2 + 4.7 + 5.2`; the last is the clause of the error itself. With `--json`\n"
        "it is the list `through`; a mistyped command has the code `UsageError` there.\n"
        "Errors from worker processes bring their way along.\n\n"
        + _table(("code", "class", "clause", "exit", "meaning", "case"), rows)
    )


# -- clauses.md and coverage.md


def _headings() -> list[tuple[str, str]]:
    """(number, title) of every numbered heading of the text."""
    return [(number, title) for number, title, _ in _placed_headings()]


def _placed_headings() -> list[tuple[str, str, str]]:
    """(number, title, link) of every numbered heading of the text."""
    found = []
    for file in sorted((DOCS / "spec").glob("0*.md")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if match := HEADING.match(line):
                found.append((match[1], match[2].strip(), f"spec/{file.name}{_anchor(line.lstrip('# '))}"))
    return found


def _anchor(heading: str) -> str:
    """The anchor of a heading where a code host and the site call it the same, else nothing: the page, from its top."""
    host = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    site = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
    return f"#{host}" if host == site else ""


def _link_of(where: str) -> str:
    """The name of something marked, with a link to the file that it stands in."""
    parts = where.split(".")
    files = (ROOT.joinpath(*parts[:count]).with_suffix(".py") for count in range(len(parts), 0, -1))
    file = next((file for file in files if file.is_file()), ROOT / "refdec" / "__init__.py")
    return f"[`{where}`](../{file.relative_to(ROOT).as_posix()})"


def _marks() -> dict[str, list[Any]]:
    from refdec.conformance.coverage import all_marks

    found: dict[str, list[Any]] = {}
    for mark in (mark for mark in all_marks() if mark.where.startswith("refdec.")):
        found.setdefault(mark.clause, []).append(mark)
    return found


def _ordered_clauses(marks: dict[str, list[Any]]) -> list[tuple[str, str]]:
    """All clauses of text and code in order: (number, title); numbered items such as 1.8 (3) follow their clause."""
    from refdec.conformance.coverage import in_text_order

    titles = dict(_headings())
    return [(number, titles.get(number, "")) for number in in_text_order({*titles, *marks})]


def clauses_page() -> str:
    """Each clause with the code that carries it out."""
    marks, links = _marks(), {number: link for number, _, link in _placed_headings()}
    rows = []
    for number, title in _ordered_clauses(marks):
        places = [
            _link_of(mark.where) + ("" if mark.kind == "text" else f" ({mark.kind}: {mark.reason})")
            for mark in sorted(marks.get(number, ()))
        ]
        shown = f"[{number}]({links[number]})" if number in links else number
        rows.append(_row(shown, title, "<br>".join(dict.fromkeys(places)) or _why_no_code(number, title, marks)))
    return (
        "# Clauses and code\n\n"
        + NOTE
        + "From a clause of [docs/spec](spec/README.md) to the functions that carry it out: a number leads to its\n"
        "text, a name to its file. In a shell, `grep -rn 'clause(\"3.7' refdec` finds them too. Marks of another kind\n"
        "than the text say why they are there: `added` (ours), `inferred` (the text leaves it open), `interop`\n"
        "(what the reference software does). From the name of a stage to its code: [traces](traces.md#the-names).\n\n"
        + _table(("clause", "title", "code"), rows)
    )


def _why_no_code(number: str, title: str, marks: dict[str, list[Any]]) -> str:
    if any(clause.startswith((f"{number}.", f"{number} ")) for clause in marks):
        return "by its parts"
    if number in TEXT_ONLY:
        return TEXT_ONLY[number]
    if INFORMATIVE.search(title) or number.startswith(("3.C", "4.12")) or number == "4.10.7":
        return "informative"
    raise SystemExit(f"clause {number} ({title}) has no code and no reason: mark the code, or add to TEXT_ONLY")


def coverage_page() -> str:
    """Which clauses the bundled suite and the golden streams reach, and which ends of the elements' ranges."""
    from refdec.conformance.elements import NEVER, NOT_IN_SMALL, extreme_rows, seen_values
    from refdec.conformance.suite import open_suite

    marks = _marks()
    record = json.loads(RECORD.read_text())
    builtin, vectors = set(record["builtin"]), set(record["vectors"])
    rows = []
    for number, title in _ordered_clauses(marks):
        if number not in marks:
            continue
        remark = "" if number in builtin else UNREACHED.get(number, "")
        if number not in builtin and not remark:
            raise SystemExit(f"clause {number} is not reached and has no reason: --measure, or add to UNREACHED")
        rows.append(_row(number, title, *("yes" if number in seen else "no" for seen in (builtin, vectors)), remark))
    suite = open_suite(None)
    cases = [suite.case(name) for name in suite.manifest.cases]
    elements = []
    for row in extreme_rows(seen_values(suite.stream(case) for case in cases if case.kind == "positive")):
        ends = (("low", row.low_seen), ("high", row.high_seen))
        missing = [f"{end}: {(NEVER | NOT_IN_SMALL)[row.name, end]}" for end, seen in ends if not seen]
        elements.append(
            _row(row.header, f"`{row.name}`", *("yes" if seen else "no" for _, seen in ends), "; ".join(missing))
        )
    counts = {kind: sum(case.kind == kind for case in cases) for kind in ("positive", "negative", "optional")}
    return (
        "# Clause coverage\n\n"
        + NOTE
        + f"The bundled suite has {counts['positive']} streams to decode, {counts['negative']} to refuse and "
        f"{counts['optional']} that may be refused.\n"
        f"Of {len(marks)} clauses with code it reaches {len(builtin & set(marks))}, "
        f"the 111 streams of the reference encoder {len(vectors & set(marks))}.\n"
        "A clause is reached when a function that is marked with it runs (`refdec/conformance/coverage.py`); whether\n"
        "what it does is right is what the fingerprints say.\n\n"
        + _table(("clause", "title", "bundled suite", "golden streams", "remark"), rows)
        + "\n## Ends of the elements' ranges\n\n"
        "Whether the lowest and the highest legal value of each syntax element occur in the bundled suite.\n\n"
        + _table(("header", "element", "lowest", "highest", "remark"), elements)
    )


def _reached(name: str) -> list[str]:
    """Decode one set of streams in this process and return the clauses that they reach."""
    from refdec.conformance.coverage import in_text_order, reached_by
    from refdec.conformance.expected import observe_decode
    from refdec.conformance.suite import open_suite, suite_weights

    suite = open_suite(None)
    streams: Iterator[bytes]
    if name == "builtin":
        streams = (suite.stream(suite.case(case)) for case in suite.manifest.cases)
    else:
        streams = (path.read_bytes() for path in sorted((ROOT / "tests/golden/vectors").glob("*.jai")))
    pack = suite_weights(suite.manifest.weights_seed)
    clauses: set[str] = set()
    for data in streams:
        clauses |= reached_by(partial(observe_decode, data, pack))[1].clauses
    return list(in_text_order(clauses))


def measure() -> None:
    """Record which clauses both sets reach, each in a new process: what is built once is built in both."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as executor:
        found = dict(zip(SETS, executor.map(_reached, SETS), strict=True))
    RECORD.write_text(json.dumps(found, indent=1) + "\n")


# -- cli.md


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    subcommands = getattr(command, "commands", None)
    if subcommands is None:
        yield path, command
        return
    for name, sub in subcommands.items():
        yield from _commands(sub, f"{path} {name}")


def _rows(rows: Sequence[Any]) -> str:
    """Return rows of a page of help as a table."""
    cells = [_row(f"`{row.name}`", row.default and f"`{row.default}`", row.meaning) for row in rows]
    return _table(("argument or option", "default", "meaning"), cells)


def cli_page() -> str:
    """Every command with its arguments and options, in the groups and with the formats of the pages of --help."""
    import typer

    from refdec.cli.app import app_for
    from refdec.cli.help import COMMON, examples_of, sections_of, text_of

    parts = [_rows(COMMON) + "\n"]
    for path, command in _commands(typer.main.get_command(app_for()), "refdec"):
        parts.append(f"## {path}\n\n" + "".join(f"{paragraph}\n\n" for paragraph in text_of(command)))
        if examples := examples_of(command):
            parts.append("```sh\n" + "".join(f"{example}\n" for example in examples) + "```\n\n")
        for title, rows in sections_of(command).items():
            parts.append(f"{title}:\n\n{_rows(rows)}\n")
    return (
        "# Command line\n\n"
        + NOTE
        + "Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 input or output, 2 usage, 3 the\n"
        "stream breaks a rule, 4 the result differs from the reference, 5 legal and not supported, or above a limit,\n"
        "70 a bug in refdec, 130 interrupted.\n\n"
        "What plugins and libraries print goes to stderr too, so that a codestream or JSON in a pipe is nothing else.\n"
        "Characters that a console's encoding lacks, bytes of file names that are no UTF-8, and control characters in\n"
        "names are shown escaped (`\\u2713`, `\\udcff`, `\\x1b`). A result that is lost, since standard\n"
        "output is closed or cannot be written, ends in exit code 1; a standard error that cannot stops nothing.\n\n"
        "Every command takes these, at any place:\n\n" + "".join(parts).rstrip() + "\n"
    )


# -- refdec/data/clauses.json


def clause_titles() -> str:
    """The heading of every clause with its file and anchor: reports of conformance name and link clauses by it."""
    rows = {}
    for file in sorted((DOCS / "spec").glob("0*.md")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if match := HEADING.match(line):
                title = match[2].strip().replace("`", "")
                heading = line.lstrip("#").strip().lower()
                anchor = re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
                rows[match[1]] = {"title": title, "file": file.name, "anchor": anchor}
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "errors.md": errors_page,
    "clauses.md": clauses_page,
    "coverage.md": coverage_page,
    "cli.md": cli_page,
    "../refdec/data/clauses.json": clause_titles,
}
"""Every generated file, beside this one."""


def outdated() -> list[str]:
    """Names of the pages that are not what their functions return."""
    return [name for name, make in PAGES.items() if not _is_current(DOCS / name, make())]


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def main() -> int:
    """Write or check the pages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a page is out of date")
    parser.add_argument("--measure", action="store_true", help="record anew which clauses the streams reach")
    options = parser.parse_args()
    if options.measure:
        measure()
    if options.check:
        old = outdated()
        sys.stdout.write("".join(f"{name} is out of date: make docs\n" for name in old))
        return int(bool(old))
    for name, make in PAGES.items():
        text = make()
        if not _is_current(DOCS / name, text):
            (DOCS / name).write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote docs/{name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
