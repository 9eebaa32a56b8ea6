"""imageio reads and writes `.jai` once the adapter is imported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from tests.encodable import GOLDEN, photograph
from tests.unit.heif.grids import TURN, gray_stream, grid_data, streams

iio = pytest.importorskip("imageio.v3")
STREAM = GOLDEN / "kodim15_m1_+0_65x79.jai"


@pytest.fixture(autouse=True)
def adapter() -> None:
    import refdec.adapters.imageio  # noqa: F401 - importing registers


def test_read() -> None:
    expected = refdec.decode(STREAM).array
    assert np.array_equal(iio.imread(STREAM), expected)
    assert np.array_equal(iio.imread(STREAM, index=...), expected[None])
    properties = iio.improps(STREAM)
    assert (properties.shape, properties.dtype) == ((79, 65, 3), np.uint8)
    assert iio.immeta(STREAM)["model_id"] == 1
    with pytest.raises(ValueError, match="index"):
        iio.imread(STREAM, index=2)


def test_write(tmp_path: Path) -> None:
    picture = photograph(100, 90)
    for name in (f"a{suffix}" for suffix in CODESTREAM_SUFFIXES):
        iio.imwrite(tmp_path / name, picture, displacement=-100)
        assert refdec.transcode(tmp_path / name, container="jai") == refdec.encode(picture, displacement=-100)
        assert (tmp_path / name).read_bytes()[4:8] == (b"ftyp" if name == "a.jaii" else STREAM.read_bytes()[4:8])


def test_what_cannot_be_is_an_error_of_imageio(tmp_path: Path) -> None:
    (tmp_path / "b.jai").write_bytes(b"no picture")
    with pytest.raises(OSError):
        iio.imread(tmp_path / "b.jai", plugin="refdec")
    with pytest.raises(OSError, match="out of reach"):
        iio.imwrite(tmp_path / "c.jai", photograph(64, 64), bpp=1e-6)


def test_a_second_picture_is_refused(tmp_path: Path) -> None:
    picture = photograph(64, 64)
    with iio.imopen(tmp_path / "a.jai", "w", plugin="refdec") as file:
        file.write(picture, check=False)
        with pytest.raises(OSError, match="one picture"):
            file.write(picture, check=False)
    with pytest.raises(OSError, match="cannot be encoded"):
        iio.imwrite(tmp_path / "b.jai", np.stack([picture, picture]))
    with pytest.raises(OSError, match="cannot be encoded"):
        iio.imwrite(tmp_path / "c.jai", [picture, picture])


def test_what_was_gray_is_gray() -> None:
    plane = np.tile(np.arange(70, dtype=np.uint8) * 3, (64, 1))
    for picture in (plane, np.stack([plane] * 3, axis=-1)):
        data = refdec.encode(picture, check=False)
        read = iio.imread(data, extension=".jai")
        assert read.shape == picture.shape == iio.improps(data, extension=".jai").shape
        assert np.array_equal(read, refdec.decode(data).array)
        assert iio.imread(data, extension=".jai", colour="RGB").shape == (64, 70, 3)


def test_heif_files_are_written_by_their_name_and_read_upright(tmp_path: Path) -> None:
    from refdec.api.enclosing import enclosed, headers_of
    from refdec.heif.parts import PictureParts

    target = tmp_path / "a.jaii"
    iio.imwrite(target, photograph(40, 70), quality=20)
    assert target.read_bytes()[4:12] == b"ftypjaii"
    stream = refdec.transcode(target, container="jai")
    turned = tmp_path / "turned.jaii"
    turned.write_bytes(enclosed(stream, headers_of(stream, None), PictureParts(orientation=8)))
    assert iio.improps(turned).shape == iio.imread(turned).shape == (70, 40, 3)
    assert np.array_equal(iio.imread(turned), np.rot90(iio.imread(target)))


def test_pictures_of_tiles_are_read_as_one() -> None:
    gray = gray_stream()
    for data, shape in ((grid_data(properties=(TURN,)), (150, 100, 3)), (grid_data(coded=(gray,)), (100, 150))):
        read = iio.imread(data, extension=".jaii")
        assert read.shape == shape == iio.improps(data, extension=".jaii").shape
        assert np.array_equal(read, refdec.decode(data).array)
    both = grid_data(coded=(gray_stream(3), streams()[0]))
    assert np.array_equal(iio.imread(both, extension=".jaii"), refdec.decode(both).array)
