"""What was passed over is said on standard error, in the same sentences by every command that decodes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from tests.encodable import GOLDEN

from .conftest import Run

Refdec = Callable[..., Run]


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A photograph whose picture header has a surplus byte, which a lenient reader passes over."""
    data = (GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes()
    parts = [(part.marker, bytes(part.payload)) for part in read_codestream(data).substreams]
    parts = [(marker, body + b"\0" if marker is Marker.PIH else body) for marker, body in parts]
    path = tmp_path / "odd.jai"
    path.write_bytes(write_codestream(parts))
    return path


@pytest.mark.parametrize("stage", ["headers", "symbols", "latent", "picture"])
def test_latents_warn_as_decode_does(refdec: Refdec, odd: Path, stage: str) -> None:
    decoded = refdec("decode", "--lenient", odd, odd.parent / "odd.png")
    assert decoded.code == 0 and decoded.err.startswith("refdec: warning: ")
    made = refdec("latents", "--lenient", odd, odd.parent / "odd.npz", "--stage", stage)
    assert (made.code, made.err) == (0, decoded.err)


def test_a_reserved_marker_is_warned_of(refdec: Refdec, odd: Path) -> None:
    sound = (GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes()
    odd.write_bytes(sound[:2] + bytes.fromhex("ff900100") + sound[2:])
    decoded = refdec("decode", "--lenient", odd, odd.parent / "odd.png")
    made = refdec("latents", "--lenient", odd, odd.parent / "odd.npz")
    assert decoded.err.startswith("refdec: warning: ") and (made.code, made.err) == (0, decoded.err)


def test_a_batch_names_the_file_of_each_warning(refdec: Refdec, odd: Path) -> None:
    (warning,) = refdec("decode", "--lenient", odd, odd.parent / "odd.png").err.splitlines()
    ran = refdec("decode", "--lenient", odd, "--out", odd.parent / "out", "--workers", 1)
    assert ran.code == 0
    assert warning.replace("refdec:", f"refdec: {odd}:", 1) in ran.err.splitlines()
