"""Clips on the command line: a folder to a clip, out again in every format; and by others' parsers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import refdec as library
from tests.unit.heif.clips import clip_data
from tests.unit.sequences.support import animation, pictures

from .conftest import Run

Refdec = Callable[..., Run]


@pytest.fixture
def clip(tmp_path: Path, refdec: Refdec) -> Path:
    frames = tmp_path / "frames"
    frames.mkdir()
    for index, picture in enumerate((*pictures(), pictures()[-1])):
        PIL.Image.fromarray(picture).save(frames / f"{index}.png")
    ran = refdec("encode", frames, tmp_path / "clip.jaii", "--fps", "25", "--loops", "0", "--quality", "20")
    assert (ran.code, ran.err) == (0, "")
    assert "5 frames (1 of them equal to earlier ones), 0.2 s, plays for ever" in ran.out
    return tmp_path / "clip.jaii"


def test_a_name_that_ends_as_that_of_a_folder_is_a_folder(refdec: Refdec, clip: Path) -> None:
    ran = refdec("decode", clip, f"{clip.parent}/new.png/")
    assert ran.code == 0 and (clip.parent / "new.png" / "frame-00003.png").is_file(), ran.err


def test_in_and_out(refdec: Refdec, clip: Path) -> None:
    for name in ("a.png", "a.gif", "a.webp", "a.y4m", "out/"):
        ran = refdec("decode", clip, f"{clip.parent}/{name}")
        assert ran.code == 0 and "5 frames" in ran.out, ran.err
    one = refdec("decode", clip, clip.parent / "f.png", "--time", "0.1", "--json")
    assert json.loads(one.out)["width"] == 48 and "frames" not in json.loads(one.out)
    same = clip.parent / "out" / "frame-00003.png"
    assert same.read_bytes() == (clip.parent / "f.png").read_bytes()
    again = refdec("encode", clip.parent / "a.png", clip.parent / "b.jais", "--quality", "20", "--json")
    assert json.loads(again.out)["plays"] == 0
    assert refdec("decode", clip, clip.parent / "f.jpg").code == 2
    assert refdec("decode", clip, clip.parent / "f.png", "--time", "x").code == 2


def test_info_view_and_verify(refdec: Refdec, clip: Path) -> None:
    facts = json.loads(refdec("info", clip, "--json").out)["file"]["clip"]
    assert (facts["frames"], facts["distinct_frames"], facts["plays"], facts["seconds"]) == (5, 4, "for ever", "0.200")
    text = refdec("info", clip).out
    assert "clip frames" in text and "jais" in text
    seen = refdec("view", clip).out
    for words in ("a clip of 5 frames", "item 1", "also frame 1", "also frame 5", "jaiC", "stsz", "rate = 65536"):
        assert words in seen, words
    frame = refdec("view", clip, "--frame", 4, "--element", "img_width")
    assert frame.code == 0 and "The codestream of the frame begins at byte" in frame.out
    assert refdec("view", clip, "--frame", 6).code == 2
    ran = refdec("verify", clip)
    assert ran.code == 0 and "5 of 5 frames" in ran.out


def test_a_frame_alone(refdec: Refdec, clip: Path) -> None:
    out = clip.parent / "frame.jai"
    assert refdec("transcode", clip, out, "--frame", 2).code == 0
    assert out.read_bytes() in clip.read_bytes()
    assert refdec("decode", out, clip.parent / "x.png", "--frame", 1).code == 1, "it is no clip any more"
    assert refdec("transcode", clip, out).code == 2


def test_a_bad_frame(refdec: Refdec, clip: Path) -> None:
    data = bytearray(clip.read_bytes())
    data[-3] ^= 0xFF
    data[-40] ^= 0xFF
    bad = clip.with_name("bad.jaii")
    bad.write_bytes(bytes(data[:-2]))
    ran = refdec("decode", bad, clip.parent / "x.png")
    assert ran.code == 3 and not (clip.parent / "x.png").exists()
    lenient = refdec("decode", bad, clip.parent / "x.png", "--lenient")
    assert lenient.code == 0 and "left out: Frame 4" in lenient.err and "3 frames" in lenient.out


@pytest.mark.parametrize("cut", [False, True])
def test_an_action_of_a_task_leaves_bad_frames_out(refdec: Refdec, clip: Path, cut: bool) -> None:
    """Found: --lenient was taken, and the action failed as without it."""
    data, opened = bytearray(clip.read_bytes()), library.open_clip(clip)
    data[opened.place(2)[0]] ^= 0xFF
    bad = clip.with_name("bad.jaii")
    bad.write_bytes(bytes(data[:-2] if cut else data))
    assert refdec("task", "events", "find", bad).code == 3
    ran = refdec("task", "events", "find", bad, "--lenient", "--json")
    assert ran.code == 0 and "left out: Frame 2" in ran.err, ran.err
    assert ("left out: Frame 5" in ran.err) is cut
    for number in range(1, len(opened) + 1):
        data[opened.place(number)[0]] = 0
    bad.write_bytes(bytes(data))
    ran = refdec("task", "events", "find", bad, "--lenient")
    assert ran.code == 3 and "Frame 1" in ran.err


def test_wishes_that_do_not_fit(refdec: Refdec, clip: Path) -> None:
    still = clip.parent / "frames" / "0.png"
    for arguments in (
        ["encode", still, clip.parent / "x.jai", "--fps", "25"],
        ["encode", clip.parent / "frames", clip.parent / "x.jaii", "--max-bytes", "9000"],
        ["encode", clip.parent / "frames", clip.parent / "x.jaii", "--fps", "0"],
        ["encode", clip.parent / "frames", clip.parent / "folder", "--fps", "25"],
    ):
        ran = refdec(*arguments)
        assert ran.code in (1, 2) and ran.err.startswith("refdec: "), arguments
    assert not (clip.parent / "x.jaii").exists()


def test_a_folder_of_animations_becomes_clips(refdec: Refdec, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.gif").write_bytes(animation(".gif"))
    PIL.Image.fromarray(pictures()[0]).save(source / "b.png")
    assert refdec("encode", source, tmp_path / "made", "--container", "jaii", "--quality", 20).code == 0
    assert refdec("decode", tmp_path / "made", "--out", tmp_path / "back").code == 0
    assert getattr(PIL.Image.open(tmp_path / "back" / "a.png"), "n_frames", 1) == 4
    table = json.loads(refdec("info", tmp_path / "made", "--json").out)
    assert ["clip" in each["file"] for each in table] == [True, False]
    assert [Path(each["input"]).name for each in table] == ["a.jaii", "b.jaii"], "the name stays"


# -- judged by others


def parser(name: str) -> str:
    """Return a program of others, or skip: without it nothing is judged here."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: clips are not judged by it here")
    return found


def ran(*command: object) -> str:
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, check=True).stdout


def test_ffprobe_finds_the_track(tmp_path: Path) -> None:
    path = tmp_path / "clip.jaii"
    for plays in (0, 1, 3):
        path.write_bytes(clip_data(plays=plays))
        wanted = "stream=codec_type,codec_tag_string,width,height,nb_frames,duration"
        found = json.loads(ran(parser("ffprobe"), "-v", "error", "-show_entries", wanted, "-of", "json", path))[
            "streams"
        ]
        assert found[0] == {
            "codec_type": "video",
            "codec_tag_string": "jaim",
            "width": 65,
            "height": 79,
            "nb_frames": "4",
            "duration": "0.200000",
        }
        assert [each["codec_tag_string"] for each in found] == ["jaim", "uncv"]
        places = ran(
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            0,
            "-show_entries",
            "packet=pts,size,pos",
            "-of",
            "csv=p=0",
            path,
        )
        rows = [[int(each) for each in line.split(",")[:3]] for line in places.split()]
        assert [row[0] for row in rows] == [0, 40, 80, 180]
        assert (
            path.read_bytes()[rows[1][2] : rows[1][2] + rows[1][1]]
            == path.read_bytes()[rows[0][2] : rows[0][2] + rows[0][1]]
        )


def test_exiftool_and_libheif_read_the_structure(tmp_path: Path) -> None:
    path = tmp_path / "clip.jaii"
    path.write_bytes(clip_data(plays=1))
    (found,) = json.loads(ran(parser("exiftool"), "-json", "-n", path))
    assert (found["ImageWidth"], found["ImageHeight"], found["Duration"], found["TimeScale"]) == (65, 79, 0.2, 1000)
    assert found["AuxiliaryImageType"].endswith("alpha")
    seen = subprocess.run([parser("heif-info"), "-d", path], capture_output=True, text=True, check=False).stdout
    for line in ("compatible brands: jais,jaii,iso8,mif1,miaf", "item_type: jai0", "Box: moov", "item_type: Exif"):
        assert line in seen, line


def test_a_task_on_a_clip_says_which_frame_it_judges(refdec: Refdec, clip: Path) -> None:
    ran = refdec("task", "statistics", clip, "--json")
    assert ran.code == 0 and "warning: frame 1 of 5 of a clip: --frame N or --time SECONDS choose" in ran.err
    first = json.loads(ran.out)
    assert (first["frame"], first["frames"]) == (1, 5)
    third, last = (refdec("task", "statistics", clip, "--json", *wish) for wish in (("--frame", 3), ("--time", "0.19")))
    assert (third.err, last.err) == ("", "")
    assert [json.loads(ran.out)["frame"] for ran in (third, last)] == [3, 5]
    assert json.loads(third.out)["result"] != first["result"]
    alone = clip.with_name("third.jai")
    assert refdec("transcode", clip, alone, "--frame", 3).code == 0
    assert json.loads(refdec("task", "statistics", alone, "--json").out)["result"] == json.loads(third.out)["result"]
    for wish, code in ((("--frame", 6), 2), (("--time", "9"), 2), (("--frame", 1, "--time", "0"), 2)):
        assert refdec("task", "statistics", clip, *wish).code == code
    ran = refdec("task", "statistics", alone, "--frame", 1)
    assert ran.code == 1 and "--frame is about a clip" in ran.err


def test_tasks_on_many_files_name_frames_too(refdec: Refdec, clip: Path) -> None:
    ran = refdec("task", "statistics", clip, clip, "--workers", 1)
    assert ran.code == 0 and ran.out.count(f"{clip}, frame 1 of 5\n") == 2
    ran = refdec("task", "statistics", clip, clip, "--workers", 1, "--frame", 2, "--json")
    assert [json.loads(line)["frame"] for line in ran.out.splitlines()] == [2, 2]
    over = clip.with_name("over.png")
    assert refdec("task", "statistics", clip, "--frame", 2, "--picture", over, "--over").code == 0
    with PIL.Image.open(over) as shown, PIL.Image.open(clip.parent / "frames" / "0.png") as frame:
        assert shown.size == frame.size


def test_a_frame_is_of_the_clips_among_many_files(refdec: Refdec, clip: Path) -> None:
    alone = clip.with_name("alone.jai")
    assert refdec("transcode", clip, alone, "--frame", 3).code == 0
    ran = refdec("task", "statistics", alone, clip, "--workers", 1, "--frame", 2, "--json")
    assert [json.loads(line).get("frame") for line in ran.out.splitlines()] == [None, 2] and ran.code == 0
    ran = refdec("task", "statistics", alone, alone, "--workers", 1, "--time", "0")
    assert ran.code == 0 and "warning: --time changes nothing: no clip is among these files" in ran.err
    folder = clip.with_name("both")
    folder.mkdir()
    clip.rename(folder / "clip.jaii")
    alone.rename(folder / "alone.jai")
    ran = refdec("task", "statistics", "total", folder, "--frame", 2, "--json")
    rows = json.loads(ran.out)["result"]["parts"]["codestreams"]["rows"]
    assert [Path(row[0]).name for row in rows] == ["alone.jai", "clip.jaii, frame 2"]
    (folder / "clip.jaii").unlink()
    ran = refdec("task", "statistics", "total", folder, "--frame", 2)
    assert ran.code == 0 and "--frame changes nothing" in ran.err


def test_actions_see_every_frame_of_a_clip(refdec: Refdec, clip: Path) -> None:
    ran = refdec("task", "statistics", "total", clip, "--json")
    rows = json.loads(ran.out)["result"]["parts"]["codestreams"]["rows"]
    assert ran.code == 0 and [row[0] for row in rows] == [f"{clip}, frame {number}" for number in range(1, 6)]
    database = clip.with_name("index.db")
    assert "pictures  5" in refdec("task", "retrieval", "index", clip.parent, database, "--option", "by=meaning").out
    ran = refdec("task", "retrieval", "query", clip, database, "--option", "by=meaning", "--json")
    assert f"warning: {clip}: frame 1 of 5 of a clip" in ran.err
    assert json.loads(ran.out)["result"]["labels"][0]["name"] == f"{clip}, frame 1"
    ran = refdec("task", "retrieval", "query", clip, database, "--option", "by=meaning", "--json", "--frame", 2)
    assert ran.err == "" and json.loads(ran.out)["result"]["labels"][0]["name"] == f"{clip}, frame 2"


def test_latents_of_a_frame(refdec: Refdec, clip: Path) -> None:
    out = clip.with_name("l.npz")
    assert "warning: frame 1 of 5" in refdec("latents", clip, out, "--stage", "symbols").err
    assert refdec("latents", clip, out, "--stage", "symbols", "--frame", 2).err == ""
    assert refdec("latents", clip, out, "--time", "7").code == 2


def test_more_than_8_bits_of_an_animation_are_refused_in_words_of_the_command_line(
    refdec: Refdec, tmp_path: Path
) -> None:
    (tmp_path / "clip.jaii").write_bytes(clip_data())
    ran = refdec("decode", tmp_path / "clip.jaii", tmp_path / "x.png", "--bit-depth", 10)
    assert ran.code == 1 and "png cannot hold samples of 10 bits in an animation" in ran.err
    assert "refdec decode" in ran.err and "refdec.decode(" not in ran.err


@pytest.mark.parametrize("suffix", ["jai", "jaii"])
def test_one_picture_of_a_folder_goes_into_either_kind_of_file(refdec: Refdec, tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for number, size in ((1, 64), (2, 48)):
        PIL.Image.fromarray(np.full((size, size, 3), 90, np.uint8)).save(folder / f"{number}.png")
    ran = refdec("encode", folder, tmp_path / f"x.{suffix}", "--frame", 2, "--encoder", "analysis")
    assert (ran.code, ran.err) == (0, "") and "48 x 48" in ran.out
