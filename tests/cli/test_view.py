"""`refdec view`: what a user types and what comes back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import refdec as library

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(library.__file__).parent / "data" / "demo.jai"
EXAMPLE_A = bytes.fromhex("ff80ff820880011103403a8027c0000091f6c5001800ff834000ff844000ff81")


def test_the_whole_tree(refdec: Refdec) -> None:
    ran = refdec("view", DEMO)
    assert (ran.code, ran.err) == (0, "")
    assert "beta_displacement_log_plus_2048[0]" in ran.out
    assert "latent rows 0..31, columns 0..47" in ran.out


def test_example_1_11_a(refdec: Refdec, tmp_path: Path) -> None:
    (tmp_path / "a.jai").write_bytes(EXAMPLE_A)
    ran = refdec("view", tmp_path / "a.jai", "--element", "num_chs")
    assert [line.split()[:5] for line in ran.out.splitlines()[4:]] == [
        ["18.5", "10100000", "num_chs[0]", "=", "160"],
        ["20.2", "01100000", "num_chs[1]", "=", "96"],
    ]
    assert ran.code == 3  # there is no SOZ
    assert "3 problems" in ran.err


def test_a_place(refdec: Refdec) -> None:
    ran = refdec("view", DEMO, "--offset", "0x8.4")
    assert "level_idc = 12" in ran.out.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--offset", "99999999"], 2, "behind the end"),
        (["--offset", "x"], 2, "no place"),
        (["--element", "nothing"], 2, "Nothing in this file"),
        (["--html", "x.html", "--channels", "a"], 2, "--channels takes"),
        (["--html", "x.html", "--channels", "0,160"], 2, "There is no channel 160; channels are numbered 0..159."),
    ],
)
def test_wrong_arguments(refdec: Refdec, arguments: list[str], code: int, text: str) -> None:
    ran = refdec("view", DEMO, *arguments)
    assert ran.code == code and text in ran.err and ran.out == ""


def test_json(refdec: Refdec) -> None:
    made = json.loads(refdec("view", DEMO, "--json").out)
    assert made["legal"] and made["tree"]["name"] == "codestream"
    chosen = json.loads(refdec("view", DEMO, "--json", "--element", "model_id").out)
    assert [one["value"] for one in chosen["selected"]] == [1]


def test_damaged_streams_are_shown(refdec: Refdec, tmp_path: Path) -> None:
    (tmp_path / "cut.jai").write_bytes(DEMO.read_bytes()[:5000])
    ran = refdec("view", tmp_path / "cut.jai")
    assert ran.code == 3
    assert "!! SORP claims 8152 bytes" in ran.out
    assert "1 problem in" in ran.err


def test_first_symbols_need_the_right_weights(refdec: Refdec) -> None:
    ran = refdec("view", DEMO, "--symbols", "--element", "SORS")
    assert ran.code == 0
    assert "first symbols" in ran.out


def test_symbols_of_a_damaged_stream_are_refused_in_words(refdec: Refdec, tmp_path: Path) -> None:
    (tmp_path / "cut.jai").write_bytes(DEMO.read_bytes()[:5000])
    ran = refdec("view", tmp_path / "cut.jai", "--symbols")
    assert ran.code == 3 and "symbols are not decoded" in ran.err


def test_a_page_without_pictures(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("view", DEMO, "--html", tmp_path / "p.html", "--no-pictures", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["bytes"] == (tmp_path / "p.html").stat().st_size
    page = (tmp_path / "p.html").read_text()
    assert "data:image/png" not in page and "http" not in page.replace("http-equiv", "")


def test_a_page_with_chosen_channels(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("view", DEMO, "--html", tmp_path / "p.html", "--channels", "0,5,120")
    assert ran.code == 0
    page = (tmp_path / "p.html").read_text()
    assert '"channel 120"' in page and '"channel 7"' not in page
    assert "decoded picture, 768 x 512" in page


def test_neither_numba_nor_weights_are_touched(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.argv = ['refdec', 'view', sys.argv[1], '--html', sys.argv[2], '--no-pictures']\n"
        "from refdec.cli.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as leaving:\n    assert not leaving.code\n"
        "assert not {'numba', 'refdec.weights.pack'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(DEMO), str(tmp_path / "p.html")], check=True)


def test_the_demo_stream_from_a_pipe(monkeypatch: pytest.MonkeyPatch, refdec: Refdec) -> None:
    import io

    class Pipe:
        buffer = io.BytesIO(DEMO.read_bytes())

    monkeypatch.setattr(sys, "stdin", Pipe())
    assert refdec("view", "-", "--offset", "2").out.splitlines()[-1].split()[2:5] == ["marker", "=", "ff82"]
