"""No output replaces anything that its command reads, and long work does not begin for one that cannot be written."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.cli.errors import FileTwice
from refdec.cli.outputs import files_named, require_distinct, require_none_replaced, require_writable
from refdec.formats.errors import FileUnwritable
from tests.cli.conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(__file__).parents[2] / "refdec" / "data" / "demo.jai"
KEY = base64.b64encode(bytes(32)) + b"\n"
PICTURES = ("k1.png", "k2.png", "mask.png")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder: pictures, codestreams, a key and what else commands read."""
    monkeypatch.chdir(tmp_path)
    for name in PICTURES:
        Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(name)
    for name in (
        "k.jai",
        "streams/k.jai",
        "trace/k.json",
        "my.key",
        "key.png",
        "w.pack",
        "points/a.npz",
        "suite/suite.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(DEMO.read_bytes() if path.suffix == ".jai" else KEY)
    (tmp_path / "link.key").symlink_to("my.key")
    return tmp_path


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "typed",
    [
        "encode k1.png my.key --private 1,1,20,20 --key my.key --overwrite",
        "encode k1.png my.key --private 1,1,20,20 --key link.key",
        "encode k1.png --out mask.jai --roi mask.jai",
        "encode k1.png w.pack --weights ./w.pack",
        "encode k1.png my.key --option table=my.key",
        "encode k1.png k2.png --out streams --report mask.png --roi mask.png",
        "encode k1.png k2.png --out streams --report k2.png",
        "encode . --out streams --report k2.png",
        "encode k*.png --out streams --report k2.png",
        "encode k.png other.png --out streams --roi streams/k.jai",
        "transcode k.jai w.pack --weights w.pack",
        "transcode k.jai streams/k.jai --out new --report streams/k.jai",
        "transcode k.jai --out streams --report streams/k.jai",
        "decode k.jai key.png --key key.png",
        "decode k.jai o.png --weights w.pack --trace w.pack",
        "decode key.jai --out . --key key.png",
        "decode streams --out . --report k.png",
        "decode streams --out . --weights k.png",
        "latents k.jai w.pack --weights w.pack",
        "private open k.jai my.key --key my.key",
        "private open k.jai link.key --key my.key",
        "lossless add k.jai k1.png k1.png",
        "lossless add k.jai k1.png w.pack --weights w.pack",
        "verify k.jai --expect k1.png --trace k1.png",
        "verify k.jai --expect trace --trace trace",
        "verify k.jai --expect trace --trace trace/k.json",
        "verify k.jai --expect trace/k.json --trace trace",
        "verify streams --report streams/k.jai",
        "verify k.jai k.jai --expect k1.png --report k1.png",
        "verify k.jai --weights w.pack --trace w.pack",
        "view k.jai --html w.pack --weights w.pack",
        "diff k1.png k2.png --picture k2.png",
        "task enhance k.jai --option what=inpaint --option mask=mask.png --picture mask.png",
        "task classify k.jai --option head=mask.png --picture mask.png",
        "task enhance k.jai streams --option what=inpaint --option mask=k.png --picture .",
        "task statistics k.jai --weights w.pack --picture w.pack",
        "task retrieval query k.jai w.pack --picture w.pack",
        "weights import points points/a.npz",
        "conform run suite --html suite/suite.json",
        "conform run suite --decoder 'd {in} {out} {weights}' --weights w.pack --json w.pack",
        "conform run suite --json a --junit a",
        "conform add k.jai k.jai --expect refused",
        "bench lossless k1.png k2.png --out k1.png",
        "bench lossless . --out k2.png",
        "bench kept k1.png k2.png --out k1.png",
        "bench retrieval k1.png k2.png --out k1.png",
        "bench generations k1.png k2.png --out k1.png",
        "bench generations k1.png --markdown k1.png",
        "bench look k1.png k2.png --out k1.png",
        "bench look k1.png --sheet k1.png",
        "bench look k1.png --sheet a.png --out a.png",
        "bench quality k1.png --markdown k1.png",
        "bench rd k1.png k2.png --out k2.png",
        "bench rd --set a=k1.png --set b=k2.png --out k2.png",
        "bench tasks --data thumbnail=. --out k1.png",
    ],
)
def test_what_is_read_is_not_replaced(refdec: Refdec, here: Path, typed: str) -> None:
    (here / "key.jai").write_bytes(DEMO.read_bytes())
    (here / "k.png").write_bytes((here / "mask.png").read_bytes())
    if "mask.jai" in typed or "streams/k.jai" in typed:
        (here / "mask.jai").write_bytes(b"a mask")
    before = _contents(here)
    ran = refdec(*typed.replace("'d {in} {out} {weights}'", "{weights}").split())
    assert ran.code == 2 and "[RD1009]" in ran.err, ran.err
    assert _contents(here) == before


@pytest.mark.parametrize("name", ["rd", "generations"])
def test_a_plot_is_not_drawn_over_its_picture(refdec: Refdec, here: Path, name: str) -> None:
    pytest.importorskip("matplotlib")
    before = _contents(here)
    ran = refdec("bench", name, "k1.png", "--plot", "k1.png")
    assert ran.code == 2 and "[RD1009]" in ran.err
    assert _contents(here) == before


def test_the_error_says_what_the_file_is(here: Path) -> None:
    with pytest.raises(FileTwice, match=r"^./my.key is what --key names; the codestream would replace it"):
        require_distinct({"the input": "k.jai", "--key": Path("my.key")}, {"the codestream": "./my.key"})
    with pytest.raises(FileTwice, match=r"mask.png is what --option mask names; an output would replace it"):
        files = files_named("--option", {"what": "inpaint", "mask": "mask.png"})
        require_none_replaced(["mask.jai"], here, [".png"], files)


def test_what_is_not_read_may_be_replaced(here: Path) -> None:
    """A report stays in the folder of what it is about; outputs lie beside what is read, under other names."""
    (here / "report.jsonl").write_text("{}\n")
    require_distinct(
        {"an input": ".", "--weights": None}, {"--report": "report.jsonl", "--trace": None}, below=[".jai"]
    )
    require_distinct({"an input": "-"}, {"the picture": "-", "--trace": "/dev/null", "--dump": "/dev/null"})
    files = {"--roi": "mask.png", "--key": "my.key", "--report": "streams/mask.png"}
    require_none_replaced(["k1.png", "streams", "k*.png"], here, [".png"], files)


@pytest.mark.parametrize(
    "typed",
    [
        "conform run --builtin bad_* --html nodir/x.html",
        "conform run --builtin bad_* --json nodir/x.json",
        "conform run --builtin bad_* --junit nodir/x.xml",
        "bench lossless k1.png --out nodir/x.json",
        "bench kept k1.png --out nodir/x.json",
        "bench retrieval k1.png --out nodir/x.json",
        "bench generations k1.png --out nodir/x.json",
        "bench look k1.png --sheet nodir/x.png",
        "bench quality k1.png --markdown nodir/x.md",
        "bench rd k1.png --out nodir/x.json",
    ],
)
def test_long_work_does_not_begin_for_nothing(
    refdec: Refdec, here: Path, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(*_: object) -> None:
        raise AssertionError("begun")

    monkeypatch.setattr("refdec.cli.startup.prepare_process", begun)
    before = _contents(here)
    ran = refdec(*typed.split())
    assert ran.code == 1 and "[RD0702]" in ran.err and "nodir/x" in ran.err, ran.err
    assert _contents(here) == before


def test_what_can_be_written_stays_as_it_is(here: Path) -> None:
    before = _contents(here)
    require_writable(["k1.png", here / "new.json", None, "-", "streams", "/dev/null"])
    assert _contents(here) == before
    with pytest.raises(FileUnwritable):
        require_writable(["k1.png/x.json"])


@pytest.mark.parametrize(
    "typed",
    [
        "decode k.jai d.png/",
        "encode k1.png d.jai/ --displacement 0",
        "encode k1.png d.jaii/ --displacement 0",
        "transcode k.jai d.jai/",
        "latents k.jai d.npz/ --stage headers",
        "demo d.png/",
        "lossless add k.jai k.png d.jai/ --max-error 40",
    ],
)
def test_the_name_of_a_folder_is_not_that_of_a_file(refdec: Refdec, here: Path, typed: str) -> None:
    """`decode k.jai d.png/` wrote a file d.png, and reported "d.png/"."""
    if "k.png" in typed:
        assert refdec("decode", "k.jai", "k.png").code == 0
    before = _contents(here)
    ran = refdec(*typed.split())
    assert ran.code == 1 and f"{typed.split()[-3 if '--' in typed else -1]} cannot be written" in ran.err, ran.err
    assert "its name is that of a folder. [RD0702]" in ran.err and _contents(here) == before


def test_a_folder_that_is_named_by_out_is_made(refdec: Refdec, here: Path) -> None:
    ran = refdec("decode", "k.jai", "--out", "new.png/", "--workers", 1)
    assert ran.code == 0 and [path.name for path in (here / "new.png").iterdir()] == ["k.png"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("verify a.jai --trace LONG", "RD0702"),
        ("conform add suite a.jai --expect LONG", "RD1711"),
        ("bench tasks --data thumbnail=LONG", "RD143"),
    ],
)
def test_names_that_no_file_can_have_are_errors_of_ours(
    refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: str
) -> None:
    """They ended in the system's "File name too long", by which nobody knew what it was about."""
    monkeypatch.chdir(tmp_path)
    Path("a.jai").write_bytes(DEMO.read_bytes())
    ran = refdec(*typed.replace("LONG", 260 * "y").split())
    assert ran.code and f"[{code}" in ran.err, ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jai"]
