"""The task `statistics`: every bit of a codestream is counted once, by channel and by place."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import Any

import numpy as np
import pytest
from refdec_tasks.statistics import Statistics, refdec_tasks
from refdec_tasks.statistics.rates import places_of, rates_of
from refdec_tasks.statistics.tables import areas_table, channels_table, streams_table, summary

from refdec.api.weights import load_weights
from refdec.plugins.api import ActionInput, LatentBundle, NamedBundle, Refusal, Report
from refdec.plugins.calls import options_for, run_action, run_task
from refdec.plugins.core import Core
from tests.sample_bundles import sample_bundle, sample_headers
from tests.unit.plugins.support import task_guest

GUEST = task_guest(Statistics())
BUNDLE = sample_bundle("symbols")


class Prices:
    """A core for which a symbol costs twice its size plus one where it is coded, and a hyper latent three bits."""

    def symbol_bits_q16(self, bundle: LatentBundle) -> Any:
        return tuple(
            (np.where(part.coded, 2 * np.abs(part.symbols.astype(np.int32)) + 1, 0) << 16).astype(np.int32)
            for part in bundle.components
            if part.symbols is not None and part.coded is not None
        )

    def hyper_bits_q16(self, bundle: LatentBundle) -> Any:
        return tuple(np.full(part.z.shape, 3 << 16, np.int32) for part in bundle.components if part.z is not None)


CORE: Any = Prices()


def run(bundle: LatentBundle = BUNDLE, core: Any = CORE, **options: object) -> Report:
    result = run_task(GUEST, bundle, options_for(GUEST, options), core)
    assert isinstance(result, Report)
    return result


def part_of(report: Report, title: str) -> Any:
    return dict(report.parts)[title]


def test_the_plugin_offers_one_task() -> None:
    assert [task.name for task in refdec_tasks()] == ["statistics"]


def test_channels_and_places_hold_the_same_bits() -> None:
    rates, places = rates_of(BUNDLE, CORE), places_of(BUNDLE, CORE)
    assert BUNDLE.luma.symbols is not None and BUNDLE.luma.coded is not None
    expected = int((2 * np.abs(BUNDLE.luma.symbols.astype(int)) + BUNDLE.luma.coded).sum())
    assert rates.symbol_bits[0] == expected == pytest.approx(places.luma.sum())
    assert rates.symbol_bits[1] == pytest.approx(places.chroma.sum())
    assert sum(rates.hyper_bits) == 3 * (160 + 96) * 2 * 3 == pytest.approx(places.hyper.sum())
    assert places.all.sum() == pytest.approx(sum(rates.symbol_bits) + sum(rates.hyper_bits))


def test_hyper_bits_are_shared_by_the_positions_they_cover() -> None:
    hyper = places_of(BUNDLE, CORE).hyper
    assert hyper.shape == (7, 10)
    assert hyper[0, 0] == pytest.approx(3 * 256 / 16)
    assert hyper[6, 9] == pytest.approx(3 * 256 / (3 * 2))


def test_rates_of_two_codestreams_add_up() -> None:
    one, other = rates_of(BUNDLE, CORE), rates_of(sample_bundle("symbols", 2, sample_headers(64, 80)), CORE)
    both = one + other
    assert both.pixels == one.pixels + 64 * 80
    assert both.symbol_bits[0] == one.symbol_bits[0] + other.symbol_bits[0]
    assert (both.channels[1].coded == one.channels[1].coded + other.channels[1].coded).all()


def test_tables_are_sorted_and_complete() -> None:
    rates = rates_of(BUNDLE, CORE)
    channels = channels_table(rates, 3)
    assert len(channels.rows) == 256
    assert {row[:2] for row in channels.rows} >= {("luma", 159), ("chroma", 0)}
    bits = [float(row[2]) for row in channels.rows]
    assert bits == sorted(bits, reverse=True)
    assert sum(bits) == pytest.approx(sum(rates.symbol_bits), abs=0.1 * 256)
    assert "(253 more)" in channels.text()


def test_areas_tile_the_picture() -> None:
    areas = areas_table(places_of(BUNDLE, CORE).all, BUNDLE.headers, 48, 0)
    covered = np.zeros((111, 149), int)
    for x, y, width, height, *_ in areas.rows:
        covered[int(y) : int(y) + int(height), int(x) : int(x) + int(width)] += 1
    assert (covered == 1).all()
    assert sum(float(row[5]) for row in areas.rows) == pytest.approx(100, abs=0.1)


def test_a_row_for_each_codestream() -> None:
    rates = rates_of(BUNDLE, CORE)
    table = streams_table([("a.jai", rates), ("b.jai", rates)])
    assert [row[0] for row in table.rows] == ["a.jai", "b.jai"]
    assert table.rows[0][1] == 1220


def test_the_report_of_one_codestream() -> None:
    report = run(top="2")
    assert [title for title, _ in report.parts] == ["rates", "channels", "areas", "map"]
    values = part_of(report, "rates").values
    assert values["file"] == 1220
    assert values["luma symbols coded"] == int(np.count_nonzero(np.asarray(BUNDLE.luma.coded)))
    assert part_of(report, "map").values.shape == (7, 10)
    assert report.picture().shape == (7 * 16, 10 * 16, 3)


@pytest.mark.parametrize("name", ["luma", "chroma", "hyper"])
def test_the_map_shows_what_is_asked_for(name: str) -> None:
    expected = getattr(places_of(BUNDLE, CORE), name)
    assert np.array_equal(part_of(run(map=name), "map").values, expected)


def test_an_area_is_made_of_latent_positions() -> None:
    with pytest.raises(Refusal, match="multiple of 16"):
        run(area="100")


def test_total_over_codestreams() -> None:
    action = GUEST.item.actions[0]
    streams = [NamedBundle("a.jai", BUNDLE), NamedBundle("b.jai", BUNDLE)]
    result = run_action(GUEST, action, ActionInput(options_for(GUEST, {}, action), CORE, {"DIR": streams}))
    assert part_of(result, "together").values["file"] == 2 * 1220  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="no codestream"):
        run_action(GUEST, action, ActionInput(options_for(GUEST, {}, action), CORE, {"DIR": []}))


def test_estimates_meet_the_size_of_a_real_codestream() -> None:
    core = Core(load_weights(None))
    bundle = core.read(resources.files("refdec").joinpath("data", "demo.jai").read_bytes(), "symbols")
    rates = rates_of(bundle, core)
    coded = 8 * sum(size for marker, size in bundle.headers.substream_bytes if marker in {"SORP", "SORS", "SOZ"})
    assert sum(rates.symbol_bits) + sum(rates.hyper_bits) == pytest.approx(coded, rel=0.01)
    text = summary(rates).text()
    assert "bits per pixel" in text


@pytest.mark.parametrize("side", [16, 48, 64])
@pytest.mark.parametrize(("width", "height"), [(149, 111), (100, 33), (1, 1), (96, 64)])
def test_areas_are_those_of_the_shown_picture(side: int, width: int, height: int) -> None:
    """Found: a picture of one sample had a square of 64 x 64, and its bits per pixel were those of that."""
    headers = replace(BUNDLE.headers, display_width=width, display_height=height)
    areas = areas_table(places_of(BUNDLE, CORE).all, headers, side, 0)
    covered = np.zeros((height, width), int)
    for x, y, wide, tall, *_ in areas.rows:
        covered[int(y) : int(y) + int(tall), int(x) : int(x) + int(wide)] += 1
    assert (covered == 1).all() and min(min(float(row[2]), float(row[3])) for row in areas.rows) > 0
    bits = sum(float(row[4]) for row in areas.rows)
    assert bits == pytest.approx(float(places_of(BUNDLE, CORE).all.sum()), abs=0.1 * len(areas.rows))
    for row in areas.rows:
        assert float(row[6]) == pytest.approx(float(row[4]) / (float(row[2]) * float(row[3])), abs=0.06)


def test_user_data_are_no_headers() -> None:
    """Found: a lossless layer was counted as headers and ends, 98 % of the file."""
    plain = rates_of(BUNDLE, CORE)
    headers = BUNDLE.headers
    sizes = (*headers.substream_bytes, ("UDI", 100_000))
    layered = replace(headers, substream_bytes=sizes, codestream_bytes=headers.codestream_bytes + 100_000)
    rates = rates_of(replace(BUNDLE, headers=layered), CORE)
    assert rates.other_bits == plain.other_bits and rates.user_bits == plain.user_bits + 800_000
    assert summary(rates).values["user data"] == 100_000 + plain.user_bits / 8
    assert (rates + plain).user_bits == rates.user_bits + plain.user_bits
    table = streams_table([("a.jai", rates)])
    share = dict(zip(table.columns, table.rows[0], strict=True))["user data"]
    assert share == pytest.approx(100 * rates.user_bits / rates.file_bits, abs=0.01)
