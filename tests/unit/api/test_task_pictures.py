"""Pictures of what tasks say: what lies below one is decoded only where it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from refdec.api import decode
from refdec.api.chosen_frame import ChosenStream, FrameWish, chosen_stream
from refdec.api.task import TaskOrder, run_on_file
from refdec.api.task_pictures import picture_suffix, write_result_picture
from refdec.bitstream.errors import NoStart
from refdec.formats.errors import FormatCannotHold, SuffixUnknown
from refdec.plugins.results import PictureResult
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


@pytest.mark.parametrize(
    ("name", "mode", "largest"), [("a.png", "I;16", 1023 << 6), ("a.ppm", "RGB", None), ("a.jpg", "L", 255)]
)
def test_a_result_that_is_a_picture_is_written_as_it_is(
    tmp_path: Path, name: str, mode: str, largest: int | None
) -> None:
    """Found: gray results became RGB, and those of more than 8 bits lost the others."""
    ramp = np.tile(np.arange(0, 1024, 33, dtype=np.uint16), (16, 1))
    ramp[:, -1] = 1023
    written = write_result_picture(PictureResult(ramp, 10), tmp_path / name, None, TaskOrder("thumbnail"))
    assert (written.width, written.height, written.bit_depth) == (32, 16, 8 if name == "a.jpg" else 10)
    assert written.colour == ("RGB" if name == "a.ppm" else "gray")
    if largest is not None:
        shown = Image.open(tmp_path / name)
        assert shown.mode == mode and int(np.asarray(shown).max()) >= 0.95 * largest
