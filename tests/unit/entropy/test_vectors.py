"""Streams of the reference encoder: every unit decodes to its recorded symbols and encodes to its bytes."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.framing import Codestream, read_codestream
from refdec.bitstream.headers import Headers, read_headers
from refdec.bitstream.payloads import hyper_unit, quality_map_unit, residual_units
from refdec.entropy.hyper import ZTables, decode_z, encode_z
from refdec.entropy.qualitymap import decode_quality_map, encode_quality_map
from refdec.entropy.residual import decode_residual, encode_residual
from refdec.tiling.regions import RegionGrid
from refdec.weights.names import checkpoint_name
from refdec.weights.seeded import seeded_checkpoint

STREAMS = Path(__file__).resolve().parents[2] / "golden" / "vectors"
CASES = sorted(path.stem for path in STREAMS.glob("*.jai"))
WITH_MAP = ("bop_qmap_noise", "bop_qmap_roi", "bop_qmap_roirect_t4", "hop_qmap_noise_rvs")


@cache
def z_tables(component: str, model_id: int) -> ZTables:
    checkpoint = seeded_checkpoint(str(checkpoint_name(f"VM_common_int/{component}", model_id)))
    return ZTables.from_frequencies(checkpoint["hyper_entropy.freqs_int"].astype(np.int32))


@cache
def fingerprints() -> dict[str, dict[str, dict[str, str]]]:
    cases: dict[str, dict[str, dict[str, str]]] = json.loads((STREAMS / "fingerprints.json").read_text())["cases"]
    return cases


def read(case: str) -> tuple[Codestream, Headers]:
    codestream = read_codestream((STREAMS / f"{case}.jai").read_bytes())
    return codestream, read_headers(codestream)


@pytest.mark.parametrize("case", CASES)
def test_z_of_the_vectors(case: str) -> None:
    codestream, headers = read(case)
    picture = headers.picture
    unit = hyper_unit(codestream)
    tables = z_tables("Y", picture.model_id), z_tables("UV", picture.model_id)
    threads = picture.num_threads_z
    z_y, z_uv = decode_z(unit.data, *tables, z_h=picture.z_h, z_w=picture.z_w, threads=threads, at=unit.at)
    for component, z in (("Y", z_y), ("UV", z_uv)):
        key = f"z_hat.{component}[{','.join(map(str, z.shape))}]"
        assert hashlib.sha256(z.astype("<i4").tobytes()).hexdigest() == fingerprints()[case]["sha256"][key]
    assert encode_z(z_y, z_uv, *tables, threads=threads) == unit.data


def quality_map_of(case: str) -> tuple[Int32Array, bytes, int, int] | None:
    """The decoded quality map of a stream, its unit, threads and entropy index; None where there is no map."""
    codestream, headers = read(case)
    picture = headers.picture
    unit = quality_map_unit(codestream, headers)
    if unit is None:
        return None
    threads, index = picture.num_threads_q, picture.quality_map_entropy_index
    decoded = decode_quality_map(unit.data, picture.lat_h, picture.lat_w, index, threads, at=unit.at)
    return decoded, unit.data, threads, index


def test_quality_maps_of_the_vectors() -> None:
    with_map = {case: found for case in CASES if (found := quality_map_of(case)) is not None}
    assert set(with_map) == set(WITH_MAP)
    for decoded, unit, threads, index in with_map.values():
        assert encode_quality_map(decoded, threads) == (unit, index)


@pytest.mark.shared
@pytest.mark.parametrize("case", WITH_MAP)
def test_quality_maps_are_those_of_the_reference(case: str, shared: Path) -> None:
    found = quality_map_of(case)
    assert found is not None
    with np.load(shared / "vectors" / case / "tensors.npz") as tensors:
        for component in ("Y", "UV"):
            np.testing.assert_array_equal(found[0][None], tensors[f"{component}.q.qual_map.qp_map"])


def test_one_of_the_maps_needs_the_rounding_toward_zero() -> None:
    found = quality_map_of("bop_qmap_roirect_t4")
    assert found is not None
    both = found[0][1:, :-1] + found[0][:-1, 1:]
    assert ((both < 0) & (both % 2 == 1)).sum() > 20


@pytest.mark.shared
@pytest.mark.parametrize("case", CASES)
def test_residual_of_the_vectors(case: str, shared: Path) -> None:
    codestream, headers = read(case)
    picture = headers.picture
    with np.load(shared / "vectors" / case / "tensors.npz") as tensors:
        if "Y.scale_log" not in tensors:
            pytest.skip("its tensors do not hold the scale index")
        arrays = {
            name: tensors[name] for name in tensors if name.split(".")[1] in {"scale_log", "mask", "residual_quant"}
        }
    for c, component in enumerate(("Y", "UV")):
        levels = np.clip((arrays[f"{component}.scale_log"] + 64) >> 7, 0, 31).astype(np.uint8)
        coded = arrays[f"{component}.mask"].astype(np.bool_)
        expected = arrays[f"{component}.residual_quant"]
        symbols = np.zeros(expected.shape, np.int16)
        units = residual_units(codestream, headers, c)
        threads = picture.num_threads_r[c]
        for region, unit in zip(RegionGrid.of(picture, c).regions, units, strict=True):
            if unit is None:
                continue
            rows, columns = (
                slice(a, a + n) for a, n in ((region.y_core.y, region.y_core.h), (region.y_core.x, region.y_core.w))
            )
            window = (slice(picture.num_chs_coded[c]), rows, columns)
            symbols[window] = decode_residual(unit.data, levels[window], coded[window], threads, at=unit.at)
            assert encode_residual(expected[window], levels[window], coded[window], threads) == unit.data
        np.testing.assert_array_equal(symbols, expected)
