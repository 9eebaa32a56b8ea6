"""The comparison of files before and after: it finds what is lost, and whether it was said."""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from refdec.api import clip_encode
from refdec.api import decode as decoding
from refdec.api.encode_options import EncodeOptions
from refdec.bench.errors import NoPictures
from refdec.bench.kept import FEATURES, Fate, files_of, measure_kept, tally
from refdec.heif.parts import NO_METADATA, Metadata
from tests.corpus.making import SRGB, XMP

from .test_codecs import scene

SAMPLES, ALL = {"samples"}, {"samples", "transparency", "profile", "Exif", "XMP", "resolution"}


def rich(path: Path) -> Path:
    image = PIL.Image.fromarray(scene(24, 32, 3))
    image.putalpha(PIL.Image.fromarray(np.tile(np.arange(32, dtype=np.uint8), (24, 1))))
    exif = PIL.Image.Exif()
    exif[0x010F], exif[0x011A], exif[0x011B], exif[0x0128] = "Maker", 300.0, 300.0, 2
    texts = PIL.PngImagePlugin.PngInfo()
    texts.add_text("Title", "words")
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    image.save(path, icc_profile=SRGB, exif=exif.tobytes(), dpi=(300, 300), pnginfo=texts)
    return path


def test_what_comes_back_and_what_is_said_to_be_left(tmp_path: Path) -> None:
    shares: list[float] = []
    (row,) = measure_kept([rich(tmp_path / "a.png")], progress=shares.append)
    assert {name for name, fate in row.fates.items() if fate is Fate.KEPT} == ALL
    assert row.fates["texts"] is Fate.SAID and "text (Title)" in row.said[0]
    assert (row.lost, row.refused, row.kind, shares) == ((), "", "PNG", [1.0])
    assert set(row.fates) == set(FEATURES) == set(row.as_json()["fates"])
    assert tally([row])["texts"] == {"kept": 0, "left, said": 1, "LOST": 0}


def test_what_is_lost_without_a_word_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = decoding.decode

    def poor(data: bytes, **wishes: Any) -> Any:
        picture = whole(data, **wishes)
        planes = tuple(np.bitwise_xor(plane, 1) for plane in picture.planes)
        return replace(picture, planes=planes, alpha=None, metadata=NO_METADATA)

    monkeypatch.setattr(decoding, "decode", poor)
    (row,) = measure_kept([rich(tmp_path / "a.png")])
    assert set(row.lost) == ALL

    def other(data: bytes, **wishes: Any) -> Any:
        warnings.warn("the Exif data and the XMP are left behind", stacklevel=1)
        return replace(whole(data, **wishes), metadata=Metadata(icc=b"another", exif=b"", xmp=b""))

    monkeypatch.setattr(decoding, "decode", other)
    (row,) = measure_kept([rich(tmp_path / "a.png")])
    assert set(row.lost) == {"profile", "resolution"} and row.fates["Exif"] is row.fates["XMP"] is Fate.SAID


def test_refusals_and_files_that_pillow_does_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", scene(16, 16, 1))
    (tmp_path / "b.png").write_bytes(b"\x89PNG, and then no more")
    target = io.BytesIO()
    PIL.Image.new("LAB", (8, 8)).save(target, "TIFF")
    (tmp_path / "c.tif").write_bytes(target.getvalue())
    raw, damaged, lab = measure_kept(files_of([tmp_path]))
    assert (raw.kind, raw.fates) == ("NPY", {"samples": Fate.KEPT})
    assert damaged.refused and not damaged.fates
    assert not lab.refused and not lab.lost and "LAB became sRGB" in lab.said[0]


def animated(path: Path) -> Path:
    frames = [PIL.Image.fromarray(scene(16, 24, seed)) for seed in (1, 2, 3)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[100, 250, 40])
    return path


def test_frames_come_back_or_are_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = animated(tmp_path / "a.png")
    (row,) = measure_kept([path])
    assert row.fates["frames"] is Fate.KEPT and row.fates["samples"] is Fate.KEPT
    whole = clip_encode.encode_clip

    def quick(source: Any, target: Any, **wishes: Any) -> Any:
        return whole(source, target, fps=10, **wishes)

    def poor(source: Any, target: Any, **wishes: Any) -> Any:
        return whole(source, target, **wishes | {"options": EncodeOptions(quality=5)})

    def short(source: Any, target: Any, **wishes: Any) -> Any:
        return whole([scene(16, 24, 1)], target, **wishes)

    for other in (quick, poor, short):
        monkeypatch.setattr(clip_encode, "encode_clip", other)
        assert measure_kept([path])[0].lost == ("frames",)


def test_floats_come_back(tmp_path: Path) -> None:
    light = np.array([[0.5, np.inf, -0.0], [np.nan, 1e-40, 3.0]], "<f4")
    (tmp_path / "a.pfm").write_bytes(b"Pf\n3 2\n-1.0\n" + light.tobytes())
    (row,) = measure_kept([tmp_path / "a.pfm"])
    assert dict(row.fates) == {"samples": Fate.KEPT}


def test_without_files_there_is_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(NoPictures):
        files_of([tmp_path])
