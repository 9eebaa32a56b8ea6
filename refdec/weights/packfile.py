"""Pack files: a ZIP archive with one stored member per layer and a manifest, pack.json (6.2.5).

In: a `WeightPack`, or the bytes of a pack file.  Out: the same bytes for the same integers; a `WeightPack` that reads a
layer when it is first asked for, and believes it only if its SHA-256 is that of the manifest.  No pickle, no floats.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, BinaryIO

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.firstbytes import CODESTREAM_START
from refdec.clauses import clause
from refdec.weights.archivewriter import ArchiveWriter
from refdec.weights.bytesource import Readable, byte_source
from refdec.weights.container import ZipContainer
from refdec.weights.errors import UnknownCheckpoint
from refdec.weights.errors_files import (
    CodestreamAsPack,
    NotAPack,
    PackDamaged,
    PackFingerprintDiffers,
    PackMemberChanged,
    PackTooNew,
)
from refdec.weights.fingerprint import GAIN_NAME, checkpoint_fingerprint
from refdec.weights.integerpath import require_integer_path
from refdec.weights.layers import Layer
from refdec.weights.names import CheckpointName, name_of_text
from refdec.weights.pack import Checkpoint, Origin, PackNotes, WeightPack, pack_fingerprint
from refdec.weights.ranges import MODEL_IDS, SYNTAX, ModelRange
from refdec.weights.records import (
    IntegersRecord,
    LayerRecord,
    layer_bytes,
    layer_record,
    read_layer,
    read_values,
    values_bytes,
    values_record,
)
from refdec.weights.tensorlists import integer_shapes, layer_shapes

__all__ = ["FORMAT", "VERSION", "read_pack", "verify_checkpoint", "write_pack"]

FORMAT, VERSION = "refdec weights", 1
MANIFEST = "pack.json"
LARGEST_MANIFEST_BYTES = 1 << 23
MOST_PACK_BYTES = 1 << 32
NOT_FROM_THE_TEXT = "6.2.5 says what a pack carries; how it lies in a file is ours"
Line = Mapping[str, Any]


def _add(archive: ArchiveWriter, member: str, record: LayerRecord | IntegersRecord, data: bytes) -> dict[str, Any]:
    archive.add(member, data)
    return {**record.as_json(), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _write_checkpoint(archive: ArchiveWriter, checkpoint: Checkpoint) -> dict[str, Any]:
    """Append the members of a checkpoint; return its part of the manifest."""
    name = name_of_text(checkpoint.name)
    layers = {
        key: _add(archive, f"{checkpoint.name}/{key}", layer_record(layer), layer_bytes(layer))
        for key, layer in checkpoint.layers.items()
    }
    tensors = (
        dict(checkpoint.integers) if checkpoint.gain is None else {**checkpoint.integers, GAIN_NAME: checkpoint.gain}
    )
    integers = {
        key: _add(archive, f"{checkpoint.name}/{key}", values_record(values), values_bytes(values))
        for key, values in tensors.items()
    }
    return {
        "kind": name.kind,
        "model_id": name.model_id,
        "fingerprint": checkpoint.fingerprint,
        "file": checkpoint.origin.file,
        "published": checkpoint.origin.published,
        "layers": layers,
        "integers": integers,
    }


@clause("6.2.5", kind="added", reason=NOT_FROM_THE_TEXT)
def write_pack(pack: WeightPack, file: BinaryIO) -> None:
    """(6.2.5) Write a pack to an open binary file, which need not seek; the same pack gives the same bytes."""
    archive = ArchiveWriter(file)
    checkpoints = {name: _write_checkpoint(archive, pack.by_name(name)) for name in pack.names()}
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "title": pack.notes.title,
        "licence": pack.notes.licence,
        "notes": pack.notes.notes,
        "fingerprint": pack_fingerprint({name: part["fingerprint"] for name, part in checkpoints.items()}),
        "checkpoints": checkpoints,
    }
    if pack.scale:
        manifest["scale"] = [[part.model_id, part.low, part.high] for part in pack.scale]
    archive.add(MANIFEST, json.dumps(manifest, separators=(",", ":"), ensure_ascii=True).encode("ascii"))
    archive.close()


def _field(line: Line, key: str, kind: type, where: str) -> Any:
    value = line.get(key)
    if type(value) is not kind:
        raise PackDamaged(f"{where} has no {key} of type {kind.__name__}")
    return value


def _manifest(archive: ZipContainer) -> dict[str, Any]:
    """Return the manifest of a pack with its top level checked; raises NotAPack, PackTooNew or PackDamaged."""
    if MANIFEST not in archive.members:
        raise NotAPack
    if archive.member(MANIFEST).size > LARGEST_MANIFEST_BYTES:
        raise PackDamaged("its manifest is too long")
    try:
        manifest = json.loads(bytes(archive.read(MANIFEST)))
    except (ValueError, RecursionError):
        raise PackDamaged("its manifest is not JSON") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise NotAPack
    version = _field(manifest, "version", int, "its manifest")
    if version > VERSION:
        raise PackTooNew(version, VERSION)
    if version < 1:
        raise PackDamaged(f"it has format version {version}")
    for key in ("title", "licence", "notes", "fingerprint"):
        _field(manifest, key, str, "its manifest")
    prints: dict[str, str] = {}
    for name, part in _field(manifest, "checkpoints", dict, "its manifest").items():
        if not isinstance(part, dict):
            raise PackDamaged(f"its manifest does not describe {name}")
        prints[name] = _fingerprint(part, name)
        for key, kind in (("file", str), ("published", bool), ("layers", dict), ("integers", dict)):
            _field(part, key, kind, name)
    if pack_fingerprint(prints) != manifest["fingerprint"]:
        raise PackDamaged("its fingerprint is not that of its checkpoints")
    return manifest


def _scale(manifest: Line) -> tuple[ModelRange, ...]:
    """Return the scale of a manifest, none where it has none."""
    made: list[ModelRange] = []
    for part in _field(manifest, "scale", list, "its manifest") if "scale" in manifest else []:
        if not isinstance(part, list) or len(part) != 3 or any(type(value) is not int for value in part):
            raise PackDamaged("its scale is not made of models and displacements")
        model_id, low, high = part
        if model_id not in MODEL_IDS or not SYNTAX[0] <= low < high <= SYNTAX[1]:
            raise PackDamaged("its scale has displacements that no model has")
        if any(model_id == other.model_id for other in made):
            raise PackDamaged(f"its scale comes back to model {model_id}")
        made.append(ModelRange(model_id, low, high))
    return tuple(made)


def _fingerprint(part: Line, name: str) -> str:
    """Return a checkpoint's fingerprint, checked to be one; the name is checked to be one, too."""
    text: str = _field(part, "fingerprint", str, name)
    if len(text) != 64 or text.strip("0123456789abcdef") or not name.isascii():
        raise PackDamaged(f"the fingerprint of {name!r} is not one")
    return text


def _opened(source: Readable) -> ZipContainer:
    """Return the archive of a pack; raises CodestreamAsPack where the file begins like a codestream."""
    readable = byte_source(source)
    if readable.size >= len(CODESTREAM_START) and bytes(readable.read(0, len(CODESTREAM_START))) == CODESTREAM_START:
        raise CodestreamAsPack
    return ZipContainer(source, most_bytes=MOST_PACK_BYTES)


class _Layers(Mapping[str, Layer]):
    """The layers of a checkpoint in a pack file, each read and checked when it is first asked for."""

    def __init__(self, archive: ZipContainer, prefix: str, lines: Line, records: Mapping[str, LayerRecord]) -> None:
        self._archive, self._prefix, self._lines, self._records = archive, prefix, lines, records
        self._read: dict[str, Layer] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __contains__(self, name: object) -> bool:
        return name in self._records

    def __getitem__(self, name: str) -> Layer:
        if name not in self._read:
            record = self._records[name]
            data = _member(self._archive, self._prefix + name, self._lines[name])
            self._read[name] = read_layer(name, record, data)
        return self._read[name]


def _member(archive: ZipContainer, member: str, line: Line) -> memoryview:
    """Return the bytes of a member whose SHA-256 is that of its line; raises PackMemberChanged."""
    data = archive.read(member, check_crc=False)
    if hashlib.sha256(data).hexdigest() != line.get("sha256"):
        raise PackMemberChanged(member)
    return data


def _lines(part: Line, key: str, wanted: Mapping[str, object], name: str) -> Line:
    """Return the lines of layers or integers; there must be one for each that the kind has, and no other."""
    lines: Line = part[key]
    if set(lines) != set(wanted) or not all(isinstance(line, dict) for line in lines.values()):
        raise PackDamaged(f"{name} does not have the {key} of its kind")
    return lines


def _checkpoint(archive: ZipContainer, name: CheckpointName, part: Line) -> Checkpoint:
    """Return a checkpoint whose layers are still in the archive; the integer path is read at once."""
    text, prefix = str(name), f"{name}/"
    layers, integers = layer_shapes(name.kind), integer_shapes(name.kind)
    lines = _lines(part, "layers", layers, text)
    records = {key: LayerRecord.of_json(key, lines[key], *layers[key]) for key in layers}
    values: dict[str, Int32Array] = {}
    for key, line in _lines(part, "integers", integers, text).items():
        record = IntegersRecord.of_json(key, line, integers[key])
        values[key] = read_values(key, record, _member(archive, prefix + key, line))
    gain = values.pop(GAIN_NAME, None)
    require_integer_path(values)
    origin = Origin(part["file"], part["published"])
    lazy = _Layers(archive, prefix, lines, records)
    return Checkpoint(text, lazy, MappingProxyType(values), gain, part["fingerprint"], origin)


@clause("6.2.5", kind="added", reason=NOT_FROM_THE_TEXT)
def read_pack(source: Readable) -> WeightPack:
    """(6.2.5) Return the pack in a file; only the directory and the manifest are read now.

    `source` is bytes, or an open file that must stay open as long as the pack is used.  Raises NotAnArchive,
    CodestreamAsPack, NotAPack, PackTooNew, PackDamaged and other WeightsError; a damaged layer is found when it is
    read.
    """
    archive = _opened(source)
    manifest = _manifest(archive)
    parts: Mapping[str, Line] = manifest["checkpoints"]
    makers = {}
    for text, part in parts.items():
        try:
            name = name_of_text(text)
        except UnknownCheckpoint:
            raise PackDamaged(f"it has a checkpoint with the unknown name {text!r}") from None
        if str(name) != text:
            raise PackDamaged(f"it has a checkpoint with the name {text!r} instead of {name}")
        makers[text] = partial(_checkpoint, archive, name, part)
    notes = PackNotes(manifest["title"], manifest["licence"], manifest["notes"])
    known = {name: part["fingerprint"] for name, part in parts.items()}
    origins = {name: Origin(part["file"], part["published"]) for name, part in parts.items()}
    scale = _scale(manifest)
    return WeightPack(MappingProxyType(makers), notes, MappingProxyType(known), MappingProxyType(origins), scale)


@clause("6.2.5")
def verify_checkpoint(checkpoint: Checkpoint) -> None:
    """(6.2.5) Read everything, and raise PackFingerprintDiffers unless the integers have the stated fingerprint."""
    computed = checkpoint_fingerprint(checkpoint.layers, checkpoint.integers, checkpoint.gain)
    if computed != checkpoint.fingerprint:
        raise PackFingerprintDiffers(checkpoint.name, checkpoint.fingerprint, computed)
