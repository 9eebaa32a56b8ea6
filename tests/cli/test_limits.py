"""Options that limit what a file may ask for: --limit-pixels, --limit-memory, --time-limit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from refdec.cli.errors import WrongNumbers
from refdec.cli.options import byte_count, limits_of, machine_bytes

from .conftest import Run

DEMO = Path(__file__).resolve().parents[2] / "refdec" / "data" / "demo.jai"


@pytest.mark.parametrize(
    ("text", "count"), [("0", 0), ("17", 17), ("3K", 3072), ("800m", 800 << 20), ("4G", 4 << 30), ("1T", 1 << 40)]
)
def test_byte_counts(text: str, count: int) -> None:
    assert byte_count("--limit-memory", text) == count


@pytest.mark.parametrize("text", ["", "G", "-1", "1.5G", "4GB", "x"])
def test_wrong_byte_counts_are_usage_errors(text: str) -> None:
    with pytest.raises(WrongNumbers, match="800M"):
        byte_count("--limit-memory", text)


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [("--limit-pixels", "100", "RD0708"), ("--limit-memory", "4M", "RD0006"), ("--time-limit", "0.00001", "RD0004")],
)
def test_limits_of_an_encode(option: str, value: str, code: str, tmp_path: Path, refdec: Callable[..., Run]) -> None:
    source = Path(__file__).resolve().parents[1] / "golden" / "streams" / "kodim21_m1_+0_64x64.source.png"
    ended = refdec("encode", source, tmp_path / "a.jai", option, value)
    assert ended.code == 5 and code in ended.err
    assert list(tmp_path.iterdir()) == []


def test_memory_ends_by_default_where_the_machine_ends() -> None:
    assert limits_of(None).memory_bytes == machine_bytes()
    assert limits_of(5, "1G", 2.5).memory_bytes == 1 << 30
    assert (limits_of(5, "1G", 2.5).pixels, limits_of(5, "1G", 2.5).seconds) == (5, 2.5)


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [("--limit-pixels", "4096", "RD0001"), ("--limit-memory", "4M", "RD0003"), ("--time-limit", "0.00001", "RD0004")],
)
def test_a_file_that_asks_for_more_is_refused(
    option: str, value: str, code: str, tmp_path: Path, refdec: Callable[..., Run]
) -> None:
    ended = refdec("decode", DEMO, tmp_path / "demo.png", option, value)
    assert ended.code == 5
    assert code in ended.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("option", "value"), [("--limit-memory", "4M"), ("--time-limit", "0.00001")])
@pytest.mark.parametrize("page", [False, True])
def test_a_view_shows_what_the_limits_allow(
    option: str, value: str, page: bool, tmp_path: Path, refdec: Callable[..., Run]
) -> None:
    wanted = ("--html", tmp_path / "page.html") if page else ("--symbols",)
    ended = refdec("view", DEMO, *wanted, option, value)
    assert ended.code == 5
    assert ("MiB" if option == "--limit-memory" else "not finished") in ended.err
    assert (tmp_path / "page.html").is_file() if page else "beta_displacement" in ended.out
    assert refdec("view", DEMO, option, value).code == 0


def test_too_little_memory_is_no_bug(
    tmp_path: Path, refdec: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **more: object) -> None:
        raise MemoryError

    monkeypatch.setattr("refdec.api.decode_file.decode_to_file", full)
    ended = refdec("decode", DEMO, tmp_path / "demo.png")
    assert ended.code == 1
    assert "--region" in ended.err and "bug" not in ended.err
