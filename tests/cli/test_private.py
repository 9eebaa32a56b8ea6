"""`refdec private`, and `--private`, `--key`, `--passphrase` of encode and decode, as they are typed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Run

SOURCE = Path(__file__).resolve().parents[1] / "golden" / "streams" / "kodim21_m1_+0_64x64.source.png"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REFDEC_PASSPHRASE", raising=False)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(SOURCE.read_bytes())
    return tmp_path


def test_from_a_key_to_the_whole_picture(folder: Path, refdec: Callable[..., Run]) -> None:
    assert refdec("private", "key", "my.key").code == 0
    again = refdec("private", "key", "my.key")
    assert again.code == 2 and "RD1904" in again.err
    regions = ("--private", "8,8,40,40", "--private", "40,0,8,8")
    assert refdec("encode", SOURCE, "a.jai", *regions, "--key", "my.key", "--quality", 70).code == 0
    assert refdec("encode", SOURCE, "plain.jai", "--quality", 70).code == 0

    info = json.loads(refdec("info", "a.jai", "--json").out)
    assert info["private_regions"] == ["8,8,40,40", "40,0,8,8"] and info["sealed_bytes"] > 0
    assert "private regions: 2, sealed in" in refdec("view", "a.jai").out
    assert "private regions, 2, are sealed" in refdec("verify", "a.jai").out

    public = refdec("decode", "a.jai", "public.png")
    assert public.code == 0 and "private regions, 2" in public.err
    whole = refdec("decode", "a.jai", "whole.png", "--key", "my.key")
    assert whole.code == 0 and "private" not in whole.err
    assert refdec("private", "open", "a.jai", "whole.jai", "--key", "my.key").code == 0
    assert refdec("decode", "whole.jai", "again.png").code == 0
    assert (folder / "again.png").read_bytes() == (folder / "whole.png").read_bytes()
    assert (folder / "public.png").read_bytes() != (folder / "whole.png").read_bytes()

    refused = refdec("transcode", "a.jai", "b.jai", "--quality", 10)
    assert refused.code == 2 and "refdec private drop a.jai PUBLIC.jai" in refused.err
    assert refdec("private", "drop", "a.jai", "dropped.jai").code == 0
    assert "private regions: 2, left out" in refdec("view", "dropped.jai").out
    gone = refdec("decode", "dropped.jai", "x.png", "--key", "my.key")
    assert gone.code == 1 and "RD1907" in gone.err and not (folder / "x.png").exists()


def test_folders(folder: Path, refdec: Callable[..., Run]) -> None:
    refdec("private", "key", "my.key")
    assert refdec("encode", "in", "out", "--private", "8,8,40,40", "--key", "my.key", "--workers", 1).code == 0
    assert refdec("decode", "out", "shown", "--key", "my.key", "--workers", 1).code == 0
    assert refdec("decode", "out", "public", "--workers", 1).code == 0
    assert (folder / "shown" / "a.png").read_bytes() != (folder / "public" / "a.png").read_bytes()


def test_a_passphrase(folder: Path, refdec: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    encode = ("encode", SOURCE, "a.jai", "--private", "8,8,16,16", "--passphrase")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    unasked = refdec(*encode)
    assert unasked.code == 2 and "REFDEC_PASSPHRASE" in unasked.err
    monkeypatch.setenv("REFDEC_PASSPHRASE", "open sesame")
    assert refdec(*encode).code == 0
    assert refdec("decode", "a.jai", "whole.png", "--passphrase").code == 0
    monkeypatch.setenv("REFDEC_PASSPHRASE", "open, sesame")
    wrong = refdec("decode", "a.jai", "x.png", "--passphrase")
    assert wrong.code == 1 and "RD1908" in wrong.err and "sesame" not in wrong.err
    public = refdec("decode", "a.jai", "public.png", "--passphrase", "--or-public")
    assert public.code == 0 and "the public picture" in public.err


@pytest.mark.parametrize(
    "typed",
    [
        ["--private", "0,0,8,8"],
        ["--leave-out"],
        ["--private", "0,0,8,8", "--leave-out", "--passphrase"],
        ["--private", "0,0,8,8", "--key", "my.key", "--passphrase"],
    ],
)
def test_half_a_wish_is_refused(folder: Path, refdec: Callable[..., Run], typed: list[str]) -> None:
    ended = refdec("encode", SOURCE, "a.jai", *typed)
    assert ended.code == 2 and "RD1905" in ended.err and not (folder / "a.jai").exists()


def test_left_out(folder: Path, refdec: Callable[..., Run]) -> None:
    assert refdec("encode", SOURCE, "a.jai", "--private", "0,0,8,8", "--leave-out").code == 0
    assert "left out" in refdec("decode", "a.jai", "a.png").err
    rate = refdec("encode", SOURCE, "b.jai", "--private", "0,0,8,8", "--leave-out", "--bpp", "0.5")
    assert rate.code == 2 and "RD1911" in rate.err
    typo = refdec("encode", SOURCE, "b.jai", "--private", "0,0,8", "--leave-out")
    assert typo.code == 2 and "RD1001" in typo.err
    assert refdec("private", "open", "a.jai", "b.jai").code == 2


def test_faces(folder: Path, refdec: Callable[..., Run]) -> None:
    """There is none in this picture: nothing is encoded as if it were safe, and what is decoded says so."""
    refused = refdec("encode", SOURCE, "a.jai", "--private", "faces", "--leave-out")
    assert refused.code == 1 and "RD1914" in refused.err and not (folder / "a.jai").exists()
    both = refdec("encode", SOURCE, "a.jai", "--private", "faces", "--private", "8,8,40,40", "--leave-out")
    assert both.code == 0 and "no face was found, and nothing is made private" in both.err
    assert json.loads(refdec("info", "a.jai", "--json").out)["private_regions"] == ["8,8,40,40"]
    blurred = refdec("decode", "a.jai", "a.png", "--blur-faces")
    assert blurred.code == 0 and "no face was found, and nothing is blurred" in blurred.err
    said = json.loads(refdec("decode", "a.jai", "b.png", "--blur-faces", "--json").out)
    assert any("no face was found" in warning for warning in said["warnings"])
    small = refdec("decode", "a.jai", "c.png", "--blur-faces", "--scale", 8)
    assert small.code == 2 and "RD1632" in small.err
    traced = refdec("decode", "a.jai", "c.png", "--blur-faces", "--trace", "t.json")
    assert traced.code == 2 and "RD1635" in traced.err and not (folder / "c.png").exists()
