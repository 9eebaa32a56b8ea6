"""What is written as y4m is read again as it was, and by ffprobe where it is installed."""

from __future__ import annotations

import io
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from refdec.formats.errors import FormatCannotHold
from refdec.formats.pictures import CodePicture
from refdec.formats.sinks import sink_of
from refdec.limits import Limits
from refdec.sequences.y4m import moving_y4m
from refdec.sequences.y4m_writer import Y4mLayout, Y4mWriter


def written(layout: Y4mLayout, planes: list[np.ndarray[tuple[int, ...], np.dtype[np.uint16]]]) -> bytes:
    target = io.BytesIO()
    writer = Y4mWriter(sink_of(target), layout)
    writer.put(SimpleNamespace(planes=planes), 2)
    return target.getvalue()


@pytest.mark.parametrize("bits", [8, 10, 16])
@pytest.mark.parametrize("subsampling", [None, (1, 1), (1, 2), (2, 2)])
def test_it_comes_back(bits: int, subsampling: tuple[int, int] | None) -> None:
    ver, hor = subsampling or (1, 1)
    sizes = [(5, 7), *([] if subsampling is None else [(-(-5 // ver), -(-7 // hor))] * 2)]
    dice = np.random.default_rng(bits)
    planes = [dice.integers(0, 1 << bits, size, np.uint16) for size in sizes]
    data = written(Y4mLayout(7, 5, Fraction(24000, 1001), bits, subsampling), planes)
    found = moving_y4m(io.BytesIO(data), name="a", limits=Limits())
    frames = list(found.frames)
    assert len(frames) == 2 and frames[0].duration == Fraction(1001, 24000) and found.remarks == ()
    for frame in frames:
        assert isinstance(frame.picture, CodePicture)
        assert all(np.array_equal(*pair) for pair in zip(frame.picture.components, planes, strict=True))


def test_depths_that_y4m_has_no_name_for() -> None:
    with pytest.raises(FormatCannotHold):
        Y4mLayout(7, 5, Fraction(25), 11, None).line()


def test_ffprobe_reads_it(tmp_path: Path) -> None:
    program = shutil.which("ffprobe")
    if program is None:
        pytest.skip("ffprobe is not installed: y4m is not judged by it here")
    path = tmp_path / "a.y4m"
    path.write_bytes(
        written(Y4mLayout(4, 2, Fraction(25), 10, (2, 2)), [np.zeros(s, np.uint16) for s in ((2, 4), (1, 2), (1, 2))])
    )
    shown = ["-show_entries", "stream=width,height,pix_fmt,color_range,r_frame_rate"]
    ran = subprocess.run(
        [program, "-v", "error", *shown, "-of", "csv=p=0", path], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "4,2,yuv420p10le,pc,25/1"
