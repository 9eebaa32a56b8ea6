"""Unfinished files and folders: what a killed process left goes at the next save, and nothing else does."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from refdec.formats import unfinished
from refdec.formats.errors import FileUnwritable
from refdec.formats.files import write_bytes
from refdec.formats.sinks import AtomicFile, sink_of
from refdec.formats.unfinished import Unfinished, unfinished_file, unfinished_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from refdec.formats import unfinished
made = getattr(unfinished, sys.argv[1])(Path(sys.argv[2]))
if made.path.is_dir():
    (made.path / "frame").write_bytes(b"half")
else:
    os.write(made.descriptor, b"half")
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(kind: str, path: Path) -> Path:
    """Have a process killed while it writes; return what it left."""
    before = set(path.parent.iterdir())
    assert subprocess.run([sys.executable, "-c", KILLED, kind, str(path)], check=False).returncode == -9
    (left,) = set(path.parent.iterdir()) - before
    return left


def remaining(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("kind", ["unfinished_file", "unfinished_folder"])
def test_what_a_killed_process_left_goes_at_the_next_save(kind: str, tmp_path: Path) -> None:
    left = killed(kind, tmp_path / "a.png")
    assert left.name.startswith(".a.png.") and left.name.endswith(".part")
    write_bytes(tmp_path / "a.png", b"whole")
    assert remaining(tmp_path) == ["a.png"] and (tmp_path / "a.png").read_bytes() == b"whole"


def test_what_several_left_goes_at_once(tmp_path: Path) -> None:
    first = unfinished_file(tmp_path / "a.png")
    killed("unfinished_file", tmp_path / "a.png")
    first.remove()
    write_bytes(tmp_path / "a.png", b"whole")
    assert remaining(tmp_path) == ["a.png"]


@pytest.mark.parametrize("letter", ["y", "ä", "漢", "\udcff"])
@pytest.mark.parametrize("kind", ["unfinished_file", "unfinished_folder"])
def test_names_that_leave_no_room_are_shortened(kind: str, letter: str, tmp_path: Path) -> None:
    """Legal names above 240 bytes were too long, with what is put beside them while a file is written."""
    size = len(os.fsencode(letter))
    for room in (236, 240, 251):  # of what the suffix leaves
        name = letter * (room // size) + "x" * (room % size) + ".png"
        made = getattr(unfinished, kind)(tmp_path / name)
        assert len(os.fsencode(made.path.name)) <= 255 and made.path.name.startswith(".")
        if letter != "\udcff":
            made.path.name.encode()
        other = getattr(unfinished, kind)(tmp_path / (name[:-5] + "z.png"))
        assert made.path.with_suffix("") != other.path.with_suffix(""), "names of equal length are told apart"
        made.become(tmp_path / name)
        other.remove()
    assert len(remaining(tmp_path)) == 3


def test_what_was_left_of_a_long_name_goes_too(tmp_path: Path) -> None:
    place = tmp_path / ("y" * 251 + ".png")
    killed("unfinished_file", place)
    write_bytes(place, b"whole")
    assert remaining(tmp_path) == [place.name]


def test_names_that_no_file_can_have_are_unwritable(tmp_path: Path) -> None:
    for place in (tmp_path / ("y" * 252 + ".png"), tmp_path / ("y" * 300) / "a.png"):
        with pytest.raises(FileUnwritable, match="File name too long"):
            write_bytes(place, b"data")
        with pytest.raises(FileUnwritable, match="File name too long"):
            sink_of(place)
    assert not remaining(tmp_path)


def test_what_others_write_and_own_stays(tmp_path: Path) -> None:
    foreign = (".a.png.part", ".a.png.0a1b2c3d.part", ".b.png.refdec-0.part", "a.png.part", ".a.png.refdec-x.part")
    for name in foreign:
        (tmp_path / name).write_bytes(b"theirs")
    (tmp_path / "target").write_bytes(b"theirs")
    (tmp_path / ".a.png.refdec-1.part").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / ".a.png.refdec-2.part")
    living = AtomicFile(tmp_path / "a.png")
    living.write(b"first")
    write_bytes(tmp_path / "a.png", b"second")
    assert (tmp_path / "a.png").read_bytes() == b"second"
    living.commit()
    assert (tmp_path / "a.png").read_bytes() == b"first"
    kept = {*foreign, "a.png", "target", ".a.png.refdec-1.part", ".a.png.refdec-2.part"}
    assert remaining(tmp_path) == sorted(kept) and (tmp_path / "target").read_bytes() == b"theirs"


def test_the_living_of_another_process_stays(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from refdec.formats.unfinished import unfinished_folder\n"
        "made = unfinished_folder(Path(sys.argv[1])); print(made.path, flush=True); sys.stdin.read()\n"
        "made.become(Path(sys.argv[1]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "out")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        place = Path(process.stdout.readline().strip())
        unfinished_folder(tmp_path / "out").remove()
        assert place.is_dir()
        process.stdin.close()
    assert remaining(tmp_path) == ["out"]


def test_more_writers_than_names_are_served(tmp_path: Path) -> None:
    made = [unfinished_file(tmp_path / "a") for _ in range(unfinished.NAMES + 2)]
    assert len({each.path for each in made}) == len(made)
    for each in made:
        each.remove()
    assert not remaining(tmp_path)


def test_a_name_that_is_free_again_is_not_removed_twice(tmp_path: Path) -> None:
    first = unfinished_folder(tmp_path / "a")
    first.become(tmp_path / "a")
    second = unfinished_folder(tmp_path / "a")
    assert second.path == first.path
    first.remove()
    assert second.path.is_dir()
    second.remove()


def without_locks(patch: pytest.MonkeyPatch) -> None:
    """A system that has none."""
    patch.setattr(unfinished, "_HAVE_LOCKS", False)


def locks_refused(patch: pytest.MonkeyPatch) -> None:
    """A file system that has none."""

    def refused(descriptor: int, operation: int) -> None:
        raise OSError("no locks here")

    patch.setattr(fcntl, "flock", refused)


@pytest.mark.parametrize("lacking", [without_locks, locks_refused])
def test_without_locks_nothing_is_removed_and_all_is_written(
    lacking: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left = killed("unfinished_file", tmp_path / "a")
    lacking(monkeypatch)
    write_bytes(tmp_path / "a", b"whole")
    assert remaining(tmp_path) == [left.name, "a"]
    unfinished_folder(tmp_path / "a").remove()
    assert remaining(tmp_path) == [left.name, "a"]


def test_what_is_taken_away_before_it_is_locked_is_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real, struck = fcntl.flock, list[int]()

    def late(descriptor: int, operation: int) -> None:
        if not struck:
            struck.append(descriptor)
            unfinished._remove_abandoned(tmp_path / ".a.refdec-0.part")
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    made = unfinished_file(tmp_path / "a")
    assert made.path.exists() and struck
    made.become(tmp_path / "a")
    assert remaining(tmp_path) == ["a"]


def test_what_nobody_ends_lets_go_of_its_descriptor(tmp_path: Path) -> None:
    descriptor = unfinished_file(tmp_path / "a").descriptor
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_folder_that_is_not_there_is_the_systems_own_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        unfinished_file(tmp_path / "none" / "a")
    assert isinstance(unfinished_file(tmp_path / "a"), Unfinished)
