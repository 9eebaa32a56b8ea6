"""A suite on disk or in an archive: its manifest, its cases and their files.

In: a folder, a zip archive, or None for the suite that comes with refdec.  Out: `Suite`.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Protocol

from refdec.api.weights import load_weights
from refdec.conformance.case import (
    CASE_FILE,
    SUITE_FILE,
    Case,
    SuiteManifest,
    case_from_json,
    manifest_from_json,
)
from refdec.conformance.errors import ManifestDamaged, NoSuchCase, NotASuite
from refdec.errors import WeightsError
from refdec.parallel.places import is_file
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

__all__ = [
    "BUILTIN",
    "BUNDLED_WEIGHTS",
    "PLAIN_NAME",
    "Suite",
    "builtin_data",
    "case_weights",
    "open_suite",
    "suite_weights",
]

BUNDLED_WEIGHTS = "bundled"
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""Names of cases and of their files: no path leads out of a folder by them."""

PACK_FILE = re.compile(r"packs/[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")

BUILTIN = "conformance.zip"
"""The bundled suite, a file of `refdec/data`."""


class Files(Protocol):
    """Where the files of a suite are."""

    @property
    def name(self) -> str: ...
    def read(self, path: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A suite in a folder."""

    path: Path

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.path)

    def read(self, path: str) -> bytes:
        """Return a file's bytes; raises KeyError if it is not there."""
        try:
            return (self.path / path).read_bytes()
        except OSError as reason:
            raise KeyError(path) from reason


@dataclass(frozen=True, slots=True)
class SuiteZip:
    """A suite in a zip archive."""

    name: str
    file: zipfile.ZipFile

    def read(self, path: str) -> bytes:
        """Return a file's bytes; raises KeyError if it is not there."""
        return self.file.read(path)


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite: `manifest`, and cases and files when they are asked for."""

    manifest: SuiteManifest
    files: Files

    @property
    def name(self) -> str:
        """Where it lies."""
        return self.files.name

    def case(self, name: str) -> Case:
        """Return a case by name; raises ManifestDamaged."""
        path = f"{name}/{CASE_FILE}"
        if not PLAIN_NAME.fullmatch(name):
            raise ManifestDamaged(self.name, f"the name {name!r} of a case is no plain name")
        case = case_from_json(self._file(path), f"{self.name}/{path}")
        files = [case.stream, *([case.picture.file] if case.picture and case.picture.file else [])]
        for file in files:
            if not PLAIN_NAME.fullmatch(file):
                raise ManifestDamaged(f"{self.name}/{path}", f"the name {file!r} of a file is no plain name")
        if case.name != name:
            raise ManifestDamaged(f"{self.name}/{path}", f"it says that it is {case.name!r}")
        if case.weights not in ("", BUNDLED_WEIGHTS) and not PACK_FILE.fullmatch(case.weights):
            raise ManifestDamaged(f"{self.name}/{path}", f"{case.weights!r} names no weights")
        return case

    def pack_file(self, case: Case) -> bytes:
        """Return the file of weights that a case has of its own."""
        return self._file(case.weights)

    def stream(self, case: Case) -> bytes:
        """Return the stream of a case; raises ManifestDamaged if its hash is another one."""
        data = self._file(f"{case.name}/{case.stream}")
        if hashlib.sha256(data).hexdigest() != case.sha256:
            raise ManifestDamaged(
                f"{self.name}/{case.name}/{case.stream}", "its SHA-256 is not the one of the manifest"
            )
        return data

    def picture_file(self, case: Case) -> bytes | None:
        """Return the expected picture's file, None if the suite has none for the case."""
        if case.picture is None or case.picture.file is None:
            return None
        return self._file(f"{case.name}/{case.picture.file}")

    def select(self, patterns: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the names that match any pattern (all without one), in order; raises NoSuchCase."""
        chosen: set[str] = set()
        wanted = tuple(patterns)
        for pattern in wanted:
            found = fnmatch.filter(self.manifest.cases, pattern)
            if not found:
                raise NoSuchCase(pattern)
            chosen.update(found)
        return tuple(name for name in self.manifest.cases if not wanted or name in chosen)

    def _file(self, path: str) -> bytes:
        try:
            return self.files.read(path)
        except KeyError as reason:
            raise ManifestDamaged(self.name, f"the file {path} is missing") from reason
        except (zipfile.BadZipFile, zlib.error, EOFError) as reason:
            raise ManifestDamaged(self.name, f"the file {path} is damaged: {reason}") from reason


def case_weights(suite: Suite, case: Case) -> WeightPack:
    """Return the weights of a case: its own, refdec's bundled ones, or the stand-ins of the suite."""
    if not case.weights:
        return suite_weights(suite.manifest.weights_seed)
    if case.weights == BUNDLED_WEIGHTS:
        return load_weights(None)
    file = suite.pack_file(case)
    try:
        return _read_pack(file)
    except WeightsError as reason:
        name = f"{suite.name}/{case.weights}"
        raise ManifestDamaged(name, f"the weights of {case.name} cannot be read: {reason.headline()}") from reason


@lru_cache(maxsize=2)
def _read_pack(data: bytes) -> WeightPack:
    """Return a pack; the same file is read once for all cases of the process."""
    return load_weights(data)


def builtin_data() -> Path:
    """Return the place of the bundled suite."""
    return Path(str(resources.files("refdec").joinpath("data", BUILTIN)))


def open_suite(path: Path | None) -> Suite:
    """Open a suite: a folder or a zip archive, None: the bundled one.

    Raises NotASuite, ManifestDamaged, ManifestTooNew.
    """
    place = builtin_data() if path is None else path
    files: Files
    if is_file(place) and zipfile.is_zipfile(place):
        files = SuiteZip(str(place), zipfile.ZipFile(place))
    else:
        files = Folder(place)
    try:
        text = files.read(SUITE_FILE)
    except KeyError:
        raise NotASuite(str(place)) from None
    return Suite(manifest_from_json(text, f"{place}/{SUITE_FILE}"), files)


@lru_cache(maxsize=1)
def suite_weights(seed: int) -> WeightPack:
    """Return the seeded weights; checkpoints are drawn when first asked for and kept for all cases of the process."""
    return seeded_pack(seed)
