"""Kinds of files by their first bytes, and what the error of a file that is no codestream says of them."""

from __future__ import annotations

import gzip
import io
import subprocess
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from refdec.bitstream.errors import NoStart
from refdec.bitstream.firstbytes import START_BYTES, file_kind
from refdec.bitstream.framing import read_codestream
from refdec.formats.files import READ_SUFFIXES


def ftyp(major: str, *compatible: str) -> bytes:
    """The first box of a file of the ISO base media family, and the beginning of the next."""
    body = major.encode() + bytes(4) + "".join(compatible).encode()
    return (8 + len(body)).to_bytes(4, "big") + b"ftyp" + body + b"\0\0\1\0meta"


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", b"b")
    return file.getvalue()


def numpy_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros((2, 2, 3), np.uint8))
    return file.getvalue()


ENCODE, CONVERT = "refdec encode FILE OUT.jai", "refdec encode FILE.png OUT.jai"
GREP = "grep -obaP '\\xff\\x80\\xff\\x82' FILE | cut -d: -f1"
STARTS = {
    "sqlite": (b"SQLite format 3\0\x10\0", "a SQLite database", "refdec task retrieval query IN.jai FILE"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture", ENCODE),
    "pgm": (b"P5\n2 2\n255\n", "a PGM picture", ENCODE),
    "ppm": (b"P6\n2 2\n255\n", "a PPM picture", ENCODE),
    "pbm": (b"P4\n2 2\n", "a PBM picture", ENCODE),
    "plain_pbm": (b"P1\n2 2\n", "a PBM picture", ENCODE),
    "plain_pgm": (b"P2\n2 2\n255\n", "a PGM picture", ENCODE),
    "plain_ppm": (b"P3\n2 2\n255\n", "a PPM picture", ENCODE),
    "pam": (b"P7\nWIDTH 2\n", "a PAM picture", ENCODE),
    "pfm": (b"PF\n2 2\n-1.0\n", "a PFM picture", ENCODE),
    "gray_pfm": (b"Pf\n2 2\n-1.0\n", "a PFM picture", ENCODE),
    "npy": (numpy_array(), "a NumPy array", ENCODE),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a JPEG picture", ENCODE),
    "jpeg_exif": (b"\xff\xd8\xff\xe1\0\x10Exif\0", "a JPEG picture", ENCODE),
    "jxl": (b"\xff\x0a\xfa\x1f", "a JPEG XL picture", CONVERT),
    "jxl_boxes": (b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ", "a JPEG XL picture", CONVERT),
    "j2k": (b"\xff\x4f\xff\x51\0\x2f", "a JPEG 2000 picture", ENCODE),
    "jp2": (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", "a JPEG 2000 picture", ENCODE),
    "webp": (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP picture", ENCODE),
    "gif": (b"GIF89a\1\0\1\0", "a GIF picture", ENCODE),
    "gif87": (b"GIF87a\1\0\1\0", "a GIF picture", ENCODE),
    "tiff": (b"II*\0\x08\0\0\0", "a TIFF picture", ENCODE),
    "tiff_big_endian": (b"MM\0*\0\0\0\x08", "a TIFF picture", ENCODE),
    "bigtiff": (b"II+\0\x08\0\0\0", "a TIFF picture", ENCODE),
    "bigtiff_big_endian": (b"MM\0+\0\x08\0\0", "a TIFF picture", ENCODE),
    "bmp": (b"BM\x46\0\0\0", "a BMP picture", ENCODE),
    "jaii": (
        ftyp("jaii", "mif1", "miaf"),
        "a JPEG AI file of the HEIF family (ftyp, brand jaii)",
        "refdec transcode FILE OUT.jai",
    ),
    "jais": (ftyp("msf1", "jais"), "a JPEG AI file of the HEIF family (ftyp, brand jais)", GREP),
    "jaii_compatible": (
        ftyp("mif1", "miaf", "jaii"),
        "a JPEG AI file of the HEIF family (ftyp, brand jaii)",
        "refdec transcode FILE OUT.jai",
    ),
    "avif": (ftyp("avif", "mif1", "miaf"), "an AVIF picture (ftyp, brand avif)", ENCODE),
    "avif_compatible": (ftyp("mif1", "avif"), "an AVIF picture (ftyp, brand avif)", ENCODE),
    "heic": (ftyp("heic", "mif1"), "a HEIF picture (ftyp, brand heic)", ENCODE),
    "heif": (ftyp("mif1", "jpeg"), "a HEIF picture (ftyp, brand mif1)", ENCODE),
    "mp4": (ftyp("isom", "mp42"), "a film or another file of the ISO base media family (ftyp, brand isom)", GREP),
    "strange_brand": (b"\0\0\0\x10ftyp\xff\0\1\2", "family (ftyp, brand unknown)", GREP),
    "cut_brand": (b"\0\0\0\x10ftyp", "family (ftyp, brand unknown)", GREP),
    "pdf": (b"%PDF-1.7\n", "a PDF document", "pdfimages -png FILE PICTURE"),
    "zip": (zipped(), "a ZIP archive", "unzip FILE"),
    "zip_empty": (b"PK\5\6" + bytes(18), "a ZIP archive", "unzip FILE"),
    "gzip": (gzip.compress(b"x"), "a gzip archive", "gunzip FILE"),
    "html": (b"<!DOCTYPE html>\n<html>", "a page of HTML", "head FILE"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a Git LFS pointer", "git lfs pull"),
}


@pytest.mark.parametrize("name", STARTS)
def test_what_is_no_codestream_is_named_as_what_it_is(name: str) -> None:
    data, called, command = STARTS[name]
    with pytest.raises(NoStart) as caught:
        read_codestream(data + bytes(1000))
    lines = caught.value.explain().splitlines()
    assert lines[0].startswith("This is no JPEG AI codestream: the data is ")
    assert called in lines[0] and lines[0].endswith("expected ff80 (SOC).")
    assert lines[-1].endswith(command)


@pytest.mark.parametrize("name", STARTS)
def test_the_bytes_that_errors_keep_are_enough(name: str) -> None:
    data = STARTS[name][0]
    assert file_kind((data + bytes(1000))[:START_BYTES]) == file_kind(data + bytes(1000)) == file_kind(data)


def test_other_bytes_and_none_have_advice_too() -> None:
    with pytest.raises(NoStart) as caught:
        read_codestream(b"\x00\x01\x02")
    first, last = caught.value.explain().splitlines()
    assert "the data begins with 0001, expected ff80 (SOC)" in first and last.endswith(GREP)
    with pytest.raises(NoStart) as caught:
        read_codestream(b"")
    first, last = caught.value.explain().splitlines()
    assert "the data is empty, expected ff80 (SOC)" in first and last.endswith("ls -l FILE")
    for data in (b"", b"\xff", b"\xff\x80\xff\x82", b"P7", b"JFIF", b"ftyp", b"RIFF\0\0\0\0WAVE"):
        assert file_kind(data) is None


def test_readable_pictures_alone_have_a_suffix() -> None:
    for data, _, command in STARTS.values():
        kind = file_kind(data)
        assert kind is not None and (kind.suffix in READ_SUFFIXES if command == ENCODE else kind.suffix == "")


@pytest.mark.parametrize(
    ("format_", "called"),
    [
        ("PNG", "PNG"),
        ("JPEG", "JPEG picture"),
        ("WEBP", "WebP"),
        ("GIF", "GIF"),
        ("TIFF", "TIFF"),
        ("BMP", "BMP"),
        ("JPEG2000", "JPEG 2000"),
        ("AVIF", "AVIF"),
        ("PDF", "PDF"),
        ("PPM", "PPM"),
    ],
)
def test_files_of_other_writers_are_known(format_: str, called: str) -> None:
    images = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    try:
        images.new("RGB", (16, 16)).save(file, format_)
    except (KeyError, OSError):
        pytest.skip(f"this Pillow writes no {format_}")
    kind = file_kind(file.getvalue())
    assert kind is not None and called in kind.name


def test_the_advice_for_a_wrapped_codestream_works(tmp_path: Path) -> None:
    codestream = resources.files("refdec").joinpath("data", "demo.jai").read_bytes()
    wrapped = tmp_path / "wrapped.jaii"
    wrapped.write_bytes(ftyp("jaii", "mif1") + bytes(300) + codestream + b"more boxes")
    with pytest.raises(NoStart) as caught:
        read_codestream(wrapped.read_bytes())
    command = caught.value.explain().splitlines()[-1].replace("FILE", wrapped.name)
    try:
        found = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no grep here that finds bytes")
    offset = int(found.splitlines()[0])
    assert offset == wrapped.read_bytes().index(codestream)
    assert len(read_codestream(wrapped.read_bytes()[offset:]).substreams) == len(read_codestream(codestream).substreams)
