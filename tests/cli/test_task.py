"""`refdec task`: the bundled tasks on one file, on many, and their actions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.api.weights import load_weights
from refdec.formats.files import read_picture
from refdec.formats.icc_writer import icc_profile
from refdec.formats.png_chunks import files_in
from refdec.plugins.api import CodingSettings, EncodeRequest, OperatingPoint, SourcePicture
from refdec.plugins.core import Core
from tests.encodable import photograph
from tests.unit.bitstream.support import patched

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(str(resources.files("refdec").joinpath("data", "demo.jai")))


def picture(seed: int) -> SourcePicture:
    y, x = np.mgrid[:96, :128]
    planes = (128 + 90 * np.sin(y / (5 + seed)) * np.cos(x / (31 - 4 * seed)), 20 * seed + x, 255 - 2 * y)
    red, green, blue = (np.clip(plane, 0, 255).astype(np.uint8) for plane in planes)
    return SourcePicture((red, green, blue))


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of four small codestreams, and a sub-folder with another rate of the first."""
    folder, core = tmp_path_factory.mktemp("album"), Core(load_weights(None))
    (folder / "other").mkdir()
    for name, seed, displacement in [*((f"p{s}", s, 0) for s in range(4)), ("other/p0low", 0, -400)]:
        targets = core.analyse(picture(seed), 1, CodingSettings())
        request = EncodeRequest(OperatingPoint(1, displacement))
        coded = core.code_latents(picture(seed), lambda _, t=targets: t, request)  # type: ignore[misc]
        (folder / f"{name}.jai").write_bytes(coded)
    return folder


def cicp_in(path: Path) -> bytes | None:
    """Return what a PNG says of its colours by code points."""
    ((file,), _) = files_in(path.read_bytes())
    return next((bytes(body) for kind, body in file.chunks if kind == b"cICP"), None)


def test_tasks_are_listed(refdec: Refdec) -> None:
    ran = refdec("task")
    assert ran.code == 0, ran.err
    assert {"retrieval", "statistics"} <= {line.split("\t")[0] for line in ran.out.splitlines()}
    assert {row["stage"] for row in json.loads(refdec("task", "--json").out)} >= {"latent", "symbols"}


def test_labels_are_the_same_with_any_number_of_workers(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    said = []
    for workers in (1, 2):
        ran = refdec("task", "classify", album, "--json", "--option", "top=2", "--workers", workers)
        assert ran.code == 0, ran.err
        lines = [json.loads(line) for line in ran.out.splitlines()]
        said.append({line["input"]: line["result"] for line in lines})
    assert said[0] == said[1] and len(said[0]) == 5
    ran = refdec("task", "classify", album / "p1.jai", "--picture", tmp_path / "a.png", "--over")
    assert ran.code == 0 and len(ran.out.splitlines()) == 5
    shown = read_picture(tmp_path / "a.png")
    rows, columns = shown.components[0].shape
    assert rows > 96 and columns >= 128, "bars below the picture"


def test_pictures_of_one_kind_are_looked_for(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    database, by = tmp_path / "kinds.db", ("--option", "by=meaning")
    assert refdec("task", "retrieval", "index", album, database, *by).code == 0
    ran = refdec("task", "retrieval", "query", album / "p1.jai", database, "--option", "top=2")
    assert ran.code == 0 and ran.out.splitlines()[0].endswith("p1.jai") and ran.out.startswith("1.0")
    ran = refdec("task", "retrieval", "query", album / "p1.jai", database, "--option", "by=duplicates")
    assert ran.code == 2 and "finds pictures by meaning, not by duplicates" in ran.err
    ran = refdec("task", "retrieval", album / "p1.jai", "--json", *by)
    assert len(json.loads(ran.out)["result"]["vector"]) == 128


def test_help_shows_options_and_actions(refdec: Refdec) -> None:
    ran = refdec("task", "statistics", "--help")
    assert ran.code == 0
    assert "--picture" in ran.out and "area=INT" in ran.out and "action total" in ran.out
    assert "action query" in refdec("task", "retrieval").out
    assert "Example" in refdec("task", "-h").out


def test_statistics_of_one_file(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("task", "statistics", DEMO, "--option", "top=3", "--picture", tmp_path / "heat.png")
    assert ran.code == 0, ran.err
    assert "luma symbols" in ran.out and "(253 more)" in ran.out
    heat = read_picture(tmp_path / "heat.png").components[0]
    assert heat.shape == (512, 768)
    values = json.loads(refdec("task", "statistics", DEMO, "--json").out)
    assert (values["task"], values["input"]) == ("statistics", str(DEMO))
    assert len(values["result"]["parts"]["channels"]["rows"]) == 256


def test_the_heat_map_over_the_picture(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    ran = refdec("task", "statistics", album / "p1.jai", "--picture", tmp_path / "a.png", "--over")
    assert ran.code == 0, ran.err
    assert read_picture(tmp_path / "a.png").components[0].shape == (96, 128)


def test_a_legend_stands_below_the_picture(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    pictures = {}
    for name, options in (("plain", ()), ("explained", ("--legend",))):
        ran = refdec("task", "statistics", album / "p1.jai", "--picture", tmp_path / f"{name}.png", "--over", *options)
        assert ran.code == 0, ran.err
        pictures[name] = np.stack(read_picture(tmp_path / f"{name}.png").components, axis=-1)
    rows, columns, _ = pictures["plain"].shape
    assert (pictures["explained"][:rows, :columns] == pictures["plain"]).all()
    assert pictures["explained"].shape[0] > rows + 30
    assert (pictures["explained"][rows + 10 :] < 100).any()
    ran = refdec("task", "statistics", album / "p1.jai", "--legend")
    assert ran.code == 2 and "--picture" in ran.err


def test_a_picture_that_was_written_is_named(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    target = tmp_path / "bits.png"
    ran = refdec("task", "statistics", album / "p1.jai", "--picture", target)
    assert ran.code == 0 and f"{target}: 128 x 96, 8 bit RGB" in ran.err
    said = json.loads(refdec("task", "statistics", album / "p1.jai", "--picture", target, "--json").out)
    assert said["output"] == str(target)
    ran = refdec("task", "statistics", "total", album, "--picture", target)
    assert ran.code == 0 and f"{target}: " in ran.err


def test_the_suffix_of_a_picture_is_its_format(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    for suffix, begin in ((".jpg", b"\xff\xd8"), (".webp", b"RIFF"), ("", b"\x89PNG")):
        target = tmp_path / f"small{suffix}"
        ran = refdec("task", "thumbnail", album / "p1.jai", "--picture", target)
        assert ran.code == 0 and target.read_bytes().startswith(begin), ran.err
    for suffix in ("yuv", "pgm", "xyz"):
        ran = refdec("task", "thumbnail", album / "p1.jai", "--picture", tmp_path / f"small.{suffix}")
        assert ran.code == 1 and suffix in ran.err and ".png" in ran.err and not ran.out
        assert refdec("task", "statistics", "total", album, "--picture", tmp_path / f"small.{suffix}").code == 1
    ran = refdec("task", "thumbnail", album / "p1.jai", "--picture", "-")
    assert ran.code == 2 and "--picture is a file" in ran.err


def test_what_changes_nothing_is_said(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    wish = "--picture", tmp_path / "a.png", "--over", "--legend"
    ran = refdec("task", "thumbnail", album / "p1.jai", *wish)
    assert ran.code == 0 and "--over changes nothing" in ran.err and "--legend changes nothing" in ran.err
    ran = refdec("task", "statistics", album / "p1.jai", *wish)
    assert ran.code == 0 and "changes nothing" not in ran.err
    ran = refdec("task", "thumbnail", album, "--picture", tmp_path / "many", "--legend", "--workers", 1)
    assert ran.code == 0 and ran.err.count("--legend changes nothing") == 5 and "p1.jai: warning" in ran.err
    ran = refdec("task", "statistics", "total", album, *wish)
    assert ran.code == 2 and "total has no picture below" in ran.err


def test_a_task_says_what_it_knows(refdec: Refdec, album: Path) -> None:
    heads = Path(str(resources.files("refdec_tasks").joinpath("detect")))
    assert "knows Platelets, RBC, WBC and nothing else" in refdec("task", "detect", album / "p1.jai").err
    assert "nothing else" not in refdec("-q", "task", "detect", album / "p1.jai").err
    assert "nothing else" not in refdec("task", "thumbnail", album / "p1.jai").err
    own = refdec("task", "detect", album / "p1.jai", "--option", f"head={heads / 'model1.head'}")
    assert own.code == 0 and "nothing else" not in own.err
    assert refdec("task", "classify", album, "--workers", 1).err.count("knows 101 things and nothing else") == 1


def test_many_files_with_pictures(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    ran = refdec("task", "statistics", album, "--picture", tmp_path, "--workers", 1)
    assert ran.code == 0, ran.err
    assert sum(line.endswith(".jai") for line in ran.out.splitlines()) == 5
    assert {path.name for path in tmp_path.rglob("*.png")} == {"p0.png", "p1.png", "p2.png", "p3.png", "p0low.png"}


def test_many_files_as_lines_of_json(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.jai").write_bytes(b"junk")
    shutil.copy(album / "p2.jai", tmp_path / "good.jai")
    ran = refdec("task", "retrieval", tmp_path, "--json", "--workers", 1)
    assert ran.code == 3
    lines = {Path(line["input"]).name: line for line in map(json.loads, ran.out.splitlines())}
    assert lines["broken.jai"]["status"] == "failed" and lines["broken.jai"]["result"] is None
    assert lines["good.jai"]["result"]["kind"] == "embedding"


def test_index_and_query(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    database = tmp_path / "index.db"
    ran = refdec("task", "retrieval", "index", album, database)
    assert ran.code == 0, ran.err
    assert "pictures  5" in ran.out
    ran = refdec("task", "retrieval", "query", album / "p3.jai", database, "--option", "top=2", "--json")
    labels = json.loads(ran.out)["result"]["labels"]
    assert Path(labels[0]["name"]).name == "p3.jai"
    assert len(labels) == 2
    best = json.loads(refdec("task", "retrieval", "query", album / "p0.jai", database, "--json").out)
    assert {Path(label["name"]).name for label in best["result"]["labels"][:2]} == {"p0.jai", "p0low.jai"}


def test_a_broken_file_does_not_stop_an_index(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    shutil.copytree(album, tmp_path / "album")
    (tmp_path / "album" / "p1.jai").write_bytes(b"junk")
    ran = refdec("task", "retrieval", "index", tmp_path / "album", tmp_path / "index.db")
    assert ran.code == 3
    assert "p1.jai" in ran.err and "pictures  4" in ran.out


def test_the_worst_of_an_action_decides_the_exit_code(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    shutil.copytree(album, tmp_path / "album")
    (tmp_path / "album" / "zz.jai").write_bytes(b"junk")  # the last one
    ran = refdec("task", "retrieval", "index", tmp_path / "album", tmp_path / "index.db", "--limit-pixels", 64)
    assert ran.code == 3 and "limit is 64" in ran.err and "pictures  0" in ran.out


def test_nothing_to_index_makes_no_database(refdec: Refdec, tmp_path: Path) -> None:
    """Found: an empty folder ended with 0, and left a database of nothing, as a folder of bad files did."""
    folder, database = tmp_path / "album", tmp_path / "index.db"
    folder.mkdir()
    for task in (("retrieval", "index", folder, database), ("events", "find", folder), ("statistics", "total", folder)):
        ran = refdec("task", *task)
        assert ran.code == 2 and "RD0986" in ran.err and str(folder) in ran.err
    (folder / "a.jai").write_bytes(b"junk")
    ran = refdec("task", "retrieval", "index", folder, database)
    assert ran.code == 3 and "pictures  0" in ran.out and not database.exists()
    ran = refdec("task", "retrieval", "index", folder, tmp_path / "missing" / "index.db")
    assert ran.code != 0 and "cannot be made" in ran.err, "before anything is decoded"


def test_a_database_and_a_codestream_in_the_wrong_order(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    """Found: advice to cut a codestream out of the database, or to remove the codestream."""
    database, picture = tmp_path / "index.db", album / "p1.jai"
    assert refdec("task", "retrieval", "index", picture, database).code == 0
    ran = refdec("task", "retrieval", "query", database, picture)
    assert "a SQLite database" in ran.err and f"refdec task retrieval query IN.jai {database}" in ran.err
    held = picture.read_bytes()
    for second in (picture, album):
        ran = refdec("task", "retrieval", "index", database, second)
        assert ran.code != 0 and "stand first" in ran.err and "remove" not in ran.err and "Traceback" not in ran.err
    assert picture.read_bytes() == held


def test_two_results_do_not_meet_in_one_picture(refdec: Refdec, album: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    twin = Path(shutil.copy(album / "p1.jai", tmp_path / "other"))
    ran = refdec("task", "statistics", album / "p1.jai", twin, "--picture", tmp_path / "out", "--workers", 1)
    assert ran.code == 2 and str(twin) in ran.err and not (tmp_path / "out").exists()


def test_total(refdec: Refdec, album: Path) -> None:
    ran = refdec("task", "statistics", "total", album)
    assert ran.code == 0, ran.err
    assert "p0low.jai" in ran.out and "together" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("task", "no-such-task", DEMO), 2, "no task 'no-such-task'"),
        (("task", "statistics", DEMO, "--option", "size"), 2, "KEY=VALUE"),
        (("task", "statistics", DEMO, "--option", "size=3"), 2, "size"),
        (("task", "retrieval", "query", DEMO), 2, "DB"),
        (("task", "retrieval", "query", DEMO, "missing.db"), 2, "no database"),
        (("task", "statistics", "absent.jai"), 1, "absent.jai"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    refdec: Refdec, arguments: tuple[object, ...], code: int, message: str
) -> None:
    ran = refdec(*arguments)
    assert ran.code == code
    assert message in ran.err and "Traceback" not in ran.err


def test_streams_of_other_weights_are_refused(refdec: Refdec, vectors: Path) -> None:
    stream = next(path for path in sorted(vectors.glob("*.jai")))
    ran = refdec("task", "statistics", stream)
    assert ran.code != 0
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("option", "warnings"),
    [("--lenient", 1), ("--any-level", 0)],
)
def test_odd_streams_are_read_on_request(
    refdec: Refdec, album: Path, tmp_path: Path, option: str, warnings: int
) -> None:
    """As `refdec decode` does, with its warnings."""
    data, odd = (album / "p1.jai").read_bytes(), tmp_path / "odd.jai"
    lenient = option == "--lenient"
    odd.write_bytes(data[:-2] + b"\xff\x85" + data[-2:] if lenient else patched(data, "stream_profile_idc", 5))
    assert refdec("task", "statistics", odd).code == 3
    decoded, ran = refdec("decode", odd, tmp_path / "a.png", option), refdec("task", "statistics", odd, option)
    assert (decoded.code, ran.code) == (0, 0), ran.err
    assert ran.err == decoded.err and ran.err.count("refdec: warning: ") == warnings
    assert refdec("task", "statistics", tmp_path, option, "--workers", 1).code == 0
    assert refdec("task", "statistics", "total", odd, option).code == 0
    assert refdec("info", odd).code == 3
    assert refdec("info", odd, option).code == 0


def test_tasks_can_be_switched_off(refdec: Refdec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFDEC_PLUGINS", "none")
    assert refdec("task", "statistics", DEMO).code == 2


@pytest.mark.parametrize("task", [("thumbnail",), ("enhance", "--option", "what=denoise")])
@pytest.mark.parametrize("code_points", [(9, 16), (12, 13)])
def test_a_result_that_is_a_picture_says_its_colours(
    refdec: Refdec, tmp_path: Path, task: tuple[str, ...], code_points: tuple[int, int]
) -> None:
    """Found: they were dropped without a word; `decode` writes them."""
    named, stream, out = {9: "bt2020/pq", 12: "p3/srgb"}[code_points[0]], tmp_path / "a.jaii", tmp_path / "a.png"
    Image.fromarray(photograph(72, 88)).save(tmp_path / "s.png")
    assert refdec("encode", tmp_path / "s.png", stream, "--bit-depth", 10, "--cicp", named, "--no-check").code == 0
    ran = refdec("task", task[0], stream, *task[1:], "--picture", out)
    assert ran.code == 0 and "warning" not in ran.err, ran.err
    assert cicp_in(out) == bytes([*code_points, 0, 1])
    ran = refdec("task", task[0], stream, *task[1:], "--picture", tmp_path / "a.ppm")
    assert ran.code == 0 and ran.err.count("cannot say the colours") == 1
    ran = refdec("task", "statistics", stream, "--over", "--picture", out)
    assert ran.code == 0 and "as if it were sRGB" in ran.err and cicp_in(out) is None
    assert "sRGB" not in refdec("task", "statistics", stream, "--picture", out).err, "nothing lies below"


def test_a_result_that_is_a_picture_keeps_profiles_and_orientation_and_names_transparency(
    refdec: Refdec, tmp_path: Path
) -> None:
    """Found: transparency was dropped without a word, a picture stood as it is stored."""
    profile = icc_profile(12, 13)
    assert profile is not None
    colours = np.dstack([photograph(72, 88), np.full((72, 88), 90, np.uint8)])
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(colours).save(tmp_path / "s.png", icc_profile=profile, exif=exif)
    stream, out, decoded = tmp_path / "a.jaii", tmp_path / "a.png", tmp_path / "d.png"
    assert refdec("encode", tmp_path / "s.png", stream, "--no-check").code == 0
    assert refdec("decode", stream, decoded, "--scale", 8).code == 0
    for task, size in ((("thumbnail",), (9, 11)), (("enhance", "--option", "what=denoise"), (72, 88))):
        ran = refdec("task", task[0], stream, *task[1:], "--picture", out)
        assert ran.code == 0 and ran.err.count("transparency") == 1, ran.err
        shown = Image.open(out)
        assert shown.info["icc_profile"] == profile and shown.size == size
        if task == ("thumbnail",):
            assert np.array_equal(np.asarray(shown), np.asarray(Image.open(decoded)))
    (tmp_path / "pictures").mkdir()
    ran = refdec("task", "thumbnail", stream, stream.parent, "--picture", tmp_path / "pictures", "--workers", 1)
    assert "transparency" in ran.err
    ran = refdec("task", "statistics", stream, "--over", "--picture", out)
    assert ran.code == 0 and "without the transparency" in ran.err and "sRGB" in ran.err
