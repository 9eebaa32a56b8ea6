"""The decoder over the streams of the reference encoder: every stage of every stream has the recorded fingerprint.

111 streams with seeded weights, in an order in which neighbours share their networks, and encoded photographs with the
trained weights that come with refdec.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.conformance.expected import observe_decode
from refdec.conformance.suite import suite_weights
from refdec.errors import CodestreamError
from refdec.weights.bundled import bundled_pack
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
SEED = 1


def recorded(folder: str, file: str) -> dict[str, dict[str, Any]]:
    cases: dict[str, dict[str, Any]] = json.loads((GOLDEN / folder / file).read_text())["cases"]
    return cases


def networks(name: str) -> tuple[int, int]:
    """Model and synthesis transform: streams that share them are decoded one after the other."""
    picture = read_headers(read_codestream((GOLDEN / "vectors" / f"{name}.jai").read_bytes())).picture
    return picture.model_id, picture.synthesis_transforms[0]


VECTORS = recorded("vectors", "fingerprints.json")
PHOTOGRAPHS = recorded("streams", "streams.json")
IN_ORDER = sorted(VECTORS, key=lambda name: (*networks(name), name))


def differing(stream: Path, pack: WeightPack, expected: dict[str, str]) -> list[str]:
    """The stages whose fingerprints are not the recorded ones, in order of computation."""
    observed = observe_decode(stream.read_bytes(), pack)
    if observed.error is not None:
        raise observed.error
    found = dict(observed.fingerprints)
    return [stage for stage in {**expected, **found} if found.get(stage) != expected.get(stage)]


@pytest.mark.parametrize("name", IN_ORDER)
def test_stream_of_the_reference_encoder(name: str) -> None:
    stream = GOLDEN / "vectors" / f"{name}.jai"
    assert differing(stream, suite_weights(SEED), VECTORS[name]["sha256"]) == []


@pytest.mark.parametrize("name", sorted(PHOTOGRAPHS))
def test_encoded_photograph(name: str) -> None:
    assert differing(GOLDEN / "streams" / f"{name}.jai", bundled_pack(), PHOTOGRAPHS[name]["sha256"]) == []


def test_the_vectors_are_all_there() -> None:
    streams = {path.stem for path in (GOLDEN / "vectors").glob("*.jai")}
    assert len(VECTORS) == 111
    assert streams == set(VECTORS)


def test_a_wrong_weight_is_noticed() -> None:
    """The comparison itself works: other weights give other fingerprints from the first stage that depends on them."""
    name = "bop_off_64x64"
    expected = VECTORS[name]["sha256"]
    try:
        stages = differing(GOLDEN / "vectors" / f"{name}.jai", seeded_pack(SEED + 1), expected)
    except CodestreamError as refused:  # other frequencies of z: the integrity check of 2.10 may notice first
        assert type(refused).__module__ == "refdec.entropy.errors"
    else:
        assert stages
