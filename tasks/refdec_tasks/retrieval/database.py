"""Descriptors of one kind in one SQLite file, with the fingerprint of the weights that they come from.

In: names and descriptors.  Out: the names of the most similar ones, with scores -1..1.  A file of something else, and
one of another schema, kind of descriptors, version of these or model, is refused.
"""

from __future__ import annotations

import heapq
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from refdec.plugins.api import Int8Array, Refusal, Unusable
from refdec_tasks.retrieval.descriptor import unit_rows
from refdec_tasks.retrieval.kinds import DUPLICATES, KINDS, Kind, kind_named

__all__ = ["SCHEMA_VERSION", "Database", "Entry", "create_or_open", "open_existing", "prove_place"]

SCHEMA_VERSION = 1
APPLICATION_ID = 0x4A414952
"""Marks the file as ours ("JAIR"), so that no other SQLite file is written into."""
TABLES = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE pictures (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, width INTEGER NOT NULL, "
    "height INTEGER NOT NULL, descriptor BLOB NOT NULL)",
)
"""A name is text; that of a file whose name is no UTF-8 is its bytes."""
CHUNK = 4096
SQLITE_START = b"SQLite format 3\0"
ORDER = "The codestreams stand first, then the database:  refdec task retrieval index DIR DB"
WAIT_SECONDS = 60.0
"""How long one process waits for another; each holds the file for the moment of one change or of a piece of reading."""
PRIOR = 8
"""The mean over the database counts as if so many descriptors of zeros were in it: few pictures say little."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture to be kept: its name, its size in luma samples, and its descriptor, int8 of its kind's length."""

    name: str
    width: int
    height: int
    descriptor: Int8Array


class Database:
    """An open database; see `create_or_open` and `open_existing`."""

    def __init__(self, connection: sqlite3.Connection, path: Path, kind: Kind) -> None:
        self._connection, self._path, self.kind = connection, path, kind

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM pictures").fetchone()[0])

    @property
    def weights_fingerprint(self) -> str:
        """Fingerprint of the weights that the descriptors come from; empty while there are none."""
        return self._facts().get("weights_fingerprint", "")

    def _facts(self) -> Mapping[str, str]:
        return dict(self._connection.execute("SELECT name, value FROM facts"))

    def require_weights(self, fingerprint: str) -> None:
        """Bind an empty database to weights.  Raises Refusal for latents of others than it is bound to."""
        bound = self.weights_fingerprint
        if bound and bound != fingerprint:
            raise Refusal(
                f"{self._path} holds descriptors of the weights {bound[:16]}..., and these latents are of "
                f"{fingerprint[:16]}...: they have nothing in common.  Use a database for each."
            )

    def prove_writable(self) -> None:
        """Write something that changes nothing.  Raises sqlite3.Error where that cannot be."""
        self._connection.execute("UPDATE facts SET value = value")

    def names(self) -> Iterator[str]:
        """Yield the names of all pictures."""
        for (name,) in self._connection.execute("SELECT name FROM pictures"):
            yield _as_name(name)

    def put(self, entry: Entry, weights_fingerprint: str) -> bool:
        """Keep a picture; return whether one of this name was replaced.  Raises Refusal for other weights."""
        self.require_weights(weights_fingerprint)
        name = _stored(entry.name)
        known = self._connection.execute("SELECT 1 FROM pictures WHERE name = ?", (name,)).fetchone()
        fact = ("weights_fingerprint", weights_fingerprint)
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", fact)
        row = (name, entry.width, entry.height, entry.descriptor.tobytes())
        self._connection.execute(
            "INSERT INTO pictures (name, width, height, descriptor) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE "
            "SET width = excluded.width, height = excluded.height, descriptor = excluded.descriptor",
            row,
        )
        return known is not None

    def _chunks(self) -> Iterator[tuple[list[str], npt.NDArray[np.int8]]]:
        """Yield names and descriptors [n, entries] in pieces: memory does not grow with the database, and whoever
        writes need not wait for the end.
        """
        statement = "SELECT id, name, descriptor FROM pictures WHERE id > ? ORDER BY id LIMIT ?"
        last = 0
        while rows := self._connection.execute(statement, (last, CHUNK)).fetchall():
            last = rows[-1][0]
            blobs = [blob for _, _, blob in rows]
            entries = self.kind.entries
            if any(not isinstance(blob, bytes) or len(blob) != entries for blob in blobs):
                raise Unusable(f"{self._path} is damaged: a descriptor has not {entries} bytes.")
            yield [_as_name(name) for _, name, _ in rows], np.frombuffer(b"".join(blobs), np.int8).reshape(-1, entries)

    def _centre(self) -> npt.NDArray[np.float32] | None:
        """Return what the pictures have in common: the mean of their unit descriptors, smaller for few pictures.

        None for a kind that is compared as it is.
        """
        if not self.kind.centred:
            return None
        total, count = np.zeros(self.kind.entries), 0
        for names, descriptors in self._chunks():
            total += unit_rows(descriptors).sum(axis=0, dtype=np.float64)
            count += len(names)
        return (total / (count + PRIOR)).astype(np.float32)

    def most_similar(self, descriptor: Int8Array, top: int) -> list[tuple[str, float]]:
        """Return the `top` best (name, score), best first: the cosine of the descriptors (less their common part)."""
        centre = self._centre()
        query = unit_rows(descriptor[None, :], centre)[0]
        best: list[tuple[float, str]] = []
        for names, descriptors in self._chunks():
            scores = (unit_rows(descriptors, centre) @ query).tolist()
            best = heapq.nsmallest(top, [*best, *((-score, name) for score, name in zip(scores, names, strict=True))])
        return [(name, -negative) for negative, name in best]


def _kind_of(connection: sqlite3.Connection, path: Path, wanted: str | None) -> Kind:
    """Return the kind of the descriptors in a file.

    Raises Refusal unless it is a database that this version understands, of the wanted kind if there is one.
    """
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    schema = connection.execute("PRAGMA user_version").fetchone()[0]
    if mark != APPLICATION_ID:
        raise Refusal(f"{path} is a database of something else, not of descriptors.")
    if schema != SCHEMA_VERSION:
        raise Refusal(f"{path} has the schema {schema}, this refdec reads {SCHEMA_VERSION}.  Index the pictures again.")
    facts = dict(connection.execute("SELECT name, value FROM facts"))
    name = facts.get("descriptor_kind", DUPLICATES)
    if name not in KINDS:
        raise Refusal(f"{path} finds pictures by {name}, this refdec by {' or '.join(KINDS)}.")
    if wanted not in {None, name}:
        raise Refusal(
            f"{path} finds pictures by {name}, not by {wanted}: descriptors of two kinds have nothing in common.  "
            "Use a database for each."
        )
    kind = kind_named(name)
    if facts.get("descriptor_version") != kind.version:
        raise Refusal(
            f"{path} holds descriptors of version {facts.get('descriptor_version')}, this refdec makes "
            f"{kind.version}.  Index the pictures again."
        )
    return kind


def _create(connection: sqlite3.Connection, kind: Kind) -> None:
    """Make an empty database of a kind; that of `duplicates` is what it was before there were others."""
    named = [] if kind.name == DUPLICATES else [("descriptor_kind", kind.name)]
    for statement in (
        *TABLES,
        f"PRAGMA application_id = {APPLICATION_ID}",
        f"PRAGMA user_version = {SCHEMA_VERSION}",
    ):
        connection.execute(statement)
    for fact in (*named, ("descriptor_version", kind.version)):
        connection.execute("INSERT INTO facts VALUES (?, ?)", fact)


def _stored(name: str) -> str | bytes:
    """Return what is kept of a name: text, or the bytes of a file name that is no UTF-8."""
    try:
        data = os.fsencode(name)
    except UnicodeEncodeError:  # no name of this system
        data = name.encode(errors="surrogatepass")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _as_name(stored: str | bytes) -> str:
    """Return a name as this system has it."""
    return os.fsdecode(stored.encode() if isinstance(stored, str) else stored)


def _begins_as_database(path: Path) -> bool:
    """Tell whether a file begins like those of SQLite."""
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE_START)) == SQLITE_START
    except OSError:
        return False


def prove_place(path: Path) -> None:
    """Raise Unusable where no file can be made beside a database that is not there yet."""
    try:
        with tempfile.TemporaryFile(dir=path.absolute().parent):
            pass
    except OSError as problem:
        raise Unusable(f"{path} cannot be made as a database of descriptors: {problem.strerror}.") from problem


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    """Turn what SQLite complains about into an error that names the file and says what to do.  Raises Unusable."""
    try:
        yield
    except sqlite3.Error as problem:
        kind = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if kind in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            reason = (
                f"{path} was kept by another process for {WAIT_SECONDS:g} seconds.\n"
                "What was indexed before is in it.  Go on later: index with --option resume=yes"
            )
        elif path.is_dir() or (kind == sqlite3.SQLITE_NOTADB and not _begins_as_database(path)):
            what = "a folder" if path.is_dir() else "something else"
            reason = f"{path} cannot be used as a database of descriptors: it is {what}.\n{ORDER}"
        elif kind in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            reason = (
                f"{path} cannot be used as a database of descriptors: {problem}.\n"
                "It is damaged: name another file, or remove it and index again."
            )
        else:
            reason = f"{path} cannot be used as a database of descriptors: {problem}."
        raise Unusable(reason) from problem


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open a file; transactions are begun by hand."""
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS, isolation_level=None)


@contextmanager
def create_or_open(path: Path, kind: str | None = None) -> Iterator[Database]:
    """Open a database for writing, a new one if there is none; all changes are kept together, or none.

    `kind`: of its descriptors; None: that which it has, a new one finds duplicates.  Other processes wait meanwhile:
    compute first, open then.  Raises Refusal, Unusable.
    """
    with _explaining(path), closing(_connect(path, "rwc")) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                _create(connection, kind_named(kind or DUPLICATES))
            yield Database(connection, path, _kind_of(connection, path, kind))


@contextmanager
def open_existing(path: Path, kind: str | None = None) -> Iterator[Database]:
    """Open a database for reading; `kind`: of its descriptors, None: any.

    Raises Refusal, also where there is none, and Unusable.
    """
    if not path.is_file():
        raise Refusal(f"There is no database {path}.  Make one:  refdec task retrieval index DIR {path}")
    # Not read-only: what a writer that was killed left half done is taken back by who comes next.
    with _explaining(path), closing(_connect(path, "rw")) as connection:
        yield Database(connection, path, _kind_of(connection, path, kind))
