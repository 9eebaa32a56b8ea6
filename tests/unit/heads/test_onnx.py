"""Heads in ONNX: a model written here byte by byte, run beside the same head in whole numbers."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.bundles.errors import StageNotReached
from refdec.heads.errors import HeadOfOtherWeights, OnnxRefused
from refdec.heads.network import run_head
from refdec.heads.onnx import load_onnx, run_onnx
from refdec.limits import Limits
from tests.sample_bundles import sample_bundle, sample_headers
from tests.unit.heads.support import FACTS, drawn, tiny

pytest.importorskip("onnxruntime")


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def field(number: int, value: int | bytes) -> bytes:
    """One field of a protocol buffer: a number, or bytes of a length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name: str, values: np.ndarray) -> bytes:
    dims = b"".join(field(1, size) for size in values.shape)
    return field(5, dims + field(2, 1) + field(8, name.encode()) + field(9, values.astype("<f4").tobytes()))


def value_info(number: int, name: str, channels: int) -> bytes:
    sizes = [field(1, 1), field(1, channels), field(2, b"h"), field(2, b"w")]
    shape = b"".join(field(1, size) for size in sizes)
    return field(number, field(1, name.encode()) + field(2, field(1, field(1, 1) + field(2, shape))))


def model(source: str = "chroma", channels: int = 96) -> bytes:
    """`tiny` as ONNX: a convolution of 1 x 1."""
    weight, bias = drawn(1, 3, 96)
    assert bias is not None
    node = b"".join(field(1, name) for name in (source.encode(), b"w", b"b")) + field(2, b"y") + field(4, b"Conv")
    graph = field(1, node) + field(2, b"g") + tensor("w", weight[:, :, None, None]) + tensor("b", bias)
    graph += value_info(11, source, channels) + value_info(12, "y", 3)
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


def test_a_model_answers_nearly_what_the_head_does() -> None:
    head, bundle = load_onnx(model(), FACTS), sample_bundle()
    answer = run_onnx(head, bundle)["y"]
    exact = run_head(tiny(), bundle, limits=Limits())["y"]
    assert answer.dtype == np.float32
    assert np.abs(answer[0] - exact / (1 << 18)).max() < 1e-3


def test_latents_must_be_those_of_its_weights() -> None:
    head = load_onnx(model(), FACTS)
    with pytest.raises(HeadOfOtherWeights):
        run_onnx(head, sample_bundle(headers=sample_headers(weights_fingerprint="cd" * 32)))
    with pytest.raises(StageNotReached):
        run_onnx(head, sample_bundle("symbols"))


@pytest.mark.parametrize("data", [b"", b"no model", model("pixels"), model()[:100]])
def test_what_is_no_model_on_latents_is_refused(data: bytes) -> None:
    with pytest.raises(OnnxRefused):
        load_onnx(data, FACTS)


def test_a_model_that_fails_is_named() -> None:
    head = load_onnx(model("luma", 96), FACTS)
    with pytest.raises(OnnxRefused, match="luma"):
        run_onnx(head, sample_bundle())
