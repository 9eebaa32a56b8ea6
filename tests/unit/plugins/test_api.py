"""The public seam: what guests may import, and that it stays."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest

from refdec.plugins import api, hookspecs
from refdec.plugins.api import CoreServices, Encoder, EncodeRequest, OperatingPoint, OptionValues, Task
from tests.sample_bundles import sample_bundle
from tests.unit.plugins.support import Core, gray

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "plugin_api"
"""A file a version: the names that it added."""


def names_of(kind: str) -> set[str]:
    lines = [line.split() for path in sorted(GOLDEN.glob("1.*.txt")) for line in path.read_text().splitlines()]
    return {line[1] for line in lines if line[0] == kind}


def test_every_name_of_version_1_is_there() -> None:
    assert (GOLDEN / f"{api.PLUGIN_API}.txt").is_file()
    assert len(names_of("api")) > 50
    assert names_of("api") <= set(api.__all__)
    for name in api.__all__:
        assert hasattr(api, name)


def test_every_service_of_version_1_is_there() -> None:
    offered = {name for name in vars(CoreServices) if not name.startswith("_")}
    assert len(names_of("core")) > 12
    assert names_of("core") <= offered
    for name in offered:
        member = getattr(CoreServices, name)
        assert inspect.getdoc(member.fget if isinstance(member, property) else member), name


def test_hooks_on_one_page() -> None:
    specs = {name for name, value in vars(hookspecs).items() if hasattr(value, "refdec_spec")}
    assert specs == set(hookspecs.HOOK_NAMES)
    assert all(name.startswith("refdec_") and inspect.getdoc(getattr(hookspecs, name)) for name in specs)
    assert hookspecs.refdec_encoders() is None
    assert hookspecs.refdec_tasks() is None


def test_the_base_classes_do_nothing_by_themselves() -> None:
    request = EncodeRequest(OperatingPoint(0))
    with pytest.raises(NotImplementedError):
        Encoder().latents(gray(), request, Core())  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError):
        Encoder().encode(gray(), request, Core())  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError):
        Task().run(sample_bundle(), OptionValues(), Core())  # type: ignore[arg-type]


def test_guests_compile_kernels_through_the_door() -> None:
    @api.kernel("int64(int64[::1])")
    def total(values: np.ndarray) -> int:
        count = 0
        for value in values:
            count += value
        return count

    assert total(np.arange(5)) == 10
