"""Means and BD-rates of rate-distortion points, and the file that keeps them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from refdec.bench.errors import BenchmarkFileInvalid, MeasuredOtherwise, PlotFormatUnknown, UnknownCodec
from refdec.bench.plotted import require_plot, write_figure
from refdec.bench.rd import RdPoint
from refdec.bench.rd_summary import (
    EDGES,
    QUALITIES,
    RdFacts,
    RdResults,
    bd_rates,
    codecs_of,
    kinds_of,
    mean_points,
    qualities_of,
    read_results,
    report_text,
)
from refdec.bench.rd_tables import BEGIN, BEGIN_KINDS, END, markdown, placed, tables_of, tables_of_kinds

FACTS = RdFacts({"refdec": "1"}, "abc", {"one": "one 1.0", "more": "more 1.0"})


def points(codec: str = "one", scale: float = 1.0, pictures: int = 2) -> list[RdPoint]:
    return [
        RdPoint(codec, setting, f"p{number}", scale * rate * (1 + number), db, db - 1, 1 - 0.1 / rate, 0.5, 0.1)
        for number in range(pictures)
        for setting, (rate, db) in enumerate([(0.2, 28.0), (0.4, 30.0), (0.8, 33.0), (1.2, 36.0)])
    ]


def test_means_over_pictures_by_growing_rate() -> None:
    rows = mean_points([*points("slow"), *points("one")[::-1]])
    assert [row.codec for row in rows] == ["slow"] * 4 + ["one"] * 4
    assert [row.bpp for row in rows[:4]] == pytest.approx([0.3, 0.6, 1.2, 1.8])
    assert rows[0].pictures == 2
    assert rows[0].ms_ssim_db == pytest.approx(3.0103, abs=1e-4)


def test_a_codec_that_needs_a_tenth_more() -> None:
    rates = bd_rates([*points("one"), *points("more", 1.1)], "one")
    assert [(rate.codec, rate.anchor, rate.quality) for rate in rates] == [("more", "one", q) for q in QUALITIES]
    assert [rate.percent for rate in rates] == pytest.approx([10.0] * 3)
    assert {rate.pictures for rate in rates} == {2}


def test_pictures_without_a_common_range_are_left_out() -> None:
    far = [replace(p, codec="far", luma_psnr=p.luma_psnr + (20 if p.picture == "p0" else 0)) for p in points()]
    rates = {rate.quality: rate for rate in bd_rates([*points(), *far], "one")}
    assert rates["luma_psnr"].pictures == 1
    assert rates["rgb_psnr"].pictures == 2


def test_the_anchor_must_be_there() -> None:
    with pytest.raises(UnknownCodec, match="one"):
        bd_rates(points(), "two")


def test_a_report_can_be_read_again(tmp_path: Path) -> None:
    mine = [*points(), *points("more", 1.1)]
    text = report_text(mine, ["one", "absent"], FACTS)
    values = json.loads(text)
    assert values["weights"] == "abc"
    assert len(values["means"]) == 8
    assert {row["anchor"] for row in values["bd_rates"]} == {"one"}
    (tmp_path / "rd.json").write_text(text)
    again = list(read_results(tmp_path / "rd.json").points)
    assert sorted(p.key for p in again) == sorted(p.key for p in mine)
    assert codecs_of(again) == ["one", "more"]
    assert again[-1].bpp == pytest.approx(2.64)


def test_a_file_that_is_continued_tells_of_all_its_codecs() -> None:
    now = replace(FACTS, weights="def", codecs={"more": "more 1.0"})
    held = RdResults((*points(), *points("more")), FACTS)
    assert held.continued(Path("rd.json"), now).codecs == FACTS.codecs
    assert held.without(["one"]).continued(Path("rd.json"), now) == now
    assert {point.codec for point in held.without(["one"]).points} == {"more"}


def test_no_codec_is_measured_in_two_ways_in_one_file() -> None:
    held = RdResults(tuple(points()), FACTS)
    other = replace(FACTS, codecs={"one": "one 1.1"})
    with pytest.raises(MeasuredOtherwise, match=r"one 1\.0.*one 1\.1"):
        held.continued(Path("rd.json"), other)
    assert held.without(["one"]).continued(Path("rd.json"), other) == other


@pytest.mark.parametrize("text", ["junk", "[]", "{}", '{"format": "refdec rate-distortion", "schema": 9}'])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "rd.json").write_text(text)
    with pytest.raises(BenchmarkFileInvalid):
        read_results(tmp_path / "rd.json")


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.SVG", b"<?xml"), ("a.pdf", b"%PDF")])
def test_a_plot_has_the_format_of_its_name(tmp_path: Path, name: str, start: bytes) -> None:
    """Found: it was PNG under any name."""
    pytest.importorskip("matplotlib")
    from refdec.bench.rd_plot import rd_figure

    write_figure(rd_figure(points(), "a title"), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["a.jpg", "a", "-"])
def test_other_formats_of_plots_are_refused_before_anything_is_measured(tmp_path: Path, name: str) -> None:
    with pytest.raises(PlotFormatUnknown):
        require_plot(tmp_path / name)


def test_the_plot_says_which_codec_has_fewer_pictures() -> None:
    pytest.importorskip("matplotlib.figure")
    from refdec.bench.rd_plot import rd_figure

    uneven = [point for point in points("uneven") if point.picture == "p0" or point.setting < 2]
    figure = rd_figure([*points(), *points("slow", pictures=1), *uneven], "a title")
    legends = [axes.get_legend() for axes in figure.axes]
    named = [[text.get_text() for text in legend.get_texts()] for legend in legends if legend is not None]
    assert named == [["one", "slow (1)", "uneven (1 to 2)"]] * len(figure.axes) and named


def test_tables_for_people() -> None:
    far = [replace(p, codec="far", luma_psnr=p.luma_psnr + (20 if p.picture == "p0" else 0)) for p in points()]
    means, rates = tables_of([*points(), *far], ["one", "absent"])
    assert means.rows[0] == ("one", "0", "0.3000", "28.00", "27.00", "0.5000")
    assert rates.title == "BD-rate against one"
    assert rates.rows[0][0] == "far" and rates.rows[0][1].endswith("(1)") and rates.rows[0][2] == "+0.0 %"
    text = markdown([rates])
    assert text.startswith("BD-rate against one:\n\n| codec | luma PSNR |")
    assert "|---|---|---|---|\n| far |" in text


def test_means_over_fewer_pictures_say_so() -> None:
    (means,) = tables_of([*points(), *points("slow", pictures=1)], [])
    assert means.title == "Means over 2 pictures (PSNR in dB)"
    assert [row[0] for row in means.rows] == ["one"] * 4 + ["slow (1)"] * 4


def test_edges_are_shown_where_all_points_have_them() -> None:
    mine = [replace(p, edge_ssim=1 - 0.05 / p.bpp) for p in points()]
    other = [replace(p, codec="more", bpp=1.1 * p.bpp) for p in mine]
    means, rates = tables_of([*mine, *other], ["one"])
    assert means.columns[-1] == "edge SSIM" and means.rows[0][-1] == "0.8125"
    assert rates.columns == (
        *("codec", "luma PSNR", "RGB PSNR", "MS-SSIM", "edge SSIM"),
        *("luma PSNR, range", "RGB PSNR, range", "MS-SSIM, range", "edge SSIM, range"),
    )
    assert rates.rows == (("more", *["+10.0 %"] * 4, *["+10 to +10"] * 4),)
    assert EDGES not in qualities_of([*mine, *points("old")])
    assert mean_points(points())[0].edge_ssim is None


def test_kinds_are_kept_apart(tmp_path: Path) -> None:
    mine = [replace(p, kind=kind, edge_ssim=0.9) for kind in ("text", "photos") for p in points()]
    more = [replace(p, codec="more", bpp=p.bpp * (1.1 if p.kind == "text" else 1.3)) for p in mine]
    text, photos = tables_of_kinds([*mine, *more], ["one"])
    assert text.title == "text, 2 pictures: BD-rate against one" and text.rows[0][:3] == ("text", "more", "+10.0 %")
    assert photos.rows[0][2] == "+30.0 %"
    values = report_text([*mine, *more], ["one"], FACTS)
    (tmp_path / "rd.json").write_text(values)
    assert sorted(p.key for p in read_results(tmp_path / "rd.json").points) == sorted(p.key for p in [*mine, *more])
    assert {row["kind"] for row in json.loads(values)["means"]} == {"text", "photos"}


def test_tables_of_kinds_have_marks_of_their_own() -> None:
    page = f"{BEGIN}\nold\n{END}\n{BEGIN_KINDS}\nold\n{END}\n"
    both = placed(placed(page, "all"), "kinds", BEGIN_KINDS)
    assert both == f"{BEGIN}\n\nall\n{END}\n{BEGIN_KINDS}\n\nkinds\n{END}\n"


def test_tables_replace_those_of_a_page() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = placed(page, "new\n")
    assert once == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n" == placed(once, "new\n")
    assert placed("no marks", "new\n") == placed(f"{BEGIN} not closed", "new\n") == "new\n"


def test_the_page_shows_the_figures_of_kinds_that_are_kept() -> None:
    docs = Path(__file__).resolve().parents[3] / "docs"
    points = read_results(docs / "benchmarks" / "kinds.json").points
    assert kinds_of(points) == ["photographs", "aerial", "scans", "screens", "illustrations"]
    assert markdown(tables_of_kinds(points, ["avif"])) in (docs / "benchmarks.md").read_text()


def test_the_page_shows_the_figures_that_are_kept() -> None:
    docs = Path(__file__).resolve().parents[3] / "docs"
    points = read_results(docs / "benchmarks" / "rd.json").points
    assert len({point.picture for point in points}) == 24
    assert markdown(tables_of(points, ["jpeg", "webp", "avif", "analysis"])) in (docs / "benchmarks.md").read_text()
