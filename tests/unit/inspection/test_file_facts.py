"""What `info` says of a HEIF file, and that it says nothing more of a bare codestream."""

from __future__ import annotations

import refdec
from refdec.inspection.file_facts import file_facts
from tests.unit.heif.support import SMALL, STREAM, heif_of, whole_file


def test_facts_of_a_whole_file() -> None:
    facts = file_facts(heif_of(whole_file()), len(whole_file()))
    assert facts["bytes"] == len(whole_file()) and facts["brands"] == ["jaii", "mif1", "miaf"]
    assert facts["orientation"] == 6 and facts["metadata"] == ["an ICC profile", "Exif data", "XMP metadata"]
    items = {item["id"]: (item["type"], item["refers"]) for item in facts["items"]}
    assert items == {
        2: ("Exif", "cdsc"),
        3: ("application/rdf+xml", "cdsc"),
        4: ("jai0", "thmb"),
        1: ("jai0", ""),
        5: ("unci", "auxl"),
    }
    assert [item["bytes"] for item in facts["items"] if item["id"] in (1, 4)] == [len(SMALL), len(STREAM)]


def test_info_has_them_where_there_is_a_file() -> None:
    assert refdec.read_info(whole_file()).as_json()["file"]["orientation"] == 6
    assert refdec.read_info(whole_file()).codestream_bytes == len(STREAM)
    assert "file" not in refdec.read_info(STREAM).as_json()
