"""Unit tests lie where their subject lies: `tests/unit/a/test_b.py` is about `refdec/a/b.py`, or about a package b."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "tests" / "unit"
GUESTS = {"encoders": ROOT / "encoders" / "refdec_encoders", "tasks": ROOT / "tasks" / "refdec_tasks"}
"""Folders of tests about bundled plugins, and where those are."""

# Tests about more, or about something else, than one module, each with the reason.
OTHERS = {
    "api/test_editions.py": "`edition=` of every function of the interface",
    "bench/test_look_in_browser.py": "the page of `look_page` in a browser, where there is one",
    "bench/test_measures.py": "the instruments of `bench speed` in `machine`, `memory` and `speed`",
    "bitstream/test_locate.py": "`locate` of `headers` and of `syntax`, against all records",
    "bitstream/test_real_headers.py": "worked example E of 1.11, through all modules",
    "bitstream/test_vectors_syntax.py": "headers of all vectors, through all modules",
    "decoding/test_window.py": "windows of the stages in `hyper`, `latents` and `synthesis`",
    "entropy/test_vectors.py": "units of the vectors, through all modules",
    "formats/test_planar_and_arrays.py": "what `ppm`, `yuv` and `npy` have in common",
    "inspection/test_page_in_browser.py": "the page of `html` in a browser, where there is one",
    "latent/test_vectors.py": "tensors of the vectors, through all modules",
    "networks/test_examples.py": "worked examples of 4.12 and 6.8, through all modules",
    "networks/test_pipeline.py": "worked example of 4.12.3, through all modules",
    "networks/test_without_jit.py": "all kernels as plain Python",
    "parallel/test_dask.py": "the optional extra `dask`",
    "picture/test_imports.py": "what importing the package loads",
    "picture/test_stream.py": "the picture stages of one stream",
    "test_accuracy.py": "the whole decoder against floating point",
    "test_decoder.py": "the whole decoder",
    "test_encoder.py": "the whole encoder",
    "test_every_error.py": "the errors of all packages",
    "test_one_cache.py": "the cache of kernels across processes",
    "test_progressive.py": "previews, from the interface down",
    "test_region_decoder.py": "rectangles, from the interface down",
    "test_threads.py": "the whole decoder in threads of one process",
    "tiling/test_tile_borders.py": "TileBorders of `tiles`, as many tests again as the rest of it",
    "weights/test_recipe.py": "the recipe of weights for tests (4.12.2) in `tests/unit`",
}
TESTS = sorted(path.relative_to(UNIT).as_posix() for path in UNIT.rglob("test_*.py"))


def has_subject(name: str) -> bool:
    """Tell whether there is a module, or a package, that a test is named after."""
    first, *rest = Path(name).with_suffix("").parts
    base, parts = (GUESTS[first], rest) if first in GUESTS else (ROOT / "refdec", [first, *rest])
    subject = base.joinpath(*parts[:-1], parts[-1].removeprefix("test_"))
    return subject.with_suffix(".py").is_file() or (subject / "__init__.py").is_file()


@pytest.mark.parametrize("name", TESTS)
def test_a_unit_test_lies_where_its_subject_lies(name: str) -> None:
    assert has_subject(name) or name in OTHERS


def test_exceptions_are_still_exceptions() -> None:
    assert set(OTHERS) <= set(TESTS)
    assert [name for name in OTHERS if has_subject(name)] == []


def test_the_walker_knows_modules_packages_and_guests() -> None:
    assert has_subject("test_clauses.py") and has_subject("networks/test_synthesis.py")
    assert has_subject("test_weights.py") and has_subject("tasks/retrieval/test_database.py")
    assert not has_subject("test_nothing.py") and not has_subject("networks/test_clauses.py")
