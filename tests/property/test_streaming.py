"""Streaming equals the whole: any size, tiles, units, workers, colours and tools; rows in order, memory let go."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import refdec
from refdec.bench.streams import repeated_stream
from refdec.bitstream.transforms import Synthesis
from refdec.decoding import cuts
from refdec.decoding.options import DecodeOptions
from refdec.decoding.rows import open_stream
from refdec.errors import CodestreamError, RefdecError
from refdec.parallel.pool import PoolKind
from refdec.picture.picture import PictureCodes
from refdec.picture.render import Colour, render
from refdec.weights.errors import MissingCheckpoint
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.oracle.decode import decode_whole

DEFAULT = DecodeOptions()
DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"


@cache
def bundled() -> WeightPack:
    return refdec.load_weights(None)


@cache
def seeded() -> WeightPack:
    """The checkpoints that the vectors need, made when they are first asked for."""
    return seeded_pack(1)


@pytest.fixture
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units of 128 x 128 samples, so that small pictures have many."""
    for name, value in (("UNIT_ROWS", 128), ("UNIT_COLUMNS", 128), ("SMALLEST_UNIT_ROWS", 64)):
        monkeypatch.setattr(cuts, name, value)


def whole(
    data: bytes, pack: WeightPack, options: DecodeOptions = DEFAULT, colour: Colour | None = None
) -> PictureCodes:
    """The picture by the decoder that keeps all planes."""
    decoded = decode_whole(data, pack, options)
    return render(decoded.planes, decoded.headers.picture, colour=colour, warnings=decoded.warnings)


def assert_equal(made: PictureCodes, expected: PictureCodes) -> None:
    assert all(np.array_equal(a, b) for a, b in zip(made.planes, expected.planes, strict=True))
    assert (made.colour, made.subsampling, made.bit_depth, made.warnings) == (
        expected.colour,
        expected.subsampling,
        expected.bit_depth,
        expected.warnings,
    )


@given(
    width=st.integers(65, 400),  # 1.6.6: the usual overlap of 64 samples is smaller than the picture
    height=st.integers(65, 300),
    tile_size=st.sampled_from([0, 128, 192]),
    transform=st.sampled_from([0, 1]),
    unit=st.sampled_from([64, 96, 160, 512]),
    workers=st.integers(1, 3),
    kind=st.sampled_from(["auto", "fork", "threads"]),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cut_of_any_picture_gives_its_samples(
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    height: int,
    tile_size: int,
    transform: int,
    unit: int,
    workers: int,
    kind: PoolKind,
) -> None:
    """`auto` has the layers of pictures as small as these shared by threads."""
    for name in ("UNIT_ROWS", "UNIT_COLUMNS", "SMALLEST_UNIT_ROWS"):
        monkeypatch.setattr(cuts, name, unit)
    data = repeated_stream(DEMO.read_bytes(), bundled(), width, height, tile_size=tile_size)
    options = DecodeOptions(synthesis=Synthesis(transform))
    assert_equal(
        open_stream(data, bundled(), options).picture(workers=workers, kind=kind), whole(data, bundled(), options)
    )


CASES = [
    "bop_tiles256_600x400",
    "bop_off_odd149x111",
    "bop_diff_display",
    "bop_depreg_3x2_768x512",
    "bop_indreg_skip_rvs_thr4_600x400",
    "bop_num_chs",
    "bop_qmap_roi",
    "bop_tools_on",
    "bop_eICCI",
    "bop_LEF",
    "bop_c420_tools_on_target",
    "bop_yuv420_67x65_note",
    "bop_yuv420_tools_on",
    "bop_yuv422_EFElinear",
    "bop_yuv444_10bit",
    "sop_tiles128",
    "hop_tiles128",
    "hop_off_odd149x111",
    "hop_yuv420_8bit",
    "hop_tools_on",
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.usefixtures("small_units")
def test_every_tool_streams(vectors: Path, case: str) -> None:
    data = (vectors / f"{case}.jai").read_bytes()
    other = "YUV" if "yuv" not in case else "RGB"
    kinds: tuple[tuple[int, PoolKind, str | None], ...]
    kinds = ((1, "auto", None), (2, "fork", None), (3, "auto", None), (1, "auto", other))
    for workers, kind, colour in kinds:
        stream = open_stream(data, seeded(), DecodeOptions(colour=colour))  # type: ignore[arg-type]
        made = stream.picture(workers=workers, kind=kind)
        assert_equal(made, whole(data, seeded(), colour=colour))  # type: ignore[arg-type]


THREADED = ("bop_off_768x512", "bop_tools_on_target_320x256", "bop_indreg_2x1_600x400", "sop_off_768x512")


@pytest.mark.parametrize("case", THREADED)
def test_threads_that_share_a_picture_change_no_sample(vectors: Path, case: str) -> None:
    """Luma and chroma side by side, their layers in parts, by whoever has time: as by one thread."""
    data = (vectors / f"{case}.jai").read_bytes()
    alone = open_stream(data, seeded()).picture()
    for threads in (2, 3):
        assert_equal(open_stream(data, seeded()).picture(workers=threads), alone)


def test_workers_find_the_same_fault_first(vectors: Path) -> None:
    """A pack without a network, and damage: the network is missed first, also where both are met at once."""
    data = (vectors / "bop_off_320x256.jai").read_bytes()
    damaged = data[: len(data) // 2] + bytes(64) + data[len(data) // 2 + 64 :]
    made = seeded()
    without = WeightPack({name: make for name, make in made.makers.items() if "bop/decoder_UV" not in name})
    kinds: tuple[tuple[int, PoolKind], ...] = ((1, "auto"), (2, "auto"), (2, "fork"), (3, "threads"))
    for workers, kind in kinds:
        with pytest.raises(MissingCheckpoint):
            open_stream(damaged, without).picture(workers=workers, kind=kind)
        with pytest.raises(CodestreamError):
            open_stream(damaged, made).picture(workers=workers, kind=kind)


def test_threads_find_the_same_damage(vectors: Path) -> None:
    """Also where both components are damaged: that of luma, which comes first."""
    data = (vectors / "bop_threads_z8_r8.jai").read_bytes()
    both = data[:-40] + bytes(40)
    for damaged in (both, data[: len(data) // 2] + bytes(64) + data[len(data) // 2 + 64 :]):
        told = []
        for threads in (1, 2, 2):
            with pytest.raises(RefdecError) as caught:
                open_stream(damaged, seeded()).picture(workers=threads)
            told.append((type(caught.value), str(caught.value)))
        assert told[1:] == told[:1] * 2


@pytest.mark.parametrize("kind", ["inline", "threads", "fork"])
@pytest.mark.usefixtures("small_units")
def test_every_kind_of_pool_gives_the_same(vectors: Path, kind: PoolKind) -> None:
    data = (vectors / "bop_off_320x256.jai").read_bytes()
    made = open_stream(data, seeded()).picture(workers=1 if kind == "inline" else 2, kind=kind)
    assert_equal(made, whole(data, seeded()))


@pytest.mark.usefixtures("small_units")
def test_bands_come_from_the_top_and_are_not_the_whole(vectors: Path) -> None:
    data = (vectors / "bop_off_768x512.jai").read_bytes()
    stream = open_stream(data, seeded())
    heights = [band[0].shape[0] for band in stream.bands()]
    assert sum(heights) == 512
    assert len(heights) > 3
    assert max(heights) <= 144


def test_progressive_channels_stream_too() -> None:
    data = DEMO.read_bytes()
    options = DecodeOptions(channels=(30, 7))
    assert_equal(open_stream(data, bundled(), options).picture(), whole(data, bundled(), options))
