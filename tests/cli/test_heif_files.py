"""HEIF files: `photo.jpg` to `photo.jaii` and back with all that stands beside the samples, and by others' parsers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageCms
import pytest

import refdec
from tests.encodable import photograph
from tests.unit.heif.support import STREAM, in_entries, whole_file, with_box

from .conftest import Run

Refdec = Callable[..., Run]
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    b'tiff:Orientation="6" dc:creator="Somebody"/></rdf:RDF></x:xmpmeta>'
)
MAKE, ORIENTATION, TAKEN, LATITUDE = 0x010F, 0x0112, 0x9003, 2
EXIF_IFD, GPS_IFD = 0x8769, 0x8825
ICC = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
PHOTO = photograph(70, 90)


def exif(orientation: int = 6) -> PIL.Image.Exif:
    found = PIL.Image.Exif()
    found[MAKE], found[ORIENTATION] = "Maker", orientation
    found[EXIF_IFD] = {TAKEN: "2024:01:02 03:04:05"}
    found[GPS_IFD] = {1: "N", LATITUDE: (48.0, 51.0, 30.0)}
    return found


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A JPEG as a camera writes it: lying on its side, with profile, Exif, GPS and XMP."""
    path = tmp_path / "photo.jpg"
    PIL.Image.fromarray(PHOTO).save(path, quality=95, exif=exif(), xmp=XMP, icc_profile=ICC)
    return path


@pytest.fixture
def file(photo: Path, refdec: Refdec) -> Path:
    ran = refdec("encode", photo, photo.with_suffix(".jaii"), "--quality", 20)
    assert (ran.code, ran.err) == (0, ""), "nothing is turned, and nothing left behind"
    return photo.with_suffix(".jaii")


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif"])
def test_a_photo_and_all_beside_it_comes_back(refdec: Refdec, file: Path, suffix: str) -> None:
    out = file.with_name(f"out.{suffix}")
    ran = refdec("decode", file, out)
    assert (ran.code, ran.err) == (0, "") and "70 x 90" in ran.out
    with PIL.Image.open(out) as image:
        assert image.size == (70, 90), "the samples are turned"
        found = image.getexif()
        assert found.get(ORIENTATION, 1) == 1, "and nobody turns them again"
        assert found[MAKE] == "Maker"
        assert found.get_ifd(EXIF_IFD)[TAKEN] == "2024:01:02 03:04:05"
        assert [float(each) for each in found.get_ifd(GPS_IFD)[LATITUDE]] == [48, 51, 30]
        assert image.info["icc_profile"] == ICC
        xmp = image.info.get("xmp") or image.info["XML:com.adobe.xmp"]
        xmp = xmp.encode() if isinstance(xmp, str) else xmp
        assert xmp == XMP.replace(b'Orientation="6"', b'Orientation="1"')
        samples = np.asarray(image.convert("RGB"))
    if suffix != "jpg":
        stored = bare_picture(file.with_suffix(".jai"), refdec, file)
        assert np.array_equal(samples, np.rot90(stored, -1)), "they are those of the codestream, turned right"


def bare_picture(bare: Path, run: Refdec, file: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the picture of the bare codestream of a file."""
    assert run("transcode", file, bare).code == 0
    return np.asarray(refdec.decode(bare).array)


def test_a_second_generation_from_png_keeps_all_of_it(refdec: Refdec, file: Path) -> None:
    first, second = file.with_name("a.png"), file.with_name("b.jaii")
    assert refdec("decode", file, first).code == 0
    assert refdec("encode", first, second, "--quality", 20).err == ""
    before, after = (metadata_of(path) for path in (file, second))
    assert before == after


def metadata_of(path: Path) -> tuple[bytes, bytes, bytes]:
    found = refdec.decode(path).metadata
    return found.icc, found.exif, found.xmp


def test_formats_that_hold_no_metadata_say_so(refdec: Refdec, file: Path) -> None:
    ran = refdec("decode", file, file.with_name("out.ppm"))
    assert ran.code == 0 and "ppm has no place for" in ran.err and "Exif data" in ran.err


def test_a_region_is_one_of_the_picture_as_it_is_shown(refdec: Refdec, file: Path) -> None:
    whole, part = file.with_name("whole.png"), file.with_name("part.png")
    assert refdec("decode", file, whole).code == 0
    assert refdec("decode", file, part, "--region", "11,20,40,33").code == 0
    assert np.array_equal(np.asarray(PIL.Image.open(part)), np.asarray(PIL.Image.open(whole))[20:53, 11:51])
    outside = refdec("decode", file, part, "--region", "60,0,20,20")
    assert outside.code == 2 and "70 x 90" in outside.err
    small = file.with_name("small.png")
    assert refdec("decode", file, small, "--scale", 8).code == 0
    assert PIL.Image.open(small).size == (9, 12)


def test_wrapping_and_unwrapping_keeps_the_codestream(refdec: Refdec, tmp_path: Path) -> None:
    bare = tmp_path / "a.jai"
    bare.write_bytes(STREAM)
    assert "the same bytes" in refdec("transcode", bare, tmp_path / "a.jaii").out
    ran = refdec("transcode", tmp_path / "a.jaii", tmp_path / "b.jai")
    assert (ran.code, ran.err) == (0, "") and (tmp_path / "b.jai").read_bytes() == STREAM
    whole = tmp_path / "whole.jaii"
    whole.write_bytes(whole_file())
    ran = refdec("transcode", whole, tmp_path / "c.jai")
    assert (tmp_path / "c.jai").read_bytes() == STREAM
    for name in ("the orientation", "an ICC profile", "Exif data", "XMP", "a thumbnail", "transparency"):
        assert name in ran.err
    assert refdec("transcode", whole, tmp_path / "d.jaii").code == 0
    assert (tmp_path / "d.jaii").read_bytes() == whole_file()


def test_a_transcode_keeps_what_stands_beside_the_codestream(refdec: Refdec, file: Path) -> None:
    small = file.with_name("small.jaii")
    ran = refdec("transcode", file, small, "--displacement", -1200, "--json")
    report = json.loads(ran.out)
    assert ran.code == 0 and report["what"] == "requantised" and report["bytes"] == small.stat().st_size
    assert metadata_of(small) == metadata_of(file)
    assert refdec("verify", small).code == 0
    aimed = refdec("transcode", file, small, "--max-bytes", file.stat().st_size - 20)
    assert aimed.code == 0 and small.stat().st_size <= file.stat().st_size - 20


def test_folders_keep_the_kind_of_each_file(refdec: Refdec, file: Path, tmp_path: Path) -> None:
    streams = tmp_path / "streams"
    streams.mkdir()
    (streams / "a.jai").write_bytes(STREAM)
    (streams / "b.jaii").write_bytes(file.read_bytes())
    assert refdec("transcode", streams, tmp_path / "out", "--threads", 2).code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.jai", "b.jaii"]
    assert metadata_of(tmp_path / "out" / "b.jaii") == metadata_of(file)
    assert refdec("decode", streams, tmp_path / "pictures").code == 0
    assert PIL.Image.open(tmp_path / "pictures" / "b.png").size == (70, 90)
    pictures = tmp_path / "originals"
    pictures.mkdir()
    shutil.copy(file.with_suffix(".jpg"), pictures)
    assert refdec("encode", pictures, tmp_path / "more", "--container", "jaii", "--quality", 20).code == 0
    assert metadata_of(tmp_path / "more" / "photo.jaii") == metadata_of(file)


def test_every_command_that_reads_a_codestream_reads_a_file(refdec: Refdec, file: Path, tmp_path: Path) -> None:
    disguised = tmp_path / "disguised.jai"  # what is in a file tells, not its name
    disguised.write_bytes(file.read_bytes())
    for arguments in (
        ["info", disguised],
        ["view", disguised],
        ["verify", disguised],
        ["latents", disguised, tmp_path / "x.npz"],
        ["task", "statistics", disguised],
        ["decode", disguised, tmp_path / "x.png"],
        ["diff", disguised, file],
    ):
        ran = refdec(*arguments)
        assert ran.code == 0, (arguments, ran.err)


def test_a_file_is_no_longer_than_it_may_be(refdec: Refdec, photo: Path) -> None:
    out = photo.with_name("small.jaii")
    ran = refdec("encode", photo, out, "--max-bytes", 3000, "--thumbnail", "--json")
    report = json.loads(ran.out)
    assert "no thumbnail" in ran.err, "the picture is no larger than one"
    assert 2700 <= out.stat().st_size == report["bytes"] <= 3000
    assert report["beside_bytes"] == report["bytes"] - round(report["bits_per_pixel"] * 70 * 90 / 8)


def test_a_thumbnail_is_a_small_picture(refdec: Refdec, tmp_path: Path) -> None:
    from refdec.formats.stream_files import read_stream_file

    source = tmp_path / "large.png"
    PIL.Image.fromarray(photograph(300, 520)).save(source)
    assert refdec("encode", source, tmp_path / "a.jaii", "--thumbnail", "--quality", 10).code == 0
    found = read_stream_file(tmp_path / "a.jaii").file
    assert found is not None
    (small,) = found.pointing_at("thmb", found.primary)
    picture = picture_of(bytes(small.data))
    whole = picture_of(tmp_path / "a.jaii")
    assert picture.shape == (100, 174, 3)
    means = whole[:300, :519].reshape(100, 3, 173, 3, 3).mean(axis=(1, 3))
    assert np.corrcoef(means.ravel(), picture[:, :173].ravel())[0, 1] > 0.6
    bare = refdec("encode", source, tmp_path / "a.jai", "--thumbnail")
    assert bare.code == 2 and "thumbnail" in bare.err


def picture_of(source: Path | bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(refdec.decode(source).array)


def test_private_regions_leave_no_preview(refdec: Refdec, photo: Path) -> None:
    out = photo.with_suffix(".jaii")
    ran = refdec("encode", photo, out, "--private", "10,10,32,32", "--leave-out", "--thumbnail", "--quality", 20)
    assert ran.code == 0 and "previews" in ran.err and "Exif data" in ran.err
    assert b"Maker" not in out.read_bytes()
    assert metadata_of(out) == (ICC, b"", b"")
    assert "private regions" in refdec("decode", out, photo.with_name("out.png")).err


def test_opening_and_dropping_keep_what_stands_beside(refdec: Refdec, photo: Path, tmp_path: Path) -> None:
    pytest.importorskip("cryptography", reason="nothing is sealed without it")
    key, out = tmp_path / "my.key", photo.with_suffix(".jaii")
    assert refdec("private", "key", key).code == 0
    sealed = ["--private", "10,10,32,32", "--key", key, "--quality", 20]
    assert refdec("encode", photo, out, *sealed).code == 0
    assert refdec("transcode", out, tmp_path / "bare.jai").code == 0, "what is sealed may be moved as it is"
    for way in (["open", out, tmp_path / "whole.jaii", "--key", key], ["drop", out, tmp_path / "dropped.jaii"]):
        assert refdec("private", *way).code == 0
        made = Path(str(way[2]))
        assert metadata_of(made)[0] == ICC and picture_of(made).shape == (90, 70, 3)
        assert refdec("verify", made).code == 0


def test_previews_are_upright_too(file: Path) -> None:
    stream = refdec.open_progressive(file)
    assert np.array_equal(stream.preview(160, 96).array, picture_of(file))


def test_strip_leaves_what_samples_need(refdec: Refdec, photo: Path) -> None:
    out = photo.with_suffix(".jaii")
    assert refdec("encode", photo, out, "--strip", "--quality", 20).err == ""
    assert metadata_of(out) == (ICC, b"", b"") and picture_of(out).shape == (90, 70, 3)


def test_boxes_that_disagree_are_found_by_verify(refdec: Refdec, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.jaii"
    wrong.write_bytes(with_box("meta/iprp/ipco/pixi", in_entries("channels", bits_per_channel=10)))
    ran = refdec("verify", wrong)
    assert ran.code == 3 and "RD2011" in ran.out and "10 bits" in ran.out
    cut = tmp_path / "cut.jaii"
    cut.write_bytes(whole_file()[:200])
    ran = refdec("verify", cut)
    assert ran.code == 3 and "RD2002" in ran.out and "clause ," not in ran.out
    assert refdec("decode", cut, tmp_path / "x.png").code == 3


# -- judged by others


def parser(name: str) -> str:
    """Return a program of others, or skip: without it nothing is judged here."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: the structure of files is not judged by it here")
    return found


def test_libheif_reads_the_structure(file: Path) -> None:
    ran = subprocess.run([parser("heif-info"), "-d", file], capture_output=True, text=True, check=False)
    for line in (
        "major brand: jaii",
        "compatible brands: jaii,mif1,miaf",
        "item_type: jai0",
        "item_type: Exif",
        "content_type: application/rdf+xml",
        "image width: 90",
        "bits_per_channel: 8,8,8",
        "rotation: 270 degrees (CCW)",
        f"profile size: {len(ICC)}",
        "reference with type 'cdsc' from ID: 2 to IDs: 1",
    ):
        assert line in ran.stdout, line


def test_exiftool_reads_the_same_metadata_as_of_the_photo(file: Path) -> None:
    groups = ["-IFD0:all", "-ExifIFD:all", "-GPS:all", "-XMP:all", "-ICC_Profile:all"]

    def read(path: Path) -> dict[str, object]:
        command = [parser("exiftool"), "-json", "-G1", *groups, str(path)]
        (found,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        return {name: value for name, value in found.items() if name != "SourceFile"}

    assert read(file) == read(file.with_suffix(".jpg"))
    command = [parser("exiftool"), "-json", "-a", "-QuickTime:all", str(file)]
    (found,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert (found["ImageSpatialExtent"], found["Rotation"]) == ("90x70", 270)
