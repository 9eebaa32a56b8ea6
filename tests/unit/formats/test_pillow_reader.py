"""JPEG, WebP, TIFF, BMP and GIF: samples as Pillow has them, and all that Pillow would do without a word."""

from __future__ import annotations

import io
import random
import sys
from typing import Any

import numpy as np
import PIL.features
import PIL.Image
import PIL.ImageCms
import PIL.ImageSequence
import pytest

from refdec.errors import RefdecError
from refdec.formats.boxed_pictures import NOTHING_BOXED
from refdec.formats.errors import (
    AlphaNotSupported,
    NoSuchPicture,
    PictureDamaged,
    PictureTooLarge,
    PictureUnsupported,
    SeveralPictures,
)
from refdec.formats.exif import exif_from_bytes, resolution_in_exif
from refdec.formats.files import read_picture
from refdec.formats.kinds import PILLOW_FORMATS
from refdec.formats.picture_ends import directories_of
from refdec.formats.pictures import CodePicture, Colour
from refdec.limits import Limits
from tests.unit.formats.support import picture

KINDS = {".jpg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".bmp": "BMP", ".gif": "GIF"} | {
    suffix: name for suffix, name, feature in ((".avif", "AVIF", "avif"), (".jp2", "JPEG2000", "jpg_2000"))
    if PIL.features.check(feature)
}  # fmt: skip
"""Formats that this Pillow writes."""


def rgb(height: int = 19, width: int = 23) -> PIL.Image.Image:
    return PIL.Image.fromarray(np.stack(picture(height, width).components, axis=-1))


def saved(image: PIL.Image.Image, suffix: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, KINDS[suffix], **options)
    return target.getvalue()


def samples(found: CodePicture) -> np.ndarray:
    planes = np.stack(found.components, axis=-1)
    return planes[:, :, 0] if found.colour is Colour.GRAY else planes


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_samples_are_those_of_pillow(suffix: str, mode: str) -> None:
    data = saved(rgb().convert(mode), suffix, **({"lossless": True} if suffix == ".webp" else {}))
    found = read_picture(data)
    with PIL.Image.open(io.BytesIO(data)) as image:
        gray = image.mode == "L"
        assert np.array_equal(samples(found), np.asarray(image if gray else image.convert("RGB")))
    assert found.bits == 8 and found.colour is (Colour.GRAY if gray else Colour.RGB)
    assert samples(read_picture(data, suffix=suffix)).shape == samples(found).shape


def test_16_bit_gray() -> None:
    deep = picture(9, 8, 16, Colour.GRAY).components[0]
    data = saved(PIL.Image.fromarray(deep), ".tif")
    found = read_picture(data)
    assert found.bits == 16 and np.array_equal(found.components[0], deep)


def deep_tiff(array: np.ndarray, **options: Any) -> bytes:
    tifffile = pytest.importorskip("tifffile")
    target = io.BytesIO()
    tifffile.imwrite(target, array, photometric="rgb", **options)
    return target.getvalue()


DEEP = np.stack(picture(9, 8, 16).components, axis=-1)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"tile": (16, 16)}, {"byteorder": ">"}])
def test_16_bit_colour(options: dict[str, Any]) -> None:
    found = read_picture(deep_tiff(DEEP, **options))
    assert found.bits == 16 and np.array_equal(samples(found), DEEP)
    planar = read_picture(deep_tiff(DEEP.transpose(2, 0, 1), planarconfig="separate", **options))
    assert np.array_equal(samples(planar), DEEP)


def test_16_bit_colour_is_refused_and_counted_as_any() -> None:
    alpha = np.dstack([DEEP, np.full(DEEP.shape[:2], 65535, np.uint16)])
    assert np.array_equal(samples(read_picture(deep_tiff(alpha, extrasamples=["unassalpha"]))), DEEP)
    alpha[3, 3, 3] = 0
    with pytest.raises(AlphaNotSupported):
        read_picture(deep_tiff(alpha, extrasamples=["unassalpha"]))
    with pytest.raises(SeveralPictures, match="2 pictures"):
        read_picture(deep_tiff(np.stack([DEEP, DEEP[::-1]])))
    assert np.array_equal(samples(read_picture(deep_tiff(np.stack([DEEP, DEEP[::-1]])), frame=2)), DEEP[::-1])
    with pytest.raises(PictureTooLarge):
        read_picture(deep_tiff(DEEP), limits=Limits(pixels=9 * 8 - 1))
    data = deep_tiff(DEEP, compression="zlib")
    for length in range(8, len(data), 7):
        refused(data[:length], ".tif")
    draw = random.Random(1)
    for _ in range(200):
        damaged = bytearray(data)
        damaged[draw.randrange(len(data))] = draw.randrange(256)
        refused(bytes(damaged), ".tif")


def test_16_bit_colour_without_the_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = deep_tiff(DEEP)
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(PictureUnsupported, match=r"pip install 'refdec\[tiff\]'"):
        read_picture(data)


def test_planes_apart_are_told_by_their_tag_not_by_their_sizes() -> None:
    narrow = DEEP[:, :3]
    for array in (narrow, narrow[:3]):
        data = deep_tiff(array.transpose(2, 0, 1), planarconfig="separate")
        assert np.array_equal(samples(read_picture(data)), array)


def test_limits_inside_of_foreign_readers_stay_limits() -> None:
    tiles = deep_tiff(np.zeros((16, 16, 3), np.uint16), tile=(16, 1024))
    with pytest.raises(PictureTooLarge):
        read_picture(tiles, limits=Limits(pixels=16 * 1024 - 1))


@pytest.mark.parametrize("numbers", [(300, 0), (0, 0), (0xFFFFFFFF, 0)])
def test_a_resolution_that_is_no_number_ends_nothing(numbers: tuple[int, int]) -> None:
    data = saved(rgb(), ".tif", dpi=(300, 300))
    rational = (300).to_bytes(4, "little") + (1).to_bytes(4, "little")
    assert data.count(rational) == 2 and "300 x 300" in read_picture(data).description.left_behind[-1]
    damaged = data.replace(rational, b"".join(number.to_bytes(4, "little") for number in numbers))
    assert read_picture(damaged).description.left_behind == ("a resolution that is no number",)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_chains_of_directories_are_counted_before_they_are_followed(big: bool, order: str) -> None:
    tifffile = pytest.importorskip("tifffile")
    target = io.BytesIO()
    with tifffile.TiffWriter(target, bigtiff=big, byteorder=order) as file:
        for _ in range(3):
            file.write(DEEP, photometric="rgb", metadata=None)
    data = target.getvalue()
    assert [directories_of(data[:length]) for length in (len(data), 8, 2, 0)] == [3, 0, 0, 0]
    if not (big and order == ">"):  # Pillow does not read those
        with pytest.raises(SeveralPictures, match="3 pictures"):
            read_picture(data)


def test_a_chain_without_end_is_refused() -> None:
    data = bytearray(saved(rgb(), ".tif"))
    first = int.from_bytes(data[4:8], "little")
    after = first + 2 + 12 * int.from_bytes(data[first : first + 2], "little")
    data[after : after + 4] = data[4:8]
    with pytest.raises(PictureUnsupported, match="more than 10000 pictures"):
        read_picture(bytes(data))


def tagged(data: bytes, tag: int, value: int) -> bytes:
    """A little-endian TIFF with another value of a short tag."""
    entry = tag.to_bytes(2, "little") + b"\x03\0\x01\0\0\0"
    at = data.index(entry) + len(entry)
    return data[:at] + value.to_bytes(4, "little") + data[at + 4 :]


def test_white_may_be_zero() -> None:
    deep = picture(9, 8, 16, Colour.GRAY).components[0]
    found = read_picture(tagged(saved(PIL.Image.fromarray(deep), ".tif"), 262, 0))
    assert np.array_equal(found.components[0], 65535 - deep)
    shallow = np.asarray(rgb().convert("L"))
    found = read_picture(tagged(saved(PIL.Image.fromarray(shallow), ".tif"), 262, 0))
    assert np.array_equal(found.components[0], 255 - shallow)


def test_32_bits_of_gray_are_read_where_16_are_enough() -> None:
    deep = picture(9, 8, 16, Colour.GRAY).components[0].astype(np.int32)
    found = read_picture(saved(PIL.Image.fromarray(deep), ".tif"))
    assert (found.bits, found.colour) == (16, Colour.GRAY) and np.array_equal(found.components[0], deep)
    with pytest.raises(PictureUnsupported, match="TIFF with samples of 0 to 65536, beyond 16 bits"):
        read_picture(saved(PIL.Image.fromarray(np.array([[0, 65536]], np.int32)), ".tif"))


def test_lab_becomes_srgb_and_that_is_said() -> None:
    found = read_picture(saved(rgb().convert("LAB"), ".tif"))
    assert found.description.remarks[0].startswith("LAB became sRGB") and found.description.rendering is not None
    assert np.abs(samples(found).astype(int) - np.asarray(rgb())).mean() < 3


@pytest.mark.parametrize(("suffix", "mode"), [(".webp", "RGBA"), (".tif", "RGBA"), (".tif", "LA"), (".gif", "P")])
def test_transparency_is_refused_unless_opaque(suffix: str, mode: str) -> None:
    image = rgb().convert(mode)
    lossless = {"lossless": True, "exact": True} if suffix == ".webp" else {}
    assert read_picture(saved(image, suffix, **lossless)).bits == 8
    if mode == "P":
        holed = saved(image, suffix, transparency=image.getpixel((3, 3)))
    else:
        image.putpixel((3, 3), (0,) * len(mode))
        holed = saved(image, suffix, **lossless)
    with pytest.raises(AlphaNotSupported):
        read_picture(holed)


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_cmyk_becomes_rgb_and_that_is_said(suffix: str) -> None:
    found = read_picture(saved(rgb().convert("CMYK"), suffix))
    assert found.colour is Colour.RGB and "CMYK" in found.description.remarks[0]


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".tif"])
def test_orientation_profile_and_the_rest(suffix: str) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112], exif[0x010F] = 3, "Maker"
    srgb = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
    whole = read_picture(saved(rgb(), suffix, exif=exif, icc_profile=srgb))
    found = whole.description
    if suffix == ".tif":  # Pillow turns it
        assert found.orientation == 1 and "orientation 3" in found.remarks[0]
        assert np.array_equal(samples(whole), np.asarray(rgb())[::-1, ::-1])
    else:
        assert found.orientation == 3 and found.remarks == ()
    assert found.left_behind == ("Exif data (Make)",)
    assert found.rendering is not None and found.rendering.cicp is not None
    assert found.rendering.cicp.transfer_characteristics == 13
    lab = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("LAB")).tobytes()
    more = {} if suffix == ".webp" else {"dpi": (300, 300)}
    found = read_picture(saved(rgb(), suffix, icc_profile=lab, **more)).description
    assert found.rendering is None and "ICC profile" in found.left_behind[0]
    assert ("the resolution 300 x 300 dpi" in found.left_behind) is bool(more)


def test_several_pictures_are_counted_and_chosen() -> None:
    images = [PIL.Image.new("L", (8, 8), value) for value in (10, 100, 200)]
    for suffix in (".gif", ".tif", ".webp"):
        options = {"lossless": True} if suffix == ".webp" else {}
        data = saved(images[0], suffix, save_all=True, append_images=images[1:], **options)
        with pytest.raises(SeveralPictures, match="3 pictures"):
            read_picture(data)
        assert abs(int(read_picture(data, frame=2).components[0][0, 0]) - 100) < 2
        with pytest.raises(NoSuchPicture):
            read_picture(data, frame=4)
    stream = b"".join(saved(image, ".jpg") for image in images)
    with pytest.raises(SeveralPictures, match="3 pictures"):
        read_picture(stream)
    assert abs(int(read_picture(stream, frame=3).components[0][0, 0]) - 200) < 2


def multi_picture(*sizes: int) -> bytes:
    images = [PIL.Image.new("RGB", (size, size), (10 * size, 0, 0)) for size in sizes]
    target = io.BytesIO()
    images[0].save(target, "MPO", save_all=True, append_images=images[1:])
    return target.getvalue()


def test_jpegs_of_several_views_are_refused_and_gain_maps_named() -> None:
    with pytest.raises(SeveralPictures, match="2 pictures"):
        read_picture(multi_picture(16, 16))
    assert read_picture(multi_picture(16, 16), frame=2).bits == 8
    (named,) = read_picture(multi_picture(16, 8)).description.left_behind
    assert named.startswith("further pictures")


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".bmp", ".gif"])
def test_bytes_after_the_end_are_named(suffix: str) -> None:
    data = saved(rgb(), suffix)
    whole = read_picture(data).description.left_behind  # Pillow writes a resolution into every BMP
    assert whole == (("the resolution 96 x 96 dpi",) if suffix == ".bmp" else ())
    assert read_picture(data + b"junk").description.left_behind == (*whole, "4 bytes after its end")


@pytest.mark.parametrize("suffix", KINDS)
def test_sizes_are_compared_before_anything_is_decoded(suffix: str) -> None:
    with pytest.raises(PictureTooLarge):
        read_picture(saved(rgb(), suffix), limits=Limits(pixels=19 * 23 - 1))


def test_pillow_s_own_bound_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 10)
    for suffix in (".jpg", ".bmp"):
        assert read_picture(saved(rgb(), suffix)).bits == 8
    for suffix in (".webp", ".tif"):  # there it stands in the reader itself, and is named
        with pytest.raises(PictureUnsupported, match="MAX_IMAGE_PIXELS"):
            read_picture(saved(rgb(), suffix))


@pytest.mark.parametrize("suffix", KINDS)
def test_truncated_and_damaged_files_have_one_clear_error(suffix: str) -> None:
    data = saved(rgb(40, 50), suffix)
    for length in range(3, len(data), max(1, len(data) // 60)):
        refused(data[:length], suffix)
    draw = random.Random(suffix)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(draw.randrange(1, 6)):
            damaged[draw.randrange(len(data))] = draw.randrange(256)
        refused(bytes(damaged), suffix)
    with pytest.raises(PictureDamaged, match=f"no sound {PILLOW_FORMATS[suffix]} file"):
        read_picture(data[: len(data) // 2], suffix=suffix)


def refused(data: bytes, suffix: str) -> None:
    """Read what may be damaged: a picture or an error of ours, nothing else."""
    try:
        found = read_picture(data, suffix=suffix, limits=Limits(pixels=10**6))
    except RefdecError:
        return
    assert found.components[0].size <= 10**6


def test_the_content_counts_before_the_name(tmp_path: Any) -> None:
    (tmp_path / "a.png").write_bytes(saved(rgb(), ".jpg"))
    (tmp_path / "a.jpeg").write_bytes(saved(rgb(), ".jpg"))
    (remark,) = read_picture(tmp_path / "a.png").description.remarks
    assert remark == "its name ends with .png, it was read as .jpg as which it begins"
    assert read_picture(tmp_path / "a.jpeg").description.remarks == ()
    with pytest.raises(PictureDamaged):
        read_picture(tmp_path / "a.jpeg", suffix=".png")


@pytest.mark.parametrize("fourth", [0, 255, 100])
def test_the_fourth_channel_of_a_bmp_is_named_where_it_says_something(fourth: int) -> None:
    """Found: it was passed over without a word."""
    image = rgb().convert("RGBA")
    image.putalpha(fourth)
    found = read_picture(saved(image, ".bmp"))
    assert np.array_equal(samples(found), np.asarray(rgb()))
    named = any("fourth channel" in name for name in found.description.left_behind)
    assert named is (fourth == 100)


def test_an_index_to_pictures_that_are_not_there_leaves_the_first_one() -> None:
    data = multi_picture(16, 16)
    cut = data[: data.index(b"\xff\xd9") + 2]
    found = read_picture(cut)
    assert (found.components[0].shape, found.bits) == ((16, 16), 8)
    (named,) = found.description.left_behind
    assert named.startswith("further pictures")


def test_a_reader_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    heic = b"\0\0\0\x14ftypheic\0\0\0\0mif1"
    monkeypatch.setitem(sys.modules, "pillow_heif.as_plugin", None)
    monkeypatch.setattr("refdec.formats.pillow_reader.boxed_facts", lambda *_: NOTHING_BOXED)
    with pytest.raises(PictureUnsupported, match=r"pip install 'refdec\[heic\]'"):
        read_picture(heic)
    monkeypatch.setattr("PIL.features.check", lambda _: False)
    with pytest.raises(PictureUnsupported, match="this Pillow has no decoder"):
        read_picture(heic.replace(b"heic", b"avif"))


def test_an_extension_of_xmp_is_named() -> None:
    body = b"http://ns.adobe.com/xmp/extension/\0" + bytes(40) + b"<more/>"
    data = saved(rgb(), ".jpg")
    extended = data[:2] + b"\xff\xe1" + (2 + len(body)).to_bytes(2, "big") + body + data[2:]
    assert read_picture(extended).description.left_behind == ("the extension of its XMP metadata",)


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
def test_a_resolution_goes_along_as_exif_data(suffix: str) -> None:
    found = read_picture(saved(rgb(), suffix, dpi=(300, 150))).description
    assert resolution_in_exif(found.metadata.exif) == (11811, 5906)
    assert set(found.left_behind) <= found.kept


def test_a_resolution_beside_exif_data_goes_into_them() -> None:
    exif = PIL.Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    found = read_picture(saved(rgb(), ".jpg", dpi=(300, 150), exif=exif.tobytes())).description
    assert resolution_in_exif(found.metadata.exif) == (11811, 5906) and found.orientation == 6
    assert set(found.left_behind) <= found.kept and "Exif data (Make)" in found.left_behind
    assert exif_from_bytes(found.metadata.exif)[0x010F] == "Maker"
    exif[0x011A], exif[0x011B], exif[0x0128] = 96.0, 96.0, 2
    own = read_picture(saved(rgb(), ".jpg", dpi=(300, 150), exif=exif.tobytes())).description
    assert resolution_in_exif(own.metadata.exif) == (3780, 3780), "what Exif data say themselves counts"


def test_a_resolution_that_exif_data_contradict_is_named() -> None:
    """Found: it was taken for kept, and what the Exif data state was kept."""
    image = PIL.Image.new("RGB", (8, 8))
    for stated, kept in ((72.0, False), (300.0, True)):
        exif = image.getexif()
        exif[0x011A], exif[0x011B], exif[0x0128] = stated, stated, 2
        for suffix, kind in ((".jpg", "JPEG"), (".png", "PNG")):
            target = io.BytesIO()
            image.save(target, kind, dpi=(300, 300), exif=exif.tobytes())
            found = read_picture(target.getvalue(), suffix=suffix).description
            assert ("the resolution 300 x 300 dpi" in found.kept) is kept, (suffix, stated)
            assert resolution_in_exif(found.metadata.exif) == ((11811, 11811) if kept else (2835, 2835))
