"""Reports of a run: JSON for programs, JUnit XML for continuous integration, one self-contained HTML page for people.

In: `RunResult`.  Out: text.  The page needs no network: styles and pictures are inside, and there is no script.
"""

from __future__ import annotations

import base64
import io
import json
from importlib import resources
from typing import Any
from xml.etree import ElementTree

import numpy as np

from refdec.conformance.verdicts import MEANINGS, PASSING, CaseResult, RunResult
from refdec.formats.files import write_picture
from refdec.formats.pictures import CodePicture, Colour

__all__ = ["REPORT_VERSION", "to_html", "to_json", "to_junit"]

REPORT_FORMAT, REPORT_VERSION = "refdec-conformance-report", 1
TEMPLATE = "conformance_report.html.j2"
MOST_PICTURES = 40
"""Cases of which a page shows pictures: it stays readable, and below some megabytes."""

XML_FORBIDDEN = {code: 0xFFFD for code in (*range(32), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n\r"}


def to_json(run: RunResult) -> str:
    """Return the report as JSON."""
    clauses = [{"clause": c, "passed": p, "failed": f} for c, p, f in run.clauses()]
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
                "clauses": clauses,
                "common_clauses": list(run.common_clauses),
                "cases": [result.as_json() for result in run.results],
            },
            indent=1,
        )
        + "\n"
    )


def to_junit(run: RunResult) -> str:
    """Return the report as JUnit XML: a test suite for each kind of case, crashes and hangs as errors."""
    root = ElementTree.Element("testsuites", name=f"{run.decoder} over {run.suite}")
    for kind in dict.fromkeys(result.case.kind for result in run.results):
        mine = [result for result in run.results if result.case.kind == kind]
        suite = ElementTree.SubElement(root, "testsuite", name=kind, tests=str(len(mine)))
        failed = [result for result in mine if not result.passed]
        suite.set("failures", str(len(failed)))
        suite.set("errors", "0")
        suite.set("time", f"{sum(result.seconds for result in mine):.3f}")
        for result in mine:
            _junit_case(suite, result)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _plain(ElementTree.tostring(root, encoding="unicode")) + "\n"


def _junit_case(suite: ElementTree.Element, result: CaseResult) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=result.case.name,
        classname=f"conformance.{result.case.kind}",
        time=f"{result.seconds:.3f}",
    )
    if not result.passed:
        failure = ElementTree.SubElement(case, "failure", type=result.verdict.value, message=_plain(result.message))
        lines = [MEANINGS[result.verdict], f"clauses: {', '.join(result.case.clauses)}", result.way]
        failure.text = "\n".join(line for line in lines if line)
    elif result.way:
        ElementTree.SubElement(case, "system-out").text = result.way
    if result.output:
        ElementTree.SubElement(case, "system-err").text = _plain(result.output)


def _plain(text: str) -> str:
    """Return a text that XML can hold."""
    return text.translate(XML_FORBIDDEN)


def to_html(run: RunResult) -> str:
    """Return the report as one page."""
    from jinja2 import Environment, StrictUndefined

    source = resources.files("refdec").joinpath("data", TEMPLATE).read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    failed = [result for result in run.results if not result.passed]
    return environment.from_string(source).render(
        run=run,
        failed=failed,
        passing=PASSING,
        meanings=MEANINGS,
        clauses=run.clauses(),
        pictures={result.case.name: _pictures(result) for result in failed[:MOST_PICTURES] if result.shown},
    )


def _pictures(result: CaseResult) -> list[tuple[str, str]]:
    """Return (caption, data address) of the expected picture, the found one, and their difference."""
    assert result.shown is not None
    expected, found = result.shown
    apart = tuple(
        np.minimum(np.abs(a.astype(np.int32) - b.astype(np.int32)) * 16, (1 << expected.bits) - 1).astype(a.dtype)
        for a, b in zip(expected.components, found.components, strict=True)
    )
    shown = (("expected", expected), ("found", found))
    parts = [*shown, ("difference x 16", CodePicture(apart, expected.bits, expected.colour))]
    return [(caption, _address(picture)) for caption, picture in parts]


def _address(picture: CodePicture) -> str:
    """Return a picture as a PNG in a data address; planes of different sizes are shown as luma, then chroma below."""
    out = io.BytesIO()
    write_picture(out, _showable(picture), suffix=".png")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def _showable(picture: CodePicture) -> CodePicture:
    if picture.colour is Colour.RGB:
        return picture
    width = picture.components[0].shape[1]
    rows: list[Any] = [np.pad(plane, ((0, 0), (0, width - plane.shape[1]))) for plane in picture.components]
    return CodePicture((np.concatenate(rows),), picture.bits, Colour.GRAY)
