"""Reports: JSON and XML that parse, a page that needs nothing else, and clauses in order of suspicion."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from junitparser import Error, Failure, JUnitXml

from refdec.conformance.case import Case, ExpectedError
from refdec.conformance.common_features import common_rules
from refdec.conformance.report import NUMBERING, to_html, to_json, to_junit
from refdec.conformance.run_result import RunResult
from refdec.conformance.verdicts import MEANINGS, PASSING, CaseResult, CaseVerdict, PictureDifference
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
    return RunResult("suite", "dec {in} {out}", results, 1.5, ("1.1",), common_rules(results))


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
    root = ElementTree.fromstring(to_junit(run))
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
    page = to_html(run, spec="")
    assert "<b>Bad</b>" not in page and "&lt;b&gt;Bad" in page
    assert not re.search(r'(?:src|href)="(?!data:|#clause-)', page)
    assert "<script" not in page and "http" not in page
    assert page.count("data:image/png;base64,") == 3
    assert "2 of 3 cases are not as expected" in page


HOSTILE = "\"><script>alert('1')</script>\udc80\x07\ufffe&amp;"
"""A file name, or what a decoder prints: markup, half a character, a control character, no character."""


@pytest.fixture
def hostile() -> RunResult:
    case = replace(BAD, name=HOSTILE, title=HOSTILE, remark=HOSTILE, clauses=(HOSTILE,), features=(HOSTILE,))
    one = CaseResult(case, CaseVerdict.CRASH, 0.5, HOSTILE, -11, HOSTILE, guess=HOSTILE)
    good = CaseResult(GOOD, CaseVerdict.EXACT, 0.1)
    return RunResult(HOSTILE, HOSTILE, (one, good), 1.0, (HOSTILE,), common_rules([one, good]))


class Page(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))


@pytest.mark.parametrize("spec", ["", "https://example.org/spec"])
def test_names_and_messages_never_become_markup(hostile: RunResult, spec: str) -> None:
    page = to_html(hostile, spec)
    page.encode()
    tags = Page(page).tags
    assert "script" not in {tag for tag, _ in tags}
    assert {name for _, attributes in tags for name in attributes} <= {
        "lang", "charset", "name", "content", "class", "role", "aria-label", "style", "id", "open", "href", "title",
    }  # fmt: skip
    shown = [attributes["title"] for tag, attributes in tags if tag == "td" and "title" in attributes]
    assert HOSTILE.replace("\udc80", r"\udc80").replace("\x07", "\ufffd").replace("\ufffe", "\ufffd") in shown


def test_junit_of_hostile_names_is_read_by_a_parser(hostile: RunResult) -> None:
    text = to_junit(hostile).encode()
    (suite,) = JUnitXml.fromstring(text)
    assert (suite.tests, suite.failures, suite.errors) == (2, 0, 1)
    (bad,) = [case for case in suite if case.result]
    assert bad.name.startswith('"><script>') and isinstance(bad.result[0], Error)


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (CaseVerdict.CRASH, Error),
        (CaseVerdict.HANG, Error),
        (CaseVerdict.DIFFERS, Failure),
        (CaseVerdict.ACCEPTED, Failure),
        (CaseVerdict.FAILED, Failure),
        (CaseVerdict.NO_PICTURE, Failure),
    ],
)
def test_a_decoder_without_an_answer_is_an_error_of_junit(verdict: CaseVerdict, kind: type[Error | Failure]) -> None:
    results = (CaseResult(BAD, verdict, 0.5, "said"), CaseResult(GOOD, CaseVerdict.EXACT, 0.1))
    text = to_junit(RunResult("suite", "dec", results, 1.0, common=common_rules(results)))
    xml = JUnitXml.fromstring(text.encode())
    (suite,) = xml
    assert (suite.tests, suite.failures, suite.errors) == (2, int(kind is Failure), int(kind is Error))
    assert (xml.tests, xml.failures, xml.errors) == (suite.tests, suite.failures, suite.errors)
    bad = next(case for case in suite if case.name == "bad")
    assert [type(one) for one in bad.result] == [kind] and bad.result[0].type == verdict.value
    common = ElementTree.fromstring(text).find(".//property[@name='in common']")
    assert common is not None and common.get("value") == common_rules(results)[0].explain()


def test_clauses_have_titles_and_links(run: RunResult) -> None:
    page = to_html(run, "https://example.org/spec")
    links = [attributes for tag, attributes in Page(page).tags if tag == "a"]
    targets = {attributes["id"] for _, attributes in Page(page).tags if "id" in attributes}
    assert {"href": "https://example.org/spec/05-filters-and-colour.md#59-lef-luma-sharpening"} in links
    assert "LEF (luma sharpening)" in page and NUMBERING in page
    assert all(str(link["href"])[1:] in targets for link in links if str(link["href"]).startswith("#"))
    assert json.loads(to_json(run))["clauses"][0]["title"]


def test_every_report_says_what_failed_cases_have_in_common(run: RunResult) -> None:
    said = [rule.explain() for rule in run.common]
    assert len(said) == 2
    assert [rule["text"] for rule in json.loads(to_json(run))["common"]] == said
    page = unescape(to_html(run, ""))
    assert all(text in page for text in said)


def test_the_page_of_a_run_without_failures() -> None:
    page = to_html(RunResult("suite", "refdec", (result(GOOD, CaseVerdict.EXACT),), 0.1))
    assert "Every case is as expected" in page and "Not as expected" not in page


def test_every_verdict_has_a_meaning() -> None:
    assert set(MEANINGS) == set(CaseVerdict)
    assert set(CaseVerdict) > PASSING
