"""The files: each by the writer that people have it from, with what such a file has beside its samples.

In: a folder.  Out: files in it; the same on every machine as far as their writers are.
"""

from __future__ import annotations

import importlib.util
import io
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.features
import PIL.Image
import PIL.ImageCms
from PIL.PngImagePlugin import PngInfo

from refdec.formats.files import write_picture
from refdec.formats.pictures import CodePicture, Colour

__all__ = ["make_corpus"]

WIDTH, HEIGHT = 48, 32
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
SRGB = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
File = tuple[str, bytes]


def make_corpus(folder: Path) -> list[Path]:
    """Write all files whose writers are installed, and return their paths in order of names."""
    for name, data in (*_png(), *_jpeg(), *_tiff(), *_webp_gif_bmp(), *_newer(), *_plain()):
        (folder / name).write_bytes(data)
    return sorted(folder.iterdir())


def _scene(bits: int = 8) -> np.ndarray:
    """Return codes [rows, columns, 3]: gradients, an edge and some noise."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    noise = np.random.default_rng(1).integers(0, 9, (HEIGHT, WIDTH, 3))
    waves = np.stack([x * 5, y * 7, (x + y) * 3], axis=-1) + noise + 60 * (x > 30)[..., None]
    deep = np.clip(waves, 0, 255) * ((1 << bits) - 1) // 255
    return deep.astype(np.uint8 if bits <= 8 else np.uint16)


def _floats(kind: type[np.floating[Any]]) -> np.ndarray:
    """Return light [rows, columns, 3] of a wide range, with what floats alone have."""
    light = ((_scene(16) / 65535) ** 4 * 50).astype(kind)
    light[0, 0], light[1, 1], light[2, 2] = np.inf, -0.0, np.nan
    return light


def _image(mode: str = "RGB") -> PIL.Image.Image:
    image = PIL.Image.fromarray(_scene())
    if mode in ("RGBA", "LA"):
        image.putalpha(PIL.Image.fromarray(np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))))
    return image if image.mode == mode else image.convert(mode)


def _saved(kind: str, image: PIL.Image.Image | None = None, **options: Any) -> bytes:
    target = io.BytesIO()
    (image or _image()).save(target, kind, **options)
    return target.getvalue()


def _more() -> list[PIL.Image.Image]:
    """Return two more frames."""
    return [_image().transpose(PIL.Image.Transpose.ROTATE_180), _image().transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT)]


def _exif(orientation: int = 1) -> PIL.Image.Exif:
    exif = PIL.Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110], exif[0x0132] = orientation, "A maker", "A camera", "2026:05:01 10:20:30"
    exif[0x8769] = {0x829A: 0.01, 0x8827: 200, 0x927C: b"note of the maker"}
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 12.5), 3: "E", 4: (13.0, 24.0, 1.0)}
    read = PIL.Image.Exif()
    read.load(exif.tobytes())
    return read


def _codes(bits: int, colour: Colour = Colour.RGB) -> bytes:
    deep = _scene(bits)
    planes = tuple(np.ascontiguousarray(deep[..., n]) for n in range(3 if colour is Colour.RGB else 1))
    target = io.BytesIO()
    write_picture(target, CodePicture(planes, bits, colour), suffix=".png")
    return target.getvalue()


def _with_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    """Return a PNG with one chunk more, behind IHDR."""
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return png[:33] + chunk + png[33:]


def _png() -> Iterator[File]:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        yield f"png-{mode.lower()}.png", _saved("PNG", _image(mode))
    yield "png-palette-4-bits.png", _saved("PNG", _image().quantize(12), bits=4)
    yield "png-palette-transparent.png", _saved("PNG", _image().quantize(40), transparency=3)
    colour = tuple(map(int, _scene()[5, 5]))
    yield "png-rgb-colour-transparent.png", _saved("PNG", transparency=colour)
    yield "png-gray-16.png", _codes(16, Colour.GRAY)
    yield "png-rgb-16.png", _codes(16)
    yield "png-rgb-10-of-16.png", _with_chunk(_codes(10), b"sBIT", b"\x0a\x0a\x0a")
    yield "png-icc.png", _saved("PNG", icc_profile=SRGB)
    yield "png-exif.png", _saved("PNG", exif=_exif())
    for orientation in range(2, 9):
        yield f"png-orientation-{orientation}.png", _saved("PNG", exif=_exif(orientation))
    yield "png-resolution.png", _saved("PNG", dpi=(300, 300))
    texts = PngInfo()
    texts.add_text("Title", "A picture")
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    yield "png-texts-and-xmp.png", _saved("PNG", pnginfo=texts)
    yield "png-pq-bt2020.png", _with_chunk(_codes(16), b"cICP", bytes([9, 16, 0, 1]))
    yield "png-gamma.png", _with_chunk(_saved("PNG"), b"gAMA", struct.pack(">I", 45455))
    yield (
        "png-animated.png",
        _saved("PNG", save_all=True, append_images=_more(), duration=[100, 250, 40]),
    )


def _jpeg() -> Iterator[File]:
    for mode in ("L", "RGB", "CMYK"):
        yield f"jpeg-{mode.lower()}.jpg", _saved("JPEG", _image(mode))
    yield "jpeg-444-progressive.jpg", _saved("JPEG", subsampling="4:4:4", progressive=True, quality=95)
    yield "jpeg-camera.jpg", _saved("JPEG", exif=_exif(6), icc_profile=SRGB, xmp=XMP, dpi=(240, 240))
    yield "jpeg-resolution.jpg", _saved("JPEG", dpi=(300, 300))
    yield "jpeg-comment.jpg", _saved("JPEG", comment=b"a remark")
    yield "jpeg-bytes-behind.jpg", _saved("JPEG") + b"trailer"
    yield "jpeg-two-views.jpg", _saved("MPO", save_all=True, append_images=[_image()])


def _tiff() -> Iterator[File]:
    for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "LAB"):
        yield f"tiff-{mode.lower()}.tif", _saved("TIFF", _image(mode))
    yield "tiff-gray-16.tif", _saved("TIFF", PIL.Image.fromarray(_scene(16)[..., 0]))
    for packed in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        yield f"tiff-{packed.removeprefix('tiff_')}.tif", _saved("TIFF", compression=packed)
    yield "tiff-fax.tif", _saved("TIFF", _image("1"), compression="group4")
    yield "tiff-scan.tif", _saved("TIFF", _image("L"), dpi=(600, 600), icc_profile=b"", software="A scanner")
    yield "tiff-camera.tif", _saved("TIFF", exif=_exif(3), icc_profile=SRGB)
    yield "tiff-two-pages.tif", _saved("TIFF", save_all=True, append_images=[_image()])
    try:
        import tifffile
    except ImportError:
        return
    for name, samples in (
        ("tiff-rgb-16.tif", _scene(16)),
        ("tiff-floats.tif", _floats(np.float32)),
        ("tiff-halves.tif", _floats(np.float16)),
    ):
        target = io.BytesIO()
        tifffile.imwrite(target, samples, photometric="rgb")
        yield name, target.getvalue()


def _webp_gif_bmp() -> Iterator[File]:
    yield "webp-lossy.webp", _saved("WEBP", quality=80)
    yield "webp-alpha.webp", _saved("WEBP", _image("RGBA"), lossless=True, exact=True)
    yield "webp-camera.webp", _saved("WEBP", exif=_exif(8).tobytes(), icc_profile=SRGB, xmp=XMP, lossless=True)
    yield (
        "webp-animated.webp",
        _saved("WEBP", save_all=True, append_images=_more(), duration=[100, 250, 40], lossless=True),
    )
    yield "gif-plain.gif", _saved("GIF", _image("P"))
    flat = _image("P")
    yield "gif-transparent.gif", _saved("GIF", flat, transparency=int(np.asarray(flat)[4, 4]))
    yield "gif-comment.gif", _saved("GIF", _image("P"), comment=b"a remark")
    more = [each.convert("P") for each in _more()]
    yield "gif-animated.gif", _saved("GIF", _image("P"), save_all=True, append_images=more, duration=[100, 250, 40])
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield f"bmp-{mode.lower()}.bmp", _saved("BMP", _image(mode))


def _newer() -> Iterator[File]:
    if PIL.features.check("avif"):
        yield "avif-rgb.avif", _saved("AVIF")
        yield "avif-alpha.avif", _saved("AVIF", _image("RGBA"))
        yield "avif-animated.avif", _saved("AVIF", save_all=True, append_images=_more(), duration=[100, 250, 40])
        yield "avif-camera.avif", _saved("AVIF", exif=_exif(6), icc_profile=SRGB, xmp=XMP)
    if PIL.features.check("jpg_2000"):
        yield "jpeg2000-rgb.jp2", _saved("JPEG2000")
        yield "jpeg2000-gray-16.jp2", _saved("JPEG2000", PIL.Image.fromarray(_scene(16)[..., 0]))
        yield "jpeg2000-alpha.jp2", _saved("JPEG2000", _image("RGBA"))
        yield "jpeg2000-codestream.j2k", _saved("JPEG2000", no_jp2=True)
    yield from _deep_avif()
    try:
        import pillow_heif
    except ImportError:
        return
    for name, mode, samples in (("rgb", "RGB", _scene()), ("10-bits", "RGB;16", _scene(16))):
        target = io.BytesIO()
        pillow_heif.from_bytes(mode, (WIDTH, HEIGHT), samples.tobytes()).save(target, quality=90)
        yield f"heic-{name}.heic", target.getvalue()
    target = io.BytesIO()
    pillow_heif.from_pillow(_image()).save(target, quality=90, exif=_exif(6).tobytes(), icc_profile=SRGB, xmp=XMP)
    yield "heic-camera.heic", target.getvalue()


def _deep_avif() -> Iterator[File]:
    """Yield AVIF of 10 and 12 bits, without loss; codes are spread so that a reader of 8 bits finds those of 8 bits."""
    try:
        from imagecodecs import avif_encode
    except ImportError:
        return
    for name, bits, shown in (
        ("10-bits", 10, _scene()),
        ("12-bits", 12, _scene()),
        ("10-bits-alpha", 10, _image("RGBA")),
    ):
        codes = np.asarray(shown).astype(np.uint16)
        deep = (codes << (bits - 8)) | (codes >> (16 - bits))
        yield f"avif-{name}.avif", bytes(avif_encode(deep, level=100, bitspersample=bits, pixelformat="yuv444"))


def _plain() -> Iterator[File]:
    for suffix, mode in ((".pbm", "1"), (".pgm", "L"), (".ppm", "RGB")):
        yield f"netpbm{suffix}", _saved("PPM", _image(mode))
    deep = _scene(12)
    head = b"%d %d\n%d\n" % (WIDTH, HEIGHT, 4095)
    yield "netpbm-12-bits.ppm", b"P6\n" + head + deep.astype(">u2").tobytes()
    rgba = np.asarray(_image("RGBA"))
    yield (
        "netpbm-alpha.pam",
        (
            b"P7\nWIDTH %d\nHEIGHT %d\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" % (WIDTH, HEIGHT)
            + rgba.tobytes()
        ),
    )
    target = io.BytesIO()
    np.save(target, deep)
    yield "array.npy", target.getvalue()
    rgba = np.asarray(_image("RGBA"))
    deep = _scene(16)
    floats = _floats(np.float32)
    kinds = (
        ("array-gray-16.npy", deep[..., 0]),
        ("array-rgba.npy", rgba),
        ("array-floats.npy", floats),
        ("array-halves-gray.npy", _floats(np.float16)[..., 0]),
        ("array-floats-alpha.npy", np.concatenate([floats, rgba[..., 3:].astype(np.float32) / 255], axis=2)),
    )
    for name, array in kinds:
        target = io.BytesIO()
        np.save(target, array)
        yield name, target.getvalue()
    yield "floats.pfm", b"PF\n%d %d\n-1.0\n" % (WIDTH, HEIGHT) + _floats(np.float32)[::-1].astype("<f4").tobytes()
    if importlib.util.find_spec("OpenEXR") is not None:
        for name, kind in (("halves.exr", np.float16), ("floats.exr", np.float32)):
            yield name, _exr(_floats(kind))
    planes = [np.asarray(plane) for plane in _image().convert("YCbCr").split()]
    yield f"raw_{WIDTH}x{HEIGHT}_8bit_444.yuv", b"".join(plane.tobytes() for plane in planes)


def _exr(light: np.ndarray) -> bytes:
    import OpenEXR

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.exr"
        header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
        with OpenEXR.File(header, {"RGB": np.ascontiguousarray(light)}) as file:
            file.write(str(path))
        return path.read_bytes()
