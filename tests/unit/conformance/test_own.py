"""refdec under test: the results tell the way to the error, whether the case wants that error or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refdec.conformance.own import run_own
from refdec.conformance.runner import RunOptions, run_suite
from refdec.conformance.suite import open_suite, suite_weights
from refdec.conformance.verdicts import CaseVerdict

BROKEN, WAY_ENDS = "bad_element_out_of_range", ("1.3", "1.8", "1.5", "1.5.1", "1.8 (8)")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_refused_case_tells_the_way(jobs: int) -> None:
    run = run_suite(open_suite(None), RunOptions(jobs=jobs, patterns=(BROKEN, "bad_no_start")))
    ways = {result.case.name: result.through for result in run.results}
    assert run.passed
    assert ways[BROKEN][-5:] == WAY_ENDS
    assert ways["bad_no_start"][-2:] == ("1.3", "1.8 (1)")


def test_a_legal_case_that_is_refused_tells_the_way() -> None:
    suite = open_suite(None)
    weights = suite_weights(suite.manifest.weights_seed)
    case = replace(suite.case(BROKEN), error=None)
    result = run_own(case, suite.stream(case), weights)
    assert result.verdict is CaseVerdict.FAILED
    assert result.way == "came through clauses " + " > ".join(result.through)
    assert result.through[-5:] == WAY_ENDS
