"""The decoder as a whole: the same integers with and without the JIT; damaged input ends in a RefdecError."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.api.errors import WeightsDiffer
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import build_headers, read_headers, write_stream
from refdec.bitstream.markers import Marker
from refdec.bitstream.userdata import weights_mark
from refdec.decoding.models import stream_fingerprint
from refdec.decoding.options import DecodeOptions
from refdec.decoding.whole import decode_codestream
from refdec.errors import RefdecError
from refdec.trace.fingerprints import Fingerprints
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

VECTORS = Path(__file__).resolve().parents[1] / "golden" / "vectors"
SMALL = VECTORS / "bop_off_64x64.jai"


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def fingerprints(stream: bytes) -> dict[str, str]:
    seen = Fingerprints()
    decode_codestream(stream, pack(), observe=seen)
    return dict(seen.sha256)


def test_jit_off_gives_the_same_integers() -> None:
    """6.5 item 1: the plain Python functions are the same arithmetic as the compiled kernels."""
    code = (
        "import json, pathlib, sys\n"
        "from tests.unit.test_decoder import fingerprints\n"
        "print(json.dumps(fingerprints(pathlib.Path(sys.argv[1]).read_bytes())))"
    )
    root = Path(__file__).resolve().parents[2]
    folders = os.pathsep.join(str(root / name) for name in (".", "spec_tables", "encoders", "tasks"))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": folders}
    command = [sys.executable, "-c", code, str(SMALL)]
    plain = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=root, check=False)
    assert plain.returncode == 0, plain.stderr[-2000:]
    import json

    assert json.loads(plain.stdout) == fingerprints(SMALL.read_bytes())


def test_sources_may_be_path_bytes_and_file() -> None:
    data = SMALL.read_bytes()
    from_path = refdec.decode(SMALL, weights=pack())
    with SMALL.open("rb") as file:
        from_file = refdec.decode(file, weights=pack())
    from_bytes = refdec.decode(data, weights=pack())
    for other in (from_file, from_bytes):
        assert np.array_equal(from_path.array, other.array)
    assert from_path.array.shape == (64, 64, 3)
    assert from_path.array.dtype == np.uint8


def test_bit_depth_and_colour_are_the_callers_choice() -> None:
    eight = refdec.decode(SMALL, weights=pack())
    ten = refdec.decode(SMALL, weights=pack(), bit_depth=10)
    assert ten.array.dtype == np.uint16
    assert np.abs(ten.array.astype(int) - eight.array.astype(int) * 1023 / 255).max() <= 3
    assert refdec.decode(SMALL, weights=pack(), colour="YUV").colour == "YUV"


def test_every_truncation_is_a_codestream_error() -> None:
    data = SMALL.read_bytes()
    for length in range(len(data) - 1):
        with pytest.raises(refdec.CodestreamError):
            decode_codestream(data[:length], pack())


@pytest.mark.parametrize("seed", range(8))
def test_random_byte_flips_never_escape(seed: int) -> None:
    """250 flips a seed, 2,000 in all: success or a RefdecError, never another exception."""
    draw = random.Random(seed)
    original = SMALL.read_bytes()
    refused = 0
    for _ in range(250):
        data = bytearray(original)
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        try:
            decode_codestream(bytes(data), pack(), refdec.DecodeOptions(limits=refdec.Limits(pixels=1 << 20)))
        except RefdecError as error:
            refused += 1
            assert error.headline()
    assert refused > 125


def test_a_stream_that_names_other_weights_is_refused() -> None:
    codestream = read_codestream(SMALL.read_bytes())
    headers = read_headers(codestream)
    payloads = {m: [p.payload for p in codestream.all(m)] for m in (Marker.SORP, Marker.SORS, Marker.SOZ)}
    own = write_stream(
        build_headers(headers.picture, headers.tools, None, weights_mark(stream_fingerprint(pack(), 1))), payloads
    )
    foreign = write_stream(build_headers(headers.picture, headers.tools, None, weights_mark("ab" * 32)), payloads)
    expected = refdec.decode(SMALL, weights=pack()).array
    assert np.array_equal(refdec.decode(own, weights=pack()).array, expected)
    with pytest.raises(WeightsDiffer, match="garbage"):
        refdec.decode(foreign, weights=pack())
    shown = refdec.decode(foreign, weights=pack(), ignore_weights_fingerprint=True)
    assert np.array_equal(shown.array, expected)


def test_limits_refuse_before_anything_is_allocated() -> None:
    with pytest.raises(refdec.LimitExceeded, match="4096"):
        refdec.decode(SMALL, weights=pack(), limits=refdec.Limits(pixels=4095))


def test_unknown_transform_is_a_usage_error() -> None:
    with pytest.raises(refdec.UsageError, match="xop"):
        DecodeOptions(synthesis="xop")


def test_observers_cannot_change_the_result() -> None:
    seen: list[str] = []
    plain = decode_codestream(SMALL.read_bytes(), pack())
    watched = decode_codestream(SMALL.read_bytes(), pack(), observe=lambda stage, array: seen.append(stage))
    assert all(np.array_equal(a, b) for a, b in zip(plain.planes, watched.planes, strict=True))
    assert seen.index("symbols.Y") < seen.index("latent.Y") < seen.index("synthesis.Y") < seen.index("codes.0")
