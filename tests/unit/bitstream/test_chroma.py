"""Chroma formats (1.6.1): names, subsampling, and the pairs that exist."""

from __future__ import annotations

from refdec.bitstream.chroma import CONVERTIBLE, VERTICAL_ONLY, ChromaFormat


def test_names() -> None:
    assert [each.digits for each in ChromaFormat] == ["444", "422", "420"]
    assert [each.label for each in ChromaFormat] == ["4:4:4", "4:2:2", "4:2:0"]
    assert ChromaFormat((2, 2)) is ChromaFormat.named("420") is ChromaFormat.YUV420
    assert ChromaFormat.named("440") is ChromaFormat.named("") is None


def test_pairs_of_output_and_coded_format() -> None:
    """A format is coded as itself; only 4:4:4 may be coded as another one."""
    assert {
        ((1, 1), (1, 1)),
        ((1, 1), (1, 2)),
        ((1, 1), (2, 2)),
        ((1, 2), (1, 2)),
        ((2, 2), (2, 2)),
    } == CONVERTIBLE
    assert VERTICAL_ONLY not in [each.value for each in ChromaFormat]
