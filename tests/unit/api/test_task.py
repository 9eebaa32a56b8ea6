"""Tasks on codestreams: the wishes of how a codestream is read arrive whole."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from refdec.api.task import TaskOrder, run_on_file
from refdec.bitstream.errors import UnknownMarker
from refdec.bitstream.rule_errors import StreamProfileReserved
from refdec.bundles import Stage
from refdec.decoding.options import DecodeOptions
from refdec.limits import Limits, TooMuchMemory
from refdec.plugins.core import Core
from tests.encodable import GOLDEN, bundled
from tests.unit.bitstream.support import patched

DATA = (GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes()
ODD = {
    "lenient": (DATA[:-2] + b"\xff\x85" + DATA[-2:], DecodeOptions(lenient=True), UnknownMarker),
    "any_level": (patched(DATA, "stream_profile_idc", 5), DecodeOptions(any_level=True), StreamProfileReserved),
}
"""Codestreams that are read on request only: the stream, the wish, what refuses it without."""


@pytest.mark.parametrize("wish", ODD)
def test_a_task_reads_as_its_order_says(wish: str) -> None:
    stream, reading, refusal = ODD[wish]
    with pytest.raises(refusal):
        run_on_file(stream, TaskOrder("statistics"))
    order = pickle.loads(pickle.dumps(TaskOrder("statistics", reading=reading)))
    found, usual = (run_on_file(data, order).json() for data in (stream, DATA))
    bits = [[row[:3] for row in result["parts"]["channels"]["rows"]] for result in (found, usual)]  # others are shares
    assert bits[0] == bits[1]


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("wish", ODD)
def test_a_core_reads_by_options(wish: str, stage: Stage) -> None:
    core, (stream, reading, _) = Core(bundled()), ODD[wish]
    found, usual = core.read(stream, stage, options=reading), core.read(DATA, stage)
    assert found.stage is stage and found.arrays().keys() == usual.arrays().keys()
    assert all(np.array_equal(found.arrays()[name], array) for name, array in usual.arrays().items())


def test_a_core_keeps_its_own_limits() -> None:
    core = Core(bundled(), limits=Limits(memory_bytes=1 << 20))
    with pytest.raises(TooMuchMemory):
        core.read(DATA, "symbols", options=DecodeOptions(limits=Limits(memory_bytes=1 << 40)))
