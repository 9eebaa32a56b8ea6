"""Pillow opens and saves `.jai` once the adapter is imported."""

from __future__ import annotations

import copy
import dataclasses
import mimetypes
import pickle
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps, ImageSequence

import refdec
import refdec.adapters.pillow as adapter
from refdec.api.encode_file import encode_to_file
from refdec.api.lossless import add_lossless
from refdec.bitstream.rendering import Cicp, RenderingInfo
from refdec.formats.icc_writer import icc_profile
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from refdec.formats.transparency import at_depth
from refdec.plugins.core_errors import TooFewBytes
from tests.encodable import GOLDEN, layered_ycc, photograph
from tests.unit.heif.grids import SIZE, TURN, gray_stream, grid_data, streams

STREAM = GOLDEN / "kodim15_m1_+0_65x79.jai"


def test_open_reads_headers_first_and_pixels_when_asked() -> None:
    image = Image.open(STREAM)
    assert (image.format, image.size, image.mode) == (adapter.FORMAT, (65, 79), "RGB")
    assert image.info["bit_depth"] == 8
    assert np.array_equal(np.asarray(image), refdec.decode(STREAM).array)


def test_draft_is_a_small_picture_from_the_latents() -> None:
    stream = GOLDEN / "kodim14_m1_+0_96x333.jai"
    image = Image.open(stream)
    assert image.draft(None, (13, 20)) is None and image.size == (96, 333), "never smaller than what is asked for"
    assert image.draft("L", (12, 20)) == ("RGB", (0, 0, 96 / 8, 333 / 8))
    assert image.size == (12, 42)
    assert image.draft(None, (6, 10)) is None, "once is enough, as for JPEG"
    assert np.array_equal(np.asarray(image), refdec.decode(stream, scale=8).array)
    smaller = Image.open(stream)
    smaller.draft(None, (6, 10))
    assert np.array_equal(np.asarray(smaller), refdec.decode(stream, scale=16).array)


def test_thumbnails_of_pillow_ask_for_a_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int | None] = []
    decode = refdec.api.decode.decode

    def noted(*arguments: object, scale: int | None = None, **keywords: object) -> object:
        asked.append(scale)
        return decode(*arguments, scale=scale, **keywords)

    monkeypatch.setattr("refdec.api.decode.decode", noted)
    image = Image.open(GOLDEN / "kodim14_m1_+0_96x333.jai")
    image.thumbnail((5, 19))
    assert asked == [8] and image.size == (5, 17)


def test_save_takes_the_words_of_encode(tmp_path: Path) -> None:
    picture = photograph(100, 90)
    Image.fromarray(picture).save(tmp_path / "a.jai", displacement=-100)
    assert (tmp_path / "a.jai").read_bytes() == refdec.encode(picture, displacement=-100)
    Image.fromarray(picture).save(tmp_path / "b.jai", quality=30)
    assert (tmp_path / "b.jai").read_bytes() == refdec.encode(picture, quality=30)
    buffer = BytesIO()
    Image.fromarray(picture[..., 0]).save(buffer, adapter.FORMAT)
    assert Image.open(BytesIO(buffer.getvalue())).size == (90, 100)


@pytest.mark.parametrize("suffix", CODESTREAM_SUFFIXES)
def test_every_suffix_of_codestreams_is_known(suffix: str) -> None:
    assert Image.registered_extensions()[suffix] == adapter.FORMAT


def test_what_cannot_be_is_an_error_of_pillow() -> None:
    with pytest.raises(OSError, match="transparent"):
        Image.new("RGBA", (64, 64)).save(BytesIO(), adapter.FORMAT)
    with pytest.raises(OSError, match="mode F"):
        Image.new("F", (64, 64)).save(BytesIO(), adapter.FORMAT)
    with pytest.raises(OSError, match="out of reach"):
        Image.new("RGB", (64, 64)).save(BytesIO(), adapter.FORMAT, bpp=1e-6)
    with pytest.raises(OSError, match="cannot identify"):
        Image.open(BytesIO(b"\xff\x80 this is none"))
    cut = STREAM.read_bytes()[:-60]
    with pytest.raises(OSError):
        Image.open(BytesIO(cut)).load()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A codestream that may be deleted."""
    path = tmp_path / "a.jai"
    path.write_bytes(STREAM.read_bytes())
    return path


def through_pickle(image: Image.Image) -> Image.Image:
    twin = pickle.loads(pickle.dumps(image))
    assert isinstance(twin, adapter.JpegAiImageFile)
    return twin


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("loaded", [False, True])
@pytest.mark.parametrize("duplicate", [through_pickle, copy.deepcopy, copy.copy, Image.Image.copy])
def test_copies_hold_the_pixels(duplicate: Callable[[Image.Image], Image.Image], loaded: bool, file: Path) -> None:
    with Image.open(file) as image:
        if loaded:
            image.load()
        twin = duplicate(image)
    file.unlink()
    twin.load()
    assert np.array_equal(np.asarray(twin), refdec.decode(STREAM).array)
    assert twin.info["bit_depth"] == 8
    twin.putpixel((0, 0), (1, 2, 3))
    assert pickle.loads(pickle.dumps(twin)).getpixel((0, 0)) == (1, 2, 3)
    twin.close()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("way", ["load", "close", "with", "verify", "pixels", "broken"])
def test_files_are_closed(way: str, file: Path) -> None:
    """A handle that was left open warned, and kept the file from being deleted on some systems."""
    if way == "broken":
        file.write_bytes(STREAM.read_bytes()[:-60])
        with pytest.raises(OSError):
            Image.open(file).load()
        return
    image = Image.open(file)
    pointer = image.fp
    assert pointer is not None
    if way == "with":
        with image:
            pass
    elif way == "pixels":
        np.asarray(image)
    else:
        getattr(image, way)()
    assert pointer.closed
    file.unlink()
    if way == "close":
        with pytest.raises(ValueError, match="closed"):
            image.load()


def test_a_stream_of_the_caller_stays_open() -> None:
    with STREAM.open("rb") as stream:
        image = Image.open(stream)
        image.load()
        image.close()
        assert not stream.closed


def test_what_programs_do_with_any_image(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = refdec.decode(STREAM).array
    with Image.open(STREAM) as image:
        assert image.draft("L", (64, 64)) is None and image.tell() == 0
        image.seek(0)
        with pytest.raises(EOFError):
            image.seek(1)
        assert not image.getexif() and len(list(ImageSequence.Iterator(image))) == 1
        turned = ImageOps.exif_transpose(image)
        assert turned is not None and np.array_equal(np.asarray(turned), expected)
        image.thumbnail((20, 20))
        assert image.size == (16, 20)
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with Image.open(STREAM) as image:
        image.paste((9, 9, 9), (0, 0, 4, 4))
        assert image.getpixel((3, 3)) == (9, 9, 9) and np.array_equal(np.asarray(image)[4:], expected[4:])
    with pytest.raises(OSError):  # symbols that are missing cannot be made up
        Image.open(BytesIO(STREAM.read_bytes()[:-60])).load()


def test_modes_that_hold_what_encode_takes() -> None:
    deep = (photograph(64, 64)[..., 0].astype(np.uint16) << 8) + 77
    buffer = BytesIO()
    Image.fromarray(deep).save(buffer, adapter.FORMAT, displacement=-100)
    assert buffer.getvalue() == refdec.encode(deep, displacement=-100)


def test_orientation_colours_and_palettes_are_taken_along(tmp_path: Path) -> None:
    photo = Image.fromarray(photograph(64, 80))
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as image, pytest.warns(refdec.PictureWarning, match="orientation 6"):
        image.save(tmp_path / "a.jai", displacement=-100)
    assert refdec.read_info(tmp_path / "a.jai").as_json()["width"] == 64
    opaque = photo.copy()
    opaque.putalpha(255)
    for other in (opaque, photo.convert("P"), photo.convert("1")):
        buffer = BytesIO()
        other.save(buffer, adapter.FORMAT, check=False)
        assert refdec.read_info(buffer.getvalue()).as_json()["width"] == 80


def test_a_save_that_fails_leaves_no_file(tmp_path: Path) -> None:
    for wishes in ({"bpp": 1e-6}, {"colour_of_the_moon": 3}):
        with pytest.raises((OSError, TypeError)):
            Image.new("RGB", (64, 64)).save(tmp_path / "a.jai", **wishes)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("wishes", [{"append_images": [Image.new("RGB", (64, 64))]}, {"save_all": True}])
def test_several_pictures_are_refused_in_words(wishes: dict[str, object], tmp_path: Path) -> None:
    Image.new("L", (64, 64)).save(tmp_path / "two.gif", save_all=True, append_images=[Image.new("L", (64, 64), 9)])
    with Image.open(tmp_path / "two.gif") as image, pytest.raises(OSError, match="holds one picture"):
        image.save(BytesIO(), adapter.FORMAT, **wishes)
    one, plain = BytesIO(), BytesIO()
    Image.new("RGB", (64, 64)).save(one, adapter.FORMAT, save_all=True, append_images=[])
    Image.new("RGB", (64, 64)).save(plain, adapter.FORMAT)
    assert one.getvalue() == plain.getvalue()


def test_the_media_type_is_known() -> None:
    with Image.open(STREAM) as image:
        assert image.get_format_mimetype() == Image.MIME[adapter.FORMAT] == "image/jpeg-ai"
    assert mimetypes.guess_type("photo.jai")[0] == "image/jpeg-ai"
    assert mimetypes.guess_type("photo.bits")[0] != "image/jpeg-ai"


WITHOUT_A_WORD = """
import multiprocessing, sys
from PIL import Image

def main():
    import refdec.adapters.pillow as adapter
    image = Image.open(sys.argv[1])
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:  # a picture brings the format with it
        assert pool.apply(Image.Image.getpixel, (image, (0, 0))) == image.getpixel((0, 0))
    with context.Pool(1) as pool:
        try:
            pool.apply(Image.open, (sys.argv[1],))
        except OSError:
            print("unknown")
    with context.Pool(1, initializer=adapter.register) as pool:
        print(pool.apply(Image.open, (sys.argv[1],)).size)

if __name__ == "__main__":
    main()
"""


def test_spawned_workers_know_the_format_by_an_initializer(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(WITHOUT_A_WORD)
    done = subprocess.run([sys.executable, str(script), str(STREAM)], capture_output=True, text=True, timeout=300)
    assert done.stdout.splitlines() == ["unknown", "(65, 79)"], done.stderr


@pytest.mark.parametrize(("shape", "mode"), [((64, 70), "L"), ((64, 70, 3), "RGB")])
def test_what_was_gray_is_gray(shape: tuple[int, ...], mode: str) -> None:
    plane = np.tile(np.arange(70, dtype=np.uint8) * 3, (64, 1))
    data = refdec.encode(plane if mode == "L" else np.stack([plane] * 3, axis=-1), check=False)
    image = Image.open(BytesIO(data))
    assert image.mode == mode
    pixels = np.asarray(image)
    assert pixels.shape == shape and np.array_equal(pixels, refdec.decode(data).array)


@pytest.mark.parametrize("bits", [4, 8, 10])
def test_a_lossless_layer_gives_the_original(bits: int) -> None:
    """The depth and colour of Pillow's modes were taken for ones that are asked for: it gave the lossy picture."""
    picture = photograph(64, 64, bits=bits)
    image = Image.open(BytesIO(refdec.encode(picture, bits=bits, quality=30, lossless=True)))
    assert np.array_equal(np.asarray(image), at_depth(picture, bits, 8))


@pytest.mark.parametrize(("bits", "gray"), [(8, False), (16, False), (8, True)])
def test_a_lossless_layer_gives_the_original_behind_ycbcr(bits: int, gray: bool) -> None:
    original = photograph(64, 64, bits=bits)[..., 0 if gray else slice(None)]
    image = Image.open(BytesIO(layered_ycc(original, "444")))
    shown = at_depth(original, bits, 8)
    assert np.array_equal(np.asarray(image), np.stack([shown] * 3, axis=-1) if gray else shown)


def test_the_original_of_a_gray_picture_may_have_colour() -> None:
    """Found: the mode of the image said gray, and its pixels were RGB."""
    original = photograph(64, 64)
    data = add_lossless(refdec.encode(original[..., 0], quality=30, check=False), original)
    image = Image.open(BytesIO(data))
    assert image.mode == "RGB" and np.array_equal(np.asarray(image), original) and image.mode == "RGB"


def test_a_save_that_fails_over_a_file_leaves_it_empty_as_the_page_says(file: Path) -> None:
    """Pillow empties it before it asks for a codestream; where it does not any more, docs/adapters.md can go."""
    with pytest.raises(OSError, match="out of reach"):
        Image.new("RGB", (64, 64)).save(file, bpp=1e-6)
    assert file.read_bytes() == b""


def test_a_save_that_fails_early_or_elsewhere_leaves_what_was_there_as_the_page_says(file: Path) -> None:
    before, target = file.read_bytes(), BytesIO(b"what was there")
    with pytest.raises(OSError, match="out of reach"):
        Image.new("RGB", (64, 64)).save(target, adapter.FORMAT, bpp=1e-6)
    assert target.getvalue() == b"what was there"
    photo = BytesIO()
    Image.fromarray(photograph(64, 64)).save(photo, "JPEG")
    with Image.open(BytesIO(photo.getvalue()[:900])) as cut, pytest.raises(OSError, match="truncated"):
        cut.save(file)
    with pytest.raises(TooFewBytes):
        encode_to_file(Image.new("RGB", (64, 64)), file, refdec.EncodeOptions(max_bytes=10))
    assert file.read_bytes() == before
    encode_to_file(Image.new("RGB", (64, 64)), file, refdec.EncodeOptions(quality=30))
    assert Image.open(file).size == (64, 64)


def test_colours_of_the_codestream_are_a_profile() -> None:
    info = RenderingInfo(Cicp(12, 13, 0, 1, 0))
    picture = dataclasses.replace(refdec.decode(STREAM), rendering=info)
    image = Image.open(BytesIO(refdec.encode(picture, check=False)))
    assert image.info["icc_profile"] == icc_profile(12, 13)
    assert "icc_profile" not in Image.open(STREAM).info


def test_a_public_picture_says_that_it_is_one() -> None:
    regions = refdec.PrivateRegions([(8, 16, 24, 10)], None)
    data = refdec.encode(np.zeros((64, 64, 3), np.uint8), private=regions)
    with Image.open(BytesIO(data)) as image:
        assert image.info["private_regions"] == ("8,16,24,10",)


def test_heif_files_open_upright_and_keep_their_metadata(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    source = tmp_path / "photo.jpg"
    Image.fromarray(photograph(40, 70)).save(source, exif=exif)
    target = tmp_path / "photo.jaii"
    with Image.open(source) as photo:
        photo.save(target, quality=20)
    with Image.open(target) as found:
        assert (found.format, found.size) == ("JPEGAI", (40, 70))
        assert found.getexif()[0x010F] == "Maker" and found.getexif()[0x0112] == 1
        assert np.array_equal(np.asarray(found), refdec.decode(target).array)
    assert refdec.decode(target).metadata.exif


def test_a_picture_of_tiles_is_one_image(monkeypatch: pytest.MonkeyPatch) -> None:
    for alpha, mode in ((False, "RGB"), (True, "RGBA")):
        data = grid_data(properties=(TURN,), alpha=alpha)
        expected = refdec.decode(data)
        with monkeypatch.context() as patch:
            patch.setattr("refdec.api.decode.decode", None)
            image = Image.open(BytesIO(data))
            assert (image.format, image.size, image.mode) == ("JPEGAI", SIZE[::-1], mode)
            assert image.info["icc_profile"] == b"an ICC profile" and image.info["xmp"] == b"<x:xmpmeta/>"
            assert image.draft(None, (4, 4)) is None, "small pictures are made of one codestream"
        pixels = np.asarray(image)
        assert np.array_equal(pixels[..., :3], expected.array)
        assert not alpha or (expected.alpha is not None and np.array_equal(pixels[..., 3], expected.alpha.samples))


def test_tiles_that_were_gray_alone_are_gray() -> None:
    gray, coloured = gray_stream(), streams()[0]
    image = Image.open(BytesIO(grid_data(coded=(gray,))))
    assert image.mode == "L" and np.array_equal(np.asarray(image), refdec.decode(grid_data(coded=(gray,))).array)
    with pytest.raises(OSError, match="tile 2 is RGB of 8 bits, the first gray of 8 bits"):
        Image.open(BytesIO(grid_data(coded=(gray, coloured)))).load()


def test_a_damaged_tile_is_an_error_when_pixels_are_asked_for() -> None:
    image = Image.open(BytesIO(grid_data(damaged=True)))
    with pytest.raises(OSError, match="Tile 5"):
        image.load()
