"""The HTML page as text: self-contained, and of a sane size for large streams."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.inspection.file_view import MOST_NODES
from refdec.inspection.html import Decoding, render_page
from refdec.inspection.summary import info_of
from refdec.inspection.tree import build_tree

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "vectors"


def material(page: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="material">(.*?)</script>', page, re.DOTALL)
    assert match is not None
    found: dict[str, Any] = json.loads(match[1])
    return found


def make(data: bytes, **more: Any) -> str:
    tree = build_tree(data)
    headers = tree.findings.headers
    info = None if headers is None else info_of(tree.findings.codestream, headers)
    return render_page(tree, name="x.jai", version="1", info=info, **more)


def test_nothing_is_fetched() -> None:
    page = make((GOLDEN / "bop_tools_on.jai").read_bytes())
    for word in ("http:", "https:", 'src="//', "@import", "url("):
        assert word not in page
    assert '<link rel="icon" href="data:,">' in page


def test_all_bytes_are_inside() -> None:
    data = (GOLDEN / "bop_off_64x64.jai").read_bytes()
    found = material(make(data))
    assert base64.b64decode(found["windows"][0][1]) == data
    assert found["length"] == len(data)


def large() -> bytes:
    codestream = read_codestream((GOLDEN / "bop_off_64x64.jai").read_bytes())
    parts = [(p.marker, bytes(p.payload)) for p in codestream.substreams]
    parts = [(m, p[:-1] + bytes(5_000_000) + p[-1:] if m is Marker.SORP else p) for m, p in parts]
    return write_codestream(parts)


def test_large_files_keep_the_edges_of_their_parts() -> None:
    data = large()
    page = make(data)
    assert len(page) < 200_000
    assert "the beginning and the end of each part only" in page
    for offset, text in material(page)["windows"]:
        piece = base64.b64decode(text)
        assert data[offset : offset + len(piece)] == piece


def test_very_long_arrays_are_left_out() -> None:
    codestream = read_codestream((GOLDEN / "bop_off_64x64.jai").read_bytes())
    parts = [(p.marker, bytes(p.payload)) for p in codestream.substreams]
    page = make(write_codestream([*parts, (Marker.UDI, bytes(range(256)) * 100)]))
    assert "Elements of long arrays are left out" in page
    rows = material(page)["nodes"]
    assert len(rows) < MOST_NODES
    assert any("25600 elements" in row[10] for row in rows)


def test_meanings_come_from_the_syntax_table() -> None:
    found = material(make((GOLDEN / "bop_off_64x64.jai").read_bytes()))
    assert found["semantics"]["decoder_profile_id"] == "0 simple, 1 base, 2 high"


def test_a_failure_is_told() -> None:
    page = make((GOLDEN / "bop_off_64x64.jai").read_bytes(), decoding=Decoding(failure="Decoding stops: <why>"))
    assert "Decoding stops: &lt;why&gt;" in page
