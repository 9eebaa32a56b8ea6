"""What lies at a path; names that no file can have are names of nothing."""

from __future__ import annotations

from pathlib import Path

from refdec.parallel.places import is_file, is_folder, is_there


def test_files_folders_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    assert (is_file(tmp_path / "a"), is_folder(tmp_path / "a"), is_there(str(tmp_path / "a"))) == (True, False, True)
    assert (is_file(tmp_path), is_folder(str(tmp_path)), is_there(tmp_path)) == (False, True, True)
    for name in ("missing", "y" * 300, "a\0b", "a/b"):
        assert not any(tell(tmp_path / name) for tell in (is_file, is_folder, is_there))
