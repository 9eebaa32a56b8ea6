"""The one door to the tables: content is what the clauses say, and a changed byte is noticed."""

from __future__ import annotations

import hashlib
import math
from importlib import resources

import numpy as np
import pytest

from refdec import tables


def test_every_table_is_listed_with_its_hash() -> None:
    folder = resources.files("refdec_spec_tables")
    names = {f"{part.name}/{file.name}" for part in folder.iterdir() if part.is_dir() for file in part.iterdir()}
    names = {name for name in names if name.endswith((".json", ".csv"))}
    assert names == set(tables.manifest())
    for name, entry in tables.manifest().items():
        assert hashlib.sha256(tables.table_bytes(name)).hexdigest() == entry["sha256"]
        assert entry["clause"]
        assert entry["shape"]
        assert entry["unit"]


def test_a_changed_byte_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_raw", lambda name: b"{}")
    tables.manifest()
    with pytest.raises(tables.TableDamaged, match="SHA-256"):
        tables.table_bytes.__wrapped__("bitstream/syntax.json")


def test_an_unlisted_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_raw", lambda name: b"{}")
    with pytest.raises(tables.TableDamaged, match=r"MANIFEST\.json"):
        tables.table_bytes.__wrapped__("bitstream/other.json")


def test_a_missing_file_is_told_as_such() -> None:
    with pytest.raises(tables.TableDamaged, match="cannot be read"):
        tables._raw("bitstream/none.json")


def test_arrays_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        tables.gain_scaler_q10()[0] = 1


def test_clause_3_2_1_sigma_table_and_converted_thresholds() -> None:
    """(3.2.1) SIG[i] = rhe(2^17 exp(i K_T / 128 + ln 0.11)); idx(t) = the smallest i with SIG[i] >= 16 t."""
    step = (math.log(100) - math.log(0.11)) / 34
    sig = np.rint(2**17 * np.exp(np.arange(4352) * step / 128 + math.log(0.11))).astype(np.int64)
    rows = tables.table_bytes("latent/sigma_lin_q17.csv").decode().splitlines()[1:]
    assert [tuple(map(int, row.split(","))) for row in rows] == list(enumerate(sig.tolist()))
    constants = tables.model_constants()
    for model, thresholds in zip(
        constants["models"],
        ((4325, 7471, 18667), (4325, 6575, 17855), (4325, 7782, 18599), (4325, 6849, 17855)),
        strict=True,
    ):
        converted = [int(np.searchsorted(sig, 16 * t)) for t in thresholds]
        assert converted == next(v for k, v in model.items() if k.startswith("rvs_thresholds") and k.endswith("index"))
    assert [int(np.searchsorted(sig, 16 * t)) for t in (7782, 8192)] == constants["common"]["lsbs_thresholds_index"]


def test_clause_3_4_2_scaler_equals_its_formula_where_the_clause_says_so() -> None:
    """(3.4.2) SCALER(v) = rhe(1024 exp(v K / 128)) for v <= 2734."""
    k = (math.log(54.82) - math.log(0.11)) / 31
    v = np.arange(-4096, 2735)
    assert np.array_equal(tables.gain_scaler_q10()[v + 4096], np.rint(1024 * np.exp(v * k / 128)).astype(np.int64))
    assert int(tables.gain_scaler_q10().min()) >= 2
