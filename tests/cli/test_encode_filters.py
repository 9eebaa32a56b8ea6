"""`refdec encode --tools`: filters are added where they pay, and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.encodable import GOLDEN

PICTURE = GOLDEN / "kodim15_m1_+0_65x79.source.png"
SHOWN = {"EFE linear": "efe_linear", "EFE non-linear": "efe_nonlinear"}


def test_filters_that_pay_are_named(refdec: Callable[..., Any], tmp_path: Path) -> None:
    made = refdec("encode", PICTURE, tmp_path / "a.jai", "--displacement", 0, "--tools", "all")
    assert made.code == 0, made.err
    assert "filters: none pays" in made.out  # 65 x 79 samples are too few for any
    plain = refdec("encode", PICTURE, tmp_path / "b.jai", "--displacement", 0, "--json")
    assert json.loads(plain.out)["filters"] == []
    assert (tmp_path / "a.jai").read_bytes() == (tmp_path / "b.jai").read_bytes()


@pytest.mark.parametrize("encoder", ["analysis", "refine"])
def test_filters_come_behind_any_encoder(encoder: str, refdec: Callable[..., Any], tmp_path: Path) -> None:
    y, x = np.mgrid[:128, :160]
    stripes = np.stack([x + 60, 255 - x, 2 * y - 0 * x], axis=-1) * (0.6 + 0.4 * ((x // 6) % 2))[..., None]
    np.save(tmp_path / "tint.npy", np.clip(stripes, 0, 255).astype(np.uint8))
    wish = ("--quality", 60, "--encoder", encoder, "--tools", "efe", "--json")
    budget = ("--time-budget", 1) if encoder == "refine" else ()
    made = refdec("encode", tmp_path / "tint.npy", tmp_path / "a.jai", *wish, *budget)
    assert made.code == 0, made.err
    tools = json.loads(refdec("info", tmp_path / "a.jai", "--json").out)["tools"]
    used = json.loads(made.out)["filters"]
    assert used and [SHOWN[name] for name in tools if name in SHOWN] == used
    assert refdec("decode", tmp_path / "a.jai", tmp_path / "a.png").code == 0
