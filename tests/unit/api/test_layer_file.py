"""Originals are written a row of tiles at a time: the same samples, and a file only if every digest is right."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import refdec
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.layerrecord import layer_part, read_layer, with_layer
from refdec.bitstream.markers import Marker
from refdec.decoding.options import DecodeOptions
from refdec.errors import CodestreamError
from refdec.lossless.errors import LayerDamaged, LayerOfOtherPicture

ROWS, COLUMNS = 1100, 70
"""Two rows of tiles."""


def picture(channels: int) -> np.ndarray[Any, Any]:
    y, x = np.mgrid[:ROWS, :COLUMNS]
    codes = np.stack([x * 3 + y // 8, y // 5 + 0 * x, 255 - x - y // 8], axis=-1) % 256
    noisy = codes + np.random.default_rng(1).integers(-2, 3, codes.shape)
    made = np.clip(noisy, 0, 255).astype(np.uint8)
    return made if channels == 3 else made[..., 0]


@pytest.fixture(scope="module")
def streams() -> dict[int, bytes]:
    return {channels: refdec.encode(picture(channels), lossless=True) for channels in (1, 3)}


def with_changed(stream: bytes, **fields: object) -> bytes:
    """Return a codestream whose layer says something else."""

    found = read_codestream(stream).only(Marker.UDI)
    assert found is not None
    part = layer_part(bytes(found.payload))[1]
    assert part is not None
    record = read_layer(part)
    assert record is not None
    return with_layer(stream, replace(record, **fields).to_bytes())  # type: ignore[arg-type]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".npy", ".webp"])
def test_files_hold_the_original(streams: dict[int, bytes], tmp_path: Path, channels: int, suffix: str) -> None:
    shares: list[float] = []
    made = decode_to_file(streams[channels], tmp_path / f"a{suffix}", on_progress=shares.append)
    assert (made.fidelity, made.width, made.height, made.bit_depth) == ("lossless", COLUMNS, ROWS, 8)
    assert made.colour == ("gray" if channels == 1 else "RGB") and made.warnings == ()
    assert shares == sorted(shares) and shares[-1] == 1
    whole = refdec.decode(streams[channels])
    assert np.array_equal(whole.array, picture(channels))
    path = tmp_path / f"a{suffix}"
    found = (
        np.load(path) if suffix == ".npy" else np.asarray(PIL.Image.open(path).convert("L" if channels == 1 else "RGB"))
    )
    assert np.array_equal(found, picture(channels))


def test_any_number_of_workers_writes_the_same_file(streams: dict[int, bytes], tmp_path: Path) -> None:
    written = []
    for workers in (1, 2, None):
        job = DecodeJob(DecodeOptions(workers=workers))
        report = decode_to_file(streams[3], tmp_path / "a.png", job)
        written.append((report.fingerprint, (tmp_path / "a.png").read_bytes()))
    assert written[0] == written[1] == written[2]


def test_no_whole_picture_is_made(streams: dict[int, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(*given: object, **wishes: object) -> None:
        raise AssertionError("asked for the whole picture")

    monkeypatch.setattr("refdec.api.lossless.layer_base", whole)
    monkeypatch.setattr("refdec.lossless.layer.decode_layer", whole)
    assert decode_to_file(streams[3], tmp_path / "a.png").fidelity == "lossless"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"base_sha256": bytes(32)}, LayerOfOtherPicture),
        ({"samples_sha256": bytes(32)}, LayerDamaged),
        ({"width": COLUMNS - 1}, LayerDamaged),
    ],
)
def test_nothing_is_written_of_a_layer_that_is_not_right(
    streams: dict[int, bytes], tmp_path: Path, change: dict[str, object], error: type[CodestreamError]
) -> None:
    with pytest.raises(error):
        decode_to_file(with_changed(streams[3], **change), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_stored_so_goes_the_other_way(streams: dict[int, bytes], tmp_path: Path) -> None:
    cut = decode_to_file(streams[3], tmp_path / "a.png", DecodeJob(DecodeOptions(region=(3, 1000, 20, 60))))
    assert cut.fidelity == "lossless"
    assert np.array_equal(np.asarray(PIL.Image.open(tmp_path / "a.png")), picture(3)[1000:1060, 3:23])
    assert decode_to_file(streams[1], tmp_path / "a.ppm").fidelity == "lossless", "three equal planes"
    assert decode_to_file(streams[3], tmp_path / "b.png", DecodeJob(lossy=True)).fidelity == "lossy"
    assert decode_to_file(streams[3], tmp_path / "b.jpg").fidelity == "lossy"


def test_transparency_is_put_beside_every_row(tmp_path: Path) -> None:
    alpha = (np.add.outer(np.arange(ROWS), np.arange(COLUMNS)) % 256).astype(np.uint8)
    rgba = np.dstack([picture(3), alpha])
    source = io.BytesIO()
    PIL.Image.fromarray(rgba).save(source, "PNG")
    stream = refdec.encode(source.getvalue(), lossless=True, container="jaii")
    assert decode_to_file(stream, tmp_path / "a.png").fidelity == "lossless"
    assert np.array_equal(np.asarray(PIL.Image.open(tmp_path / "a.png")), rgba)


def test_layers_are_the_same_for_any_number_of_workers() -> None:
    wide = np.ascontiguousarray(picture(3).transpose(1, 0, 2))
    made = [refdec.encode(wide, lossless=True, workers=workers) for workers in (1, 2, None)]
    assert made[0] == made[1] == made[2]
    with pytest.raises(refdec.UsageError, match="0 workers"):
        refdec.encode(wide, workers=0)
