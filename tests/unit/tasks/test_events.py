"""The task `events` as a user has it: actions over a folder, two frames, results as text, JSON and pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from refdec_tasks.events import Events

from refdec.api.task import TaskOrder, act, run_on_file
from refdec.errors import RefdecError
from refdec.heads.errors import HeadOfOtherWeights
from refdec.plugins.api import NamedBundle, OptionValues, Refusal, Report, TaskResult
from refdec.plugins.calls import action_of
from refdec.plugins.manager import installed
from tests.sample_bundles import sample_bundle
from tests.unit.tasks.events.support import Still, core, encoded


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six frames; in the fourth and fifth there is a square."""
    folder = tmp_path_factory.mktemp("camera")
    for number in range(6):
        still = Still((48, 64) if number in (3, 4) else None, noise=number, quality=40 + 10 * number)
        (folder / f"frame{number}.jai").write_bytes(encoded(still))
    return folder


def run(action: str, *arguments: Path, **options: object) -> tuple[TaskResult, list[str]]:
    order = TaskOrder("events", tuple((name, str(value)) for name, value in options.items()))
    complaints: list[str] = []

    def complain(name: str, problem: RefdecError) -> None:
        complaints.append(name)

    found = action_of(installed(None).task("events"), action)
    return act(found, tuple(map(str, arguments)), order, complain=complain), complaints


def test_a_folder_gives_events_boxes_frames_and_pictures(camera: Path) -> None:
    result, complaints = run("find", camera)
    assert complaints == []
    told = json.loads(json.dumps(result.json()))["parts"]
    assert list(told) == ["events", "boxes", "frames", "time line", "changed"]
    (row,) = told["events"]["rows"]
    event = dict(zip(told["events"]["columns"], row, strict=True))
    assert (event["begin"], event["end"], event["seen"], event["kind"]) == (3, 4, 2, "change")
    assert (event["first"], event["last"]) == (str(camera / "frame3.jai"), str(camera / "frame4.jai"))
    assert event["x"] <= 64 and event["x"] + event["width"] >= 96 and event["x"] + event["width"] <= 144
    assert event["y"] <= 48 and event["y"] + event["height"] >= 80
    assert [row[0] for row in told["boxes"]["rows"]] == [3, 4]
    assert [row[4] for row in told["frames"]["rows"]] == [0, 0, 0, 1, 1, 0]
    assert np.array(told["changed"]["values"]).shape == (7, 9) and told["changed"]["unit"] == "frames"
    assert isinstance(result, Report) and result.picture().shape[1] == 976
    assert "frame3.jai" in result.text()


def test_strengths_of_every_frame_are_told_if_wanted(camera: Path) -> None:
    result, _ = run("find", camera, masks="yes")
    masks = result.json()["parts"]["strengths"]["parts"]
    assert list(masks) == [str(number) for number in range(6)]
    assert np.array(masks["0"]["values"]).max() < 4 < np.array(masks["4"]["values"])[3:5, 4:6].min()
    assert isinstance(result, Report) and result.picture().shape[1] == 976, "the picture is the same"


def test_a_frame_that_cannot_be_decoded_is_told_and_left_out(camera: Path, tmp_path: Path) -> None:
    for path in camera.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "frame2b.jai").write_bytes(b"nothing")
    result, complaints = run("find", tmp_path)
    assert complaints == [str(tmp_path / "frame2b.jai")]
    assert len(result.json()["parts"]["frames"]["rows"]) == 6


def test_two_frames_are_compared(camera: Path) -> None:
    result, _ = run("compare", camera / "frame0.jai", camera / "frame4.jai")
    parts = result.json()["parts"]
    (box,) = parts["boxes"]["boxes"]
    assert box["x"] <= 64 and box["x"] + box["width"] >= 96 and box["label"] == "change" and box["score"] > 4
    assert parts["boxes"]["size"] == [112, 144]
    none, _ = run("compare", camera / "frame0.jai", camera / "frame1.jai")
    assert none.json()["parts"]["boxes"]["boxes"] == []
    less, _ = run("compare", camera / "frame0.jai", camera / "frame4.jai", sensitivity=10)
    assert less.json()["parts"]["boxes"]["boxes"] == []


def test_one_frame_alone_says_what_to_do(camera: Path) -> None:
    with pytest.raises(Refusal) as refused:
        run_on_file(camera / "frame0.jai", TaskOrder("events"))
    assert "refdec task events find FOLDER" in refused.value.explain()


def test_latents_of_other_weights_are_refused() -> None:
    from refdec_tasks.events.watching import between

    other = NamedBundle("other", sample_bundle())
    with pytest.raises(HeadOfOtherWeights, match="events"):
        between(other, other, Events().heads(), core(), 1024)


def test_the_task_names_its_heads() -> None:
    heads = Events().heads()
    assert heads and all(head.facts.task == "events" and head.facts.licence and head.facts.data for head in heads)
    prints = {core().read(encoded(Still(quality=q)), "symbols").headers.weights_fingerprint for q in (40, 90)}
    assert len(prints) == 2 and prints <= {name for head in heads for name in head.facts.weights}
    with pytest.raises(Refusal):
        Events().run(sample_bundle(), OptionValues({}), core())
