"""Head files from the interface: written, loaded, described, run on the latents of a codestream."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.api.heads import describe_head, load_head, run_heads, save_head
from refdec.errors import InputError
from refdec.heads.errors import HeadDamaged, HeadOfOtherWeights, NotAHead
from refdec.limits import Limits, TooMuchMemory
from tests.unit.heads.support import FACTS, classifier, file_of, tiny

STREAM = Path(__file__).resolve().parents[2] / "golden" / "streams" / "kodim15_m1_+0_65x79.jai"


def test_a_head_runs_on_the_latents_of_a_stream(tmp_path: Path) -> None:
    bundle = refdec.read_latents(STREAM)
    save_head(tiny(facts=replace(FACTS, weights=(bundle.headers.weights_fingerprint,))), tmp_path / "x.head")
    (answer,) = run_heads(load_head(tmp_path / "x.head"), bundle).values()
    assert answer.dtype == np.int32 and answer.shape == (3, *bundle.headers.latent_size)
    with pytest.raises(HeadOfOtherWeights):
        run_heads([tiny()], bundle)
    with pytest.raises(TooMuchMemory):
        run_heads(load_head(tmp_path / "x.head"), bundle, limits=Limits(memory_bytes=99))


def test_errors_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.head").write_bytes(b"no head")
    with pytest.raises(NotAHead) as caught:
        load_head(tmp_path / "x.head")
    assert caught.value.source == str(tmp_path / "x.head")
    with pytest.raises(InputError):
        load_head(tmp_path / "absent.head")


def test_a_head_that_could_not_be_read_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(HeadDamaged):
        save_head(tiny(facts=replace(FACTS, name="")), tmp_path / "x.head")
    assert not list(tmp_path.iterdir())


def test_a_description_is_plain_values() -> None:
    found = describe_head(load_head(file_of(classifier())))
    assert found["labels"] == ("cat", "dog", "emu") and found["metrics"]["top1"] == 0.5
    assert found["products_per_position"] == 37744 and found["outputs"] == {"chances": 3}
    assert len(found["fingerprint"]) == 64
