"""Mutations of files whose checksums or sizes would stop a blind mutator: ZIP, PNG chunks, boxes, JSON manifests.

In: bytes, a source of chance, and a mutator of plain bytes.  Out: bytes with checksums that are right again, mostly.
"""

from __future__ import annotations

import io
import json
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from refdec.errors import RefdecError
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxtable import known_boxes
from refdec.heif.boxwriter import write_box
from refdec.limits import Limits

__all__ = ["mutate_entropy", "mutate_heif", "mutate_importer", "mutate_layer", "mutate_pack", "mutate_pictures"]

Plain = Callable[[bytes], bytes]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
NUMBERS: tuple[object, ...] = (
    0,
    1,
    -1,
    2,
    7,
    63,
    255,
    256,
    1 << 15,
    1 << 31,
    1 << 40,
    -(1 << 40),
    1.5,
    True,
    None,
    "",
    "x",
    [],
    {},
)


def _members(data: bytes) -> list[tuple[str, bytes]] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [
                (name, archive.read(name)) for name in archive.namelist() if archive.getinfo(name).file_size < 1 << 22
            ]
    except Exception:  # whatever a foreign reader raises for a damaged archive
        return None


def _archive(members: list[tuple[str, bytes]], draw: Random) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w") as archive:
        warnings.simplefilter("ignore")
        for name, body in members:
            method = zipfile.ZIP_DEFLATED if draw.random() < 0.2 else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name), body, method)
    return target.getvalue()


def _mutate_zip(data: bytes, draw: Random, plain: Plain, change: Callable[[str, bytes], bytes]) -> bytes:
    members = _members(data)
    if not members or draw.random() < 0.3:
        return plain(data)
    place = draw.randrange(len(members))
    name, body = members[place]
    kind = draw.randrange(8)
    if kind == 0:
        del members[place]
    elif kind == 1:
        members.append((name + draw.choice(("", "x", "/", ".npy")), body))
    elif kind == 2:
        members[place] = draw.choice(members)[0], body
    else:
        members[place] = name, change(name, body)
    return _archive(members, draw)


def mutate_importer(data: bytes, draw: Random, plain: Plain) -> bytes:
    """Checkpoints: members of the archive, or the pickle itself."""
    return plain(data) if data[:1] == b"\x80" else _mutate_zip(data, draw, plain, lambda name, body: plain(body))


def _mutate_json(value: Any, draw: Random) -> Any:
    """Return a JSON value with one change somewhere in it."""
    if isinstance(value, dict) and value and draw.random() < 0.9:
        key = draw.choice(list(value))
        if draw.random() < 0.1:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: _mutate_json(value[key], draw)}
    if isinstance(value, list) and value and draw.random() < 0.9:
        place = draw.randrange(len(value))
        return [*value[:place], _mutate_json(value[place], draw), *value[place + 1 :]]
    if isinstance(value, int) and draw.random() < 0.5:
        return value + draw.choice((-1, 1, 256))
    return draw.choice(NUMBERS)


def mutate_layer(data: bytes, draw: Random, plain: Plain) -> bytes:
    """Change the code of one tile of a lossless layer, which gets its right length, or any byte."""
    from refdec.bitstream.layerrecord import read_layer

    record = read_layer(data)
    if draw.random() < 0.3:
        return plain(data)
    if record is None:
        return _mutate_float_layer(data, draw, plain)
    tiles = list(record.tiles)
    chosen = draw.randrange(len(tiles))
    tiles[chosen] = replace(tiles[chosen], data=plain(bytes(tiles[chosen].data)))
    return replace(record, tiles=tuple(tiles)).to_bytes()


def _mutate_float_layer(data: bytes, draw: Random, plain: Plain) -> bytes:
    """Change the code of one tile of one part of a layer of floats."""
    from refdec.bitstream.floatrecord import read_float_layer

    record = read_float_layer(data)
    if record is None:
        return plain(data)
    part = draw.randrange(len(record.parts))
    tiles = list(record.parts[part])
    chosen = draw.randrange(len(tiles))
    tiles[chosen] = replace(tiles[chosen], data=plain(bytes(tiles[chosen].data)))
    parts = (*record.parts[:part], tuple(tiles), *record.parts[part + 1 :])
    return replace(record, parts=parts).to_bytes()


def mutate_pack(data: bytes, draw: Random, plain: Plain) -> bytes:
    """Packs and heads: the manifest as JSON, or members."""

    def change(name: str, body: bytes) -> bytes:
        try:
            return json.dumps(_mutate_json(json.loads(body), draw)).encode()
        except (ValueError, RecursionError):
            return plain(body)

    members = _members(data)
    if members and draw.random() < 0.6:
        return _archive([(n, change(n, b) if n.endswith(".json") else b) for n, b in members], draw)
    return _mutate_zip(data, draw, plain, change)


def mutate_pictures(data: bytes, draw: Random, plain: Plain) -> bytes:
    """PNG by chunks with new CRCs, bundles by members, the rest by bytes; byte 0 says which."""
    kind, body = data[:1], data[1:]
    if body.startswith(SIGNATURE) and draw.random() < 0.8:
        return kind + _mutate_png(body, draw, plain)
    if body[:2] == b"PK":
        return kind + _mutate_zip(body, draw, plain, lambda name, inner: plain(inner))
    return kind + plain(body) if draw.random() < 0.9 else plain(data)


def _mutate_png(data: bytes, draw: Random, plain: Plain) -> bytes:
    chunks, at = [], len(SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    if not chunks:
        return plain(data)
    place = draw.randrange(len(chunks))
    kind, body = chunks[place]
    if kind == b"IDAT":
        try:
            body = zlib.compress(plain(zlib.decompressobj().decompress(body, 1 << 20)))
        except zlib.error:
            body = plain(body)
    elif draw.random() < 0.1:
        kind = plain(kind)[:4].ljust(4, b"a")
    else:
        body = plain(body)
    chunks[place] = kind, body
    joined = (struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks)
    return SIGNATURE + b"".join(joined)


def mutate_entropy(data: bytes, draw: Random, plain: Plain) -> bytes:
    """Units: the four bytes in front and the unit apart; a last byte that is not 0 keeps the marker bit."""
    front, unit = bytearray(data[:4].ljust(4, b"\0")), data[4:]
    if draw.random() < 0.3:
        front[draw.randrange(4)] = draw.randrange(256)
    if draw.random() < 0.8:
        unit = plain(unit)
    if draw.random() < 0.5 and unit:
        unit = unit[:-1] + bytes([unit[-1] | 1 << draw.randrange(8)])
    return bytes(front) + unit


BOX_NUMBERS = (0, 1, 2, 3, 7, 127, 128, 255, 256, 32767, 65535, 1 << 24, (1 << 32) - 1)


def mutate_heif(data: bytes, draw: Random, plain: Plain) -> bytes:
    """Change one box of a HEIF file, a field, its bytes, or its place, and give all boxes around it their sizes."""
    if draw.random() < 0.3:
        return plain(data)
    try:
        boxes = read_boxes(data, limits=Limits())
        found = [box for top in boxes for _, box in top.walk()]
        if not found:
            return plain(data)
        return b"".join(map(write_box, _with_changed(boxes, draw.choice(found), draw, plain)))
    except RefdecError:
        return plain(data)


def _with_changed(boxes: tuple[FileBox, ...], chosen: FileBox, draw: Random, plain: Plain) -> tuple[FileBox, ...]:
    made: list[FileBox] = []
    for box in boxes:
        if box is chosen:
            made += draw.choice(((), (box, box), (_changed_box(box, draw, plain),), (_changed_box(box, draw, plain),)))
        else:
            made.append(replace(box, children=_with_changed(box.children, chosen, draw, plain)))
    return tuple(made)


def _changed_box(box: FileBox, draw: Random, plain: Plain) -> FileBox:
    """Return a box with another type, version, field or record."""
    names = list(box.values)
    if not names or draw.random() < 0.15:
        return replace(box, kind=draw.choice(sorted(known_boxes())), values={"data": b"", "major_brand": "jaii"})
    name = draw.choice(names)
    value = _changed_value(box.values[name], draw, plain)
    return replace(box, values={**box.values, name: value}, flags=draw.choice((box.flags, 0, 1)))


def _changed_value(value: Any, draw: Random, plain: Plain) -> Any:
    if isinstance(value, int):
        return draw.choice((*BOX_NUMBERS, value + 1, max(0, value - 1)))
    if isinstance(value, str):
        return draw.choice((value[::-1], value[1:], value[:1] * 4, ""))
    if isinstance(value, tuple) and value:
        place = draw.randrange(len(value))
        record = dict(value[place])
        name = draw.choice(list(record))
        record[name] = _changed_value(record[name], draw, plain)
        return draw.choice(((*value[:place], record, *value[place + 1 :]), value[:place], (*value, record)))
    if isinstance(value, np.ndarray):
        numbers = [int(each) for each in value]
        last = numbers[-1:]
        return [*numbers[:-1], *draw.choice(((), (*last, *last), (draw.choice(BOX_NUMBERS),)))]
    return plain(bytes(value)) if isinstance(value, bytes | memoryview) else value
