"""Pipes that have a name, `<(command)` of a shell, /dev/stdin, what mkfifo makes: read once, by every command."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

import refdec as library
from tests.encodable import GOLDEN, photograph
from tests.unit.heif.support import whole_file
from tests.unit.sequences.support import animation, clip, y4m

from .conftest import Run

Refdec = Callable[..., Run]
STREAM = GOLDEN / "kodim21_m1_+0_64x64.jai"
pytestmark = pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system has no paths of pipes")


@contextmanager
def piped(data: bytes) -> Iterator[str]:
    """Yield the path of a pipe that holds `data`; who reads on, or again, gets nothing."""
    reading, writing = os.pipe()
    try:
        assert os.write(writing, data) == len(data), "as much as a pipe takes at once"
        os.close(writing)
        yield f"/dev/fd/{reading}"
    finally:
        os.close(reading)


def photograph_file() -> bytes:
    target = io.BytesIO()
    Image.fromarray(photograph(64, 64)).save(target, "png")
    return target.getvalue()


@pytest.mark.parametrize(
    "typed",
    [
        "info {}",
        "info {} other.jai",
        "verify {}",
        "view {} --element model_id",
        "decode {} out/a.png",
        "decode {} out/a.npy --frame 2",
        "decode {} other.jai --out out",
        "decode {} out/small.png --scale 8",
        "decode {} out/stages.png --trace out/t.json",
        "decode {} out/faceless.png --blur-faces",
        "latents {} out/l.npz",
        "task statistics {} --frame 1",
        "transcode {} out/a.jaii",
        "lossless drop {} out/a.jai",
        "private drop {} out/a.jai",
    ],
)
@pytest.mark.parametrize("kind", ["bare", "HEIF", "clip"])
def test_what_holds_codestreams_is_read_from_one(
    refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, kind: str
) -> None:
    """The first bytes of decode, info, latents and task were gone: the data were empty, or waited for."""
    monkeypatch.chdir(tmp_path)
    makers: dict[str, Callable[[], bytes]] = {"bare": STREAM.read_bytes, "HEIF": whole_file, "clip": clip}
    data = makers[kind]()
    (tmp_path / "out").mkdir()
    (tmp_path / "other.jai").write_bytes(STREAM.read_bytes())
    (tmp_path / "0").write_bytes(data)
    usual = refdec(*typed.format("0").split())
    written = sorted(path.read_bytes() for path in (tmp_path / "out").iterdir())
    for path in (tmp_path / "out").iterdir():
        path.unlink()
    with piped(data) as place:
        ran = refdec(*typed.format(place).split())
        shown = [text.replace(place, "0") for text in (ran.out, ran.err)]
    assert ran.code == usual.code, ran.err
    if ran.code:
        assert shown[1] == usual.err
    made = [path.read_bytes().replace(place.encode(), b"0") for path in (tmp_path / "out").iterdir()]
    assert sorted(made) == written


@pytest.mark.parametrize(("data", "target"), [(photograph_file, "a.jai"), (y4m, "a.jaii")])
def test_pictures_are_read_from_one(refdec: Refdec, tmp_path: Path, data: Callable[[], bytes], target: str) -> None:
    """They ended with "File or stream is not seekable", without a code or a name."""
    (tmp_path / "a").write_bytes(data())
    assert refdec("encode", tmp_path / "a", tmp_path / f"usual{target}").code == 0
    with piped(data()) as place:
        ran = refdec("encode", place, tmp_path / target)
    assert ran.code == 0, ran.err
    assert (tmp_path / target).read_bytes() == (tmp_path / f"usual{target}").read_bytes()


def test_python_reads_them() -> None:
    data = STREAM.read_bytes()
    with piped(data) as place:
        assert library.read_info(place) == library.read_info(data)
    with piped(data) as place:
        assert np.array_equal(library.decode(Path(place)).array, library.decode(data).array)
    with piped(clip()) as place:
        assert len(library.open_clip(place)) == 4
    with piped(animation(".gif")) as place:
        assert library.encode_clip(place, io.BytesIO(), options=library.EncodeOptions(quality=20)).frames == 4


def test_one_in_a_folder_is_opened_once(tmp_path: Path) -> None:
    """A pipe that mkfifo makes waits for a writer each time that it is opened."""
    place = tmp_path / "pipe"
    os.mkfifo(place)
    writer = Thread(target=place.write_bytes, args=(STREAM.read_bytes(),), daemon=True)
    writer.start()
    command = [sys.executable, "-m", "refdec", "decode", str(place), str(tmp_path / "a.png")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, (tmp_path / "a.png").exists()) == (0, True), done.stderr
    writer.join(60)


def test_none_that_is_damaged_is_called_a_bug(refdec: Refdec, tmp_path: Path) -> None:
    for data, code in ((b"", "RD0101"), (STREAM.read_bytes()[:100], "RD0"), (whole_file()[:200], "RD2")):
        with piped(data) as place:
            ran = refdec("decode", place, tmp_path / "a.png")
        assert ran.code == 3 and place in ran.err and code in ran.err, ran.err
    with piped(b"") as place:
        ran = refdec("encode", place, tmp_path / "a.jai")
    assert ran.code == 1 and "RD0714" in ran.err, ran.err
