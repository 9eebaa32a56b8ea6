"""The interpreter of the field lists (1.5): reading, writing and annotating by one walk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.bitstream import syntax
from refdec.bitstream.bits import BitReader
from refdec.bitstream.errors import ElementMissing, ElementOutOfRange, NotComputable, OutOfBits
from refdec.bitstream.fieldlists import Run, field_list
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.headers import (
    Edition,
    Headers,
    build_headers,
    read_headers,
    write_headers,
)
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.verbs import ElementRecord
from refdec.errors import BitOffset
from refdec.limits import Limits, TooLarge
from tests.headers import picture_header

EXAMPLES = json.loads(
    (Path(__file__).resolve().parents[2] / "golden" / "examples" / "01-codestream-headers.json").read_text()
)["examples"]
NAMES = [example["name"] for example in EXAMPLES]

DRAFT_B = "222101607c205c10c72c0c7a7000546afb500a01302c00fb800007b9d008"
TON_444 = {
    "s_ver_minus1": 0,
    "s_hor_minus1": 0,
    "c_ver_minus1": 0,
    "c_hor_minus1": 0,
    "ImgHeight": 500,
    "ImgWidth": 420,
}


def plain(value: Any) -> Any:
    """Arrays as the examples write them: objects keyed by index."""
    if isinstance(value, tuple | np.ndarray):
        return {str(k): v for k, v in enumerate(np.asarray(value).tolist())}
    return {str(k): plain(v) for k, v in value.items()} if isinstance(value, dict) else value


def known_to(name: str, pih: dict[str, Any], payload: bytes | memoryview) -> dict[str, Any]:
    sizes = {"ImgWidth": pih["img_width_minus64"] + 64, "ImgHeight": pih["img_height_minus64"] + 64} if pih else {}
    return {**pih, **sizes, "SubstreamSize": len(payload)}


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_headers_example_values_and_bytes(example: dict[str, Any]) -> None:
    """All 20 headers of 01-codestream-headers.json: element values, (bits, value) sequences, bytes written again."""
    codestream = read_codestream(bytes.fromhex(example["codestream_hex"]))
    assert [{"marker": p.marker.name, "size": len(p.payload)} for p in codestream.substreams] == example["substreams"]
    values: dict[str, Any] = {}
    pih: dict[str, Any] = {}
    written = []
    for part in codestream.substreams:
        name = part.marker.name
        bits = BitReader(part.payload, first_byte=part.payload_offset)
        known = known_to(name, pih, part.payload)
        elements = syntax.read(name, bits, known)
        bits.finish()
        pih = elements if name == "PIH" else pih
        records = syntax.annotate(name, part.payload, known)
        if name in example.get("bits", {}):
            assert [[record.n_bits, record.value] for record in records] == example["bits"][name]
        values |= plain(elements)
        written.append((part.marker, syntax.write(name, elements, known)))
    assert values == example["elements"]
    assert write_codestream(written).hex() == example["codestream_hex"]


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_headers_example_survives_the_dataclasses(example: dict[str, Any]) -> None:
    codestream = read_codestream(bytes.fromhex(example["codestream_hex"]))
    headers = read_headers(codestream, cross_checks=False)
    parts = write_headers(headers)
    assert write_codestream(parts.items()).hex() == example["codestream_hex"]
    assert tuple(parts) == headers.substream_order == codestream.order


def test_records_tile_the_header() -> None:
    """Records follow each other without a gap, in file positions, and name their clause."""
    payload = write_headers(build_headers(picture_header(1000, 700)))[Marker.PIH]
    records = syntax.annotate("PIH", payload, first_byte=5)
    place = BitOffset.of_byte(5)
    for record in records:
        assert record.bit_offset == place
        assert record.legal
        place += record.n_bits
    assert [record.name for record in records[:2]] == ["stream_profile_idc", "decoder_profile_id"]
    assert {record.clause for record in records} == {"1.5.1"}
    assert 8 * len(payload) - (place.bits - 40) < 8


def test_annotation_records_illegal_values_and_goes_on() -> None:
    data = bytearray(write_headers(build_headers(picture_header(200, 100)))[Marker.PIH])
    data[0] |= 0x0F
    records = syntax.annotate("PIH", bytes(data))
    assert (records[1].name, records[1].value, records[1].legal) == ("decoder_profile_id", 15, False)
    assert records[-1].name == "gain_3D_enable_flag"


def test_annotation_keeps_the_records_before_an_error() -> None:
    payload = write_headers(build_headers(picture_header(200, 100)))[Marker.PIH]
    records: list[ElementRecord] = []
    with pytest.raises(OutOfBits) as caught:
        syntax.annotate("PIH", payload[:4], records=records)
    assert [record.name for record in records][-1] == "level_idc"
    assert caught.value.element == "img_width_minus64"


def test_long_rows_are_read_as_arrays() -> None:
    """The rows that may be long are runs, which the interpreter reads at once."""

    def runs(nodes: Any) -> list[str]:
        found = []
        for node in nodes:
            if isinstance(node, Run):
                found.append(node.element.name)
            else:
                found += [n for part in ("body", "then", "otherwise") for n in runs(getattr(node, part, ()))]
        return found

    assert {"W5", "A1", "minLuma", "maxLuma", "weightC", "weightY", "icci_use"} <= set(runs(field_list("TON").nodes))
    assert {"cube_flag", "grfs_channel_flag", "synthesis_transform_id"} <= set(runs(field_list("PIH").nodes))
    assert {"dm_data_byte"} <= set(runs(field_list("RDI").nodes))


def largest_nonlinear() -> dict[str, Any]:
    rng = np.random.default_rng(5)
    return {
        "lsbs_enable_flag": (0, 0),
        "EFE_linear_filter_enabled_flag": 0,
        "icci_enable_flag": 0,
        "EFE_nonlinear_filter_enabled_flag": 1,
        "efe_nl_minSymbol": 0,
        "efe_nl_maxSymbol": 65535,
        "mask1_enabled_flag": 1,
        "mask2_enabled_flag": 1,
        "bS": 1,
        "len_mask_y": 1023,
        "len_mask_x": 1023,
        "W5": rng.integers(0, 3, (2, 1023, 1023)),
        "nonLinear_enabled_U_flag": 1,
        "nonLinear_enabled_V_flag": 1,
        "nonlinearW": 1,
        "nonlinearH": 1,
        "numTiles": 8191,
        "minLuma": rng.integers(0, 65536, 8191),
        "maxLuma": rng.integers(0, 65536, 8191),
        "candNum": (65528, 65528),
        "A1": rng.integers(0, 65536, (2, 65528)),
        "LEF_enabled_flag": 0,
    }


def test_largest_masks_and_weights_come_back() -> None:
    """W5 of 1023 x 1023 and A1 of 8 * 8191, the largest that the syntax can carry."""
    given = largest_nonlinear()
    data = syntax.write("TON", given, TON_444)
    found = syntax.read("TON", BitReader(data), TON_444)
    for m in (0, 1):
        assert np.array_equal([found["W5"][m][i] for i in range(1023)], given["W5"][m])
        assert np.array_equal(found["A1"][m], given["A1"][m])
    assert np.array_equal(found["maxLuma"], given["maxLuma"])


def test_number_of_elements_is_limited() -> None:
    data = syntax.write("TON", largest_nonlinear(), TON_444)
    with pytest.raises(TooLarge):
        syntax.read("TON", BitReader(data), TON_444, limits=Limits(header_elements=100_000))


def test_rows_are_compared_with_the_bits_left_before_they_are_read() -> None:
    """A header that claims 1023 x 1023 mask entries and ends there costs nothing."""
    data = syntax.write("TON", largest_nonlinear(), TON_444)[:20]
    with pytest.raises(OutOfBits) as caught:
        syntax.read("TON", BitReader(data), TON_444)
    assert caught.value.element == "W5[0][0]"


def test_loops_are_compared_with_the_bits_left_before_they_begin() -> None:
    """16.8 million ICCI tiles of a 65599 x 65599 picture need 3 bits each."""
    known = {**TON_444, "ImgHeight": 65599, "ImgWidth": 65599}
    bits = "000" + "1" + "1" + "00000001" + "00000"
    data = int(bits.ljust(64, "0"), 2).to_bytes(8, "big")
    with pytest.raises(OutOfBits) as caught:
        syntax.read("TON", BitReader(data), known)
    assert caught.value.wanted == 3 * 4100 * 4100


def test_icci_tiles_that_cannot_be_counted() -> None:
    bits = "000" + "1" + "1" + "00000100" + "00100" + "0" * 40
    data = int(bits.ljust(64, "0"), 2).to_bytes(8, "big")
    with pytest.raises(NotComputable) as caught:
        syntax.read("TON", BitReader(data, first_byte=10), TON_444)
    assert caught.value.element == "icci_tile_overlap"
    assert caught.value.at == BitOffset(80 + 18)


def test_a_bad_entry_in_a_row_is_named_and_placed() -> None:
    given = largest_nonlinear()
    bits = np.unpackbits(np.frombuffer(syntax.write("TON", given, TON_444), np.uint8))
    records = 5 + 32 + 2 + 30
    entry = records + 2 * (1023 * 2 + 7)
    bits[entry : entry + 2] = 1
    with pytest.raises(ElementOutOfRange) as caught:
        syntax.read("TON", BitReader(np.packbits(bits).tobytes()), TON_444)
    assert (caught.value.element, caught.value.value) == ("W5[0][2][7]", 3)
    assert caught.value.at == BitOffset(entry)


@pytest.mark.parametrize("maximum", [1, 2, 10, 255, 256])
def test_width_of_a_value_with_a_maximum(maximum: int) -> None:
    """(1.2) u(v;max) has as many bits as `max`: here A1, whose bound stands in the header itself."""
    given = {
        **largest_nonlinear(),
        "efe_nl_maxSymbol": maximum,
        "mask1_enabled_flag": 0,
        "mask2_enabled_flag": 0,
        "numTiles": 1,
        "minLuma": np.array([0]),
        "maxLuma": np.array([1]),
        "candNum": (8, 8),
        "A1": np.full((2, 8), maximum),
    }
    data = syntax.write("TON", given, TON_444)
    records = [r for r in syntax.annotate("TON", data, TON_444) if r.name.startswith("A1[")]
    assert sum(r.n_bits for r in records) == 16 * maximum.bit_length()


def test_writer_refuses_missing_and_illegal_values() -> None:
    whole = largest_nonlinear()
    with pytest.raises(ElementMissing) as missing:
        syntax.write("TON", {k: v for k, v in whole.items() if k != "maxLuma"}, TON_444)
    assert missing.value.element == "maxLuma"
    with pytest.raises(ElementMissing) as short:
        syntax.write("TON", {**whole, "maxLuma": np.zeros(10)}, TON_444)
    assert short.value.element == "maxLuma[10]"
    with pytest.raises(ElementOutOfRange):
        syntax.write("TON", {**whole, "bS": 0}, TON_444)
    with pytest.raises(ElementOutOfRange) as row:
        syntax.write("TON", {**whole, "W5": np.full((2, 1023, 1023), 3)}, TON_444)
    assert row.value.element == "W5[0][0][0]"
    with pytest.raises(ElementOutOfRange):
        syntax.write("TON", {**whole, "candNum": (8, 8)}, TON_444)


def test_udi_is_as_long_as_its_substream() -> None:
    """1.5.4: no length field of its own."""
    elements = syntax.read("UDI", BitReader(b"\xde\xad\xbe"), {"SubstreamSize": 3})
    assert list(elements["UDI_data"]) == [0xDE, 0xAD, 0xBE]
    assert syntax.write("UDI", {"UDI_data": b"\xde\xad\xbe"}, {"SubstreamSize": 3}) == b"\xde\xad\xbe"


@pytest.mark.parametrize("name", ["PIH", "PIH_draft", "TON", "RDI", "UDI"])
def test_every_element_of_the_table_has_a_clause_and_a_list(name: str) -> None:
    assert syntax.names(name)
    assert syntax.CLAUSES[name].startswith("1.12" if name == "PIH_draft" else "1.5.")


@pytest.mark.parametrize(
    ("edition", "expected"),
    [
        (Edition.PUBLISHED, "ff80ff820880011103403a8027c0000091f6c5001800ff834000ff844000ff81"),
        (Edition.DRAFT, "ff80ff82088011103403a8027c0000091f6c50018000ff834000ff844000ff81"),
    ],
)
def test_example_a_written_from_choices(edition: Edition, expected: str) -> None:
    """Example A of 1.11 and of 1.12, from the builder to the bytes."""
    picture = picture_header(1000, 700, model_id=2, beta_log=-37)
    headers = Headers(picture, substream_order=(Marker.PIH, Marker.TON, Marker.RDI), edition=edition)
    data = write_codestream(write_headers(headers).items())
    assert data.hex() == expected
    assert PictureHeader.from_elements(syntax.read(edition.header_list, BitReader(data[6:22]))) == picture


def test_examples_of_the_draft() -> None:
    """Examples A and B of 1.12: the same elements as those of 1.11, four bits earlier."""
    for example, draft in zip(EXAMPLES[:2], ("11103403a8027c0000091f6c50018000", DRAFT_B), strict=True):
        part = read_codestream(bytes.fromhex(example["codestream_hex"])).only(Marker.PIH)
        assert part is not None
        elements = syntax.read("PIH_draft", BitReader(bytes.fromhex(draft)))
        assert {"stream_profile_idc": 0, **plain(elements)} == plain(syntax.read("PIH", BitReader(part.payload)))
        assert syntax.write("PIH_draft", elements).hex() == draft
