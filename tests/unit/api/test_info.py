"""`refdec.read_info`: what it takes, and what it overlooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import refdec
from refdec.api.diff import diff_files
from refdec.api.source_wishes import SourceWishes
from refdec.api.sources import source_picture
from refdec.bitstream.rule_errors import StreamProfileReserved
from refdec.bundles import LatentBundle
from refdec.decoding.errors import LimitsExpected
from refdec.plugins.core import Core
from tests.encodable import GOLDEN, bundled
from tests.unit.bitstream.support import patched

STREAM = GOLDEN / "kodim15_m1_+0_65x79.jai"
TAKERS: dict[str, Callable[[Any], Any]] = {
    "read_info": lambda limits: refdec.read_info(STREAM, limits=limits),
    "read_latents": lambda limits: refdec.read_latents(STREAM, stage="headers", limits=limits),
    "LatentBundle.load": lambda limits: LatentBundle.load(b"", limits=limits),
    "diff_files": lambda limits: diff_files(STREAM, STREAM, limits=limits),
    "source_picture": lambda limits: source_picture(STREAM, SourceWishes(limits=limits)),
    "Core": lambda limits: Core(bundled(), limits=limits),
}


@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
@pytest.mark.parametrize("limits", [0, 5, "", {}])
def test_limits_are_limits(take: Callable[[Any], Any], limits: Any) -> None:
    with pytest.raises(LimitsExpected):
        take(limits)


def test_profile_and_level_can_be_overlooked() -> None:
    odd = patched(STREAM.read_bytes(), "stream_profile_idc", 5)
    with pytest.raises(StreamProfileReserved):
        refdec.read_info(odd)
    found, usual = refdec.read_info(odd, any_level=True).as_json(), refdec.read_info(STREAM).as_json()
    assert found.pop("stream_profile_idc") == 5 and usual.pop("stream_profile_idc") == 0
    assert found == usual
