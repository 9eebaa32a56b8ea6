"""Pictures of what tasks say: what lies below one is decoded only where it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from refdec.api import decode
from refdec.api.chosen_frame import ChosenStream, FrameWish, chosen_stream
from refdec.api.task import TaskOrder, run_on_file
from refdec.api.task_pictures import picture_suffix, write_result_picture
from refdec.bitstream.errors import NoStart
from refdec.formats.errors import FormatCannotHold, SuffixUnknown
from refdec.sequences.errors import FrameDamaged
from tests.encodable import GOLDEN
from tests.unit.sequences.support import clip

DATA = (GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes()


@pytest.mark.parametrize(("task", "shows"), [("statistics", True), ("thumbnail", False)])
def test_what_lies_below_is_decoded_only_where_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str, shows: bool
) -> None:
    order, original, decoded = TaskOrder(task, over=True), decode.decode, list[bytes]()

    def counted(source: bytes, **named: Any) -> Any:
        decoded.append(source)
        return original(source, **named)

    monkeypatch.setattr(decode, "decode", counted)
    written = write_result_picture(run_on_file(DATA, order), tmp_path / "a.png", ChosenStream(DATA), order)
    assert decoded == ([DATA] if shows else []) and written.path.stat().st_size
    assert bool(written.remarks) is not shows


def test_damage_that_only_the_picture_below_meets_is_named_by_its_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = TaskOrder("statistics", over=True)
    stream = chosen_stream(clip(), order.reading, FrameWish(2))
    result = run_on_file(DATA, order)

    def broken(source: bytes, **named: Any) -> Any:
        raise NoStart(source[:2])

    monkeypatch.setattr(decode, "decode", broken)
    with pytest.raises(FrameDamaged, match="Frame 2"):
        write_result_picture(result, tmp_path / "a.png", stream, order)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "error"), [("a.yuv", FormatCannotHold), ("a.pgm", FormatCannotHold), ("a.xyz", None)])
def test_formats_of_other_pictures_are_called_that(name: str, error: type[Exception] | None) -> None:
    """Found: `.yuv` was called no picture format."""
    with pytest.raises(error or SuffixUnknown):
        picture_suffix(Path(name))
