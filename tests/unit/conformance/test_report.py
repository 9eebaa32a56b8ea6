"""Reports: JSON and XML that parse, a page that needs nothing else, and clauses in order of suspicion."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from refdec.conformance.case import Case, ExpectedError
from refdec.conformance.report import to_html, to_json, to_junit
from refdec.conformance.verdicts import MEANINGS, PASSING, CaseResult, CaseVerdict, PictureDifference, RunResult
from refdec.formats.pictures import CodePicture, Colour

PLANE = np.arange(48, dtype=np.uint8).reshape(6, 8)
SMALL = PLANE[::2, ::2]
GOOD = Case("good", "positive", "Good", ("1.2", "5.9"), "s", "0", 1)
BAD = Case("bad", "positive", "<b>Bad</b>", ("1.2", "3.9"), "s", "0", 1)
BROKEN = Case("broken", "negative", "Broken", ("1.8 (1)",), "s", "0", 1, error=ExpectedError("E", "RD1", "1.8", None))


def result(case: Case, verdict: CaseVerdict) -> CaseResult:
    through = ("1.3", "1.8 (1)") if case is BROKEN else ()
    return CaseResult(case, verdict, 0.5, "message & <more>", 1, "printed \x1b[31m\x00 & <so on>", through=through)


@pytest.fixture
def run() -> RunResult:
    shown = tuple(CodePicture((PLANE + k, SMALL + k, SMALL), 8, Colour.YUV) for k in (0, 1))
    difference = PictureDifference(1, 0.5, (0, 2, 3), "steps of 1 only")
    differing = replace(result(BAD, CaseVerdict.DIFFERS), shown=(shown[0], shown[1]), difference=difference)
    results = (result(GOOD, CaseVerdict.EXACT), differing, result(BROKEN, CaseVerdict.ACCEPTED))
    return RunResult("suite", "dec {in} {out}", results, 1.5, ("1.1",))


def test_json_says_everything(run: RunResult) -> None:
    report = json.loads(to_json(run))
    assert report["passed"] is False
    assert report["verdicts"] == {"exact": 1, "picture differs": 1, "accepted a broken stream": 1}
    assert [case["passed"] for case in report["cases"]] == [True, False, False]
    assert report["cases"][1]["difference"]["first"] == [0, 2, 3]
    assert report["common_clauses"] == ["1.1"]


def test_clauses_come_in_order_of_suspicion(run: RunResult) -> None:
    assert run.clauses() == [("1.8 (1)", 0, 1), ("3.9", 0, 1), ("1.2", 1, 1), ("5.9", 1, 0)]


def test_junit_counts_and_holds_any_output(run: RunResult) -> None:
    root = ElementTree.fromstring(to_junit(run).split("\n", 1)[1])
    suites = {suite.get("name"): suite for suite in root}
    assert (suites["positive"].get("tests"), suites["positive"].get("failures")) == ("2", "1")
    assert (suites["negative"].get("tests"), suites["negative"].get("failures")) == ("1", "1")
    failure = suites["positive"].find("testcase[@name='bad']/failure")
    assert failure is not None and failure.get("type") == "picture differs"


def test_every_report_tells_the_way_to_the_error(run: RunResult) -> None:
    assert [case["through"] for case in json.loads(to_json(run))["cases"]] == [[], [], ["1.3", "1.8 (1)"]]
    way = "came through clauses 1.3 > 1.8 (1)"
    for known in (run, replace(run, results=(replace(run.results[2], verdict=CaseVerdict.REFUSED),))):
        (case,) = ElementTree.fromstring(to_junit(known).split("\n", 1)[1]).findall(".//testcase[@name='broken']")
        assert [text.strip().splitlines()[-1] for text in case.itertext() if way in text] == [way]
        assert way.replace(">", "&gt;") in to_html(known)


def test_the_page_stands_alone_and_escapes(run: RunResult) -> None:
    page = to_html(run)
    assert "<b>Bad</b>" not in page and "&lt;b&gt;Bad" in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "<script" not in page and "http" not in page
    assert page.count("data:image/png;base64,") == 3
    assert "2 of 3 cases are not as expected" in page


def test_the_page_of_a_run_without_failures() -> None:
    page = to_html(RunResult("suite", "refdec", (result(GOOD, CaseVerdict.EXACT),), 0.1))
    assert "Every case is as expected" in page and "Not as expected" not in page


def test_every_verdict_has_a_meaning() -> None:
    assert set(MEANINGS) == set(CaseVerdict)
    assert set(CaseVerdict) > PASSING
