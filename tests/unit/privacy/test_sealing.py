"""Sealing: the key opens exactly what was sealed, nothing else does, and every changed byte is noticed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.privaterecord import read_private_record
from refdec.errors import RefdecError
from refdec.limits import DEFAULT_LIMITS
from refdec.privacy.errors import NoPrivateRegions, OtherCodestream, PrivatePartDamaged, UserDataTaken, WrongKey
from refdec.privacy.keys import PrivateKey
from refdec.privacy.sealing import dropped, left_out, opened, sealed
from refdec.tiling.geometry import Rect
from tests.encodable import GOLDEN

PUBLIC = (GOLDEN / "kodim21_m1_+0_64x64.jai").read_bytes()
WHOLE = (GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes()
KEY, BOXES = PrivateKey(bytes(range(32)), False), (Rect(0, 0, 8, 8), Rect(16, 0, 4, 4))


def made(key: PrivateKey = KEY, public: bytes = PUBLIC) -> bytes:
    return sealed(public, WHOLE, BOXES, key, DEFAULT_LIMITS)


def user_data(data: bytes) -> bytes:
    part = read_codestream(data).only(Marker.UDI)
    return b"" if part is None else bytes(part.payload)


def changed(data: bytes, change: Callable[[bytes], bytes], marker: Marker = Marker.UDI) -> bytes:
    parts = [(part.marker, bytes(part.payload)) for part in read_codestream(data).substreams]
    return write_codestream((m, change(payload) if m is marker else payload) for m, payload in parts)


@pytest.mark.parametrize("public", [PUBLIC, changed(PUBLIC, lambda _: b"")], ids=["with marks", "without"])
@pytest.mark.parametrize("key", [KEY, PrivateKey.of_passphrase("a passphrase")], ids=["key", "passphrase"])
def test_the_key_opens_what_was_sealed(key: PrivateKey, public: bytes) -> None:
    assert opened(made(key, public), key, DEFAULT_LIMITS) == WHOLE


def test_no_two_seals_are_alike() -> None:
    records = [read_private_record(user_data(made())) for _ in range(20)]
    boxes = [record.sealed for record in records if record is not None and record.sealed is not None]
    for name in ("salt", "nonce", "key_check", "ciphertext"):
        assert len({getattr(box, name) for box in boxes}) == 20


@pytest.mark.parametrize("key", [PrivateKey(bytes(32), False), PrivateKey.of_passphrase("another")])
def test_another_key_is_told(key: PrivateKey) -> None:
    with pytest.raises(WrongKey) as caught:
        opened(made(), key, DEFAULT_LIMITS)
    assert "--key KEYFILE" in caught.value.explain()


def test_every_changed_byte_is_noticed() -> None:
    data, draw = made(), random.Random(1)
    marks = len(user_data(PUBLIC))
    for place in [*range(marks, marks + 140), *(draw.randrange(len(user_data(data))) for _ in range(40))]:

        def flip(payload: bytes, at: int = place) -> bytes:
            return payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]

        with pytest.raises((PrivatePartDamaged, WrongKey, OtherCodestream, NoPrivateRegions, UserDataTaken)):
            opened(changed(data, flip), KEY, DEFAULT_LIMITS)


def test_a_seal_does_not_hold_in_another_codestream() -> None:
    data = made()
    with pytest.raises(OtherCodestream):
        opened(changed(WHOLE, lambda _: user_data(data)), KEY, DEFAULT_LIMITS)
    with pytest.raises(OtherCodestream):
        opened(changed(data, lambda payload: payload + b"\0", Marker.SORP), KEY, DEFAULT_LIMITS)


def test_cut_records_are_damage() -> None:
    data = made()
    for size in (len(user_data(PUBLIC)) + 16, len(user_data(data)) - 1):
        with pytest.raises(PrivatePartDamaged):
            opened(changed(data, lambda payload, size=size: payload[:size]), KEY, DEFAULT_LIMITS)  # type: ignore[misc]


def test_what_is_left_out_or_dropped_is_gone() -> None:
    without = left_out(PUBLIC, BOXES, DEFAULT_LIMITS)
    assert dropped(made(), DEFAULT_LIMITS) == without
    for nothing in (without, PUBLIC):
        with pytest.raises(NoPrivateRegions):
            opened(nothing, KEY, DEFAULT_LIMITS)
    with pytest.raises(NoPrivateRegions):
        dropped(PUBLIC, DEFAULT_LIMITS)
    cut = changed(made(), lambda payload: payload[:-1])
    assert dropped(cut, DEFAULT_LIMITS) == PUBLIC


def test_user_data_of_others_leave_no_place() -> None:
    with pytest.raises(UserDataTaken):
        made(public=changed(PUBLIC, lambda _: b"somebody's"))


def test_damaged_codestreams_end_in_an_error_of_ours() -> None:
    data, draw = made(), random.Random(2)
    for _ in range(300):
        broken = bytearray(data[: draw.randrange(len(data))] if draw.random() < 0.3 else data)
        for _ in range(draw.randrange(1, 4)):
            if broken:
                broken[draw.randrange(len(broken))] = draw.randrange(256)
        if bytes(broken) == data:
            continue
        try:
            assert opened(bytes(broken), KEY, DEFAULT_LIMITS) == WHOLE
        except RefdecError:
            continue
