"""Mutations of codestreams that reach deep: sizes are repaired, header elements are edited by name and written again.

In: a codestream, a source of chance, and other codestreams to borrow from.  Out: another byte string, legal or not.
Equal chance gives equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import Any

from refdec.bitstream import syntax
from refdec.bitstream.bits import BitReader, BitWriter
from refdec.bitstream.framing import survey_codestream
from refdec.bitstream.headers import environment, field_list_name
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.recognition import edition_of
from refdec.bitstream.rewriting import in_edition
from refdec.bitstream.verbs import ElementRecord
from refdec.errors import RefdecError

__all__ = ["mutate_stream", "parts_of", "unchecked_stream"]

Part = tuple[int, bytes]
Records = list[ElementRecord]
Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]
BIT_CODED = {int(marker): marker for marker in (Marker.PIH, Marker.TON, Marker.RDI)}
EXTREMES = (0, 1, 2, 3, 127, 128, 255, 256, 65535)


def parts_of(data: bytes) -> list[Part]:
    """Return (marker, payload) of the substreams as far as they can be cut."""
    codestream, _ = survey_codestream(data)
    return [(int(part.marker), bytes(part.payload)) for part in codestream.substreams]


def unchecked_stream(parts: Sequence[Part], wrong_size: dict[int, int] | None = None) -> bytes:
    """Join substreams, whatever their markers are; `wrong_size` gives some of them a size that is not theirs."""
    out = bytearray(int(Marker.SOC).to_bytes(2, "big"))
    for index, (marker, payload) in enumerate(parts):
        size = BitWriter()
        size.ue(max(0, (wrong_size or {}).get(index, len(payload))))
        out += marker.to_bytes(2, "big") + size.getvalue() + payload
    return bytes(out + int(Marker.EOC).to_bytes(2, "big"))


def _list_of(marker: int, payload: bytes) -> str:
    """Return the name of the field list of a header; a picture header is read by its edition."""
    return field_list_name(BIT_CODED[marker], edition_of(payload))


@lru_cache(maxsize=1024)
def _header(marker: int, payload: bytes, picture: bytes | None) -> tuple[Records, dict[str, Any], dict[str, int]]:
    """Return records, elements and environment of a header; empty where it does not read."""
    name = _list_of(marker, payload)
    if name == "TON" and picture is None:
        return [], {}, {}
    try:
        first = None
        if name == "TON" and picture is not None:
            first = PictureHeader.from_elements(syntax.read(_list_of(Marker.PIH, picture), BitReader(picture)))
        known = environment(name, first, payload)
        return syntax.annotate(name, payload, known), syntax.read(name, BitReader(payload), known), known
    except RefdecError:
        return [], {}, {}


def _picture(parts: Sequence[Part]) -> bytes | None:
    return next((payload for marker, payload in parts if marker == Marker.PIH), None)


def _choose_header(parts: list[Part], draw: Random) -> int | None:
    places = [k for k, (marker, _) in enumerate(parts) if marker in BIT_CODED]
    return draw.choice(places) if places else None


def _value(record: ElementRecord, draw: Random) -> int:
    """Return a new value: near the old, at the ends of the range, any that the bits can hold."""
    room = (1 << record.n_bits) - 1
    if room == 1:
        return 1 - record.value
    low, high = record.range
    return max(
        0, min(room, draw.choice((record.value + 1, record.value - 1, low, high, high + 1, draw.randint(0, room))))
    )


def _edit_bits(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Change some elements of a header in place: what follows may now mean something else."""
    parts = parts_of(data)
    place = _choose_header(parts, draw)
    if place is None:
        return _flip(data, draw, others)
    marker, payload = parts[place]
    records, _, _ = _header(marker, payload, _picture(parts))
    if not records:
        return _flip(data, draw, others)
    value, total = int.from_bytes(payload, "big"), 8 * len(payload)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        record = draw.choice(records)
        shift = total - record.bit_offset.bits - record.n_bits
        mask = ((1 << record.n_bits) - 1) << shift
        value = (value & ~mask) | (_value(record, draw) << shift)
    parts[place] = marker, value.to_bytes(len(payload), "big")
    return unchecked_stream(parts)


def _rewrite(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Change an element and write the header again, so that all elements keep their meaning."""
    parts = parts_of(data)
    place = _choose_header(parts, draw)
    if place is None:
        return _flip(data, draw, others)
    marker, payload = parts[place]
    records, elements, known = _header(marker, payload, _picture(parts))
    plain = [record for record in records if "[" not in record.name]
    if not plain:
        return _flip(data, draw, others)
    record = draw.choice(plain)
    changed = {**elements, record.name: max(record.range[0], min(record.range[1], _value(record, draw)))}
    try:
        parts[place] = marker, syntax.write(_list_of(marker, payload), changed, known)
    except RefdecError:
        return _edit_bits(data, draw, others)
    return unchecked_stream(parts)


def _flip(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Flip bits anywhere."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
        if out:
            out[draw.randrange(len(out))] ^= 1 << draw.randrange(8)
    return bytes(out)


def _overwrite(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Overwrite, insert or delete a few bytes anywhere."""
    at, count = draw.randrange(len(data) + 1), draw.choice((1, 1, 2, 4, 16))
    fresh = draw.randbytes(count)
    kind = draw.randrange(3)
    return data[:at] + (b"" if kind == 2 else fresh) + data[at + (0 if kind == 1 else count) :]


def _cut(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Cut the end off."""
    return data[: draw.randrange(len(data) + 1)]


def _splice(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Go on with another stream from some byte on."""
    other = draw.choice(others) if others else data
    return data[: draw.randrange(len(data) + 1)] + other[draw.randrange(len(other) + 1) :]


def _payload(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Damage payloads and keep the framing right."""
    parts = parts_of(data)
    if not parts:
        return _flip(data, draw, others)
    for _ in range(draw.choice((1, 1, 2))):
        place = draw.randrange(len(parts))
        marker, payload = parts[place]
        parts[place] = marker, draw.choice((_flip, _flip, _overwrite, _cut))(payload, draw, others)
    return unchecked_stream(parts)


def _substreams(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Drop, repeat, move, exchange or rename substreams."""
    parts = parts_of(data)
    if not parts:
        return _flip(data, draw, others)
    place = draw.randrange(len(parts))
    marker, payload = parts[place]
    kind = draw.randrange(6)
    if kind == 0:
        del parts[place]
    elif kind == 1:
        parts.insert(draw.randrange(len(parts) + 1), parts[place])
    elif kind == 2:
        parts.insert(draw.randrange(len(parts)), parts.pop(place))
    elif kind == 3:
        borrowed = parts_of(draw.choice(others)) if others else []
        same = [part for part in borrowed if part[0] == marker] or borrowed
        parts[place] = draw.choice(same) if same else (marker, b"")
    elif kind == 4:
        parts[place] = int(draw.choice(list(Marker))), payload
    else:
        parts[place] = marker, draw.randbytes(draw.choice((0, 1, 2, 3, 8, len(payload))))
    return unchecked_stream(parts)


def _sizes(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Give a substream a size that is not its own."""
    parts = parts_of(data)
    if not parts:
        return _flip(data, draw, others)
    place = draw.randrange(len(parts))
    size = len(parts[place][1])
    wrong = draw.choice((size + 1, size - 1, 2 * size, size // 2, draw.choice(EXTREMES), (1 << 31) - 2, (1 << 32) - 2))
    return unchecked_stream(parts, {place: wrong})


def _other_edition(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Write the picture header in the other edition, or give it a nibble more or less at its beginning."""
    parts = parts_of(data)
    header = _picture(parts)
    if header is None or draw.randrange(2):
        try:
            return in_edition(data, edition_of(header or b"").other)
        except RefdecError:
            return _flip(data, draw, others)
    digits = header.hex()
    digits = digits[1:] + "0" if draw.randrange(2) else draw.choice("0000123f") + digits + "0"
    changed = bytes.fromhex(digits[: len(digits) & ~1])
    return unchecked_stream([(m, changed if m == Marker.PIH else p) for m, p in parts])


MUTATIONS: tuple[Mutation, ...] = (
    _edit_bits,
    _edit_bits,
    _edit_bits,
    _rewrite,
    _rewrite,
    _payload,
    _payload,
    _substreams,
    _sizes,
    _other_edition,
    _flip,
    _overwrite,
    _cut,
    _splice,
)


def mutate_stream(data: bytes, draw: Random, others: Sequence[bytes]) -> bytes:
    """Return `data` after one to three mutations."""
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        data = draw.choice(MUTATIONS)(data, draw, others)
    return data
