"""What users found about databases of descriptors: two who write at once, names of bytes, processes that are killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from refdec_tasks.retrieval import Retrieval
from refdec_tasks.retrieval import database as module

from refdec.errors import ExitCode
from refdec.plugins.api import ActionInput, Refusal, Unusable
from refdec.plugins.calls import action_of, options_for, run_action
from tests.sample_bundles import FINGERPRINT
from tests.unit.plugins.support import task_guest
from tests.unit.tasks.retrieval.test_database import descriptor, filled

ROOT = Path(__file__).resolve().parents[2]
STREAM = ROOT / "tests" / "golden" / "streams" / "kodim21_m1_+0_64x64.jai"
SLOW = """
import sys, time
from pathlib import Path
from refdec_tasks.retrieval import Retrieval
from refdec.plugins.api import ActionInput, NamedBundle
from refdec.plugins.calls import action_of, options_for, run_action
from tests.sample_bundles import sample_bundle
from tests.unit.plugins.support import task_guest

path, name, count, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])

def pictures():
    for number in range(count):
        time.sleep(seconds)  # decoding
        yield NamedBundle(f"{name}{number}", sample_bundle("latent", number))

guest = task_guest(Retrieval())
action = action_of(guest, "index")
given = ActionInput(options_for(guest, {}, action), None, {"DIR": pictures()}, {}, {"DB": Path(path)})
print(dict(run_action(guest, action, given).values))
"""


def slow(path: Path, name: str, count: int, seconds: float) -> subprocess.Popen[str]:
    """Start a process that indexes pictures which take their time."""
    roots = [str(ROOT / part) for part in ("", "encoders", "tasks", "spec_tables")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*roots, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-c", SLOW, str(path), name, str(count), str(seconds)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )


def count_in(path: Path) -> int:
    """Return how many pictures are in a database, 0 while there is none."""
    if not path.is_file() or not path.stat().st_size:
        return 0
    with module.open_existing(path) as database:
        return len(database)


def test_two_write_and_one_asks_at_once(tmp_path: Path) -> None:
    """The first held the file while it decoded; the second gave up after five seconds, and its work was lost."""
    path = tmp_path / "a.db"
    running = [slow(path, name, 4, 2.0) for name in ("left", "right")]
    seen = set()
    while any(process.poll() is None for process in running):
        seen.add(count_in(path))
        if seen - {0}:
            with module.open_existing(path) as database:
                assert database.most_similar(descriptor(1), 3)
        time.sleep(0.2)
    for process in running:
        out, err = process.communicate()
        assert process.returncode == 0 and "'added': 4" in out, err
    assert count_in(path) == 8 and len(seen) > 3  # they came one by one


def test_what_was_done_survives_a_kill_and_is_not_done_again(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    process = slow(path, "p", 50, 0.2)
    try:
        deadline = time.monotonic() + 120
        while count_in(path) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = count_in(path)
    assert 2 <= done < 50
    with module.open_existing(path) as database:
        assert sorted(database.names()) == sorted(f"p{number}" for number in range(done))


def test_resuming_decodes_only_what_is_missing(tmp_path: Path) -> None:
    album, path = tmp_path / "album", tmp_path / "a.db"
    album.mkdir()
    for name in ("a", "b"):
        shutil.copy(STREAM, album / f"{name}.jai")
    command = [sys.executable, "-m", "refdec.cli", "task", "retrieval", "index", str(album), str(path), "--json"]

    def values(*more: str) -> dict[str, int]:
        done = subprocess.run([*command, *more], capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["result"]["values"]

    assert values() == {"added": 2, "replaced": 0, "pictures": 2}
    for name in ("a", "b"):
        (album / f"{name}.jai").write_bytes(b"\xff\x80 what would fail to decode")
    shutil.copy(STREAM, album / "c.jai")
    assert values("--option", "resume=yes") == {"added": 1, "replaced": 0, "pictures": 3}


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_a_name_of_bytes_is_indexed_and_found(tmp_path: Path) -> None:
    """One such name lost the whole index."""
    album, path = tmp_path / "album", tmp_path / os.fsdecode(b"db\xff.db")
    album.mkdir()
    raw = album / os.fsdecode(b"raw\xff.jai")
    shutil.copy(STREAM, raw)
    command = [sys.executable, "-m", "refdec.cli", "task", "retrieval"]
    for _ in range(2):
        done = subprocess.run([*command, "index", str(album), str(path)], capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0 and "pictures  1" in done.stdout, done.stderr
    query = [*command, "query", str(raw), str(path), "--json", "--picture", str(tmp_path / "a.png")]
    done = subprocess.run(query, capture_output=True, text=True, cwd=ROOT)
    assert json.loads(done.stdout)["result"]["labels"][0]["name"] == str(raw), done.stderr


def index(path: Path) -> None:
    guest = task_guest(Retrieval())
    action = action_of(guest, "index")
    core = None
    bundles: Any = {"DIR": iter(lambda: pytest.fail("something was decoded first"), None)}
    values = options_for(guest, {}, action)
    run_action(guest, action, ActionInput(values, core, bundles, {}, {"DB": path}))  # type: ignore[arg-type]


def test_a_file_that_is_kept_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.2)
    path = filled(tmp_path / "a.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for act in (index, count_in):
            with pytest.raises(Unusable, match=r"a\.db was kept by another process for 0\.2 seconds") as caught:
                act(path)
            assert caught.value.exit_code == ExitCode.IO and "resume=yes" in caught.value.explain()
    assert count_in(path) == 5


def test_places_that_cannot_be_written_are_found_before_anything_is_decoded(tmp_path: Path) -> None:
    damaged = filled(tmp_path / "damaged.db")
    damaged.write_bytes(damaged.read_bytes()[:4096] + b"\x13" * 8192)
    places = [tmp_path, tmp_path / "none" / "a.db", damaged]
    if os.geteuid():
        locked = tmp_path / "locked"
        locked.mkdir()
        places.append(filled(locked / "a.db"))
        locked.chmod(0o555)
    for place in places:
        with pytest.raises(Unusable, match=r"cannot be (used|made) as a database of descriptors") as caught:
            index(place)
        assert caught.value.exit_code == ExitCode.IO
    if os.geteuid():
        assert count_in(locked / "a.db") == 5
        locked.chmod(0o755)


def test_a_model_of_others_is_refused_between_two_writers(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.db", 0)
    with module.create_or_open(path) as database:
        database.require_weights(FINGERPRINT)
        database.put(module.Entry("a", 1, 1, descriptor(1)), FINGERPRINT)
    with pytest.raises(Refusal, match="nothing in common"), module.create_or_open(path) as database:
        database.put(module.Entry("b", 1, 1, descriptor(2)), "cd" * 32)
    assert count_in(path) == 1
