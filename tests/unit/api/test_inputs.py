"""The wishes of a decode have one name each, from the keywords and the command line to `DecodeOptions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import refdec
from refdec.api.errors import OptionsExpected, OptionsTwice
from refdec.cli.app import app_for
from refdec.cli.decode import decode as decode_command
from refdec.decoding.options import DecodeOptions
from refdec.limits import Limits

NAMES = {field.name for field in fields(DecodeOptions)}
STREAM = Path(refdec.__file__).parent / "data" / "demo.jai"

WISHES: dict[str, Any] = {
    "synthesis": "sop",
    "channels": (3, 2),
    "region": (1, 2, 30, 40),
    "filters": False,
    "colour": "YUV",
    "bit_depth": 9,
    "lenient": True,
    "any_level": True,
    "allow_custom_colour": True,
    "edition": "published",
    "ignore_weights_fingerprint": True,
    "workers": 3,
    "limits": Limits(pixels=1 << 20, memory_bytes=1 << 30, seconds=99.0),
}
"""One for each field, other than the default."""

TYPED = {
    "synthesis": ("--synthesis", "sop"),
    "channels": ("--channels", "3,2"),
    "region": ("--region", "1,2,30,40"),
    "filters": ("--no-filters",),
    "bit_depth": ("--bit-depth", "9"),
    "lenient": ("--lenient",),
    "any_level": ("--any-level",),
    "allow_custom_colour": ("--allow-custom-colour",),
    "edition": ("--edition", "published"),
    "ignore_weights_fingerprint": ("--ignore-weights-fingerprint",),
    "workers": ("--workers", "3"),
    "limits": ("--limit-pixels", str(1 << 20), "--limit-memory", "1G", "--time-limit", "99"),
}
"""The same as options of `refdec decode`; the colour is that of the file's format."""
OTHER_NAMES = {"colour": ("format_",), "limits": ("limit_pixels", "limit_memory", "time_limit")}
"""Parameters of the command that stand for a field under other names."""

READERS: dict[Callable[..., Any], set[str]] = {
    refdec.decode: NAMES,
    refdec.open_progressive: NAMES - {"channels", "region", "workers"},
    refdec.read_latents: {"synthesis", "lenient", "limits", "ignore_weights_fingerprint", "edition"},
}
"""Functions, and the fields that are their keywords."""
NOT_OPTIONS = {
    *("source", "weights", "options", "observe", "stage", "scale", "lossy", "tone_map", "blur_faces"),
    "frame",
}
OLDER_SPELLINGS = {"level_check"}


class Seen(Exception):
    """Raised in place of a decode."""


def test_there_is_a_wish_for_every_field() -> None:
    usual = DecodeOptions()
    assert set(WISHES) == NAMES == {*TYPED, "colour"}
    assert all(getattr(DecodeOptions(**{name: wish}), name) != getattr(usual, name) for name, wish in WISHES.items())


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_keywords_are_fields(read: Callable[..., Any]) -> None:
    found = signature(read).parameters
    assert set(found) - NOT_OPTIONS - OLDER_SPELLINGS == READERS[read]
    assert all(each.kind is Parameter.KEYWORD_ONLY for name, each in found.items() if name != "source")
    for name in READERS[read]:
        assert DecodeOptions(**{name: found[name].default}) == DecodeOptions(), name


@pytest.fixture
def arrived(monkeypatch: pytest.MonkeyPatch) -> list[DecodeOptions]:
    """The options that reach the place where sources are read; nothing is."""
    seen: list[DecodeOptions] = []

    def note(source: Any, weights: Any, options: DecodeOptions) -> Any:
        seen.append(options)
        raise Seen

    for module in ("decode", "decode_file", "progressive", "latents"):
        monkeypatch.setattr(f"refdec.api.{module}.read_inputs", note)
    return seen


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_keywords_arrive_under_their_names(read: Callable[..., Any], arrived: list[DecodeOptions]) -> None:
    for name in sorted(READERS[read]):
        for given in ({name: WISHES[name]}, {"options": DecodeOptions(**{name: WISHES[name]})}):
            with pytest.raises(Seen):
                read(STREAM, **given)
            assert arrived.pop() == DecodeOptions(**{name: WISHES[name]}), name


def test_the_older_spelling_says_the_same(arrived: list[DecodeOptions]) -> None:
    for read in (refdec.decode, refdec.open_progressive):
        with pytest.raises(Seen):
            read(STREAM, level_check=False)
        assert arrived.pop() == DecodeOptions(any_level=True)


def test_parameters_of_the_command_are_fields() -> None:
    found = signature(decode_command).parameters
    for name in NAMES:
        assert set(OTHER_NAMES.get(name, (name,))) <= set(found), name


@pytest.mark.parametrize("name", TYPED)
def test_options_of_the_command_arrive(name: str, arrived: list[DecodeOptions], tmp_path: Path) -> None:
    def run(*typed: str) -> DecodeOptions:
        done = CliRunner().invoke(app_for(["decode"]), ["decode", str(STREAM), str(tmp_path / "a.png"), *typed])
        assert isinstance(done.exception, Seen), done.output
        return arrived.pop()

    plain, found = run(), run(*TYPED[name])
    assert getattr(found, name) == getattr(DecodeOptions(**{name: WISHES[name]}), name)
    assert {field for field in NAMES if getattr(found, field) != getattr(plain, field)} == {name}


@pytest.mark.parametrize(("suffix", "colour"), [(".png", "RGB"), (".yuv", "YUV"), (".npy", None)])
def test_a_format_says_the_colour(
    suffix: str, colour: str | None, arrived: list[DecodeOptions], tmp_path: Path
) -> None:
    done = CliRunner().invoke(app_for(["decode"]), ["decode", str(STREAM), str(tmp_path / f"a{suffix}")])
    assert isinstance(done.exception, Seen)
    assert arrived.pop().colour == colour


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_options_are_given_whole_or_by_keywords(read: Callable[..., Any], arrived: list[DecodeOptions]) -> None:
    with pytest.raises(OptionsTwice, match="give one"):
        read(STREAM, options=DecodeOptions(), synthesis="sop")
    with pytest.raises(OptionsExpected, match="no options") as caught:
        read(STREAM, options={"synthesis": "sop"})
    assert "refdec.DecodeOptions" in caught.value.explain()
    assert not arrived
