"""Reports of a run: JSON for programs, JUnit XML for continuous integration, one self-contained HTML page for people.

In: `RunResult`.  Out: text.  The page needs no network: styles and pictures are inside, and there is no script.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Sequence
from importlib import resources
from xml.etree import ElementTree

from refdec.conformance.clause_titles import clause_title, spec_base
from refdec.conformance.run_result import RunResult
from refdec.conformance.verdicts import MEANINGS, PASSING, CaseResult, CaseVerdict
from refdec.formats.difference_pictures import difference_picture, fitting_scale, in_one_picture
from refdec.formats.files import write_picture
from refdec.formats.pictures import CodePicture

__all__ = ["NUMBERING", "REPORT_VERSION", "to_html", "to_json", "to_junit"]

REPORT_FORMAT, REPORT_VERSION = "refdec-conformance-report", 1
TEMPLATE = "conformance_report.html.j2"
MOST_PICTURES = 40
"""Cases of which a page shows pictures: it stays readable, and below some megabytes."""

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, and no page should: control characters, and halves of characters from odd file names."""

CANNOT_SAY = frozenset({CaseVerdict.CRASH, CaseVerdict.HANG})
"""Verdicts that are errors of JUnit, not failures: the decoder gave no answer that could be right or wrong."""

NUMBERING = "Clause numbers are those of docs/spec of refdec, not of the text of the standard."


def to_json(run: RunResult) -> str:
    """Return the report as JSON."""
    clauses = [{"clause": c, "title": _title(c), "passed": p, "failed": f} for c, p, f in run.clauses()]
    return (
        json.dumps(
            {
                "format": REPORT_FORMAT,
                "version": REPORT_VERSION,
                "suite": run.suite,
                "decoder": run.decoder,
                "passed": run.passed,
                "seconds": round(run.seconds, 3),
                "verdicts": {verdict.value: count for verdict, count in run.counts().items()},
                "common": [rule.as_json() for rule in run.common],
                "clause_numbering": NUMBERING,
                "clauses": clauses,
                "common_clauses": list(run.common_clauses),
                "cases": [result.as_json() for result in run.results],
            },
            indent=1,
        )
        + "\n"
    )


def _title(clause: str) -> str:
    found = clause_title(clause)
    return "" if found is None else found.title


def to_junit(run: RunResult) -> str:
    """Return the report as JUnit XML: a test suite for each kind of case; crashes, and what never ended, are errors."""
    root = ElementTree.Element("testsuites", name=_plain(f"{run.decoder} over {run.suite}"))
    _junit_counts(root, run.results, run.seconds)
    for kind in dict.fromkeys(result.case.kind for result in run.results):
        mine = [result for result in run.results if result.case.kind == kind]
        suite = ElementTree.SubElement(root, "testsuite", name=kind)
        _junit_counts(suite, mine, sum(result.seconds for result in mine))
        properties = ElementTree.SubElement(suite, "properties")
        ElementTree.SubElement(properties, "property", name="clause numbering", value=NUMBERING)
        for rule in run.common:
            if {result.case.name for result in mine} & set(rule.cases):
                ElementTree.SubElement(properties, "property", name="in common", value=_plain(rule.explain()))
        for result in mine:
            _junit_case(suite, result)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _junit_counts(element: ElementTree.Element, results: Sequence[CaseResult], seconds: float) -> None:
    wrong = [result.verdict in CANNOT_SAY for result in results if not result.passed]
    element.set("tests", str(len(results)))
    element.set("failures", str(len(wrong) - sum(wrong)))
    element.set("errors", str(sum(wrong)))
    element.set("time", f"{seconds:.3f}")


def _junit_case(suite: ElementTree.Element, result: CaseResult) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=_plain(result.case.name),
        classname=f"conformance.{result.case.kind}",
        time=f"{result.seconds:.3f}",
    )
    if not result.passed:
        tag = "error" if result.verdict in CANNOT_SAY else "failure"
        failure = ElementTree.SubElement(case, tag, type=result.verdict.value, message=_plain(result.message))
        clauses = ", ".join(result.case.clauses) or "those of every stream"
        lines = [MEANINGS[result.verdict], f"clauses of docs/spec: {clauses}", result.way]
        failure.text = _plain("\n".join(line for line in lines if line))
    elif result.way:
        ElementTree.SubElement(case, "system-out").text = result.way
    if result.output:
        ElementTree.SubElement(case, "system-err").text = _plain(result.output)


def _plain(text: str) -> str:
    """Return a text that XML and UTF-8 can hold: bytes of odd file names are escaped, control characters go."""
    return FORBIDDEN.sub("\ufffd", text.encode(errors="backslashreplace").decode())


def to_html(run: RunResult, spec: str | None = None) -> str:
    """Return the report as one page; `spec` is the address of `docs/spec` for links, None: the checkout's, if any."""
    from jinja2 import Environment, StrictUndefined

    base = spec_base() if spec is None else spec
    source = resources.files("refdec").joinpath("data", TEMPLATE).read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["place"] = lambda clause: "clause-" + re.sub(r"[^\w.()]", "-", clause)
    failed = [result for result in run.results if not result.passed]
    page = environment.from_string(source).render(
        run=run,
        failed=failed,
        passing=PASSING,
        meanings=MEANINGS,
        numbering=NUMBERING,
        clauses=[(_clause_row(clause, base), passed, bad) for clause, passed, bad in run.clauses()],
        common_clauses=[_clause_row(clause, base) for clause in run.common_clauses],
        pictures={result.case.name: _pictures(result) for result in failed[:MOST_PICTURES] if result.shown},
    )
    return _plain(page)


def _clause_row(clause: str, base: str) -> dict[str, str]:
    """Return number, title and address of a clause, the address "" where nobody knows where `docs/spec` is."""
    found = clause_title(clause)
    if found is None:
        return {"number": clause, "title": "", "address": ""}
    return {"number": clause, "title": found.title, "address": found.address(base) if base else ""}


def _pictures(result: CaseResult) -> list[tuple[str, str]]:
    """Return (caption, data address) of the expected picture, the found one, and their difference."""
    assert result.shown is not None
    expected, found = result.shown
    scale = fitting_scale(expected, found)
    apart = difference_picture(expected, found, scale)
    parts = (("expected", expected), ("found", found), (f"difference x {scale}", apart))
    return [(caption, _address(picture)) for caption, picture in parts]


def _address(picture: CodePicture) -> str:
    """Return a picture as a PNG in a data address; planes of different sizes are shown as luma, then chroma below."""
    out = io.BytesIO()
    write_picture(out, in_one_picture(picture), suffix=".png")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")
