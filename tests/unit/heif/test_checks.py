"""What a file says otherwise than its codestream is found; a file of ours says nothing otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from refdec.api.enclosing import headers_of
from refdec.heif.boxes import FileBox
from refdec.heif.checks import disagreements, file_remarks
from tests.unit.heif.support import LIMITS, STREAM, heif_of, in_entries, setting, whole_file, with_box

HEADERS = headers_of(STREAM, None)
PROPERTIES = "meta/iprp/ipco"


def test_a_file_of_ours_agrees() -> None:
    file = heif_of(whole_file())
    assert disagreements(file, HEADERS, LIMITS) == () and file_remarks(file, HEADERS) == ()


@pytest.mark.parametrize(
    ("path", "change", "words"),
    [
        ("ftyp", setting(compatible_brands=[{"brand": "jaii"}]), "mif1 among them"),
        (f"{PROPERTIES}/pixi", in_entries("channels", bits_per_channel=10), "says 10 bits"),
        (
            "meta/iprp/ipma",
            lambda box: replace(
                box,
                values={
                    "entries": [
                        {**each, "associations": [{**one, "essential": 0} for one in each["associations"]]}
                        for each in box.values["entries"]
                    ]
                },
            ),
            "irot says that it may be passed over",
        ),
    ],
)
def test_what_disagrees_is_named(path: str, change: Callable[[FileBox], FileBox], words: str) -> None:
    problems = disagreements(heif_of(with_box(path, change)), HEADERS, LIMITS)
    assert any(words in problem.explain() for problem in problems)


def test_sizes_of_picture_and_transparency() -> None:
    problems = disagreements(heif_of(with_box(f"{PROPERTIES}/ispe", setting(image_height=64))), HEADERS, LIMITS)
    texts = [problem.explain().splitlines()[0] for problem in problems]
    assert any("ispe says 65 x 64, it should be 65 x 79" in text for text in texts)
    cut = disagreements(heif_of(with_box(f"{PROPERTIES}/cmpC", setting(compression_type="brot"))), HEADERS, LIMITS)
    assert [problem.code for problem in cut] == ["RD2013"]


def test_another_jaih_breaks_no_rule_that_is_public() -> None:
    file = heif_of(with_box(f"{PROPERTIES}/jaih", setting(header=b"\1\2\3\4\5")))
    assert disagreements(file, HEADERS, LIMITS) == ()
    (remark,) = file_remarks(file, HEADERS)
    assert "0102030405" in remark and "provisional" in remark
