"""Every chroma format, bit depth and colour index to every file format; rendering information in PNG; custom colour."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.api.decode import useful_workers
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.errors import RegionWithoutStages
from refdec.api.weights import load_weights
from refdec.bench.speed import demo_stream
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Headers, read_headers, write_stream
from refdec.bitstream.markers import Marker
from refdec.bitstream.rendering import Cicp, RenderingInfo
from refdec.bitstream.rule_errors import UserColourTransform
from refdec.decoding.options import DecodeOptions
from refdec.decoding.rows import open_stream
from refdec.formats.files import read_picture
from refdec.formats.yuv import YuvLayout
from refdec.picture.errors import CustomColourNeeds444
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors"
F444, F422, F420 = (1, 1), (1, 2), (2, 2)
FORMATS = [(F444, F444), (F444, F422), (F444, F420), (F422, F422), (F420, F420)]
NAMES = {F444: "444", F422: "422", F420: "420"}


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def restated(case: str = "bop_off_odd149x111", rendering: RenderingInfo | None = None, **picture: Any) -> bytes:
    """The stream of a vector under another picture header: nothing of it touches entropy coding or networks."""
    codestream = read_codestream((VECTORS / f"{case}.jai").read_bytes())
    headers: Headers = read_headers(codestream)
    headers = replace(headers, picture=replace(headers.picture, **picture))
    if rendering is not None:
        order = tuple(m for m in headers.substream_order if m is not Marker.RDI)
        headers = replace(headers, rendering=rendering, substream_order=(order[0], Marker.RDI, *order[1:]))
    payloads = {m: [part.payload for part in codestream.all(m)] for m in (Marker.SOZ, Marker.SORP, Marker.SORS)}
    return write_stream(headers, payloads)


def format_fields(output: tuple[int, int], coded: tuple[int, int]) -> dict[str, Any]:
    """The elements of the picture header for a pair of formats."""
    return {
        "s_ver_minus1": output[0] - 1,
        "s_hor_minus1": output[1] - 1,
        "c_ver_minus1": coded[0] - 1,
        "c_hor_minus1": coded[1] - 1,
    }


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("colour", [0, 1])
@pytest.mark.parametrize(("output", "coded"), FORMATS, ids=lambda f: NAMES[f])
def test_all_formats_to_all_files(
    output: tuple[int, int], coded: tuple[int, int], colour: int, bits: int, tmp_path: Path
) -> None:
    stream = restated(**format_fields(output, coded), bit_depth_idc=(bits - 8) // 2, colour_transform_idx=colour)
    own = refdec.decode(stream, weights=pack())
    assert (own.bit_depth, own.colour) == (bits, ("YUV", "RGB")[colour])
    assert own.subsampling == (output if colour == 0 else (1, 1))
    shapes = [plane.shape for plane in own.planes]
    ver, hor = own.subsampling
    assert shapes == [(111, 149), *[(-(-111 // ver), -(-149 // hor))] * 2]

    for suffix in (".png", ".ppm"):
        target = tmp_path / f"out{suffix}"
        decode_to_file(stream, target, weights=pack())
        got = read_picture(target, bits=bits)
        want = refdec.decode(stream, weights=pack(), colour="RGB")
        assert all(np.array_equal(a, b) for a, b in zip(got.components, want.planes, strict=True)), suffix

    target = tmp_path / "out.yuv"
    decode_to_file(stream, target, weights=pack())
    want = refdec.decode(stream, weights=pack(), colour="YUV")
    assert want.subsampling == own.subsampling
    layout = YuvLayout(149, 111, bits, NAMES[want.subsampling])
    got = read_picture(target, layout=layout)
    assert all(np.array_equal(a, b) for a, b in zip(got.components, want.planes, strict=True))


def test_another_depth_of_the_output() -> None:
    """Eight bits of the same planes are never more than a rounding away from sixteen."""
    fine, coarse = (refdec.decode(restated(), weights=pack(), bit_depth=bits) for bits in (16, 8))
    for a, b in zip(fine.planes, coarse.planes, strict=True):
        assert int(np.abs(a.astype(np.int64) - 257 * b.astype(np.int64)).max()) <= 129


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(png):
        (size,) = struct.unpack_from(">I", png, place)
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        place += 12 + size


@pytest.mark.parametrize(
    ("primaries", "transfer", "cicp", "gamma"),
    [
        (9, 16, bytes([9, 16, 0, 1]), None),
        (1, 13, bytes([1, 13, 0, 1]), 45455),
        (1, 8, bytes([1, 8, 0, 1]), 100000),
        (2, 4, bytes([2, 4, 0, 1]), 45455),
        (2, 2, None, None),
    ],
)
def test_png_carries_what_rdi_says(
    primaries: int, transfer: int, cicp: bytes | None, gamma: int | None, tmp_path: Path
) -> None:
    """Code points as cICP, with matrix 0 and full range because PNG holds RGB of 0..M; gAMA for power functions."""
    rendering = RenderingInfo(cicp=Cicp(primaries, transfer, 9, 0, 2))
    decode_to_file(restated(rendering=rendering), tmp_path / "out.png", weights=pack())
    found = dict(chunks((tmp_path / "out.png").read_bytes()))
    assert found.get(b"cICP") == cicp
    assert found.get(b"gAMA") == (None if gamma is None else struct.pack(">I", gamma))
    plain = refdec.decode(restated(), weights=pack())
    told = refdec.decode(restated(rendering=rendering), weights=pack())
    assert told.rendering == rendering
    assert all(np.array_equal(a, b) for a, b in zip(plain.planes, told.planes, strict=True))


IDENTITY = ((255, 0, 0), (0, 255, 0), (0, 0, 255))


def custom(matrix: tuple[tuple[int, ...], ...], offset: tuple[int, ...], **more: Any) -> bytes:
    return restated(colour_transform_idx=2, colour_transform_matrix=matrix, colour_transform_offset=offset, **more)


def test_a_colour_matrix_is_refused_unless_it_is_asked_for() -> None:
    stream = custom(IDENTITY, (0, 0, 0))
    with pytest.raises(UserColourTransform, match="colour_transform_idx 2") as caught:
        refdec.decode(stream, weights=pack())
    assert caught.value.exit_code == 5
    assert "--allow-custom-colour" in caught.value.explain()
    assert refdec.read_info(stream).colour == "custom matrix"
    got = refdec.decode(stream, weights=pack(), allow_custom_colour=True)
    assert got.colour == "RGB"
    plain = refdec.decode(restated(colour_transform_idx=0), weights=pack())
    assert all(np.array_equal(a, b) for a, b in zip(got.planes, plain.planes, strict=True))


def test_a_colour_matrix_weighs_and_shifts() -> None:
    """5.10: out_i = clip((sum of M[i][j] * n_j + o_i) / 255, 0, 1), here on the codes of 8 bits."""
    matrix, offset = ((0, 255, 0), (128, 127, 0), (255, 255, 255)), (0, 10, 0)
    got = refdec.decode(custom(matrix, offset), weights=pack(), allow_custom_colour=True)
    fine = refdec.decode(restated(colour_transform_idx=0), weights=pack(), bit_depth=16)
    n = [plane.astype(np.float64) / 65535 for plane in fine.planes]
    for i in range(3):
        ideal = np.clip(sum(matrix[i][j] * n[j] for j in range(3)) / 255 + offset[i] / 255, 0, 1) * 255
        assert float(np.abs(got.planes[i] - ideal).max()) <= 0.51
    part = refdec.decode(custom(matrix, offset), weights=pack(), allow_custom_colour=True, region=(9, 8, 20, 30))
    for a, b in zip(part.planes, got.planes, strict=True):
        assert np.array_equal(a, b[8:38, 9:29])


@pytest.mark.parametrize("fields", list(itertools.islice((format_fields(f, f) for f in (F420, F422)), 2)))
def test_a_colour_matrix_needs_three_planes_of_one_size(fields: dict[str, int]) -> None:
    with pytest.raises(CustomColourNeeds444):
        refdec.decode(custom(IDENTITY, (0, 0, 0), **fields), weights=pack(), allow_custom_colour=True)


def region(rectangle: tuple[int, int, int, int], **files: Any) -> DecodeJob:
    return DecodeJob(refdec.DecodeOptions(region=rectangle), **files)


def test_a_region_in_a_file_and_its_report(tmp_path: Path) -> None:
    report = decode_to_file(restated(), tmp_path / "out.png", region((10, 20, 30, 15)), weights=pack())
    assert (report.width, report.height) == (30, 15)
    whole = refdec.decode(restated(), weights=pack())
    got = read_picture(tmp_path / "out.png")
    assert all(np.array_equal(a, b[20:35, 10:40]) for a, b in zip(got.components, whole.planes, strict=True))


def test_a_region_has_no_stages_to_trace(tmp_path: Path) -> None:
    job = region((0, 0, 8, 8), trace=tmp_path / "trace.json")
    with pytest.raises(RegionWithoutStages):
        decode_to_file(restated(), tmp_path / "out.png", job, weights=pack())


def test_progress_ends_with_the_last_stage_of_all_tools(tmp_path: Path) -> None:
    shares: list[float] = []
    job = DecodeJob(timings=True)
    decode_to_file(VECTORS / "bop_tools_on.jai", tmp_path / "a.png", job, weights=pack(), on_progress=shares.append)
    assert shares == sorted(set(shares)) and shares[-1] == 1


def test_kernels_are_ready_before_workers_are_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would compile its own otherwise, and where no folder keeps them, for each picture anew."""
    loaded: list[dict[str, object]] = []
    monkeypatch.setattr("refdec.startup.load_kernels", lambda **how: loaded.append(how))
    small = open_stream(demo_stream(), load_weights(None))
    assert useful_workers(small, DecodeOptions(workers=2)) == 2 and not small.is_for_processes and loaded == []
    monkeypatch.setattr("refdec.decoding.plan.LEAST_SHARED_PIXELS", 1)
    assert useful_workers(small, DecodeOptions(workers=1)) == 1 and loaded == []
    assert useful_workers(small, DecodeOptions(workers=2)) == 2 and loaded == [{"hop": False, "filters": True}]
