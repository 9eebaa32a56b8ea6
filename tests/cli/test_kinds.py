"""What other files than codestreams are told, and `.bits` as good a suffix as `.jai`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from .conftest import Run

Refdec = Callable[..., Run]
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)
WRAPPED = b"\0\0\0\x14ftypjaii\0\0\0\0mif1" + bytes(100)


@pytest.fixture
def bits(tmp_path: Path) -> Path:
    """A codestream in a folder of its own, with the suffix `.bits`."""
    (tmp_path / "streams").mkdir()
    with resources.as_file(resources.files("refdec").joinpath("data", "demo.jai")) as demo:
        shutil.copyfile(demo, tmp_path / "streams" / "photo.bits")
    return tmp_path / "streams" / "photo.bits"


@pytest.mark.parametrize("command", [("info",), ("view",), ("decode",), ("latents",)])
@pytest.mark.parametrize(
    ("data", "said", "code", "advice"),
    [
        (PICTURE, "the data is a PNG picture", "RD0101", "refdec encode {file} OUT.jai"),
        (WRAPPED, "The file has no box meta", "RD2005", "refdec view {file}"),
    ],
    ids=["png", "jaii"],
)
def test_other_files_are_named(
    command: tuple[str, ...], data: bytes, said: str, code: str, advice: str, refdec: Refdec, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(data)
    more = {"decode": [tmp_path / "o.png"], "latents": [tmp_path / "o.npz"]}.get(command[0], [])
    ran = refdec(*command, tmp_path / "file", *more)
    assert ran.code == 3
    assert said in ran.err + ran.out and code in ran.err + ran.out
    if command[0] != "view":
        assert advice.format(file=tmp_path / "file") in ran.err
    assert not (tmp_path / "o.png").exists() and not (tmp_path / "o.npz").exists()


def test_verify_names_other_files(refdec: Refdec, tmp_path: Path) -> None:
    (tmp_path / "a.bits").write_bytes(WRAPPED)
    ran = refdec("verify", tmp_path / "a.bits", "--json")
    assert ran.code == 3 and "RD2005" in ran.out
    (tmp_path / "a.bits").write_bytes(PICTURE)
    ran = refdec("verify", tmp_path / "a.bits", "--json")
    assert ran.code == 3 and "RD0101" in ran.out


def test_bits_is_a_codestream_wherever_jai_is(bits: Path, refdec: Refdec, tmp_path: Path) -> None:
    folder = bits.parent
    assert json.loads(refdec("info", bits, "--json").out)["width"] == 768
    ran = refdec("decode", folder, "--out", tmp_path / "pictures", "--format", "ppm")
    assert ran.code == 0, ran.err
    pattern = refdec("decode", folder / "*.bits", "--out", tmp_path / "again", "--format", "ppm")
    assert pattern.code == 0, pattern.err
    assert (tmp_path / "pictures" / "photo.ppm").read_bytes() == (tmp_path / "again" / "photo.ppm").read_bytes()
    assert "photo.bits" in refdec("verify", folder).out
    ran = refdec("task", "statistics", folder)
    assert ran.code == 0 and "photo.bits" in ran.out + ran.err
    refused = refdec("decode", bits, tmp_path / "other.bits")
    assert refused.code == 2 and not (tmp_path / "other.bits").exists()
