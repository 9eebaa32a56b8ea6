"""Public values are printed in a line or two, whatever they hold."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.arithmetic.shown import ShortRepr
from refdec.plugins import api
from tests.sample_bundles import sample_bundle

ARRAYS = re.compile(r"Array|Codes\b|\bbytes\b")


def public_values() -> list[type[Any]]:
    """All public dataclasses with a text of their own making."""
    named = [getattr(refdec, name) for name in refdec.__all__] + [getattr(api, name) for name in api.__all__]
    kinds = {kind for kind in named if isinstance(kind, type) and dataclasses.is_dataclass(kind)}
    return sorted(kinds, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", public_values(), ids=lambda kind: kind.__name__)
def test_a_public_value_with_arrays_prints_none(kind: type[Any]) -> None:
    holds = [each.name for each in dataclasses.fields(kind) if each.repr and ARRAYS.search(str(each.type))]
    of_dataclasses = "<string>" in kind.__repr__.__code__.co_filename or "dataclasses" in kind.__repr__.__module__
    assert not holds or not of_dataclasses


def test_a_bundle_is_a_few_lines() -> None:
    text = repr(sample_bundle())
    assert len(text) < 3000 and "int8 [160," in text and "array(" not in text


def test_bytes_and_pairs_of_arrays_are_counted() -> None:
    @dataclasses.dataclass(repr=False)
    class Pair(ShortRepr):
        parts: tuple[object, ...]
        data: bytes
        name: str

    made = Pair((np.zeros((2, 3), np.int8), np.zeros(4)), bytes(100), "a")
    assert repr(made).endswith("Pair(parts=(int8 [2,3], float64 [4]), data=100 bytes, name='a')")
    assert "data=b'few'" in repr(dataclasses.replace(made, data=b"few"))
