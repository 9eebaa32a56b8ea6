"""imageio reads and writes `.jai` once the adapter is imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from tests.encodable import GOLDEN, layered_ycc, photograph
from tests.unit.bitstream.support import patched
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
    for asked in (iio.imread, iio.improps, iio.immeta):
        with pytest.raises(ValueError, match="there is no index 5"):
            asked(STREAM, index=5)


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


PICTURE = photograph(64, 70)
OPACITY = (np.arange(64 * 70) % 251).astype(np.uint8).reshape(64, 70)


@pytest.mark.parametrize("channels", [2, 4])
def test_transparency_is_read_as_it_was_written(channels: int, tmp_path: Path) -> None:
    colours = PICTURE if channels == 4 else PICTURE[..., :1]
    iio.imwrite(tmp_path / "a.jaii", np.concatenate((colours, OPACITY[..., None]), axis=2), quality=30)
    read = iio.imread(tmp_path / "a.jaii")
    expected = refdec.decode(tmp_path / "a.jaii")
    assert read.shape == (64, 70, channels) == iio.improps(tmp_path / "a.jaii").shape
    assert np.array_equal(np.squeeze(read[..., :-1]), expected.array)
    assert np.array_equal(read[..., -1], OPACITY)
    cut = iio.imread(tmp_path / "a.jaii", region=(4, 8, 20, 10))
    assert np.array_equal(cut, read[8:18, 4:24])
    assert np.array_equal(iio.imread(tmp_path / "a.jaii", bit_depth=10)[..., -1] >> 2, OPACITY)


def test_a_bare_codestream_takes_no_transparency_and_says_what_does(tmp_path: Path) -> None:
    for channels in (2, 4):
        with pytest.raises(OSError, match=r"in a HEIF file \(\.jaii\) also with transparency"):
            iio.imwrite(tmp_path / "a.jai", np.zeros((64, 64, channels), np.uint8))
    assert not list(tmp_path.iterdir())


def test_keywords_are_those_of_decode(tmp_path: Path) -> None:
    deep = refdec.encode(photograph(64, 64, bits=10), bits=10, quality=30)
    reads: list[dict[str, Any]] = [{"bit_depth": 8}, {"options": refdec.DecodeOptions(bit_depth=8)}, {"colour": "gray"}]
    reads += [{"scale": 8}, {"tone_map": True}, {"level_check": False}, {"edition": "published"}]
    for keywords in reads:
        expected = refdec.decode(deep, **keywords).array
        assert np.array_equal(iio.imread(deep, extension=".jai", **keywords), expected), keywords
        (only,) = iio.imiter(deep, extension=".jai", **keywords)
        assert np.array_equal(only, expected), keywords
    with pytest.raises(OSError, match="RD1311"):
        iio.imread(deep, extension=".jai", bit_depth=8, options=refdec.DecodeOptions())


def test_headers_are_read_as_the_keywords_say() -> None:
    """A codestream that only a lenient reader takes was refused whatever was said."""
    data = STREAM.read_bytes()
    streams = {"lenient": data[:-2] + b"\xff\x85" + data[-2:], "any_level": patched(data, "stream_profile_idc", 5)}
    for keyword, stream in streams.items():
        with pytest.raises(OSError, match="RD01"):
            iio.imread(stream, extension=".jai")
        expected = iio.imread(STREAM)
        assert np.array_equal(iio.imread(stream, extension=".jai", **{keyword: True}), expected)
        wish: dict[str, Any] = {keyword: True}
        options = refdec.DecodeOptions(**wish)
        assert np.array_equal(iio.imread(stream, extension=".jai", options=options), expected)


@pytest.mark.parametrize("subsampling", ["420", "444"])
def test_what_holds_ycbcr_is_read_as_rgb(subsampling: str) -> None:
    layers = (64 * 64 * (3 if subsampling == "444" else 6)) // (1 if subsampling == "444" else 4)
    raw = np.random.default_rng(3).integers(0, 255, layers, dtype=np.uint8).tobytes()
    data = refdec.encode(raw, format="yuv", size=(64, 64), subsampling=subsampling, quality=30, check=False)
    expected = refdec.decode(data, colour="RGB").array
    assert np.array_equal(iio.imread(data, extension=".jai"), expected)
    wished = refdec.DecodeOptions(workers=1)
    assert np.array_equal(iio.imread(data, extension=".jai", options=wished), expected)
    if subsampling == "420":
        with pytest.raises(OSError, match="chroma that has fewer samples"):
            iio.imread(data, extension=".jai", colour="YUV")


@pytest.mark.parametrize("bits", [8, 10])
def test_a_lossless_layer_gives_the_original(bits: int) -> None:
    picture = photograph(64, 64, bits=bits)
    data = refdec.encode(picture, bits=bits, quality=30, lossless=True)
    assert np.array_equal(iio.imread(data, extension=".jai"), picture)
    assert not np.array_equal(iio.imread(data, extension=".jai", lossy=True), picture)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("gray", [False, True])
def test_a_lossless_layer_gives_the_original_behind_ycbcr(bits: int, gray: bool) -> None:
    """Found: RGB was asked for by name, and so the lossy picture came."""
    original = photograph(64, 64, bits=bits)[..., 0 if gray else slice(None)]
    data = layered_ycc(original)
    shown = np.stack([original] * 3, axis=-1) if gray else original
    assert np.array_equal(iio.imread(data, extension=".jai"), shown)
    assert np.array_equal(iio.imread(data, extension=".jai", region=(3, 5, 20, 10)), shown[5:15, 3:23])
    properties = iio.improps(data, extension=".jai")
    assert (properties.shape, properties.dtype) == (shown.shape, shown.dtype)
    lossy = refdec.decode(data, colour="RGB").array
    named: list[dict[str, Any]] = [{"lossy": True}, {"colour": "RGB"}]
    for wish in named:
        assert np.array_equal(iio.imread(data, extension=".jai", **wish), lossy)
    others: list[dict[str, Any]] = [{"bit_depth": 12}, {"filters": False}, {"channels": (10, 10)}]
    for wish in others:
        assert iio.imread(data, extension=".jai", **wish).shape == (64, 64, 3), "an original that does not go with it"


def test_damage_is_an_error_of_imageio_whatever_is_asked() -> None:
    cut = STREAM.read_bytes()[:12]
    for asked in (iio.imread, iio.improps, iio.immeta):
        with pytest.raises(OSError):
            asked(cut, plugin="refdec")


def test_a_batch_of_one_is_a_picture(tmp_path: Path) -> None:
    iio.imwrite(tmp_path / "a.jai", PICTURE, quality=30)
    expected = (tmp_path / "a.jai").read_bytes()
    for batch, keywords in ((PICTURE[None], {}), ([PICTURE], {}), ([PICTURE], {"is_batch": True})):
        iio.imwrite(tmp_path / "b.jai", batch, quality=30, **keywords)
        assert (tmp_path / "b.jai").read_bytes() == expected
    iio.imwrite(tmp_path / "c.jai", PICTURE[None, ..., 0], quality=30, is_batch=True)
    assert iio.improps(tmp_path / "c.jai").shape == (64, 70)
    for several, keywords in (([PICTURE, PICTURE[:32]], {}), ([PICTURE, PICTURE], {"is_batch": True})):
        with pytest.raises(OSError, match="one picture"):
            iio.imwrite(tmp_path / "d.jai", several, **keywords)
    assert not (tmp_path / "d.jai").exists()


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.jai").write_bytes(b"kept")
    with pytest.raises(OSError, match="out of reach"):
        iio.imwrite(tmp_path / "a.jai", PICTURE, bpp=1e-6)
    assert (tmp_path / "a.jai").read_bytes() == b"kept"


def test_the_interface_of_version_2(tmp_path: Path) -> None:
    v2 = pytest.importorskip("imageio.v2")
    v2.mimwrite(tmp_path / "a.jai", [PICTURE], quality=30)
    expected = refdec.decode(tmp_path / "a.jai").array
    assert np.array_equal(v2.imread(tmp_path / "a.jai"), expected)
    with v2.get_reader(tmp_path / "a.jai", bit_depth=8) as reader:
        assert len(reader) == 1 and np.array_equal(reader.get_data(0), expected)
    with pytest.raises(OSError, match="one picture"):
        v2.mimwrite(tmp_path / "b.jai", [PICTURE, PICTURE])
