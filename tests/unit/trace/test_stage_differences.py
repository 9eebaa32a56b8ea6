"""Two traces: the first stage in order of computation that differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refdec.trace.errors import TraceUnreadable
from refdec.trace.names import STAGES
from refdec.trace.stage_differences import compare_traces, stage_order
from refdec.trace.tracefile import read_trace, write_trace

BOOK = Path(__file__).resolve().parents[2] / "golden" / "vectors" / "fingerprints.json"


def trace() -> dict[str, str]:
    return dict(json.loads(BOOK.read_text())["cases"]["bop_tools_on"]["sha256"])


def key(stage: str) -> str:
    return next(name for name in trace() if name.startswith(stage + "["))


def test_equal_traces() -> None:
    found = compare_traces(trace(), trace())
    assert found.equal and found.first is None and found.equal_stages == len(trace())


def test_order_of_the_file_does_not_matter() -> None:
    assert compare_traces(trace(), dict(reversed(trace().items()))).equal


def test_the_first_stage_in_order_of_computation() -> None:
    other = trace()
    for stage in ("final.0", "efe_linear.U", "latent.Y", "residual.UV"):
        other[key(stage)] = "0" * 64
    found = compare_traces(trace(), other)
    assert [one.stage for one in found.differences] == ["residual.UV", "latent.Y", "efe_linear.U", "final.0"]
    assert found.first is not None and found.first.stage == "residual.UV"


def test_missing_stages_do_not_hide_a_difference() -> None:
    other = trace()
    del other[key("z_hat.Y")]
    other[key("psi.Y")] = "1" * 64
    found = compare_traces(trace(), other)
    assert [(one.stage, one.kind) for one in found.differences] == [("z_hat.Y", "only in A"), ("psi.Y", "value")]
    assert found.first is not None and found.first.stage == "psi.Y"
    back = compare_traces(other, trace())
    assert back.differences[0].kind == "only in B"


def test_only_what_is_expected_counts() -> None:
    expected = {key("codes.0"): trace()[key("codes.0")]}
    assert compare_traces(expected, trace(), only_of_a=True).equal
    assert not compare_traces(trace(), expected, only_of_a=True).equal


def test_shapes_are_told_from_values() -> None:
    other = trace()
    digest = other.pop(key("mask.Y"))
    other["mask.Y[1,2,3]"] = digest
    found = compare_traces(trace(), other)
    assert [(one.stage, one.kind, one.b) for one in found.differences] == [("mask.Y", "shape", "[1,2,3]")]


def test_every_known_stage_has_a_place() -> None:
    ordered = sorted([f"{stage}.Y" for stage in reversed(STAGES)], key=stage_order)
    assert ordered == [f"{stage}.Y" for stage in STAGES]
    assert stage_order("unheard.Y") > stage_order("codes.2")


def test_trace_files_in_all_forms() -> None:
    assert read_trace(write_trace("x.jai", trace()), "t") == trace()
    assert read_trace(json.dumps(trace()).encode(), "t") == trace()
    assert read_trace(BOOK.read_bytes(), "t", "bop_tools_on") == trace()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not JSON"),
        (b"[1]", "no fingerprints"),
        (b"{}", "no fingerprints"),
        (b'{"sha256": {"a": 1}}', "no fingerprints"),
        (b'{"cases": {"a": {}}}', "none is called 'x'"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100000, "not JSON"),
    ],
)
def test_files_that_are_no_traces(text: bytes, reason: str) -> None:
    with pytest.raises(TraceUnreadable, match=reason):
        read_trace(text, "t.json", "x")
