"""Boxes as others write them, as we write them, and as nobody should: bounded whatever they claim."""

from __future__ import annotations

import io
import struct
import time

import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import features

from refdec.errors import RefdecError
from refdec.formats.stream_files import stream_in
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxwriter import boxed, write_box
from refdec.heif.errors import BoxFieldMissing
from refdec.limits import Limits, TooLarge
from tests.unit.heif.support import boxes_of, whole_file


def avif() -> bytes:
    """Return a file of another writer: libavif's, with transparency and Exif."""
    target = io.BytesIO()
    exif = PIL.Image.Exif()
    exif[0x0112] = 5
    PIL.Image.new("RGBA", (64, 48), (1, 2, 3, 128)).save(target, "AVIF", exif=exif)
    return target.getvalue()


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no AVIF to compare with")
def test_a_file_of_another_writer_is_written_back_byte_for_byte() -> None:
    data = avif()
    boxes = read_boxes(data, limits=Limits())
    assert b"".join(map(write_box, boxes)) == data
    found = {path: box for top in boxes for path, box in top.walk()}
    assert found["meta/iprp/ipco/irot"].values["angle"] == 1 and found["meta/iprp/ipco/imir"].values["axis"] == 0
    assert found["meta/iprp/ipco/ispe"].values["image_width"] == 64


def test_places_of_fields_cover_a_box() -> None:
    data = whole_file()
    for top in boxes_of(data):
        for _, box in top.walk():
            at = 8 * box.payload_at
            for field in box.fields:
                assert field.at.bits == at
                at += field.n_bits
                if isinstance(field.value, int):
                    first, last = field.at.bits, at
                    found = int.from_bytes(data[first // 8 : -(-last // 8)], "big") >> (-last % 8)
                    assert found & ((1 << field.n_bits) - 1) == field.value
            assert at == 8 * (box.at + box.size) or box.children or not box.fields


def test_sizes_of_64_bits_and_up_to_the_end() -> None:
    long = b"\0\0\0\1free" + (20).to_bytes(8, "big") + b"data"
    last = b"\0\0\0\0mdat" + b"all the rest"
    first, second = read_boxes(long + last, limits=Limits())
    assert (first.size, bytes(first.values["data"])) == (20, b"data")
    assert (second.at, bytes(second.values["data"])) == (20, b"all the rest")


def test_a_box_with_a_user_type_keeps_it() -> None:
    data = boxed("uuid", bytes(range(16)) + b"more")
    (box,) = read_boxes(data, limits=Limits())
    assert bytes(box.values["data"])[:16] == bytes(range(16)) and write_box(box) == data


def test_depth_is_bounded() -> None:
    data = b"x"
    for _ in range(5000):
        data = boxed("iprp", data)
    with pytest.raises(TooLarge, match="depth of boxes"):
        read_boxes(data, limits=Limits())


def test_claims_of_a_few_bytes_are_bounded() -> None:
    """65535 items with 65535 parts of no bytes each: four thousand million records in half a megabyte."""
    item = struct.pack(">HHH", 1, 0, 65535)
    iloc = boxed("iloc", bytes(4) + b"\0\0" + struct.pack(">H", 65535) + item * 65535)
    began = time.perf_counter()
    with pytest.raises(TooLarge, match="boxes and their entries"):
        read_boxes(iloc, limits=Limits())
    assert time.perf_counter() - began < 20
    with pytest.raises(TooLarge):
        read_boxes(boxed("free", b"") * 101, limits=Limits(box_entries=100))


def test_short_texts_in_a_long_box_take_no_longer_than_the_box() -> None:
    """20000 components with names of no letters, and one whose name is eight million letters long, without an end."""
    name = struct.pack(">H", 0x8000)
    cmpd = boxed("cmpd", struct.pack(">I", 20001) + (name + b"\0") * 20000 + name + bytes([97]) * (1 << 23))
    began = time.process_time()
    with pytest.raises(BoxFieldMissing, match=r"components\[20000\]"):
        read_boxes(cmpd, limits=Limits())
    assert time.process_time() - began < 20
    (box,) = read_boxes(boxed("cmpd", cmpd[8:] + b"\0"), limits=Limits())
    assert len(box.values["components"][-1]["component_type_uri"]) == 1 << 23


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_changed_bytes_end_in_a_file_or_an_error(data: st.DataObject) -> None:
    whole = bytearray(whole_file()[:1400])
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        stream_in(bytes(whole))
    except RefdecError as problem:
        assert problem.headline()
