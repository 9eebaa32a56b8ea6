"""Every error of heads has an input that raises it, and explains itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from unittest import mock

from refdec.errors import RefdecError
from refdec.heads import errors as module
from refdec.heads.head import HeadStep
from refdec.heads.headfile import read_head
from refdec.heads.network import chosen_head
from refdec.heads.onnx import load_onnx
from tests.sample_bundles import sample_bundle, sample_headers
from tests.unit.heads.support import FACTS, tiny
from tests.unit.heads.test_headfile import changed, set_in


def without_onnxruntime() -> object:
    with mock.patch.dict(sys.modules, {"onnxruntime": None}):
        return load_onnx(b"", FACTS)


CAUSES: dict[type[RefdecError], RefdecError | Callable[[], object]] = {
    module.NotAHead: lambda: read_head(b"PK"),
    module.HeadTooNew: lambda: read_head(changed(set_in("format_version", to=9))),
    module.HeadDamaged: lambda: read_head(changed(set_in("weights", to=[]))),
    module.HeadStepInvalid: lambda: tiny(steps=[HeadStep("linear", ("luma",), "y", ("fc",))]),
    module.HeadTooLarge: lambda: tiny(steps=[]),
    module.HeadOfOtherWeights: lambda: chosen_head(
        [tiny(facts=replace(FACTS, weights=("cd" * 32,)))], sample_bundle(headers=sample_headers())
    ),
    module.HeadOfOtherSynthesis: module.HeadOfOtherSynthesis("enhance-superres", "ab" * 32, "cd" * 32),
    module.OnnxMissing: without_onnxruntime,
    module.OnnxRefused: module.OnnxRefused("it is no model"),
}
