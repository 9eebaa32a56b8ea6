"""What a codec gets of a file: nothing begins with random values, is left out or is packed without being told."""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from refdec_train.codec import Codec, Goal
from refdec_train.errors import StartMissing, StateDiffers, StateUnreadable, WeightsDiffer
from refdec_train.export import export_pack
from refdec_train.plan import Plan
from refdec_train.state import State, read_state, write_state
from refdec_train.stepping import Stepper
from refdec_train.training import train
from refdec_train.weights import codec_with, load_weights, read_weights, save_weights

from tests.train.test_training import collection, counted, waves

CODEC = Plan(Goal(0.01), steps=4, batch=1, crop=64)
HOP = Plan(Goal(1.0), steps=4, batch=1, crop=64, synthesis="hop")


@pytest.fixture(scope="module")
def both() -> Codec:
    """Networks with a synthesis after BOP."""
    torch.manual_seed(2)
    return Codec(("bop", "sop"))


@pytest.fixture
def weights(both: Codec, tmp_path: Path) -> Path:
    """A file of them."""
    save_weights(tmp_path / "weights.npz", both.state_dict())
    return tmp_path / "weights.npz"


def old_state(both: Codec) -> State:
    """A state after three steps, as trainings of the codec once wrote it: with an SOP that they did not train."""
    stepper = Stepper(Codec(), CODEC, torch.device("cpu"))
    average = {name: value if ".sop." in name else value + 1e-3 for name, value in both.state_dict().items()}
    return replace(stepper.state(3, ()), weights=both.state_dict(), average=average)


def transforms_of(file: Path) -> tuple[str, ...]:
    return read_weights(file).transforms


@pytest.mark.parametrize("plan", [CODEC, HOP], ids=["codec", "synthesis"])
def test_a_start_without_the_codec_is_refused_and_leaves_no_folder(tmp_path: Path, plan: Plan) -> None:
    np.savez(tmp_path / "other.npz", x=np.zeros(3, np.float32))
    with pytest.raises(WeightsDiffer, match="analysis"):
        train(plan, collection(), tmp_path / "run", start=tmp_path / "other.npz")
    assert not (tmp_path / "run").exists()


def test_a_synthesis_needs_a_start(tmp_path: Path) -> None:
    with pytest.raises(StartMissing):
        train(HOP, collection(), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_what_is_random_and_what_is_not_used_is_told(both: Codec, tmp_path: Path) -> None:
    file = tmp_path / "more.npz"
    save_weights(file, {**both.state_dict(), "further": torch.zeros(2)})
    codec = Codec(("bop", "hop"))
    taken = load_weights(codec, read_weights(file), partly=True)
    assert (taken.random, taken.left, taken.unknown) == (("hop",), ("sop",), "further")
    assert len(list(taken.sentences())) == 3
    for name, value in codec.state_dict().items():
        if ".hop." not in name:
            assert torch.allclose(value, both.state_dict()[name], atol=2e-3), name
    with pytest.raises(WeightsDiffer, match="further is unknown"):
        load_weights(Codec(), read_weights(file))


def test_only_a_whole_synthesis_after_bop_may_be_missing(both: Codec, tmp_path: Path) -> None:
    names = list(both.state_dict())
    for cut in ("syntheses.bop.", next(name for name in names if ".sop." in name), "luma.hyper_encoder."):
        kept = {name: value for name, value in both.state_dict().items() if not name.startswith(cut)}
        save_weights(tmp_path / "cut.npz", kept)
        with pytest.raises(WeightsDiffer, match="missing"):
            load_weights(Codec(("bop", "sop")), read_weights(tmp_path / "cut.npz"), partly=True)


def test_a_codec_has_bop_alone_and_a_synthesis_takes_the_others_along(weights: Path, tmp_path: Path) -> None:
    told: list[str] = []
    train(CODEC, collection(), tmp_path / "codec", start=weights, say=told.append, wanted=counted(0))
    assert transforms_of(tmp_path / "codec" / "weights.npz") == ("bop",)
    assert len(told) == 1 and "sop is left out" in told[0]
    train(HOP, collection(), tmp_path / "hop", start=weights, say=told.append, wanted=counted(0))
    assert transforms_of(tmp_path / "hop" / "weights.npz") == ("bop", "sop", "hop")
    assert len(told) == 2 and "hop: it begins with random values" in told[1]


def test_a_codec_is_made_of_what_a_file_holds(weights: Path) -> None:
    codec, taken = codec_with(read_weights(weights))
    assert list(codec.syntheses) == ["bop", "sop"] and not list(taken.sentences())
    codec, taken = codec_with(read_weights(weights), ("bop",))
    assert list(codec.syntheses) == ["bop"] and "sop is left out" in "".join(taken.sentences())
    with pytest.raises(WeightsDiffer, match="no synthesis hop; those that it has: bop, sop"):
        codec_with(read_weights(weights), ("bop", "hop"))


@pytest.mark.parametrize("file", ["state.pt", "weights.npz"])
def test_a_synthesis_that_was_never_trained_is_not_taken(both: Codec, tmp_path: Path, file: str) -> None:
    state = old_state(both)
    write_state(tmp_path / "state.pt", state)
    save_weights(tmp_path / "weights.npz", state.average)
    found = read_weights(tmp_path / file)
    assert found.untrained == ("sop",)
    codec, taken = codec_with(found)
    assert list(codec.syntheses) == ["bop"] and "never trained" in "".join(taken.sentences())
    with pytest.raises(WeightsDiffer, match="never trained"):
        codec_with(found, ("bop", "sop"))
    save_weights(tmp_path / "weights.npz", both.state_dict())  # other ones, of which the state says nothing
    assert read_weights(tmp_path / "weights.npz").untrained == ()


def test_an_older_folder_is_gone_on_with_and_loses_what_was_not_trained(both: Codec, tmp_path: Path) -> None:
    write_state(tmp_path / "state.pt", old_state(both))
    told: list[str] = []
    train(CODEC, collection(), tmp_path, say=told.append)
    state = read_state(tmp_path / "state.pt")
    assert state.step == 4 and state.transforms == transforms_of(tmp_path / "weights.npz") == ("bop",)
    assert "goes on after step 3" in told[0] and "sop is left out" in told[1]
    with pytest.raises(StateDiffers, match="the synthesis hop has 118"):
        train(HOP, collection(), tmp_path, start=tmp_path / "weights.npz")


def _as_numpy_2_0(target: Any, *unnamed: Any, **arrays: Any) -> None:
    """What savez_compressed does in NumPy 2.0 and 2.1: whatever has a name is an array."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, value in arrays.items():
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, np.asarray(value))


def test_files_hold_the_arrays_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "savez_compressed", _as_numpy_2_0)
    codec = Codec()
    save_weights(tmp_path / "weights.npz", codec.state_dict())
    with np.load(tmp_path / "weights.npz") as file:
        assert set(file.files) == set(codec.state_dict())
    monkeypatch.setattr("refdec_train.export.import_weights", lambda *places, **wishes: None)
    export_pack({1: codec}, tmp_path / "files", tmp_path / "mine.pack")
    for path in (tmp_path / "files").iterdir():
        with np.load(path) as file:
            assert "allow_pickle" not in file.files, path


class _Code:
    """What runs code when a pickle of it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("code ran",)


def test_files_that_hold_no_weights_are_called_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(waves(1)).save(tmp_path / "photo.jpg")
    (tmp_path / "text.pt").write_text("hello, this is no state")
    (tmp_path / "pickle.pt").write_bytes(pickle.dumps({"average": {}}))
    (tmp_path / "empty.npz").write_bytes(b"")
    with (tmp_path / "array.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    np.savez(tmp_path / "objects.npz", x=np.array([None]))
    np.savez(tmp_path / "words.npz", x=np.array(["a"]))
    torch.save(_Code(), tmp_path / "code.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    with zipfile.ZipFile(tmp_path / "other.pt", "w") as archive:
        archive.writestr("a.txt", "a")
    for path in tmp_path.iterdir():
        with pytest.raises(StateUnreadable, match="is no file of tensors") as caught:
            read_weights(path)
        for word in ("weights_only", "arbitrary", "allow_pickle", "--out", "--transforms"):
            assert word not in str(caught.value), path
    assert "code ran" not in capsys.readouterr().out
    torch.save({"step": 1}, tmp_path / "some.pt")
    with pytest.raises(StateUnreadable, match="it lacks 'weights'"):
        read_weights(tmp_path / "some.pt")
    for name in ("missing.npz", "missing.pt"):
        with pytest.raises(FileNotFoundError):
            read_weights(tmp_path / name)
