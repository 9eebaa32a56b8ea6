"""Fingerprints of checkpoints (6.2.5) and of packs."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.weights.fingerprint import checkpoint_fingerprint
from refdec.weights.layers import Layer
from refdec.weights.pack import pack_fingerprint
from refdec.weights.quantise import quantise_layer
from refdec.weights.seeded import seeded_names, seeded_pack


def example() -> dict[str, Any]:
    path = Path(__file__).parents[2] / "golden" / "examples" / "06_weights.json"
    return dict(json.loads(path.read_text()))


@pytest.mark.parametrize("name", seeded_names())
def test_example_06_weights_fingerprints(name: str) -> None:
    """All 68 seeded files, seed 1."""
    checkpoint = seeded_pack(1, [name]).by_name(name)
    wanted = example()["files"][f"{name}.pth"]
    assert checkpoint.fingerprint == wanted["sha256"]
    assert sum(len(layer.shape) == 4 for layer in checkpoint.layers.values()) == wanted["layers"]


def test_example_06_weights_covers_all_seeded_files() -> None:
    assert sorted(example()["files"]) == [f"{name}.pth" for name in seeded_names()]


def test_example_06_weights_numbers() -> None:
    wanted = example()["VM_bop/decoder_Y_0.012.pth"]
    layers = seeded_pack(1).checkpoint("VM_bop/decoder_Y", 1).layers
    assert len(wanted) == 3
    for name, numbers in wanted.items():
        assert layers[name].exponent.tolist() == numbers["e"]
        assert layers[name].bias[:4].tolist() == numbers["B[0:4]"]
        assert layers[name].wide().ravel()[:6].tolist() == numbers["W first 6 in C order"]


def test_the_bytes_of_a_fingerprint() -> None:
    """Names in byte order, a zero byte, the shape, then the integers, all little-endian."""
    layer = quantise_layer(np.array([[[[0.5]], [[-0.25]]]]), np.array([1.0]), name="conv")
    freqs = np.array([[3, 4]], np.int32)
    gain = np.array([-5], np.int32)
    stream = b"conv\0" + struct.pack("<4i", 1, 2, 1, 1) + struct.pack("<2iiq", 262144, -131072, 19, 1 << 37)
    stream += b"hyper_entropy.freqs_int\0" + struct.pack("<2i", 1, 2) + struct.pack("<2i", 3, 4)
    stream += b"quantizer.gain_unit.c\0" + struct.pack("<i", 1) + struct.pack("<i", -5)
    found = checkpoint_fingerprint({"conv": layer}, {"hyper_entropy.freqs_int": freqs}, gain)
    assert found == hashlib.sha256(stream).hexdigest()


def test_compact_storage_changes_nothing() -> None:
    layer = quantise_layer(np.array([[[[0.5]], [[-0.25]]]]), None, name="conv")
    assert layer.mantissa.dtype == np.int16
    wide = Layer("conv", layer.wide(), np.zeros_like(layer.shift), layer.exponent, layer.bias, False, False)
    assert checkpoint_fingerprint({"conv": layer}, {}, None) == checkpoint_fingerprint({"conv": wide}, {}, None)


def test_the_fingerprint_of_a_pack() -> None:
    """SHA-256 over name, zero byte and fingerprint, in order of the names."""
    prints = {"b": "01" * 32, "a": "fe" * 32}
    wanted = hashlib.sha256(b"a\0" + b"\xfe" * 32 + b"b\0" + b"\x01" * 32).hexdigest()
    assert pack_fingerprint(prints) == wanted
    assert pack_fingerprint({}) == hashlib.sha256().hexdigest()
