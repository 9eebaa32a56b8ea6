"""Cases of one's own: with a picture, a hash, a refusal, or what refdec makes of a stream; in folders and archives."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.conformance.adding import AddOptions, add_case
from refdec.conformance.case import CASE_FILE, SUITE_FILE, Tolerance
from refdec.conformance.errors import CaseNameTaken, ExpectationUnfit, ManifestDamaged
from refdec.conformance.runner import RunOptions, run_suite
from refdec.conformance.suite import open_suite
from refdec.conformance.verdicts import CaseVerdict
from refdec.formats.files import read_picture, write_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.weights.bundled import bundled_pack_file

DATA = Path(refdec.__file__).parent / "data"
DEMO = DATA / "demo.jai"
YUV = "format_420_10bit_idx0"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo stream cut short and its picture; a stream of the bundled suite, which is for stand-in weights."""
    folder = tmp_path_factory.mktemp("adding")
    (folder / "cut.jai").write_bytes(DEMO.read_bytes()[:5000])
    picture = refdec.decode(DEMO)
    write_picture(folder / "demo.png", CodePicture(picture.planes, picture.bit_depth, Colour(picture.colour)))
    suite = open_suite(None)
    (folder / "deep.jai").write_bytes(suite.stream(suite.case(YUV)))
    return folder


def verdicts(suite: Path, decoder: str | None = None) -> dict[str, CaseVerdict]:
    found = run_suite(open_suite(suite), RunOptions(decoder))
    return {result.case.name: result.verdict for result in found.results}


@pytest.mark.parametrize("name", ["mine", "mine.zip"])
def test_a_suite_begins_and_grows(name: str, files: Path, tmp_path: Path) -> None:
    suite = tmp_path / name
    added = add_case(suite, DEMO, AddOptions(str(files / "demo.png"), title="A photograph", remark="mine"))
    assert added.notes == ("refdec decodes it to that picture",)
    add_case(suite, files / "cut.jai", AddOptions("refused"))
    add_case(suite, files / "deep.jai", AddOptions("refdec", name="deep.1"))
    before = open_suite(suite).manifest
    with pytest.raises(CaseNameTaken):
        add_case(suite, DEMO, AddOptions("refdec"))
    assert open_suite(suite).manifest == before and before.cases == ("demo", "cut", "deep.1")
    assert set(verdicts(suite).values()) == {CaseVerdict.EXACT, CaseVerdict.REFUSED}
    opened = open_suite(suite)
    demo, cut, deep = map(opened.case, before.cases)
    assert (demo.title, demo.remark, demo.weights, demo.kind) == ("A photograph", "mine", "bundled", "positive")
    assert "an even width" in demo.features and demo.numbers["width"] == 768 and "codes.0[512,768]" in demo.fingerprints
    assert (cut.kind, cut.weights) == ("negative", "bundled")
    assert cut.error is not None and (cut.error.code, cut.error.at) == ("RD0103", "24.0")
    assert deep.weights == "" and deep.picture is not None and deep.picture.file == "expected.yuv"
    assert "10-bit samples" in deep.features and opened.picture_file(deep)


def test_a_case_joins_a_suite_that_was_made(files: Path, tmp_path: Path) -> None:
    target = tmp_path / "suite.zip"
    target.write_bytes((DATA / "conformance.zip").read_bytes())
    before = open_suite(target)
    add_case(target, files / "cut.jai", AddOptions("refused:RD0103", name="cut"))
    after = open_suite(target)
    assert after.manifest == replace(before.manifest, cases=(*before.manifest.cases, "cut"))
    name = before.manifest.cases[0]
    assert after.case(name) == before.case(name) and after.stream(after.case(name)) == before.stream(before.case(name))


def test_a_decoder_that_is_a_step_off_is_judged_by_the_tolerance(files: Path, tmp_path: Path) -> None:
    picture = read_picture(files / "demo.png")
    planes = [plane.copy() for plane in picture.components]
    planes[0].reshape(-1)[:1000] ^= 1
    write_picture(tmp_path / "near.png", replace(picture, components=tuple(planes)))
    near = str(tmp_path / "near.png")
    added = add_case(tmp_path / "mine", DEMO, AddOptions(near))
    assert added.notes == ("refdec decodes it to another picture",) and not added.case.fingerprints
    add_case(tmp_path / "mine", DEMO, AddOptions(near, name="exactly", tolerance=Tolerance(0, 0.0)))
    assert verdicts(tmp_path / "mine") == {"demo": CaseVerdict.TOLERATED, "exactly": CaseVerdict.DIFFERS}


def test_hashes(files: Path, tmp_path: Path) -> None:
    suite = tmp_path / "mine"
    case = add_case(suite, DEMO, AddOptions(str(files / "demo.png"), name="picture")).case
    assert case.picture is not None
    known = add_case(suite, DEMO, AddOptions(f"sha256:{case.picture.sha256.upper()}", name="known"))
    assert known.case.picture == case.picture
    unknown = add_case(suite, DEMO, AddOptions("ab" * 32, name="unknown"))
    assert "only the hash can be compared" in unknown.notes[0]
    wanted = {"picture": CaseVerdict.EXACT, "known": CaseVerdict.EXACT, "unknown": CaseVerdict.DIFFERS}
    assert verdicts(suite) == wanted
    script = tmp_path / "copy.py"
    script.write_text(f"import shutil, sys\nshutil.copy({str(files / 'demo.png')!r}, sys.argv[1])\n")
    assert verdicts(suite, f"{sys.executable} {script} {{out}} {{in}}") == wanted


def test_weights_of_ones_own_go_into_the_suite_and_to_the_decoder(files: Path, tmp_path: Path) -> None:
    for name in ("mine", "mine.zip"):
        suite = tmp_path / name
        added = add_case(suite, DEMO, AddOptions("refdec", weights=bundled_pack_file()))
        add_case(suite, DEMO, AddOptions("refdec", name="bundled"))
        assert added.case.weights.startswith("packs/")
        script = tmp_path / "seen.py"
        script.write_text(
            "import pathlib, shutil, sys\n"
            f"wanted = pathlib.Path({str(bundled_pack_file())!r})\n"
            "assert pathlib.Path(sys.argv[1]).read_bytes() == wanted.read_bytes()\n"
            f"shutil.copy({str(files / 'demo.png')!r}, sys.argv[2])\n"
        )
        exact = dict.fromkeys(("demo", "bundled"), CaseVerdict.EXACT)
        assert verdicts(suite, f"{sys.executable} {script} {{weights}} {{out}} {{in}}") == exact
    assert verdicts(tmp_path / "mine") == exact


def test_a_refusal_that_refdec_does_not_share(files: Path, tmp_path: Path) -> None:
    suite = tmp_path / "mine"
    assert add_case(suite, DEMO, AddOptions("refused")).notes == ("refdec decodes it",)
    other = add_case(suite, files / "cut.jai", AddOptions("refused:RD0144"))
    assert other.notes[0].startswith("refdec refuses it for another reason")
    assert verdicts(suite) == {"demo": CaseVerdict.ACCEPTED, "cut": CaseVerdict.WRONG_ERROR}


def test_pictures_that_the_stream_cannot_have(files: Path, tmp_path: Path) -> None:
    for shape in ((64, 64, 3), (512, 768)):
        np.save(tmp_path / "other.npy", np.zeros(shape, np.uint8))
        with pytest.raises(ExpectationUnfit, match=r"768 x 512, 8 bits, RGB"):
            add_case(tmp_path / "mine", DEMO, AddOptions(str(tmp_path / "other.npy")))
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("stream", "../../secret"), ("name", "other"), ("weights", "../pack"), ("weights", "/etc/passwd")],
)
def test_manifests_lead_nowhere_else(field: str, value: str, files: Path, tmp_path: Path) -> None:
    add_case(tmp_path / "mine", files / "cut.jai", AddOptions("refused"))
    manifest = tmp_path / "mine" / "cut" / CASE_FILE
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), field: value}))
    with pytest.raises(ManifestDamaged):
        open_suite(tmp_path / "mine").case("cut")
    suite = tmp_path / "mine" / SUITE_FILE
    suite.write_text(json.dumps({**json.loads(suite.read_text()), "cases": ["../cut"]}))
    with pytest.raises(ManifestDamaged, match="plain name"):
        open_suite(tmp_path / "mine").case("../cut")
