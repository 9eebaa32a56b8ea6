"""`--edition` of every command, on the same stream in both editions (1.12)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.bitstream.editions import Edition
from refdec.bitstream.rewriting import in_edition
from refdec.bundles import LatentBundle
from refdec.formats.files import read_picture
from tests.encodable import GOLDEN as STREAMS
from tests.real_headers import REAL

from .conftest import Run

Refdec = Callable[..., Run]
GOLDEN = STREAMS.parent
NAME = "kodim15_m1_+0_65x79"
WARNING = (
    "refdec: warning: The picture header is that of the draft (DIS), not of the published standard; it is read as such."
)
VERDICT = "This is a legal stream of the draft (DIS), not of the published standard: it has no stream_profile_idc."
RIGHT = [("published", "auto"), ("published", "published"), ("draft", "auto"), ("draft", "draft")]
WANTED = [((), "published"), (("--edition", "published"), "published"), (("--edition", "draft"), "draft")]
WRONG = [("published", "draft"), ("draft", "published")]
READERS = ("decode", "info", "verify", "view", "latents", "task")


@pytest.fixture
def streams(tmp_path: Path) -> dict[str, Path]:
    """The photograph in both editions, by name."""
    published = (STREAMS / f"{NAME}.jai").read_bytes()
    found = {}
    for edition in Edition:
        found[str(edition)] = tmp_path / f"{edition}.jai"
        found[str(edition)].write_bytes(in_edition(published, edition))
    assert found["published"].read_bytes() == published != found["draft"].read_bytes()
    return found


def call(refdec: Refdec, command: str, source: Path, edition: str, *options: object) -> Run:
    """Run a command that reads one codestream; what it writes goes beside it."""
    place = source.parent
    arguments: dict[str, list[object]] = {
        "decode": ["decode", source, place / "out.ppm"],
        "latents": ["latents", source, place / "out.npz"],
        "task": ["task", "statistics", source],
    }
    return refdec(*arguments.get(command, [command, source]), "--edition", edition, *options)


@pytest.mark.parametrize(("stream", "edition"), RIGHT)
@pytest.mark.parametrize("command", READERS)
def test_commands_read_a_stream_of_their_edition(
    refdec: Refdec, streams: dict[str, Path], command: str, stream: str, edition: str
) -> None:
    ran = call(refdec, command, streams[stream], edition)
    found_out = stream == "draft" and edition == "auto"
    assert ran.code == (3 if command == "verify" and found_out else 0), (ran.out, ran.err)
    if command in ("decode", "latents", "task") and found_out:
        (line,) = ran.err.splitlines()
        assert line.startswith(WARNING)
    else:
        assert ran.err == ""


@pytest.mark.parametrize(("stream", "edition"), WRONG)
@pytest.mark.parametrize("command", READERS)
def test_commands_advise_the_other_edition(
    refdec: Refdec, streams: dict[str, Path], command: str, stream: str, edition: str
) -> None:
    ran = call(refdec, command, streams[stream], edition)
    assert ran.code == 3
    said = ran.err + ran.out
    assert "RD0166" in said and "this picture header is legal" in said
    if command not in ("verify", "view"):
        assert ran.err.splitlines()[-1].endswith(f"--edition {stream}")
    advised = call(refdec, "verify", streams[stream], edition, "--json")
    problem = json.loads(advised.out)["problems"][0]
    assert problem["code"] == "RD0166"
    assert problem["hints"] == [f"To read it so: refdec info {streams[stream]} --edition {stream}"]
    followed = problem["hints"][0].partition("refdec ")[2].split()
    assert refdec(*followed).code == 0


@pytest.mark.parametrize("command", [*READERS, "diff"])
def test_an_edition_that_does_not_exist_is_wrong_usage(refdec: Refdec, streams: dict[str, Path], command: str) -> None:
    more = [streams["draft"]] if command == "diff" else []
    ran = call(refdec, command, streams["published"], "final", *more)
    assert ran.code == 2 and "final" in ran.err


def test_the_decoded_picture_is_the_same(refdec: Refdec, streams: dict[str, Path], tmp_path: Path) -> None:
    pictures = []
    for number, (stream, edition) in enumerate(RIGHT):
        target = tmp_path / f"{number}.png"
        assert refdec("decode", streams[stream], target, "--edition", edition).code == 0
        pictures.append(read_picture(target).components)
    for picture in pictures[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(picture, pictures[0], strict=True))


def test_many_streams_are_decoded_at_once(refdec: Refdec, streams: dict[str, Path], tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    both = list(streams.values())
    ran = refdec("decode", *both, "--out", tmp_path / "out", "--report", report, "--workers", 1)
    assert ran.code == 0
    lines = {Path(line["input"]).stem: line["details"] for line in map(json.loads, report.read_text().splitlines())}
    assert lines["published"]["fingerprint"] == lines["draft"]["fingerprint"]
    assert "warnings" not in lines["published"] and "RD0165" in lines["draft"]["warnings"][0]
    wrong = refdec("decode", *both, "--out", tmp_path / "other", "--edition", "published", "--workers", 1)
    assert wrong.code == 3 and len(list((tmp_path / "other").glob("*.png"))) == 1


def test_info_names_edition_and_stream_profile(refdec: Refdec, streams: dict[str, Path]) -> None:
    facts = {}
    for stream, edition in RIGHT:
        facts[stream, edition] = json.loads(call(refdec, "info", streams[stream], edition, "--json").out)
        assert facts[stream, edition].pop("edition") == stream
        assert facts[stream, edition]["stream_profile_idc"] == 0
        warnings, found_out = facts[stream, edition].pop("warnings"), stream == "draft" and edition == "auto"
        assert [warning.partition("[")[2][:6] for warning in warnings] == ["RD0165"] * found_out
    assert facts["draft", "auto"] == facts["draft", "draft"]
    assert facts["published", "auto"] == facts["published", "published"]
    places = [[part["offset"] for part in found.pop("substreams")] for found in facts.values()]
    assert places[0] == places[1] and places[2] == places[3]
    assert facts["draft", "auto"] == facts["published", "auto"]
    text = refdec("info", streams["draft"]).out
    assert any(line.split() == ["edition", "draft"] for line in text.splitlines())


def test_the_verdict_on_a_stream_of_the_draft(refdec: Refdec, streams: dict[str, Path]) -> None:
    """By default the published standard judges: exit code 3, one problem, and the stream is decoded all the same."""
    ran = refdec("verify", streams["draft"])
    assert ran.code == 3
    first, problem, decoded = ran.out.splitlines()
    assert first.endswith("not conformant, 1 problem")
    assert problem == f"  byte.bit 6.0, clause 1.12, RD0165: {VERDICT}"
    assert decoded == "  decoded: 65 x 79, 8 bit RGB"
    made = json.loads(refdec("verify", streams["draft"], "--json").out)
    assert [one["code"] for one in made["problems"]] == ["RD0165"] and made["warnings"] == []
    assert made["problems"][0]["hints"] == [
        f"To take the draft for right: refdec verify {streams['draft']} --edition draft"
    ]
    other = json.loads(refdec("verify", streams["published"], "--json").out)
    assert made["sha256"] == other["sha256"] and made["picture"] == other["picture"]
    followed = refdec("verify", streams["draft"], "--edition", "draft")
    assert (followed.code, followed.out.splitlines()[0]) == (0, f"{streams['draft']}: conformant")


def test_a_broken_stream_of_the_draft_is_no_legal_one(refdec: Refdec, streams: dict[str, Path]) -> None:
    data = bytearray(streams["draft"].read_bytes())
    data[-40] ^= 0x40
    streams["draft"].write_bytes(data)
    ran = refdec("verify", streams["draft"])
    assert ran.code == 3
    assert "This is a stream of the draft (DIS)" in ran.out and "legal stream" not in ran.out
    assert "2 problems" in ran.out.splitlines()[0]
    assert "1 problem" in refdec("verify", streams["draft"], "--edition", "draft").out.splitlines()[0]


def test_the_expectations_of_a_draft_stream_are_compared(
    refdec: Refdec, streams: dict[str, Path], tmp_path: Path
) -> None:
    assert refdec("verify", streams["published"], "--trace", tmp_path / "trace.json").code == 0
    arguments = ["verify", streams["draft"], "--expect", tmp_path / "trace.json"]
    assert refdec(*arguments, "--edition", "draft").code == 0
    ran = refdec(*arguments)
    assert ran.code == 3 and "1 problem" in ran.out.splitlines()[0]
    wrong = json.loads((tmp_path / "trace.json").read_text())
    wrong["sha256"] = dict.fromkeys(wrong["sha256"], "0" * 64)
    (tmp_path / "trace.json").write_text(json.dumps(wrong))
    assert refdec(*arguments, "--edition", "draft").code == 4


@pytest.mark.parametrize(("stream", "edition"), RIGHT)
def test_view_says_by_which_text_it_reads(refdec: Refdec, streams: dict[str, Path], stream: str, edition: str) -> None:
    ran = call(refdec, "view", streams[stream], edition, "--element", "decoder_profile_id")
    words = {"published": "by the published standard", "draft": "by the draft (DIS)"}
    assert words[stream] in ran.out
    place, *_ = ran.out.splitlines()[-1].split()
    assert place == {"published": "6.4", "draft": "6.0"}[stream]
    made = json.loads(call(refdec, "view", streams[stream], edition, "--json").out)
    assert made["legal"] and made["problems"] == []


@pytest.mark.parametrize(("stream", "edition"), RIGHT)
def test_latents_keep_the_edition(refdec: Refdec, streams: dict[str, Path], stream: str, edition: str) -> None:
    assert call(refdec, "latents", streams[stream], edition, "--stage", "symbols").code == 0
    bundle = LatentBundle.load(streams[stream].parent / "out.npz")
    assert (bundle.headers.edition, bundle.headers.stream_profile_idc) == (stream, 0)


def test_tasks_give_the_same_result(refdec: Refdec, streams: dict[str, Path]) -> None:
    results = [json.loads(call(refdec, "task", streams[s], e, "--json").out)["result"] for s, e in RIGHT]
    assert all(result == results[0] for result in results)
    ran = refdec("task", "statistics", *streams.values(), "--edition", "draft", "--workers", 1)
    assert ran.code == 3 and "1 done" in ran.err and "RD0166" in ran.err


def test_diff_reads_each_stream_by_its_edition(refdec: Refdec, streams: dict[str, Path]) -> None:
    pair = streams["draft"], streams["published"]
    ran = refdec("diff", *pair)
    assert ran.code == 4
    element, payload = ran.out.splitlines()
    assert element == "PIH.stream_profile_idc: not coded in A, 0 in B (clause 1.5.1, byte.bit 6.0)"
    assert payload.startswith("PIH: payloads differ from byte 0 on")
    assert refdec("diff", pair[0], pair[0], "--edition", "draft").code == 0
    for edition in Edition:  # the elements of the other one are those of no header
        forced = refdec("diff", *pair, "--edition", str(edition))
        assert forced.code == 4 and "PIH.level_idc" in forced.out


def test_streams_are_rewritten_without_an_encoder(refdec: Refdec, streams: dict[str, Path], tmp_path: Path) -> None:
    """1.12: `encode --encoder null` gives the published stream, with --edition draft the draft's, byte for byte."""
    target = tmp_path / "new.jai"
    for source in streams.values():
        for options, wanted in WANTED:
            ran = refdec("encode", source, target, "--encoder", "null", *options)
            assert ran.code == 0, ran.err
            assert target.read_bytes() == streams[wanted].read_bytes()


def test_a_picture_is_encoded_for_old_decoders(refdec: Refdec, streams: dict[str, Path], tmp_path: Path) -> None:
    picture, target = STREAMS / f"{NAME}.source.png", tmp_path / "new.jai"
    for options, wanted in WANTED:
        made = refdec("encode", picture, target, "--model", 1, "--displacement", 0, *options, "--json")
        assert made.code == 0, made.err
        assert json.loads(refdec("info", target, "--json").out)["edition"] == wanted
        assert target.read_bytes() == streams[wanted].read_bytes()
    assert refdec("encode", picture, target, "--edition", "auto").code == 2


def test_more_regions_are_written_for_the_draft_only(refdec: Refdec, streams: dict[str, Path], tmp_path: Path) -> None:
    """1.6.4: 96 x 333 samples may have two rows of regions by the published standard; the draft allows three."""
    picture, target = STREAMS / "kodim14_m1_+0_96x333.source.png", tmp_path / "new.jai"
    refused = refdec("encode", picture, target, "--displacement", 0, "--regions", "3x1")
    assert refused.code == 2 and "published standard allows 2" in refused.err
    assert refdec("encode", picture, target, "--displacement", 0, "--regions", "3x1", "--edition", "draft").code == 0
    assert refdec("verify", target, "--edition", "draft").code == 0
    assert json.loads(refdec("info", target, "--json").out)["regions"] == [3, 1]
    rewritten = tmp_path / "published.jai"
    assert refdec("encode", target, rewritten, "--encoder", "null").code == 0
    ran = refdec("decode", rewritten, tmp_path / "out.png")
    assert ran.code == 0 and ran.err.count("warning") == 1 and "RD0168" in ran.err
    verdict = refdec("verify", rewritten)
    assert verdict.code == 3 and "RD0168" in verdict.out


@pytest.mark.parametrize("path", sorted((GOLDEN / "draft").glob("*.jai")), ids=lambda path: path.stem)
def test_recorded_streams_of_the_draft_are_read(refdec: Refdec, path: Path) -> None:
    shown: dict[str, Any] = json.loads(refdec("info", path, "--json").out)
    assert (shown["edition"], shown["stream_profile_idc"]) == ("draft", 0)
    seen = refdec("view", path)
    assert (seen.code, seen.err) == (0, "") and "by the draft (DIS)" in seen.out
    ran = refdec("diff", path, GOLDEN / "vectors" / path.name)
    assert ran.code == 4 and len(ran.out.splitlines()) == 2


@pytest.mark.parametrize("name", REAL)
def test_real_headers_are_shown(refdec: Refdec, tmp_path: Path, name: str) -> None:
    """Example E of 1.11: nothing is wrong with them but that the entropy-coded substreams are not there."""
    (tmp_path / "real.jai").write_bytes(REAL[name].data)
    shown = refdec("info", tmp_path / "real.jai", "--json")
    facts: dict[str, Any] = json.loads(shown.out)
    assert (shown.code, shown.err) == (0, "")
    assert (facts["edition"], facts["width"], facts["height"], facts["level_idc"]) == ("published", 560, 888, 52)
    assert facts["profile"] == ("base" if name == "PIH_base" else "high")
    seen = refdec("view", tmp_path / "real.jai", "--all")
    assert seen.code == 3
    complaints = [line for line in seen.out.splitlines() if "!!" in line]
    assert [line.partition("[")[2][:6] for line in complaints] == ["RD0115", "RD0115", "RD0114"]
