"""Seed corpora, made from `tests/golden`, the built-in conformance suite, and small files written here.

In: a target's name.  Out: byte strings that the target accepts.  `write_corpus` puts them into a folder.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np

__all__ = ["seeds", "small_streams", "streams_by_model", "write_corpus"]

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
BUILTIN = ROOT / "refdec" / "data" / "conformance.zip"
LARGEST_STREAM = 6000


@cache
def small_streams(largest: int = LARGEST_STREAM) -> tuple[bytes, ...]:
    """Return codestreams of up to so many bytes, smallest first: golden ones of both editions, and the suite's."""
    found = {path.read_bytes() for folder in ("vectors", "draft") for path in sorted((GOLDEN / folder).glob("*.jai"))}
    if BUILTIN.is_file():
        with zipfile.ZipFile(BUILTIN) as archive:
            found |= {archive.read(name) for name in archive.namelist() if name.endswith(".jai")}
    return tuple(sorted((data for data in found if len(data) <= largest), key=lambda data: (len(data), data)))


def _headers() -> list[bytes]:
    """Return streams whose payloads are cut to a few bytes, and some whole ones."""
    from refdec.bitstream.framing import read_codestream, write_codestream
    from refdec.errors import RefdecError

    bare = []
    for data in small_streams(300_000):
        try:
            parts = [(part.marker, bytes(part.payload)) for part in read_codestream(data).substreams]
        except RefdecError:
            continue
        bare.append(write_codestream((m, p if m.name in {"PIH", "TON", "RDI", "UDI"} else p[:24]) for m, p in parts))
    return [*bare, *small_streams()[:40]]


@cache
def streams_by_model(largest: int = LARGEST_STREAM) -> dict[int, tuple[bytes, ...]]:
    """Return the small streams that parse, by model_id: networks of two models are kept at a time."""
    from refdec.decoding.opening import parse
    from refdec.decoding.options import DecodeOptions
    from refdec.errors import RefdecError

    found: dict[int, list[bytes]] = {}
    for data in small_streams(largest):
        try:
            _, headers = parse(data, DecodeOptions(any_level=True))
        except RefdecError:
            continue
        found.setdefault(headers.picture.model_id, []).append(data)
    return {model: tuple(rows) for model, rows in sorted(found.items())}


def _decode() -> list[bytes]:
    """Return streams of the two models that most streams have."""
    most = sorted(streams_by_model().values(), key=len)[-2:]
    return [data for rows in most for data in rows]


def _entropy() -> list[bytes]:
    """Return units of small streams behind the four bytes that the target expects."""
    from refdec.bitstream.framing import read_codestream
    from refdec.entropy.qualitymap import encode_quality_map
    from refdec.entropy.residual import encode_residual
    from refdec.errors import RefdecError
    from tests.fuzz.targets import EDGES, THREADS

    found = []
    for data in small_streams()[:60]:
        try:
            for part in read_codestream(data).substreams:
                kind = {"SOZ": 0, "SOQ": 1, "SORP": 2, "SORS": 2}.get(part.marker.name)
                if kind is not None:
                    found.append(bytes([kind, 0, 1, 0]) + bytes(part.payload)[:2048])
        except RefdecError:
            continue
    for seed in range(24):
        dice = np.random.default_rng(seed)
        threads, shape = seed % 5, (seed * 7) % 36
        h, w = EDGES[shape % 6], EDGES[shape // 6]
        levels = dice.integers(0, 32, ((1, 2, 7, 16)[seed % 4], h, w), dtype=np.uint8)
        coded = dice.random(levels.shape) < (0.1, 0.5, 1.0)[seed % 3]
        values = dice.integers(-40, 41, levels.shape, dtype=np.int16)
        unit = encode_residual(values, levels, coded, THREADS[threads])
        found.append(bytes([2, shape, seed, threads]) + unit)
        quality = dice.integers(-8, 9, (h, w), dtype=np.int32)
        unit, index = encode_quality_map(quality, THREADS[threads])
        found.append(bytes([1, shape, index, threads]) + unit)
    return found


def _importer() -> list[bytes]:
    """Return checkpoint files, small archives, and pickles."""
    from tests.unit.weights.support import archive, npz, small_tensors

    examples = GOLDEN / "examples"
    found = [(examples / name).read_bytes() for name in ("ckpt_mini.pth", "ckpt_mini.npz")]
    with zipfile.ZipFile(io.BytesIO(found[0])) as file:
        members = {name: file.read(name) for name in file.namelist()}
    found += [data for name, data in members.items() if name.endswith(".pkl")]
    found += [archive(members, zipfile.ZIP_DEFLATED), npz({"a": np.arange(6).reshape(2, 3)})]
    small = {name: array for name, array in small_tensors().items() if np.asarray(array).nbytes < 4096}
    return [*found, npz(dict(list(small.items())[:6]))]


def _head() -> list[bytes]:
    """Return head files: a linear map, a classifier, one with all operations."""
    from tests.unit.heads.support import classifier, every_operation, file_of, tiny

    return [file_of(head) for head in (tiny(), classifier(), every_operation())]


def _layer() -> list[bytes]:
    """Return layers on the flat base that the target takes, of both numbers of components and some depths."""
    from refdec.lossless.layer import encode_layer

    found = []
    for bit_depth, components, size in ((8, 3, 9), (8, 1, 70), (1, 1, 5), (12, 3, 4), (16, 3, 6)):
        kind = np.uint8 if bit_depth <= 8 else np.uint16
        shape = components, size, size
        original = np.random.default_rng(size).integers(0, 1 << bit_depth, shape, kind)
        base = tuple(np.full((size, size), (1 << bit_depth) // 2, kind) for _ in range(components))
        for max_error in (0, (1 << bit_depth) // 8):
            record = encode_layer(tuple(original), base, bit_depth, max_error=max_error, tile_log2=6)
            found.append(record.to_bytes())
    return [*found, *_float_layers()]


def _float_layers() -> list[bytes]:
    """Return layers of floats on the flat base that the target takes, of every form."""
    from refdec.lossless.float_layer import encode_float_layer
    from refdec.picture.floats import FloatPlanes
    from tests.unit.formats.float_support import floats

    found = []
    for bits, components in ((16, 1), (16, 4), (32, 3), (32, 2)):
        original = floats(bits, components)
        base = tuple(np.full((6, 9), 1 << 15, np.uint16) for _ in original.colours)
        wide = FloatPlanes(original.as_single().planes, 32)
        for kind, error in ((original, 0), (original, 300), (wide, 0)):
            found.append(encode_float_layer(kind, base, max_error=error, tile_log2=6).to_bytes())
    return found


def _heif() -> list[bytes]:
    """Return a file with everything in it, one with deep transparency, one with a picture alone, a cut one, clips, a
    cropped clip and a cropped picture, and two made of tiles.
    """
    from refdec.api.enclosing import enclosed, headers_of
    from refdec.heif.boxes import FileBox
    from refdec.heif.heiffile import Property
    from refdec.heif.parts import NO_PARTS
    from refdec.tiling.geometry import Rect
    from tests.unit.heif.clips import clip_data, cropped_clip
    from tests.unit.heif.grids import SIZE, grid_data
    from tests.unit.heif.support import HEIGHT, STREAM, WIDTH, alpha_plane, clap, parts, transformed, whole_file

    headers = headers_of(STREAM, None)
    deep = enclosed(STREAM, headers, parts(alpha=alpha_plane(16, premultiplied=True), thumbnail=b""))
    clips = [clip_data(), clip_data(plays=1, alpha=False), clip_data()[:-100], cropped_clip(turned=True)]
    turn = Property(FileBox("irot", {"angle": 1}), essential=True)
    cropped = transformed(clap(WIDTH, HEIGHT, Rect(9, 5, 40, 60)), turn)
    tiled = [grid_data(alpha=True), grid_data(properties=(clap(*SIZE, Rect(1, 2, 9, 9)), turn), wide=True)]
    return [whole_file(), deep, enclosed(STREAM, headers, NO_PARTS), whole_file()[:1200], *clips, cropped, *tiled]


def _pack() -> list[bytes]:
    """Return a pack with one small checkpoint, and an empty one."""
    from refdec.weights.pack import WeightPack
    from refdec.weights.packfile import write_pack
    from refdec.weights.seeded import seeded_pack

    name = min(seeded_pack(1).names(), key=lambda text: (not text.startswith("eICCI"), text))
    found = []
    for pack in (WeightPack.of([]), seeded_pack(1, [name])):
        target = io.BytesIO()
        write_pack(pack, target)
        found.append(target.getvalue())
    return found


def _png(depth: int, colour: int, row_bytes: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(bytes([k % 5]) + bytes((7 * k + j) & 255 for j in range(row_bytes)) for k in range(8))
    head = struct.pack(">2I5B", 8, 8, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _pictures() -> list[bytes]:
    """Return picture files behind the byte that chooses the reader."""
    from tests.unit.sequences.support import animation, y4m

    npy = io.BytesIO()
    np.save(npy, np.arange(48, dtype=np.uint8).reshape(4, 4, 3))
    deep = io.BytesIO()
    np.save(deep, np.arange(48, dtype=np.uint16).reshape(4, 4, 3))
    return [
        b"\0" + _png(8, 2, 24),
        b"\0" + _png(16, 2, 48),
        b"\0" + _png(16, 0, 16),
        b"\0" + _png(1, 0, 1),
        b"\1P6\n4 4\n255\n" + bytes(range(48)),
        b"\1P5\n# gray\n4 4\n1023\n" + bytes(32),
        b"\2" + npy.getvalue(),
        b"\2" + deep.getvalue(),
        b"\3" + bytes(16 * 8 * 3 // 2),
        b"\x0aP7\nWIDTH 2\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n" + b"\xff" * 16,
        b"\1P3\n2 2\n255\n1 2 3 4 5 6 7 8 9 10 11 12\n",
        b"\1P4\n9 2\n\xff\0\0\xff",
        b"\x0bPF\n1 1\n-1.0\n" + bytes(12),
        *_floats_in_files(),
        b"\x0d" + y4m(),
        *(b"\x0d" + animation(suffix, transparent=True) for suffix in (".gif", ".png", ".webp")),
        *_avif_animations(),
        *_pillow_files(),
        *_bundles(),
    ]


def _avif_animations() -> list[bytes]:
    """Return one, and one that is turned and cropped, where this Pillow writes them."""
    from PIL import features

    from refdec.heif.boxes import FileBox
    from refdec.tiling.geometry import Rect
    from tests.unit.heif.support import clap
    from tests.unit.sequences.support import HEIGHT, WIDTH, animation, in_av1_entry

    if not features.check("avif"):
        return []
    part = clap(WIDTH, HEIGHT, Rect(4, 6, 20, 30)).box
    made = animation(".avif"), in_av1_entry(animation(".avif"), part, FileBox("irot", {"angle": 1}))
    return [b"\x0d" + data for data in made]


def _floats_in_files() -> list[bytes]:
    """Return a TIFF of floats, and an OpenEXR file where the package is there."""
    from refdec.formats.errors import FormatCannotHold
    from refdec.formats.exr import exr_bytes
    from refdec.formats.tiff import float_tiff_bytes
    from refdec.heif.parts import NO_METADATA
    from tests.unit.formats.float_support import floats

    found = [b"\7" + float_tiff_bytes(floats(16, 3), 12, NO_METADATA)]
    try:
        return [*found, b"\x0c" + exr_bytes(floats(16, 4), 9), b"\x0c" + exr_bytes(floats(32, 1), 2)]
    except FormatCannotHold:
        return found


def _pillow_files() -> list[bytes]:
    """Return small files of the formats that Pillow reads, behind the bytes that choose them."""
    import PIL.Image

    picture = PIL.Image.fromarray((np.arange(48, dtype=np.uint8) * 5).reshape(4, 4, 3))
    found = []
    for number, name in ((5, "JPEG"), (6, "WEBP"), (7, "TIFF"), (8, "BMP"), (9, "GIF")):
        target = io.BytesIO()
        picture.save(target, name)
        found.append(bytes([number]) + target.getvalue())
    return found


def _bundles() -> list[bytes]:
    from tests.sample_bundles import sample_bundle, sample_headers

    found = []
    for stage in ("headers", "symbols"):
        target = io.BytesIO()
        sample_bundle(stage, headers=sample_headers(64, 64)).save(target)
        found.append(b"\4" + target.getvalue())
    return found


MAKERS = {
    "headers": _headers,
    "view": _headers,
    "entropy": _entropy,
    "importer": _importer,
    "decode": _decode,
    "pack": _pack,
    "head": _head,
    "layer": _layer,
    "heif": _heif,
    "page": _heif,
    "pictures": _pictures,
}


def seeds(target: str) -> list[bytes]:
    """Return the seeds of a target."""
    return MAKERS[target]()


def write_corpus(target: str, folder: Path) -> int:
    """Write the seeds of a target into a folder, under their hashes; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    found = seeds(target)
    for data in found:
        (folder / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)
    return len(found)
