"""Code and text agree: marks name clauses that exist, normative clauses have code, errors name their clause."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import refdec
from refdec.clauses import clause, registry
from refdec.errors import RefdecError

ROOT = Path(__file__).resolve().parents[2]
HEADING = re.compile(r"^#{1,4} (\d(?:\.[A-Z0-9]+)*) (.+)$", re.MULTILINE)

# Clauses that no single piece of code carries out, each with the reason.
WITHOUT_CODE = {
    "1": "chapter", "2": "chapter", "3": "chapter", "4": "chapter", "5": "chapter", "6": "chapter",
    "7": "chapter",
    "1.1": "scope and index conventions",
    "1.7": "introduces 1.7.1 and 1.7.2",
    "1.10": "interoperability notes; docs/deviations.md says what refdec does",
    "1.11": "worked examples: tests",
    "1.13": "report of checks",
    "2.9": "no raw symbols occur",
    "2.11": "interoperability notes",
    "2.12": "worked examples: tests",
    "2.13": "report of checks",
    "3.0": "conventions",
    "3.1": "inputs: header fields of chapter 1",
    "3.2.1": "how thresholds became indices; the tables hold the indices, tests/unit/test_tables.py recomputes them",
    "3.3": "introduces 3.3.1 to 3.3.4",
    "3.3.4": "float checkpoints are not interoperable and not supported",
    "3.4": "introduces 3.4.1 and 3.4.2",
    "3.5": "introduces 3.5.1 and 3.5.2",
    "3.5.1": "carried out by 2.8",
    "3.6": "introduces 3.6.1 to 3.6.3",
    "3.7": "introduces 3.7.1 and 3.7.2",
    "3.8": "replaced by 6.3.3",
    "3.9": "replaced by 6.3.4",
    "3.C.1": "worked example: tests", "3.C.2": "worked example: tests", "3.C.3": "worked example: tests",
    "3.C.4": "worked example: tests", "3.C.5": "worked example: tests",
    "4.2": "introduces 4.2.1 to 4.2.10",
    "4.2.9": "a remark on the number of channels",
    "4.8": "complexity figures",
    "4.10": "introduces 4.10.1 to 4.10.7",
    "4.10.7": "worked examples: tests",
    "4.11": "introduces 4.11.1 to 4.11.3",
    "4.12": "worked examples: tests", "4.12.1": "worked examples: tests", "4.12.2": "worked examples: tests",
    "4.12.3": "worked examples: tests",
    "4.13": "report of checks",
    "5.12": "a hash of float planes: informative only",
    "5.13": "tools without effect",
    "5.14": "introduces 5.14.1 and 5.14.2",
    "5.14.2": "free choices of an encoder; refdec's encoders write no filters",
    "5.15": "list of notes",
    "5.17": "worked examples: tests",
    "5.18": "report of checks",
    "6.2.3": "bounds, tested at the extremes",
    "6.3": "introduces 6.3.1 to 6.3.4",
    "6.4": "introduces 6.4.1 to 6.4.14",
    "6.8": "worked examples: tests",
    "7.7": "worked examples: tests",
    "7.8.6": "worked examples: tests",
}  # fmt: skip


def headings() -> dict[str, str]:
    """Clause number -> title, of all chapters."""
    text = "\n".join(p.read_text() for p in sorted((ROOT / "docs" / "spec").glob("0*.md")))
    return dict(HEADING.findall(text))


def import_everything() -> None:
    for module in pkgutil.walk_packages(refdec.__path__, "refdec."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


@pytest.fixture(scope="module", autouse=True)
def _all_modules() -> None:
    import_everything()


def errors() -> list[type[RefdecError]]:
    found: list[type[RefdecError]] = []
    pending = [RefdecError]
    while pending:
        for kind in pending.pop().__subclasses__():
            if kind not in found:
                found.append(kind)
                pending.append(kind)
    return sorted((kind for kind in found if kind.__module__.startswith("refdec.")), key=lambda kind: kind.__qualname__)


def number(text: str) -> str:
    """The clause of a mark, without its item: "1.8 (7)" -> "1.8"."""
    return text.split(" ")[0]


def test_every_mark_names_a_clause_that_exists() -> None:
    known = headings()
    unknown = [mark for mark in registry() if mark.where.startswith("refdec") and number(mark.clause) not in known]
    assert unknown == []


def test_every_clause_has_code_or_a_reason() -> None:
    marked = {number(mark.clause) for mark in registry()}
    missing = {n: title for n, title in headings().items() if n not in marked and n not in WITHOUT_CODE}
    assert missing == {}


def test_exceptions_are_still_exceptions() -> None:
    known, marked = headings(), {number(mark.clause) for mark in registry() if mark.kind == "text"}
    assert set(WITHOUT_CODE) <= set(known)
    assert {n for n in WITHOUT_CODE if n in marked} == set()


def test_marks_and_docstrings_agree() -> None:
    """A function that is marked says its clauses in the first line of its docstring."""
    silent = []
    for mark in registry():
        if not mark.where.startswith("refdec") or mark.kind != "text":
            continue
        module, _, rest = mark.where.rpartition(".")
        while module and not _is_module(module):
            module, _, head = module.rpartition(".")
            rest = f"{head}.{rest}"
        thing: object = importlib.import_module(module)
        for part in rest.split("."):
            thing = getattr(thing, part, None)
        text = getattr(thing, "__doc__", None) or getattr(getattr(thing, "py_func", None), "__doc__", None) or ""
        if thing is not None and not text.startswith("("):
            silent.append(mark.where)
    assert silent == []


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def test_error_codes_are_unique_and_well_formed() -> None:
    codes: defaultdict[str, list[str]] = defaultdict(list)
    for kind in errors():
        if "code" in vars(kind):
            codes[kind.code].append(kind.__qualname__)
    assert {code: names for code, names in codes.items() if len(names) > 1} == {}
    assert [code for code in codes if not re.fullmatch(r"RD\d{4}", code)] == []


def test_concrete_errors_name_code_and_clause() -> None:
    known = headings()
    for kind in errors():
        if kind.__subclasses__() or kind.__qualname__.startswith("_"):
            continue
        assert kind.code != "RD0000", kind
        assert kind.__doc__, kind
        assert kind.clause == "" or number(kind.clause) in known, (kind, kind.clause)


def test_a_mark_of_another_kind_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        clause("1.1", kind="added")


def test_clause_numbers_are_unique() -> None:
    text = "\n".join(p.read_text() for p in sorted((ROOT / "docs" / "spec").glob("0*.md")))
    assert [n for n, times in Counter(n for n, _ in HEADING.findall(text)).items() if times > 1] == []
