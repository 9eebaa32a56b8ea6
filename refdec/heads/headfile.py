"""Head files: a ZIP archive with one stored member per layer and a manifest, head.json; as packs are, in small.

In: a `Head`, or the bytes of a head file.  Out: the same bytes for the same head; a `Head` whose sizes were bounded
before anything was allocated, whose layers have the SHA-256 of the manifest, and which can be walked.  No pickle, no
code, no floats among the weights.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from math import prod
from sys import float_info
from typing import Any, BinaryIO

from refdec.heads.errors import HeadDamaged, HeadTooLarge, HeadTooNew, NotAHead
from refdec.heads.head import Fact, Head, HeadFacts, HeadStep
from refdec.heads.operations import MOST_CHANNELS
from refdec.heads.plan import MOST_STEPS, plan_of
from refdec.weights.archivewriter import ArchiveWriter
from refdec.weights.bytesource import Readable
from refdec.weights.container import ZipContainer
from refdec.weights.errors_files import NotAnArchive, PackDamaged
from refdec.weights.layers import Layer
from refdec.weights.records import LayerRecord, layer_bytes, layer_record, read_layer

__all__ = ["head_fingerprint", "read_head", "write_head"]

FORMAT, VERSION = "refdec head", 1
MANIFEST, FOLDER = "head.json", "layers/"
MOST_MANIFEST_BYTES = 1 << 20
MOST_HEAD_BYTES = 1 << 26
MOST_LAYERS = 1024
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
TEXTS = ("name", "version", "task", "licence", "data", "notes")
STEP_KEYS = {"operation", "from", "to", "layers"}


# -- writing


def _step_json(step: HeadStep) -> dict[str, Any]:
    line: dict[str, Any] = {"operation": step.operation, "from": list(step.inputs), "to": step.output}
    if step.layers:
        line["layers"] = list(step.layers)
    return line | dict(step.numbers)


def _manifest_of(head: Head) -> tuple[bytes, dict[str, bytes]]:
    """Return the manifest of a head, always the same bytes, and its layers' bytes."""
    facts = head.facts
    data = {name: layer_bytes(layer) for name, layer in head.layers.items()}
    layers = {
        name: {
            **layer_record(head.layers[name]).as_json(),
            "bytes": len(raw),
            "sha256": hashlib.sha256(raw).hexdigest(),
        }
        for name, raw in data.items()
    }
    manifest = {
        "format": FORMAT,
        "format_version": VERSION,
        **{name: getattr(facts, name) for name in TEXTS},
        "weights": list(facts.weights),
        "labels": list(facts.labels),
        "metrics": dict(facts.metrics),
        "steps": [_step_json(step) for step in head.steps],
        "outputs": list(head.outputs),
        "layers": layers,
    }
    if facts.synthesis:
        manifest["synthesis"] = facts.synthesis
    text = json.dumps(manifest, separators=(",", ":"), sort_keys=True, ensure_ascii=True, allow_nan=False)
    return text.encode("ascii"), data


def head_fingerprint(head: Head) -> str:
    """Return SHA-256 over all that a head is, hexadecimal: equal for heads that say and do the same."""
    return hashlib.sha256(_manifest_of(head)[0]).hexdigest()


def write_head(head: Head, file: BinaryIO) -> None:
    """Write a head to an open binary file, which need not seek; the same head gives the same bytes.

    Raises HeadStepInvalid, HeadTooLarge, HeadDamaged where it would not be read again.
    """
    plan_of(head)
    manifest, data = _manifest_of(head)
    _head_of(json.loads(manifest))
    archive = ArchiveWriter(file)
    for name in sorted(data):
        archive.add(FOLDER + name, data[name])
    archive.add(MANIFEST, manifest)
    archive.close()


# -- reading


def _damaged_unless(good: bool, reason: str) -> None:
    if not good:
        raise HeadDamaged(reason)


def _field(line: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    value = line.get(key)
    _damaged_unless(type(value) is kind, f"{where} has no {key} of type {kind.__name__}")
    return value


def _names(values: Any, what: str, most: int) -> tuple[str, ...]:
    """Return a list of names of maps or layers, checked."""
    _damaged_unless(isinstance(values, list), f"{what} are no list")
    if len(values) > most:
        raise HeadTooLarge(what, len(values), most)
    good = all(isinstance(name, str) and NAME.fullmatch(name) for name in values)
    _damaged_unless(good, f"{what} hold something that is no name")
    return tuple(values)


def _step(line: Any, number: int) -> HeadStep:
    where = f"step {number + 1}"
    _damaged_unless(isinstance(line, dict), f"{where} is no object")
    numbers = {key: value for key, value in line.items() if key not in STEP_KEYS}
    _damaged_unless(all(type(value) is int for value in numbers.values()), f"{where} has a number that is none")
    (output,) = _names([line.get("to")], f"the output of {where}", 1)
    return HeadStep(
        _field(line, "operation", str, where),
        _names(line.get("from"), f"the inputs of {where}", 64),
        output,
        _names(line.get("layers", []), f"the layers of {where}", 64),
        numbers,
    )


def _record(name: str, line: Any) -> LayerRecord:
    """Return the description of a layer, its shape within bounds.  Raises HeadDamaged, HeadTooLarge."""
    _damaged_unless(bool(NAME.fullmatch(name)) and isinstance(line, dict), f"it does not describe the layer {name!r}")
    shape = line.get("shape")
    good = isinstance(shape, list) and len(shape) == 4 and all(type(n) is int and n >= 1 for n in shape)
    _damaged_unless(good, f"the layer {name!r} has no shape [out, in, rows, columns]")
    if max(shape) > MOST_CHANNELS or prod(shape) > MOST_HEAD_BYTES:
        raise HeadTooLarge(f"in the shape of the layer {name!r}", max(shape), MOST_CHANNELS)
    try:
        return LayerRecord.of_json(name, line, tuple(shape), line.get("transposed") is True)
    except PackDamaged as problem:
        raise HeadDamaged(problem.reason) from None


def _metrics(values: Any) -> Mapping[str, Fact]:
    _damaged_unless(isinstance(values, dict), "its metrics are no object")
    for name, value in values.items():
        good = isinstance(value, str) or (type(value) in {int, float} and abs(value) <= float_info.max)
        _damaged_unless(good, f"its metric {name!r} is neither number nor text")
    found: Mapping[str, Fact] = values
    return found


def _head_of(manifest: Any) -> tuple[Head, dict[str, LayerRecord]]:
    """Return a head without its layers, and their descriptions.  Raises HeadDamaged, HeadTooNew, HeadTooLarge."""
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise NotAHead("its manifest is of something else")
    version = _field(manifest, "format_version", int, "its manifest")
    if version > VERSION:
        raise HeadTooNew(version, VERSION)
    _damaged_unless(version >= 1, f"it has format version {version}")
    texts = {name: _field(manifest, name, str, "its manifest") for name in TEXTS}
    _damaged_unless(bool(texts["name"]), "it has no name")
    weights = _field(manifest, "weights", list, "its manifest")
    good = weights and all(isinstance(text, str) and FINGERPRINT.fullmatch(text) for text in weights)
    _damaged_unless(bool(good), "it does not name the weights whose latents it reads by their fingerprints")
    synthesis = manifest.get("synthesis", "")
    good = synthesis == "" or (isinstance(synthesis, str) and FINGERPRINT.fullmatch(synthesis))
    _damaged_unless(bool(good), "it does not name the synthesis whose features it reads by its fingerprint")
    labels = _field(manifest, "labels", list, "its manifest")
    _damaged_unless(all(isinstance(label, str) for label in labels), "a label is no text")
    steps = _field(manifest, "steps", list, "its manifest")
    if len(steps) > MOST_STEPS:
        raise HeadTooLarge("steps", len(steps), MOST_STEPS)
    lines = _field(manifest, "layers", dict, "its manifest")
    if len(lines) > MOST_LAYERS:
        raise HeadTooLarge("layers", len(lines), MOST_LAYERS)
    told = {"labels": tuple(labels), "metrics": _metrics(manifest.get("metrics")), "synthesis": synthesis}
    facts = HeadFacts(weights=tuple(weights), **told, **texts)
    walked = tuple(_step(line, number) for number, line in enumerate(steps))
    outputs = _names(manifest.get("outputs"), "its outputs", 64)
    return Head(facts, walked, {}, outputs), {name: _record(name, line) for name, line in lines.items()}


def _layer(archive: ZipContainer, name: str, record: LayerRecord, digest: object) -> Layer:
    """Return a layer whose bytes are those that the manifest means.  Raises HeadDamaged, MemberMissing."""
    _damaged_unless(
        archive.member(FOLDER + name).size == record.size, f"the layer {name!r} does not have {record.size} bytes"
    )
    data = archive.read(FOLDER + name, check_crc=False)
    _damaged_unless(
        hashlib.sha256(data).hexdigest() == digest, f"the layer {name!r} does not have the SHA-256 of the manifest"
    )
    try:
        return read_layer(name, record, data)
    except PackDamaged as problem:
        raise HeadDamaged(problem.reason) from None


def read_head(source: Readable) -> Head:
    """Return the head in a file: bytes, or an open binary file.

    Raises NotAHead, HeadTooNew, HeadDamaged, HeadStepInvalid, HeadTooLarge, ArchiveDamaged and other WeightsError.
    """
    try:
        archive = ZipContainer(source, most_bytes=MOST_HEAD_BYTES)
    except NotAnArchive as problem:
        raise NotAHead(f"its {problem.size} bytes are no archive") from None
    if MANIFEST not in archive.members:
        raise NotAHead(f"it has no {MANIFEST}")
    if archive.member(MANIFEST).size > MOST_MANIFEST_BYTES:
        raise HeadTooLarge("bytes of manifest", archive.member(MANIFEST).size, MOST_MANIFEST_BYTES)
    try:
        manifest = json.loads(bytes(archive.read(MANIFEST)))
    except (ValueError, RecursionError):
        raise HeadDamaged("its manifest is not JSON") from None
    bare, records = _head_of(manifest)
    lines = manifest["layers"]
    layers = {name: _layer(archive, name, record, lines[name].get("sha256")) for name, record in records.items()}
    head = Head(bare.facts, bare.steps, layers, bare.outputs)
    plan_of(head)
    return head
