"""What `decode` writes is what `verify --expect` accepts: every format, depth, colour, transparency, crop and turn."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.encode_file import encode_to_file
from refdec.api.encode_options import EncodeOptions
from refdec.formats.errors import FormatCannotHold, NoFloats
from refdec.formats.files import read_picture, write_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.heif.boxes import FileBox
from refdec.heif.heiffile import Property
from refdec.heif.parts import AlphaPlane
from refdec.heif.picturefile import shown_item
from refdec.heif.reading import read_heif
from refdec.heif.writing import write_heif
from refdec.tiling.geometry import Rect
from refdec.verification.files import VerifyRequest, verify_file
from refdec.verification.verdict import Comparison, Verdict
from tests.encodable import photograph
from tests.unit.heif.support import clap

HEIGHT, WIDTH = 24, 40
TURN = Property(FileBox("irot", {"angle": 1}), essential=True)
MIRROR = Property(FileBox("imir", {"axis": 0}), essential=True)
PART = Rect(6, 4, 21, 14)
FORMATS = (".png", ".webp", ".tif", ".ppm", ".pgm", ".yuv", ".npy", ".exr", ".pfm")


def compared(data: bytes, expected: Path, **wishes: Any) -> Comparison:
    found = verify_file(data, VerifyRequest(expect=expected, **wishes))
    assert found.comparison is not None, list(found.lines())
    return found.comparison


def with_properties(data: bytes, *properties: Property) -> bytes:
    """Return a file whose picture has further properties."""
    file = read_heif(data, limits=refdec.Limits())
    item = shown_item(file)
    return write_heif(file.with_item(replace(item, properties=(*item.properties, *properties))))


def coded(picture: Any, *properties: Property, **wishes: Any) -> bytes:
    in_file = bool(properties) or (picture.ndim == 3 and picture.shape[2] in (2, 4))
    container: Any = {"container": "jaii"} if in_file else {}
    made = refdec.encode(picture, encoder="analysis", quality=40, **container, **wishes)
    return with_properties(made, *properties) if properties else made


def photo(bits: int = 8, components: int = 3) -> Any:
    whole = photograph(HEIGHT, WIDTH, bits=bits)
    ramp = (np.arange(HEIGHT * WIDTH) * 37 % (1 << bits)).astype(whole.dtype).reshape(HEIGHT, WIDTH)
    return {1: whole[:, :, 0], 2: np.dstack([whole[:, :, 0], ramp]), 3: whole, 4: np.dstack([whole, ramp])}[components]


def light(components: int = 3) -> Any:
    return np.random.default_rng(6).random((HEIGHT, WIDTH, components), np.float32) * 4


EXACT = {"lossless": True}
STREAMS: dict[str, tuple[Any, tuple[Property, ...], dict[str, Any]]] = {
    "8": (photo(), (), {}),
    "8 lossless": (photo(), (), EXACT),
    "8 near": (photo(), (), {"max_error": 2}),
    "10 lossless": (photo(10), (), EXACT | {"bits": 10}),
    "12": (photo(12), (), {"bits": 12}),
    "16 lossless": (photo(16), (), EXACT),
    "4 lossless": (photo() >> 4, (), EXACT | {"bits": 4}),
    "gray": (photo(components=1), (), {}),
    "gray 12 lossless": (photo(12, 1), (), EXACT | {"bits": 12}),
    "alpha": (photo(components=4), (), {}),
    "alpha lossless": (photo(components=4), (), EXACT),
    "gray alpha lossless": (photo(components=2), (), EXACT),
    "alpha 16 lossless": (photo(16, 4), (), EXACT),
    "floats": (light(), (), EXACT),
    "gray floats": (light(1)[:, :, 0], (), EXACT),
    "turned": (photo(), (TURN,), {}),
    "mirrored lossless": (photo(), (MIRROR,), EXACT),
    "part": (photo(), (clap(WIDTH, HEIGHT, PART),), {}),
    "part turned lossless": (photo(components=4), (clap(WIDTH, HEIGHT, PART), TURN), EXACT),
    "gray part turned": (photo(components=1), (clap(WIDTH, HEIGHT, PART), TURN), {}),
    "floats turned": (light(), (TURN,), EXACT),
}
"""Pictures, how they are shown, and how they are encoded."""


@cache
def stream(name: str) -> bytes:
    picture, properties, wishes = STREAMS[name]
    return coded(picture, *properties, **wishes)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", STREAMS)
def test_what_decode_writes_is_accepted(name: str, tmp_path: Path) -> None:
    data, written = stream(name), 0
    ways = [(suffix, False) for suffix in FORMATS] + [(".tif", True), (".npy", True)]
    for suffix, lossy in ways:
        target = tmp_path / f"a{suffix}"
        try:
            report = decode_to_file(data, target, DecodeJob(lossy=lossy))
        except (FormatCannotHold, NoFloats):
            continue
        written += 1
        found = compared(data, target)
        assert found.accepted and found.details["max_abs"] == 0, (suffix, found.lines)
        if report.fidelity != "lossy":
            assert "lossless layer" in found.details["of"], suffix
    assert written >= 6


@pytest.mark.parametrize("turned", [False, True])
def test_video_of_smaller_chroma_is_that_which_is_shown(turned: bool, tmp_path: Path) -> None:
    planes = [photo()[: HEIGHT // step, : WIDTH // step, index] for index, step in enumerate((1, 2, 2))]
    source = tmp_path / f"s_{WIDTH}x{HEIGHT}_8bit_420.yuv"
    source.write_bytes(b"".join(plane.tobytes() for plane in planes))
    data = refdec.encode(source, encoder="analysis", container="jaii")
    if turned:
        data = with_properties(data, clap(WIDTH, HEIGHT, Rect(6, 4, 20, 14)), TURN)
    for suffix in (".yuv", ".png"):
        decode_to_file(data, tmp_path / f"a{suffix}")
        assert compared(data, tmp_path / f"a{suffix}").accepted
    rgb = refdec.decode(data, colour="RGB").array
    np.save(tmp_path / "b.npy", rgb)
    assert compared(data, tmp_path / "b.npy").accepted, "such planes are in no array"


def test_originals_are_accepted_as_they_are_shown(tmp_path: Path) -> None:
    shown = np.rot90(photo(components=4)[PART.rows, PART.columns])
    np.save(tmp_path / "a.npy", np.ascontiguousarray(shown))
    assert compared(stream("part turned lossless"), tmp_path / "a.npy").accepted
    np.save(tmp_path / "b.npy", photo(components=4))
    stored = compared(stream("part turned lossless"), tmp_path / "b.npy")
    assert not stored.accepted and "is 40 x 24 in the expected picture and 14 x 21 in the decoded" in stored.lines[-1]


def test_transparency_is_compared(tmp_path: Path) -> None:
    other = photo(components=4)
    other[3, 4, 3] ^= 1
    np.save(tmp_path / "a.npy", other)
    found = compared(stream("alpha lossless"), tmp_path / "a.npy")
    assert not found.accepted and "row 3, column 4, component A" in found.lines[1]
    assert compared(stream("alpha lossless"), tmp_path / "a.npy", tolerance=1).accepted
    np.save(tmp_path / "b.npy", photo())
    assert "component A: 255 expected" in compared(stream("alpha lossless"), tmp_path / "b.npy").lines[1]
    np.save(tmp_path / "c.npy", photo(components=4))
    assert not compared(stream("8 lossless"), tmp_path / "c.npy").accepted
    refdec.decode(stream("8 lossless")).save(tmp_path / "d.ppm")
    assert compared(stream("alpha lossless"), tmp_path / "d.ppm").lines[1] == (
        "transparency is not compared: ppm has no place for it"
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", [".png", ".tif", ".npy"])
@pytest.mark.parametrize("bits", [5, 8])
def test_transparency_deeper_than_colours_is_compared_in_every_bit(bits: int, suffix: str, tmp_path: Path) -> None:
    whole = photo() >> (8 - bits)
    depths = (np.arange(HEIGHT * WIDTH) * 677 % 65536).astype(np.uint16).reshape(HEIGHT, WIDTH)
    planes = tuple(np.ascontiguousarray(whole[:, :, index]) for index in range(3))
    original = CodePicture(planes, bits, Colour.RGB, alpha=AlphaPlane(depths, 16, False))
    encode_to_file(original, tmp_path / "a.jaii", EncodeOptions(lossless=True))
    data, target = (tmp_path / "a.jaii").read_bytes(), tmp_path / f"a{suffix}"
    decode_to_file(data, target)
    assert compared(data, target).accepted
    found = read_picture(target, keep_alpha=True)
    assert found.alpha is not None and found.alpha.bits == 16
    write_picture(target, replace(found, alpha=replace(found.alpha, samples=found.alpha.samples ^ np.uint16(1))))
    assert not compared(data, target).accepted


def test_transparency_that_needs_more_bits_is_not_cut(tmp_path: Path) -> None:
    wide = photo(components=4).astype(np.uint16)
    wide[:, :, 3] += 512
    np.save(tmp_path / "a.npy", wide)
    found = verify_file(stream("alpha lossless"), VerifyRequest(expect=tmp_path / "a.npy"))
    assert found.comparison is None or not found.comparison.accepted


def test_what_is_nearer_is_told(tmp_path: Path) -> None:
    for index, lossy in enumerate((False, True)):
        other = refdec.decode(stream("8 lossless"), lossy=lossy).array.copy()
        other[2, 3, 1] ^= 7
        np.save(tmp_path / f"{index}.npy", other)
        found = compared(stream("8 lossless"), tmp_path / f"{index}.npy")
        of = ("what the lossless layer gives", "the lossy picture")[index]
        assert found.lines[0] == f"compared is {of}" and "row 2, column 3, component G" in found.lines[1]


def test_a_png_of_more_bits_is_cut_and_that_is_told(tmp_path: Path) -> None:
    noisy = (photo(10) << 6) | np.random.default_rng(1).integers(0, 64, photo().shape).astype(np.uint16)
    planes = tuple(np.ascontiguousarray(noisy[:, :, index]) for index in range(3))
    write_picture(tmp_path / "a.png", CodePicture(planes, 16, Colour.RGB))
    found = compared(stream("10 lossless"), tmp_path / "a.png")
    assert found.accepted and found.lines[1].endswith("of 10 bits: the lower 6 are not compared")
    write_picture(tmp_path / "a.tif", CodePicture(planes, 16, Colour.RGB))
    assert not compared(stream("10 lossless"), tmp_path / "a.tif").accepted


def test_codes_over_the_range_of_more_bits_are_those_codes(tmp_path: Path) -> None:
    """Found: a PPM of 16 bits that another program made of 8 was called different."""
    planes = tuple(np.ascontiguousarray(photo()[:, :, index]).astype(np.uint16) * 257 for index in range(3))
    for suffix in (".ppm", ".png", ".tif"):
        write_picture(tmp_path / f"a{suffix}", CodePicture(planes, 16, Colour.RGB))
        assert compared(stream("8 lossless"), tmp_path / f"a{suffix}").accepted
    planes[1][2, 3] += 1
    write_picture(tmp_path / "a.ppm", CodePicture(planes, 16, Colour.RGB))
    assert not compared(stream("8 lossless"), tmp_path / "a.ppm").accepted


def test_floats_beside_codes_are_seen_as_codes(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", light())
    data = refdec.encode(tmp_path / "a.npy", encoder="analysis", quality=90)
    found = compared(data, tmp_path / "a.npy", tolerance=65535)
    assert found.accepted and "the codestream gives no floats" in found.lines[0]


def test_what_cannot_be_shown_is_a_problem(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", photo())
    beyond = with_properties(coded(photo(), TURN), clap(WIDTH, HEIGHT, Rect(30, 0, 20, 20)))
    verdict: Verdict = verify_file(beyond, VerifyRequest(expect=tmp_path / "a.npy"))
    assert [problem.code for problem in verdict.problems] == ["RD2016"] and verdict.comparison is None
