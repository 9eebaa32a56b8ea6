"""Files of kernels: whole ones come back, nothing else does, and trouble is told instead of raised."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from refdec import kernel_store
from refdec.kernel_store import MARK, CacheTrouble, KernelStore

ROOM, NAME, KEY = "refdec.some.kernels", "add", b"key"
CODE = b"machine code" * 100
needs_users = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owners here")


class Desk:
    """A store, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.told: list[CacheTrouble] = []
        self.store = KernelStore(folder, self.told.append)

    def load(self) -> bytes | None:
        return self.store.load(ROOM, NAME, KEY)

    def save(self) -> bool:
        return self.store.save(ROOM, NAME, KEY, CODE)

    @property
    def path(self) -> Path:
        return self.store.path(ROOM, NAME, KEY)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "cache")


def test_what_is_saved_comes_back(desk: Desk) -> None:
    assert desk.load() is None
    assert desk.save()
    assert desk.load() == CODE
    assert desk.told == []
    assert [path.name for path in desk.path.parent.iterdir()] == [desk.path.name]


def test_another_key_is_another_file(desk: Desk) -> None:
    """So a shared home serves machines with different processors side by side."""
    desk.save()
    assert desk.store.load(ROOM, NAME, b"another processor") is None
    desk.store.save(ROOM, NAME, b"another processor", b"other code")
    assert desk.load() == CODE
    assert desk.told == []


def test_a_file_under_the_name_of_another_key_does_not_count(desk: Desk) -> None:
    desk.save()
    other = desk.store.path(ROOM, NAME, b"another")
    desk.path.replace(other)
    assert desk.store.load(ROOM, NAME, b"another") is None


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "cut in the mark": lambda whole: whole[:7],
    "cut in the sum": lambda whole: whole[: len(MARK) + 5],
    "without code": lambda whole: whole[: len(MARK) + 32],
    "cut": lambda whole: whole[:-1],
    "longer": lambda whole: whole + b"x",
    "one bit": lambda whole: whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:],
    "random": lambda whole: bytes(range(256)) * 4,
    "a pickle": lambda whole: b"\x80\x04]\x94.",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_told_and_deleted(damage: str, desk: Desk) -> None:
    desk.save()
    desk.path.write_bytes(DAMAGE[damage](desk.path.read_bytes()))
    assert desk.load() is None
    assert not desk.path.exists()
    (told,) = desk.told
    assert not told.lasting and str(desk.path) in str(told) and "damaged" in str(told)
    assert desk.save()
    assert desk.load() == CODE


def test_a_folder_in_place_of_a_file_stays_and_is_told(desk: Desk) -> None:
    desk.path.mkdir(parents=True)
    assert desk.load() is None
    assert not desk.save()
    assert all(told.lasting for told in desk.told) and len(desk.told) == 2
    assert list(desk.path.parent.iterdir()) == [desk.path]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(desk: Desk) -> None:
    desk.path.parent.mkdir(parents=True)
    os.mkfifo(desk.path)
    assert desk.load() is None
    assert "something else" in str(desk.told[0])


def test_a_link_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    desk.save()
    elsewhere = tmp_path / "elsewhere"
    desk.path.replace(elsewhere)
    desk.path.symlink_to(elsewhere)
    assert desk.load() is None


@pytest.mark.parametrize("level", [0, 1], ids=["in place of the folder", "in place of a room"])
def test_a_file_in_place_of_a_folder(level: int, desk: Desk) -> None:
    place = desk.path.parents[1 - level]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("in the way")
    assert desk.load() is None
    assert not desk.save()
    (told,) = desk.told
    assert told.lasting and str(desk.path) in str(told)
    assert place.read_text() == "in the way"


def test_a_full_disk_names_the_file_and_leaves_no_part(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that cannot be finished is removed; here the disk is full when it gets its name."""

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert not desk.save()
    (told,) = desk.told
    assert str(told) == f"{desk.path}: No space left on device" and told.lasting
    assert list(desk.path.parent.iterdir()) == []


def test_an_interrupt_leaves_no_part(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        desk.save()
    assert list(desk.path.parent.iterdir()) == []


def test_damage_in_a_folder_that_cannot_be_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.save()
    desk.path.write_bytes(b"")

    def refused(self: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refused)
    assert desk.load() is None
    assert desk.told[0].lasting and "Permission denied" in str(desk.told[0])


@needs_users
def test_what_anyone_may_have_written_does_not_count(desk: Desk) -> None:
    desk.save()
    desk.path.chmod(desk.path.stat().st_mode | stat.S_IWOTH)
    assert desk.load() is None
    assert "may be written by anyone" in str(desk.told[0])


@pytest.fixture
def program_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the program belong to who runs it, and nobody else write it, whatever this checkout allows."""
    facts: list[Any] = list(Path(kernel_store.__file__).stat())
    facts[stat.ST_MODE] = stat.S_IFREG | 0o644
    monkeypatch.setattr(kernel_store, "_program", lambda: os.stat_result(facts))


@needs_users
@pytest.mark.parametrize(("bit", "who"), [(stat.S_IWGRP, "its group"), (stat.S_IWOTH, "anyone")])
def test_a_file_that_others_may_have_written_is_made_again(
    bit: int, who: str, desk: Desk, program_of_one: None
) -> None:
    """Found: one that a group may write was believed, and one that all may write was compiled in every process."""
    desk.save()
    desk.path.chmod(desk.path.stat().st_mode | bit)
    assert desk.load() is None and not desk.path.exists()
    (told,) = desk.told
    assert str(told) == f"{desk.path}: may be written by {who}, deleted" and not told.lasting
    assert desk.save() and desk.load() == CODE


@needs_users
@pytest.mark.parametrize(("bit", "who"), [(stat.S_IWGRP, "its group"), (stat.S_IWOTH, "anyone")])
@pytest.mark.parametrize("level", [0, 1], ids=["folder", "room"])
def test_folders_into_which_others_may_put_something_do_not_count(
    bit: int, who: str, level: int, desk: Desk, program_of_one: None
) -> None:
    """Found: who may write a folder puts other files in place of those in it."""
    desk.save()
    place = desk.path.parents[1 - level]
    place.chmod(place.stat().st_mode | bit)
    assert desk.load() is None and not desk.save() and desk.path.exists()
    assert [str(told) for told in desk.told] == [f"{place}: may be written by {who} (chmod go-w takes that away)"] * 2
    assert all(told.lasting for told in desk.told)
    place.chmod(0o755)
    assert desk.load() == CODE


@needs_users
def test_a_folder_of_another_user_does_not_count(desk: Desk, program_of_one: None) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives folders away")
    desk.save()
    os.chown(desk.path.parent, 4321, 4321)
    assert desk.load() is None and not desk.save()
    assert str(desk.told[0]) == f"{desk.path.parent}: belongs to another user"


@needs_users
def test_a_folder_like_tmp_counts(desk: Desk) -> None:
    """All may add to it, but nobody replaces what is another's."""
    desk.store.folder.mkdir()
    desk.store.folder.chmod(0o1777)
    assert desk.save() and desk.load() == CODE and desk.told == []


@needs_users
def test_who_may_write_the_program_may_write_its_kernels(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each user has a group, all files are often its to write."""
    desk.save()
    facts: list[Any] = list(desk.path.stat())
    facts[stat.ST_MODE] |= stat.S_IWGRP
    desk.path.chmod(0o664)
    monkeypatch.setattr(kernel_store, "_program", lambda: os.stat_result(facts))
    assert desk.load() == CODE
    facts[stat.ST_GID] += 1
    assert desk.load() is None and "its group" in str(desk.told[0])


@needs_users
def test_what_is_kept_none_but_the_user_may_write(desk: Desk) -> None:
    """Found: with umask 0, as services have it, each process compiled what the one before had kept."""
    before = os.umask(0)
    try:
        desk.save()
    finally:
        os.umask(before)
    assert desk.load() == CODE and desk.told == []
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (desk.path, desk.path.parent, desk.store.folder)]
    assert modes == [0o644, 0o755, 0o755]


@needs_users
def test_what_belongs_to_another_user_does_not_count(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.save()
    owner = desk.path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    here = Path(kernel_store.__file__)
    if owner not in {0, here.stat().st_uid}:
        assert desk.load() is None
    elif os.geteuid is not None and os.getuid() == 0:
        os.chown(desk.path, 4321, 4321)
        assert desk.load() is None
    else:
        assert desk.load() == CODE, "who may change the program may change its kernels"
        return
    assert "another user" in str(desk.told[0])


def test_two_processes_that_save_the_same_leave_one_whole_file(desk: Desk) -> None:
    code = (
        "import sys; from pathlib import Path; from refdec.kernel_store import KernelStore\n"
        "store = KernelStore(Path(sys.argv[1]), lambda told: sys.exit(str(told)))\n"
        f"for _ in range(200): store.save({ROOM!r}, {NAME!r}, {KEY!r}, {CODE!r})\n"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code, str(desk.store.folder)]
    both = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE) for _ in range(2)]
    for _ in range(50):
        assert desk.load() in {None, CODE}
    assert [(one.communicate()[1], one.returncode) for one in both] == [(b"", 0)] * 2
    assert desk.told == [] and desk.load() == CODE
    assert list(desk.path.parent.iterdir()) == [desk.path]


def test_a_small_file_reserves_little(desk: Desk) -> None:
    """Found: 64 MB were reserved for each kernel, and heaps grew by them."""
    desk.save()
    tracemalloc.start()
    try:
        assert desk.load() == CODE
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


DAY = 86_400


@pytest.fixture
def many(desk: Desk) -> list[Path]:
    """Return files of one kernel, as twelve builds left them behind; each but the first was used a day earlier."""
    now, paths = time.time(), list[Path]()
    for n in range(12):
        desk.store.save(ROOM, NAME, b"build %d" % n, CODE)
        paths.append(desk.store.path(ROOM, NAME, b"build %d" % n))
        os.utime(paths[-1], (now - n * DAY - 60,) * 2)
    kernel_store.clean.cache_clear()
    return paths


def test_what_older_builds_left_behind_goes_when_something_is_kept(desk: Desk, many: list[Path]) -> None:
    """Found: 208 files of one kernel in a folder of 387 MB.  Eight stay, and what was used in the last seven days."""
    other = desk.store.path(ROOM, "another", b"build 1")
    desk.store.save(ROOM, "another", b"build 1", CODE)
    os.utime(other, (time.time() - 1000 * DAY,) * 2)
    kernel_store.clean.cache_clear()
    assert desk.save(), "the twelfth and thirteenth kernel of the name"
    assert [path.exists() for path in many] == [True] * 7 + [False] * 5
    assert other.exists(), "it is the only one of its name, however old"
    assert desk.load() == CODE and desk.told == []


def test_what_is_used_stays(desk: Desk, many: list[Path]) -> None:
    """Whichever build uses it: reading it says so."""
    assert desk.store.load(ROOM, NAME, b"build 11") == CODE
    assert time.time() - many[11].stat().st_mtime < DAY
    desk.save()
    assert [path.exists() for path in many] == [True] * 7 + [False] * 4 + [True]


def test_many_that_are_used_all_stay(desk: Desk, many: list[Path]) -> None:
    for path in many:
        os.utime(path, (time.time() - 6 * DAY,) * 2)
    desk.save()
    assert all(path.exists() for path in many)


def test_a_use_is_not_written_down_twice_a_day(desk: Desk) -> None:
    desk.save()
    os.utime(desk.path, (at := time.time() - DAY / 2,) * 2)
    assert desk.load() == CODE
    assert desk.path.stat().st_mtime == pytest.approx(at)


def test_parts_of_killed_processes_go_and_what_is_not_ours_stays(desk: Desk, many: list[Path]) -> None:
    room, numba = many[0].parent, desk.store.folder / "kernels_0b1f0cfe"
    theirs = [
        room / "notes.txt",
        room / f"{NAME}-12.py311.1.nbc",
        numba / f"{NAME}-12.py311.1.nbc",
        numba / many[0].name,
    ]
    numba.mkdir()
    old, new = (room / f".{NAME}.{digit * 16}.part" for digit in "ab")
    for path in (*theirs, old, new):
        path.write_bytes(b"")
        os.utime(path, (time.time() - 400 * DAY,) * 2)
    new.touch()
    (room / f"{NAME}-{'c' * 24}.nbc").mkdir()
    desk.save()
    assert not old.exists() and new.exists() and all(path.exists() for path in theirs)
    assert (room / f"{NAME}-{'c' * 24}.nbc").is_dir()


def test_a_process_cleans_once(desk: Desk, many: list[Path]) -> None:
    desk.save()
    many[11].write_bytes(b"")
    os.utime(many[11], (0, 0))
    desk.store.save(ROOM, NAME, b"one more", CODE)
    assert many[11].exists()


def test_what_cannot_be_deleted_stays_without_a_word(
    desk: Desk, many: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refused)
    assert desk.save() and all(path.exists() for path in many) and desk.told == []


def test_several_processes_clean_at_the_same_time(desk: Desk, many: list[Path]) -> None:
    code = "import sys; from pathlib import Path; from refdec.kernel_store import KernelStore\n"
    code += f"assert KernelStore(Path({str(desk.store.folder)!r}), print).save({ROOM!r}, {NAME!r}, {KEY!r}, {CODE!r})"
    both = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    assert [(one.communicate()[1], one.returncode) for one in both] == [(b"", 0)] * 3
    assert [path.exists() for path in many] == [True] * 7 + [False] * 5 and desk.load() == CODE
