"""Suites are the same every time, decode everywhere the same, and hold what a runner needs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from refdec.conformance.errors import NoSuchCase
from refdec.conformance.making.recipe import dice_of, stream_of
from refdec.conformance.making.suite_maker import MakeOptions, make_suite, recipes
from refdec.conformance.runner import expected_picture
from refdec.conformance.storage import ArchiveStore, FolderStore
from refdec.conformance.suite import Suite, open_suite, suite_weights
from refdec.decoding.models import models_of
from refdec.weights.seeded import seeded_checkpoint

SIZES: tuple[Literal["small", "full"], ...] = ("small", "full")


class Memory:
    """A store that keeps files in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def write(self, path: str, data: bytes) -> None:
        self.files[path] = data


def made(**options: object) -> dict[str, bytes]:
    store = Memory()
    make_suite(store, MakeOptions(**options))  # type: ignore[arg-type]
    return store.files


def test_equal_seeds_give_equal_files_and_other_seeds_others() -> None:
    patterns = ("threads_4_16", "bad_no_start")
    one, two = (made(patterns=patterns) for _ in range(2))
    assert one == two
    other = made(patterns=patterns, seed=2)
    assert other.keys() == one.keys()
    assert other["threads_4_16/stream.jai"] != one["threads_4_16/stream.jai"]


def test_the_bundled_suite_is_what_make_gives() -> None:
    """Streams only, and some of each kind: that the rest is right, running it says."""
    bundled, dice = open_suite(None), dice_of(1)
    planned = list(recipes(dice, "small"))
    assert [recipe.name for recipe in planned] == [
        name for name in bundled.manifest.cases if not name.startswith("bad_")
    ]
    for recipe in planned[::17]:
        models = models_of(suite_weights(1), recipe.headers.picture.model_id)
        assert stream_of(recipe, models, dice) == bundled.stream(bundled.case(recipe.name)), recipe.name


def test_names_are_unique_and_large_pictures_come_with_full_only() -> None:
    small, full = ([recipe.name for recipe in recipes(dice_of(1), size)] for size in SIZES)
    assert len(set(full)) == len(full)
    assert set(small) < set(full)
    assert (
        max(r.headers.picture.img_width * r.headers.picture.img_height for r in recipes(dice_of(1), "small")) < 500_000
    )


def test_an_archive_is_a_suite_too_and_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "suite.zip"
    with ArchiveStore(target) as store:
        make_suite(store, MakeOptions(patterns=("size_64x64",), pictures=False))
    suite = open_suite(target)
    picture = expected_picture(suite, suite.case("size_64x64"))
    assert picture is not None and picture.components[0].shape == (64, 64)
    with pytest.raises(NoSuchCase), ArchiveStore(tmp_path / "none.zip") as store:
        make_suite(store, MakeOptions(patterns=("no_such_case",)))
    assert [path.name for path in tmp_path.iterdir()] == ["suite.zip"]


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    for target in (tmp_path / "new", tmp_path / "deep" / "new", tmp_path):
        with pytest.raises(NoSuchCase), FolderStore(target) as store:
            make_suite(store, MakeOptions(patterns=("no_such_case",)))
        with pytest.raises(ZeroDivisionError), FolderStore(target) as store:
            store.write("case/stream.jai", b"half")
            raise ZeroDivisionError
        assert not list(tmp_path.iterdir())
    (tmp_path / "empty").mkdir()
    with FolderStore(tmp_path / "empty") as store:
        store.write("case/stream.jai", b"whole")
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == [
        "empty",
        "empty/case",
        "empty/case/stream.jai",
    ]


def test_weights_are_written_under_their_names(tmp_path: Path) -> None:
    with FolderStore(tmp_path / "suite") as store:
        make_suite(store, MakeOptions(patterns=("transforms_bs",), weights=True, pictures=False))
    suite = open_suite(tmp_path / "suite")
    assert suite.manifest.weights_folder == "weights"
    names = suite.case("transforms_bs").checkpoints
    assert len(names) == 4
    for name in names:
        with np.load(tmp_path / "suite" / "weights" / f"{name}.npz") as file:
            expected = seeded_checkpoint(name, 1)
            assert set(file.files) == set(expected)
            assert all(np.array_equal(file[key], expected[key]) for key in expected)


def test_expected_pictures_are_worth_comparing(small_suite: Suite) -> None:
    """A suite of gray pictures would pass any decoder: samples vary, and few saturate."""
    for name in ("size_65x67", "format_420_8bit_idx0", "format_444_10bit_idx1"):
        picture = expected_picture(small_suite, small_suite.case(name))
        assert picture is not None
        for plane in picture.components:
            ends = np.count_nonzero((plane == 0) | (plane == (1 << picture.bits) - 1))
            assert len(np.unique(plane)) > 50 and ends < plane.size * 0.25, name
