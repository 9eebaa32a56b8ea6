"""Files of floats by suffix, and what each has no place for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.bitstream.rendering import Cicp, RenderingInfo
from refdec.formats.errors import NoFloats
from refdec.formats.files import read_picture
from refdec.formats.float_files import write_floats
from refdec.formats.kinds import FLOAT_SUFFIXES
from refdec.heif.parts import Metadata
from tests.unit.formats.float_support import floats, same_floats

WIDE = RenderingInfo(cicp=Cicp(12, 13, 0, 1, 2))


@pytest.mark.parametrize("suffix", [".exr", ".pfm", ".tif"])
@pytest.mark.parametrize("components", [1, 3])
def test_what_is_written_is_read(tmp_path: Path, suffix: str, components: int) -> None:
    picture = floats(32, components)
    assert write_floats(tmp_path / f"a{suffix}", picture, suffix) == ()
    assert same_floats(read_picture(tmp_path / f"a{suffix}").floats, picture)


def test_a_pfm_of_halves_has_their_values(tmp_path: Path) -> None:
    picture = floats(16, 3)
    write_floats(tmp_path / "a.pfm", picture, ".pfm")
    assert same_floats(read_picture(tmp_path / "a.pfm").floats, picture.as_single())


def test_an_array_has_the_bits(tmp_path: Path) -> None:
    picture = floats(16, 4)
    write_floats(tmp_path / "a.npy", picture, ".npy")
    found = np.load(tmp_path / "a.npy")
    assert found.dtype == np.float16 and np.array_equal(found.view(np.uint16)[:, :, 3], picture.planes[3])


def test_what_has_no_place_is_named(tmp_path: Path) -> None:
    said = {
        suffix: "; ".join(write_floats(tmp_path / f"a{suffix}", floats(16, 4), suffix, WIDE, Metadata(xmp=b"<x/>")))
        for suffix in FLOAT_SUFFIXES
    }
    assert said[".tif"] == said[".tiff"] == ""
    assert "multiplied" in said[".exr"] and "XMP" in said[".exr"] and "primaries" not in said[".exr"]
    assert all(word in said[".pfm"] for word in ("transparency", "XMP", "primaries"))
    assert "XMP" in said[".npy"] and "primaries" in said[".npy"] and "transparency" not in said[".npy"]


def test_a_picture_without_floats_makes_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NoFloats, match=r"\.exr"):
        write_floats(tmp_path / "a.exr", None, ".exr")
    assert not (tmp_path / "a.exr").exists()
