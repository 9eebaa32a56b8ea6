"""The database of `retrieval`: one SQLite file, of one model, and nothing else's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from refdec_tasks.retrieval import Retrieval, refdec_tasks
from refdec_tasks.retrieval.database import SCHEMA_VERSION, Entry, create_or_open, open_existing
from refdec_tasks.retrieval.descriptor import ENTRIES
from refdec_tasks.retrieval.kinds import kind_named

from refdec.plugins.api import ActionInput, ComponentLatents, Embedding, Labels, NamedBundle, Refusal, Scalars
from refdec.plugins.calls import action_of, options_for, run_action, run_task
from tests.sample_bundles import FINGERPRINT, sample_bundle, sample_headers
from tests.unit.plugins.support import task_guest

GUEST = task_guest(Retrieval())
CORE: Any = object()


def descriptor(seed: int) -> Any:
    return np.random.default_rng(seed).integers(0, 128, ENTRIES).astype(np.int8)


def entry(name: str, seed: int) -> Entry:
    return Entry(name, 100, 80, descriptor(seed))


def filled(path: Path, count: int = 5) -> Path:
    with create_or_open(path) as database:
        for seed in range(count):
            assert not database.put(entry(f"{seed}.jai", seed), FINGERPRINT)
    return path


def test_what_was_put_in_is_found_first(tmp_path: Path) -> None:
    with open_existing(filled(tmp_path / "a.db")) as database:
        assert len(database) == 5
        assert database.weights_fingerprint == FINGERPRINT
        for seed in range(5):
            found = database.most_similar(descriptor(seed), 3)
            assert len(found) == 3
            assert found[0][0] == f"{seed}.jai"
            assert found[0][1] == pytest.approx(1)
            assert found[0][1] > found[1][1] >= found[2][1]


def test_a_name_is_kept_once(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.db", 2)
    with create_or_open(path) as database:
        assert database.put(entry("1.jai", 9), FINGERPRINT)
    with open_existing(path) as database:
        assert len(database) == 2
        assert database.most_similar(descriptor(9), 1)[0][0] == "1.jai"


def test_one_picture_alone_is_found(tmp_path: Path) -> None:
    with open_existing(filled(tmp_path / "a.db", 1)) as database:
        ((name, score),) = database.most_similar(descriptor(0), 5)
    assert (name, round(score, 6)) == ("0.jai", 1.0)


def test_an_empty_database_finds_nothing(tmp_path: Path) -> None:
    with create_or_open(tmp_path / "a.db") as database:
        assert database.most_similar(descriptor(0), 5) == []


def test_latents_of_other_weights_are_refused(tmp_path: Path) -> None:
    with create_or_open(filled(tmp_path / "a.db")) as database, pytest.raises(Refusal, match="a database for each"):
        database.put(entry("x.jai", 1), "cd" * 32)


def test_an_error_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.db", 2)
    with pytest.raises(ZeroDivisionError), create_or_open(path) as database:
        database.put(entry("x.jai", 7), FINGERPRINT)
        raise ZeroDivisionError
    with open_existing(path) as database:
        assert len(database) == 2


def test_there_must_be_a_database(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no database"), open_existing(tmp_path / "a.db"):
        pass
    assert not (tmp_path / "a.db").exists()


def alter(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (f"PRAGMA user_version = {SCHEMA_VERSION + 1}", "schema 2"),
        ("PRAGMA application_id = 1", "something else"),
        ("UPDATE facts SET value = '0' WHERE name = 'descriptor_version'", "version 0"),
    ],
)
def test_other_databases_are_refused(tmp_path: Path, statement: str, reason: str) -> None:
    path = filled(tmp_path / "a.db")
    alter(path, statement)
    for opened in (open_existing, create_or_open):
        with pytest.raises(Refusal, match=reason), opened(path):
            pass


def test_a_stranger_s_database_is_not_written_into(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    alter(path, "CREATE TABLE facts (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(Refusal, match="something else"), create_or_open(path):
        pass
    assert path.read_bytes() == before


def test_what_is_no_database_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"not a database, and long enough to be looked at " * 20)
    for opened in (open_existing, create_or_open):
        with pytest.raises(Refusal, match=r"a\.db cannot be used"), opened(path):
            pass


def test_damage_is_noticed(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.db")
    alter(path, "UPDATE pictures SET descriptor = x'00' WHERE name = '3.jai'")
    with pytest.raises(Refusal, match="damaged"), open_existing(path) as database:
        database.most_similar(descriptor(1), 1)


def act(name: str, argument: str, bundles: list[NamedBundle], path: Path, **options: object) -> Any:
    action = action_of(GUEST, name)
    values = options_for(GUEST, options, action)
    return run_action(GUEST, action, ActionInput(values, CORE, {argument: bundles}, {}, {"DB": path}))


def named(seed: int, headers: Any = None) -> NamedBundle:
    """A bundle whose channels are of a strength of their own, as those of pictures are."""
    bundle = sample_bundle("latent", seed, headers)
    strength = np.random.default_rng(seed).integers(1, 40, (160, 1, 1)).astype(np.int32)

    def part(component: ComponentLatents) -> ComponentLatents:
        assert component.latent_q18 is not None
        return replace(component, latent_q18=component.latent_q18 * strength[: len(component.latent_q18)])

    return NamedBundle(f"{seed}.jai", replace(bundle, luma=part(bundle.luma), chroma=part(bundle.chroma)))


def test_index_then_query(tmp_path: Path) -> None:
    assert [task.name for task in refdec_tasks()] == ["retrieval"]
    path = tmp_path / "a.db"
    pictures = [named(seed) for seed in range(1, 7)]
    first = act("index", "DIR", pictures, path)
    assert isinstance(first, Scalars)
    assert dict(first.values) == {"added": 6, "replaced": 0, "pictures": 6}
    assert dict(act("index", "DIR", pictures[:2], path).values) == {"added": 0, "replaced": 2, "pictures": 6}
    for picture in pictures:
        labels = act("query", "IN", [picture], path, top=2)
        assert isinstance(labels, Labels)
        assert len(labels.labels) == 2
        assert labels.labels[0].name == picture.name
    strange = named(1, sample_headers(weights_fingerprint="cd" * 32))
    with pytest.raises(Refusal, match="nothing in common"):
        act("query", "IN", [strange], path)


def test_run_returns_the_descriptor() -> None:
    result = run_task(GUEST, sample_bundle("latent"), options_for(GUEST, {}), CORE)
    assert isinstance(result, Embedding)
    assert result.vector.size == ENTRIES


def test_a_database_holds_one_kind(tmp_path: Path) -> None:
    path, old = tmp_path / "kinds.db", filled(tmp_path / "a.db", 2)
    kind = kind_named("meaning")
    vector = np.random.default_rng(3).integers(-127, 128, kind.entries).astype(np.int8)
    with create_or_open(path, "meaning") as database:
        assert (database.kind.name, database.kind.entries, database.kind.centred) == ("meaning", 128, False)
        database.put(Entry("a.jai", 10, 10, vector), FINGERPRINT)
        database.put(Entry("b.jai", 10, 10, (-vector).astype(np.int8)), FINGERPRINT)
    with open_existing(path) as database:
        (_, first), (_, second) = database.most_similar(vector, 2)
        assert database.kind.name == "meaning" and (round(first, 5), round(second, 5)) == (1, -1), "cosine, as it is"
    for opened in (open_existing, create_or_open):
        with pytest.raises(Refusal, match="by meaning, not by duplicates"), opened(path, "duplicates"):
            pass
        with pytest.raises(Refusal, match="by duplicates, not by meaning"), opened(old, "meaning"):
            pass
    with open_existing(old) as database:
        assert database.kind.name == "duplicates" and database.kind.entries == ENTRIES
    alter(path, "UPDATE facts SET value = 'taste' WHERE name = 'descriptor_kind'")
    with pytest.raises(Refusal, match="by taste"), open_existing(path):
        pass


def test_vectors_of_other_heads_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with create_or_open(path, "meaning"):
        pass
    alter(path, "UPDATE facts SET value = 'meaning 0' WHERE name = 'descriptor_version'")
    with pytest.raises(Refusal, match="Index the pictures again"), open_existing(path):
        pass
