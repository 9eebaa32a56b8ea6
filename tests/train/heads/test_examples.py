"""Latents of pictures are those that refdec reads, made once, and never mistaken for others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train.errors import PictureUnreadable
from refdec_train.heads import examples
from refdec_train.heads.examples import POINTS, LatentStore, fingerprint_of, make_examples, read_rgb, usual_coding
from refdec_train.heads.subjects import Coding, Subject, View, longer_side

import refdec
from refdec.api.weights import load_weights
from tests.train.heads.support import striped


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.fromarray(striped(1, True, 72, 100)).save(path)
    return path


def test_latents_are_what_refdec_reads_of_the_coded_picture(picture: Path, tmp_path: Path) -> None:
    coding = Coding((-450, -150), mirrored=True)
    (example,) = make_examples(LatentStore(tmp_path / "store", None, 1), [(Subject(picture, 0), coding)])
    data = refdec.encode(
        np.ascontiguousarray(read_rgb(picture)[:, ::-1]), model=1, displacement=-450, chroma_displacement=-150
    )
    bundle = refdec.read_latents(data)
    expected = np.concatenate([part.latent_q18 for part in bundle.components if part.latent_q18 is not None]) / 2**18
    assert example.latents().dtype == np.float16 and example.latents().shape == (256, 5, 7)
    assert np.abs(example.latents() - expected).max() <= np.abs(expected).max() * 2**-11
    assert (example.picture, example.coded) == ((72, 100), (72, 100))
    assert fingerprint_of(load_weights(None), 1) == bundle.headers.weights_fingerprint


def test_what_is_in_the_store_is_not_made_again(picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, wish = LatentStore(tmp_path / "store", None, 1), (Subject(picture, 0), Coding((0, 0), longest=64))
    (first,) = make_examples(store, [wish])
    assert first.coded == (46, 64) and first.latents().shape == (256, 4, 4)
    monkeypatch.setattr(examples, "encode", None)
    (again,) = make_examples(store, [wish])
    assert again == first
    files = {
        store.file_of(picture, Coding((0, 0), mirrored, longest)) for mirrored in (True, False) for longest in (0, 64)
    }
    others = {
        LatentStore(tmp_path / "store", None, 2).file_of(picture, wish[1]),
        store.file_of(picture, Coding((0, 1))),
    }
    assert len(files | others) == 6, "each coding and model has a file of its own"


def test_workers_make_the_same(picture: Path, tmp_path: Path) -> None:
    wishes = [(Subject(picture, 0), Coding(point)) for point in POINTS[:2]]
    alone = make_examples(LatentStore(tmp_path / "one", None, 1), wishes)
    seen: list[tuple[int, int]] = []
    many = make_examples(
        LatentStore(tmp_path / "two", None, 1), wishes, workers=2, show=lambda *numbers: seen.append(numbers)
    )
    assert seen == [(1, 2), (2, 2)]
    assert all(np.array_equal(a.latents(), b.latents()) for a, b in zip(alone, many, strict=True))


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    path = tmp_path / "b.png"
    path.write_bytes(b"no picture")
    with pytest.raises(PictureUnreadable, match=r"b\.png cannot be read"):
        make_examples(LatentStore(tmp_path / "store", None, 1), [(Subject(path, 0), Coding((0, 0)))])


def test_codings_are_drawn_from_names() -> None:
    trained = [Subject(Path(f"cat/{number}.png"), 0) for number in range(200)]
    codings = [usual_coding(subject) for subject in trained]
    assert codings == [usual_coding(subject) for subject in trained]
    assert {coding.point for coding in codings} == set(POINTS)
    assert 70 < sum(coding.mirrored for coding in codings) < 130
    assert {coding.longest for coding in codings} == {0}
    assert {usual_coding(subject, 0, (9, 8)).longest for subject in trained} == {8, 9}
    assert codings != [usual_coding(subject, 1) for subject in trained]
    held = [usual_coding(Subject(subject.path, 0, True)) for subject in trained]
    assert all(not coding.mirrored and not coding.longest for coding in held)


def test_sizes() -> None:
    assert longer_side((200, 300), 0) == (200, 300) and longer_side((200, 300), 150) == (100, 150)
    assert longer_side((1000, 1), 10) == (10, 1)
    assert View((10, 20), (100, 200), False, 0, 0, 1, 1).latent == (7, 13)
    assert View((10, 20), (46, 64), False, 0, 0, 1, 1).latent == (4, 4)
