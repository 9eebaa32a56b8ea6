"""What is fuzzed: functions of bytes that return, or raise nothing but RefdecError.

In: any bytes.  Out: nothing; another exception, or a broken promise (AssertionError), is a finding.  The same functions
replay the files of `tests/findings`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from refdec.bitstream.edition_errors import DraftHeader
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers, write_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.rule_errors import TooManyRegions
from refdec.errors import LimitExceeded, RefdecError
from refdec.limits import Limits
from refdec.lossless.errors import LayerDamaged, LayerOfOtherPicture
from refdec.weights.pack import WeightPack
from tests.payloads import check_payloads

if TYPE_CHECKING:
    from refdec.heif.heiffile import HeifFile

__all__ = [
    "DECODE_LIMITS",
    "TARGETS",
    "decode",
    "entropy",
    "head",
    "headers",
    "heif",
    "importer",
    "layer",
    "pack",
    "page",
    "pictures",
    "view",
]

DECODE_LIMITS = Limits(pixels=160 * 160, codestream_bytes=1 << 20)
PICTURE_LIMITS = Limits(pixels=1 << 20, codestream_bytes=1 << 20, samples=1 << 12)
PICTURE_READERS = (
    *(".png", ".ppm", ".npy", ".yuv", "bundle"),
    *(".jpg", ".webp", ".tif", ".bmp", ".gif", ".pam", ".pfm", ".exr"),
    "moving",
)
"""What byte 0 of an input chooses; new ones are added at the end, so that old findings keep their meaning."""
LAYER_SAMPLES = 1 << 12
MOST_FRAMES = 8
EDGES = (1, 2, 3, 5, 8, 16)
THREADS = (1, 2, 4, 8, 16)


@cache
def weights() -> WeightPack:
    """Return synthetic weights: they are small to make, and every network has them."""
    from refdec.weights.seeded import seeded_pack

    return seeded_pack(1)


def headers(data: bytes) -> None:
    """Framing and headers, strict and lenient; what reads strictly is written back bit for bit, and has no problems."""
    from refdec.inspection.problems import find_problems

    strict = None
    for lenient in (False, True):
        try:
            codestream = read_codestream(data, lenient=lenient)
            found = read_headers(codestream, lenient=lenient)
            check_payloads(codestream, found)
        except RefdecError as problem:
            assert problem.headline()
            continue
        if not lenient:
            strict = found
            written = write_headers(found)
            for marker in (Marker.PIH, Marker.TON, Marker.UDI):
                part = codestream.only(marker)
                assert part is None or written[marker] == bytes(part.payload), f"{marker.name} is written differently"
        else:
            assert strict is None or strict.picture == found.picture
    surveyed = find_problems(data).headers
    assert strict is None or surveyed is not None, "the survey does not read what the reader reads"


def view(data: bytes) -> None:
    """The annotated syntax tree, as text and as JSON."""
    from refdec.inspection.render import as_json, text_lines
    from refdec.inspection.tree import build_tree

    tree = build_tree(data)
    list(text_lines(tree, everything=True))
    as_json(tree)


@lru_cache(maxsize=1)
def _z_tables() -> tuple[object, object]:
    from refdec.decoding.models import models_of

    models = models_of(weights(), 1)
    return models.z_tables(0), models.z_tables(1)


def entropy(data: bytes) -> None:
    """The three uses of the entropy decoder; byte 0 chooses it, bytes 1 to 3 shape, threads and seed of the levels.

    A residual decoded in slices is the one decoded at once.
    """
    from refdec.entropy.hyper import decode_z
    from refdec.entropy.qualitymap import decode_quality_map
    from refdec.entropy.residual import decode_residual, start_residual

    if len(data) < 4:
        return
    kind, shape, seed, unit = data[0] % 3, data[1], data[2], data[4:]
    threads = THREADS[data[3] % 5]
    h, w = EDGES[shape % 6], EDGES[(shape // 6) % 6]
    try:
        if kind == 0:
            decode_z(unit, *_z_tables(), h, w, threads)  # type: ignore[arg-type]
            return
        if kind == 1:
            decode_quality_map(unit, h, w, seed % 8, threads)
            return
        dice = np.random.default_rng(seed)
        channels = (1, 2, 7, 16)[seed % 4]
        levels = dice.integers(0, 32, (channels, h, w), dtype=np.uint8)
        coded = dice.random(levels.shape) < (0.1, 0.5, 1.0)[seed % 3]
        whole = decode_residual(unit, levels, coded, threads)
    except RefdecError:
        return
    run, parts = start_residual(unit, levels.size, threads), []
    for level, mask in zip(levels, coded, strict=True):
        run, values = run.advance(level, mask)
        parts.append(values)
    run.finish()
    assert np.array_equal(np.concatenate(parts), whole.reshape(-1)), "slices give another residual"


def importer(data: bytes) -> None:
    """Checkpoint files: the archive, the pickle interpreter, tensors, and the import of one network's tensors."""
    from refdec.weights.importer import import_tensors
    from refdec.weights.names import CheckpointName
    from refdec.weights.recognise import recognise
    from refdec.weights.tensorfile import TensorFile
    from refdec.weights.unpickler import unpickle

    recognise(data)
    try:
        if data[:1] == b"\x80":
            unpickle(data)
            return
        file = TensorFile(data)
    except RefdecError:
        return
    for name in file:
        try:
            array = file[name]
            assert array.nbytes <= 1 << 30
        except RefdecError:
            continue
    try:
        import_tensors(CheckpointName("VM_common_int/UV", 1), file)
    except RefdecError:
        return


def decode(data: bytes) -> None:
    """A whole codestream of a tiny picture: legality, decoding, verdict; rows without a watch agree."""
    from refdec.decoding.options import DecodeOptions
    from refdec.decoding.rows import open_stream
    from refdec.trace.fingerprints import fingerprint
    from refdec.verification.check import verify_codestream

    verdict = verify_codestream(
        data, weights(), options=DecodeOptions(limits=DECODE_LIMITS, ignore_weights_fingerprint=True)
    )
    passed_over = (DraftHeader, TooManyRegions, LayerDamaged, LayerOfOtherPicture)
    refused = [problem for problem in verdict.problems if not isinstance(problem, passed_over)]
    try:
        picture = open_stream(data, weights(), DecodeOptions(limits=DECODE_LIMITS)).picture()
    except RefdecError as problem:
        assert refused, f"refused only by the decoder that streams: {problem}"
        return
    assert not refused, f"refused only by the verifier: {refused[0]}"
    if any(isinstance(problem, TooManyRegions) for problem in verdict.problems):
        return  # to a verifier that is illegal: it has not looked at the picture
    seen = {name.partition("[")[0]: digest for name, digest in verdict.fingerprints.items()}
    for index, plane in enumerate(picture.planes):
        if picture.subsampling == (1, 1):
            assert fingerprint(plane) == seen[f"codes.{index}"], "the decoder that streams gives another picture"


def pack(data: bytes) -> None:
    """Packs of weights: manifest, records, layers and fingerprints."""
    from refdec.weights.packfile import read_pack, verify_checkpoint

    try:
        found = read_pack(data)
    except RefdecError:
        return
    for name in found.names():
        try:
            verify_checkpoint(found.by_name(name))
        except RefdecError:
            continue


def pictures(data: bytes) -> None:
    """Picture files and latent bundles; byte 0 chooses the reader."""
    from refdec.bundles import LatentBundle
    from refdec.formats.files import read_picture
    from refdec.formats.pictures import CodePicture
    from refdec.formats.yuv import layout_of_name
    from refdec.sequences.opened import moving_picture

    if not data:
        return
    kind, body = data[0] % len(PICTURE_READERS), data[1:]
    try:
        if PICTURE_READERS[kind] == "bundle":
            LatentBundle.load(body, limits=PICTURE_LIMITS)
            return
        if PICTURE_READERS[kind] == "moving":
            found = moving_picture(body, PICTURE_LIMITS)
            for frame, _ in zip(() if found is None else found.frames, range(MOST_FRAMES), strict=False):
                assert isinstance(frame.picture, CodePicture)
            return
        suffix = PICTURE_READERS[kind]
        layout = layout_of_name("x_16x8_8bit_420.yuv") if suffix == ".yuv" else None
        picture = read_picture(io.BytesIO(body), suffix=suffix, layout=layout, limits=PICTURE_LIMITS)
    except RefdecError:
        return
    assert all(plane.size <= PICTURE_LIMITS.pixels for plane in picture.components)


def head(data: bytes) -> None:
    """Head files: one that is read can be written again, and runs, with products and maps as its plan said."""
    from refdec.heads.headfile import head_fingerprint, read_head, write_head
    from refdec.heads.network import HeadNetwork

    try:
        found = read_head(data)
        network = HeadNetwork.of(found)
    except RefdecError as problem:
        assert problem.headline()
        return
    target = io.BytesIO()
    write_head(found, target)
    assert head_fingerprint(read_head(target.getvalue())) == head_fingerprint(found)
    if network.plan.products <= 1 << 22:
        luma, chroma = np.full((160, 3, 2), -(1 << 31), np.int32), np.full((96, 3, 2), (1 << 31) - 1, np.int32)
        answers = network({"luma": luma, "chroma": chroma})
        assert {name: len(answer) for name, answer in answers.items()} == {
            name: form.channels for name, form in network.plan.outputs.items()
        }


def layer(data: bytes) -> None:
    """Lossless layers: one that is read is written back bit for bit, and gives what it names by SHA-256, or an error.

    The base that it names is not there: its digest is put in the place of that of a flat one.
    """
    from dataclasses import replace

    from refdec.bitstream.layerrecord import read_layer
    from refdec.lossless.layer import decode_layer
    from refdec.trace.picture_digest import picture_sha256

    record = read_layer(data)
    if record is None:
        _float_layer(data)
        return
    assert record.to_bytes() == data
    if record.width * record.height > LAYER_SAMPLES:
        return
    kind, middle = np.uint8 if record.bit_depth <= 8 else np.uint16, (1 << record.bit_depth) // 2
    base = tuple(np.full((record.height, record.width), middle, kind) for _ in range(record.components))
    digest = bytes.fromhex(picture_sha256(base))
    try:
        made = decode_layer(replace(record, base_sha256=digest), base)
    except RefdecError as problem:
        assert problem.headline()
        return
    assert picture_sha256(made) == record.samples_sha256.hex()


def _float_layer(data: bytes) -> None:
    """Layers of floats: as those of codes."""
    from dataclasses import replace

    from refdec.bitstream.floatrecord import read_float_layer
    from refdec.lossless.float_layer import decode_float_layer
    from refdec.trace.picture_digest import picture_sha256

    record = read_float_layer(data)
    if record is None:
        return
    assert record.to_bytes() == data
    if record.width * record.height > LAYER_SAMPLES:
        return
    base = tuple(np.full((record.height, record.width), 1 << 15, np.uint16) for _ in range(record.form.colours))
    digest = bytes.fromhex(picture_sha256(base))
    try:
        made = decode_float_layer(replace(record, base_sha256=digest), base)
    except RefdecError as problem:
        assert problem.headline()
        return
    assert picture_sha256(made.planes) == record.samples_sha256.hex()


def _placed(file: HeifFile) -> None:
    """Tiles of a grid, and the part that transforms show, which is inside of the picture."""
    from refdec.heif.grid import grid_of, is_grid
    from refdec.heif.transforms import shown_part

    try:
        if is_grid(file):
            grid = grid_of(file)
            assert len(grid.tiles) == grid.rows * grid.columns <= 1 << 16
        _, part = shown_part(file.primary_item.properties, 65, 79)
        assert not part.empty and 0 <= part.x < part.right <= 65 and 0 <= part.y < part.bottom <= 79
    except RefdecError as problem:
        assert problem.headline()


def heif(data: bytes) -> None:
    """HEIF files and clips: what reads is written and read again, shown, taken apart, no larger than limits say."""
    from refdec.api.info import read_info
    from refdec.formats.clip_files import ClipBytes, clip_in
    from refdec.formats.stream_files import stream_in
    from refdec.heif.picturefile import alpha_of, metadata_of, picture_orientation
    from refdec.heif.reading import read_heif
    from refdec.heif.writing import write_heif
    from refdec.inspection.box_tree import box_tree
    from refdec.inspection.render import box_lines

    whole = ClipBytes(None, data, len(data), PICTURE_LIMITS.codestream_bytes)
    for lenient in (False, True):
        try:
            clip = clip_in(whole, PICTURE_LIMITS, lenient=lenient)
        except RefdecError as problem:
            assert problem.headline()
            continue
        if clip is None:
            continue
        assert 0 < clip.file.count <= PICTURE_LIMITS.samples
        for index in {0, clip.file.count // 2, clip.file.count - 1}:
            parts = [bytes(whole[at : at + length]) for at, length in clip.file.places(index)]
            still = clip.file.still(index, parts[0], parts[1] if len(parts) > 1 else None)
            try:
                write_heif(still)
                alpha_of(still, PICTURE_LIMITS)
            except RefdecError as problem:
                assert problem.headline()
        if not lenient:
            list(box_lines(box_tree(data, PICTURE_LIMITS)))
            try:
                assert read_info(data, limits=PICTURE_LIMITS).file is not None
            except RefdecError as problem:
                assert problem.headline()
    try:
        file = read_heif(data, limits=PICTURE_LIMITS)
    except RefdecError as problem:
        assert problem.headline()
        return
    assert sum(len(item.data) for item in file.items if len(item.places) != 1) <= 2 * len(data)
    _placed(file)
    try:
        list(box_lines(box_tree(data, PICTURE_LIMITS)))
    except RefdecError as problem:
        assert isinstance(problem, LimitExceeded), problem.headline()
    try:
        again = read_heif(write_heif(file), limits=PICTURE_LIMITS)
        assert [(item.id, item.kind, bytes(item.data)) for item in again.items] == [
            (item.id, item.kind, bytes(item.data)) for item in file.items
        ]
        assert again.references == file.references
    except RefdecError as problem:
        assert problem.headline()  # more items than fields of the usual width hold, bytes that are no text
    for part in (stream_in, read_info, lambda _: picture_orientation(file), lambda _: metadata_of(file)):
        try:
            part(data)
        except RefdecError as problem:
            assert problem.headline()
    try:
        alpha = alpha_of(file, PICTURE_LIMITS)
        assert alpha is None or alpha.samples.size <= PICTURE_LIMITS.pixels
    except RefdecError as problem:
        assert problem.headline()


def page(data: bytes) -> None:
    """The page of a file of boxes, with the codestreams in it: its leaves cover the file in order."""
    from refdec.inspection.box_tree import box_tree
    from refdec.inspection.file_view import codestream_places, file_view
    from refdec.inspection.html import render_page
    from refdec.inspection.tree import build_tree

    try:
        boxes = box_tree(data, PICTURE_LIMITS)
    except RefdecError as problem:
        assert problem.headline()
        return
    trees = {
        place: (name, build_tree(boxes.data[place[0] : sum(place)], limits=PICTURE_LIMITS))
        for place, name in islice(codestream_places(boxes), 2)
    }
    shown = next((tree for _, tree in trees.values()), None) or build_tree(b"", limits=PICTURE_LIMITS)
    view, at = file_view(boxes, shown, trees), 0
    for node in view.root.leaves():
        assert node.at.bits == at, f"{node.name} is not where the one before it ends"
        at = node.end.bits
    html = render_page(shown, name="x.jaii", version="1", file=view)
    assert len(html) < 1 << 24


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "headers": headers,
    "view": view,
    "entropy": entropy,
    "importer": importer,
    "decode": decode,
    "pack": pack,
    "pictures": pictures,
    "head": head,
    "layer": layer,
    "heif": heif,
    "page": page,
}
