"""Streams of the reference encoder come out of their own symbols, and of their own latents, byte for byte."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.conformance.suite import suite_weights
from refdec.decoding.opening import Opened, open_codestream
from refdec.decoding.options import DecodeOptions
from refdec.decoding.symbols import Symbols
from refdec.limits import unchecked
from refdec.transcoding.packaging import Packaging, packaged
from refdec.transcoding.recoding import latent_targets, recoded, requantised, rewrapped
from refdec.transcoding.streamsymbols import decoded_latents, decoded_symbols

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors"
READING = DecodeOptions(any_level=True)
SEED = 1
SEAMS = {"bop_depreg_3x2_768x512"}
"""Dependent regions that overlap: what one predicts beyond its seam is overwritten by the next, and not in y_hat."""


@cache
def model_of(path: Path) -> int:
    return read_headers(read_codestream(path.read_bytes())).picture.model_id


STREAMS = sorted(VECTORS.glob("*.jai"), key=lambda path: (model_of(path), path.stem))


def opened(data: bytes) -> tuple[Opened, Symbols]:
    found = open_codestream(data, suite_weights(SEED), READING)
    return found, decoded_symbols(found)


@pytest.mark.parametrize("stream", STREAMS, ids=lambda path: str(path.stem))
def test_streams_of_the_reference_encoder_come_out_as_they_were(stream: Path) -> None:
    data = stream.read_bytes()
    old, symbols = opened(data)
    picture = old.headers.picture
    assert rewrapped(old.codestream, old.headers, old.headers) == data
    again, headers = requantised(latent_targets(old, old.headers, symbols), picture.beta_log)
    assert (again.data == data) is (stream.stem not in SEAMS)
    assert headers == old.headers
    threads = 2 if picture.num_threads_r[0] != 2 else 4
    other = recoded(old, packaged(old.headers, Packaging(threads=threads)), symbols)
    new, found = opened(other)
    assert new.headers.picture.num_threads_z == threads
    assert all(map(np.array_equal, found.values, symbols.values))
    assert recoded(new, old.headers, found) == data


def test_other_regions_change_latents_along_their_seams_only() -> None:
    old, symbols = opened((VECTORS / "bop_depreg_3x2_768x512.jai").read_bytes())
    y = [decoded_latents(old.headers, symbols, old.models, c, unchecked) for c in (0, 1)]
    headers = packaged(old.headers, Packaging(regions=(1, 1)))
    data, made = requantised(latent_targets(old, headers, symbols), old.headers.picture.beta_log)
    new, found = opened(data.data)
    assert new.headers == made == headers
    again = [decoded_latents(new.headers, found, new.models, c, unchecked) for c in (0, 1)]
    for before, after in zip(y, again, strict=True):
        changed = (before != after).any(axis=0)
        assert 0 < changed.mean() < 1


def test_a_coarser_rate_keeps_the_hyper_latents_and_takes_fewer_bytes() -> None:
    data = (VECTORS / "bop_depreg_3x2_768x512.jai").read_bytes()
    old, symbols = opened(data)
    luma, chroma = old.headers.picture.beta_log
    made, headers = requantised(latent_targets(old, old.headers, symbols), (luma - 600, chroma - 500))
    new, found = opened(made.data)
    assert new.headers.picture.beta_log == headers.picture.beta_log == (luma - 600, chroma - 500)
    assert all(map(np.array_equal, found.hyper.latents.z_hat, symbols.hyper.latents.z_hat))
    assert len(made.data) < len(data)
    assert new.headers.substream_order == old.headers.substream_order


def test_cube_flags_are_decided_anew_at_another_rate_and_stay_at_the_old_one() -> None:
    stream = next(
        path for path in STREAMS if any(read_headers(read_codestream(path.read_bytes())).picture.use_cube_flags)
    )
    old, symbols = opened(stream.read_bytes())
    luma, chroma = old.headers.picture.beta_log
    targets = latent_targets(old, old.headers, symbols)
    assert requantised(targets, (luma, chroma))[1].picture.cube_flag == old.headers.picture.cube_flag
    for displacement in (luma - 500, luma + 500):
        data, headers = requantised(targets, (displacement, chroma))
        assert opened(data.data)[0].headers == headers


def test_absent_regions_stay_absent_with_other_threads_and_come_back_when_quantised() -> None:
    independent = next(p for p in STREAMS if read_headers(read_codestream(p.read_bytes())).picture.independent_regions)
    whole = read_codestream(independent.read_bytes())
    from refdec.bitstream.framing import write_codestream
    from refdec.bitstream.markers import Marker

    kept = [part for part in whole.substreams if not (part.marker is Marker.SORP and part.payload[0] == 0)]
    old, symbols = opened(write_codestream((part.marker, part.payload) for part in kept))
    assert symbols.absent_regions == ((0, 0),)
    threads = 2 if old.headers.picture.num_threads_r[0] != 2 else 4
    again, found = opened(recoded(old, packaged(old.headers, Packaging(threads=threads)), symbols))
    assert found.absent_regions == symbols.absent_regions
    assert again.headers.substream_order == old.headers.substream_order
    luma, chroma = old.headers.picture.beta_log
    filled = opened(requantised(latent_targets(old, old.headers, symbols), (luma - 100, chroma))[0].data)
    assert filled[1].absent_regions == ()
    assert (
        not filled[1]
        .values[0][:, : old.headers.picture.region_steps[0] // 16, : old.headers.picture.region_steps[1] // 16]
        .any()
    )
