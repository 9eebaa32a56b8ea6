"""Places of elements, found without keeping a record of every element before them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from refdec.bitstream import syntax
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import environment, read_headers
from refdec.bitstream.markers import Marker

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors"
CASES = ("bop_tools_on", "bop_EFEnonlinear", "bop_skip_mixed_320x256", "hop_eICCI")


@pytest.mark.parametrize("case", CASES)
def test_every_element_is_found_where_its_record_says(case: str) -> None:
    codestream = read_codestream((VECTORS / f"{case}.jai").read_bytes())
    picture = read_headers(codestream).picture
    for part in codestream.substreams:
        if part.marker not in {Marker.PIH, Marker.TON}:
            continue
        name, known = part.marker.name, environment(part.marker.name, picture, part.payload)
        records = syntax.annotate(name, part.payload, known, first_byte=part.payload_offset)
        for record in records[:: max(1, len(records) // 200)]:
            found = syntax.locate(name, part.payload, known, record.name, first_byte=part.payload_offset)
            assert found == record.bit_offset
        assert syntax.locate(name, part.payload, known, "nothing[1]") is None


@pytest.mark.parametrize("case", CASES)
def test_a_survey_without_legal_elements_says_the_same_about_the_others(case: str) -> None:
    """Also where elements are illegal: the last header byte but one is set to ones."""
    codestream = read_codestream((VECTORS / f"{case}.jai").read_bytes())
    picture = read_headers(codestream).picture
    for part in codestream.substreams:
        if part.marker not in {Marker.PIH, Marker.TON, Marker.RDI}:
            continue
        name = part.marker.name
        for at in range(0, len(part.payload), max(1, len(part.payload) // 60)):
            data = bytearray(part.payload)
            data[at] = 0xFF
            known = environment(name, picture, bytes(data))
            whole, short = (syntax.survey(name, bytes(data), known, legal=legal) for legal in (True, False))
            assert short.records == tuple(record for record in whole.records if not record.legal)
            assert (short.values is None, str(short.problem)) == (whole.values is None, str(whole.problem))
            if whole.problem is None:
                assert short.end == whole.end == whole.records[-1].bit_offset + whole.records[-1].n_bits


def test_a_mask_of_two_million_elements_costs_bytes_for_bits() -> None:
    """Found by hand: half a megabyte of header took half a gigabyte to say where its error is."""
    size = 1023
    bits = np.zeros(2 * size * size, np.uint8)
    values = {
        "lsbs_enable_flag": (0, 0),
        "EFE_linear_filter_enabled_flag": 0,
        "icci_enable_flag": 0,
        "EFE_nonlinear_filter_enabled_flag": 1,
        "efe_nl_minSymbol": 0,
        "efe_nl_maxSymbol": 0,
        "mask1_enabled_flag": 1,
        "mask2_enabled_flag": 1,
        "bS": 64,
        "len_mask_y": size,
        "len_mask_x": size,
        "W5": bits.reshape(2, size, size),
        "nonLinear_enabled_U_flag": 0,
        "nonLinear_enabled_V_flag": 0,
        "LEF_enabled_flag": 0,
    }
    known = {
        "s_ver_minus1": 0,
        "s_hor_minus1": 0,
        "c_ver_minus1": 0,
        "c_hor_minus1": 0,
        "ImgHeight": 64,
        "ImgWidth": 64,
    }
    data = syntax.write("TON", values, known)
    tracemalloc.start()
    try:
        found = syntax.locate("TON", data, known, "W5[1][1022][1022]")
        survey = syntax.survey("TON", data, known, legal=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found is not None and 8 * len(data) - found.bits < 16
    assert survey.problem is None and not survey.records
    assert peak < 64 * len(data)
