"""One set of names: what is shown to observers, what dumps, traces, timings and bundles hold, what documents say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.bundles.bundle import FIELDS, PLANES
from refdec.decoding.whole import decode_codestream
from refdec.trace.dump import Dump
from refdec.trace.fingerprints import Fingerprints
from refdec.trace.names import BESIDE, OLD_NAMES, Q18_STAGES, STAGES, stage_array, stage_name
from refdec.trace.tracefile import read_trace
from refdec.weights.bundled import bundled_pack

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
ALL = {*STAGES, *BESIDE}


def seen() -> dict[str, np.ndarray[Any, Any]]:
    found: dict[str, np.ndarray[Any, Any]] = {}
    demo = (ROOT / "refdec" / "data" / "demo.jai").read_bytes()
    decode_codestream(demo, bundled_pack(), observe=lambda stage, array: found.update({stage: array.copy()}))
    return found


def test_observers_dumps_and_traces_have_the_same_names() -> None:
    stages, dump, prints = seen(), Dump(), Fingerprints()
    for stage, array in stages.items():
        dump(stage, array)
        prints(stage, array)
    assert {stage.partition(".")[0] for stage in stages} <= ALL
    assert set(dump.arrays) == set(stages)
    traced = {key.partition("[")[0] for key in prints.sha256}
    assert traced == {stage for stage in stages if stage.partition(".")[0] in STAGES}
    for stage, array in stages.items():
        scaled = stage.partition(".")[0] in Q18_STAGES
        assert np.array_equal(dump.arrays[stage] * (2**18 if scaled else 1), array)


def test_names_of_today_stay_as_they_are() -> None:
    for stage in ALL - {"quality_map"}:
        part = {"final": "0", "codes": "2"}.get(stage, "U")
        assert stage_name(f"{stage}.{part}") == f"{stage}.{part}"
        assert stage_name(f"{stage}.{part}[3,4]") == f"{stage}.{part}[3,4]"
    assert stage_name("note") == "note" and stage_name("Y.unheard") == "Y.unheard" and stage_name("") == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Y.residual_quant", "symbols.Y"),
        ("UV.scale_log_skip[96,4,6]", "scale_index_base.UV[96,4,6]"),
        ("Y.y_hat_pre_lsbs", "latent_before_lsbs.Y"),
        ("UV.q.qual_map.qp_map", "quality_map"),
        ("rec_pre_filters.U", "pre_filters.U"),
        ("rec_final.V", "final.2"),
        ("rec_final.G", "final.1"),
        ("luma.z", "z_hat.Y"),
        ("chroma.latent_q18", "latent.UV"),
        ("luma.coded", "mask.Y"),
        ("planes.u", "filtered.U"),
    ],
)
def test_old_names_are_read(old: str, new: str) -> None:
    assert stage_name(old) == new
    assert read_trace(f'{{"sha256": {{"{old}": "aa"}}}}'.encode(), "t") == {new: "aa"}


def test_every_old_name_leads_to_one_of_today_and_is_none() -> None:
    assert set(OLD_NAMES.values()) <= ALL
    assert not set(OLD_NAMES) & ALL


def test_every_field_of_a_bundle_is_a_stage() -> None:
    names = [f"{part}.{field.name}" for part in ("luma", "chroma") for field in FIELDS] + list(PLANES)
    assert {stage_name(name).partition(".")[0] for name in names} <= ALL
    for name in names:
        assert name.endswith("_q18") <= (stage_name(name).partition(".")[0] in Q18_STAGES), name


def test_arrays_come_on_the_scale_of_dumps() -> None:
    assert stage_array("luma.latent_q18", np.array([1 << 18], np.int32)).tolist() == [1.0]
    assert stage_array("latent.Y", np.array([0.5])).tolist() == [0.5]
    assert stage_array("luma.symbols", np.array([7], np.int16)).dtype == np.int16
    assert stage_array("Y.q.qual_map.qp_map", np.zeros((1, 2, 3))).shape == (2, 3)


def test_the_specification_lists_the_same_stages() -> None:
    text = (DOCS / "spec" / "06-integer-arithmetic.md").read_text()
    rows = re.findall(r"^\| (`.*?) \|", text[text.index("4. Stages.") : text.index("## 6.6")], re.MULTILINE)
    listed = [name.partition(".")[0] for row in rows for name in re.findall(r"`([a-z_]+\.[A-Z0-9])", row)]
    assert tuple(dict.fromkeys(listed)) == STAGES


def test_documents_use_the_names_of_today() -> None:
    old = [name for name in OLD_NAMES if "_" in name and not name.endswith("_q18")]
    for page in [ROOT / "README.md", *DOCS.glob("*.md")]:
        if page.name == "traces.md":
            continue  # it lists the old names
        words = set(re.findall(r"[\w.]+", page.read_text()))
        assert not words & set(old), page.name
