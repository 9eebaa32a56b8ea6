"""Every error class of the conformance package, raised by what breaks its rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import refdec
from refdec.conformance import errors
from refdec.conformance.adding import AddOptions, add_case
from refdec.conformance.case import CASE_FILE, SUITE_FILE, VERSION, manifest_from_json
from refdec.conformance.foreign import Command
from refdec.conformance.runner import suite_picture
from refdec.conformance.storage import ArchiveStore, FolderStore
from refdec.conformance.suite import case_weights, open_suite
from refdec.errors import RefdecError


def newer(_folder: Path) -> None:
    manifest_from_json(f'{{"format": "refdec-conformance-suite", "version": {VERSION + 1}}}', SUITE_FILE)


def occupied(folder: Path) -> None:
    (folder / "file").write_bytes(b"")
    FolderStore(folder)


def without_case(folder: Path) -> None:
    suite = open_suite(None)
    (folder / SUITE_FILE).write_bytes(suite.files.read(SUITE_FILE))
    open_suite(folder).case(suite.manifest.cases[0])


DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"
REFUSED = AddOptions("refused")


def stream(folder: Path) -> Path:
    """Four bytes that are no codestream."""
    (folder / "no.jai").write_bytes(b"\xff\x80\x00\x00")
    return folder / "no.jai"


CAUSES: dict[type[RefdecError], Callable[[Path], object]] = {
    errors.NotASuite: open_suite,
    errors.ManifestDamaged: without_case,
    errors.ManifestTooNew: newer,
    errors.NoSuchCase: lambda folder: open_suite(None).select(["no_such_case"]),
    errors.CommandWithoutPlaces: lambda folder: Command.of("decoder", None, 1.0),
    errors.CommandUnreadable: lambda folder: Command.of('decoder " {in} {out}', None, 1.0),
    errors.CommandCannotStart: lambda folder: Command.of("/nowhere/decoder {in} {out}", None, 1.0).require_program(),
    errors.SuiteExists: occupied,
    errors.CaseNameTaken: lambda folder: [add_case(folder / "suite", stream(folder), REFUSED) for _ in range(2)],
    errors.CaseNameUnfit: lambda folder: add_case(folder, stream(folder), AddOptions("refused", name="../x")),
    errors.ExpectationUnclear: lambda folder: add_case(folder / "suite", DEMO, AddOptions("what")),
    errors.ExpectationUnfit: lambda folder: add_case(folder / "suite", stream(folder), AddOptions("x.png")),
}


def test_a_changed_stream_is_noticed(tmp_path: Path) -> None:
    bundled = open_suite(None)
    name = bundled.manifest.cases[0]
    for path in (SUITE_FILE, f"{name}/{CASE_FILE}"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(bundled.files.read(path))
    (tmp_path / name / "stream.jai").write_bytes(b"\xff\x80")
    suite = open_suite(tmp_path)
    with pytest.raises(errors.ManifestDamaged, match="SHA-256"):
        suite.stream(suite.case(name))


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    """A run ended with what is wrong with some PNG file, without a name."""
    add_case(tmp_path / "suite", DEMO, AddOptions("refdec", name="one"))
    suite = open_suite(tmp_path / "suite")
    case = suite.case("one")
    whole = (Path(refdec.__file__).parent / "data" / "quality.png").read_bytes()
    told = case.picture
    assert told is not None
    (tmp_path / "suite" / "one" / "expected.png").write_bytes(whole[:100])
    damaged = replace(case, picture=replace(told, file="expected.png"))
    with pytest.raises(errors.ManifestDamaged, match=r"suite/one/expected\.png: the expected picture cannot be read"):
        suite_picture(suite, damaged)
    (tmp_path / "suite" / "one" / "expected.png").write_bytes(whole)
    with pytest.raises(errors.ManifestDamaged, match=r"suite/one/expected\.png: .* another hash"):
        suite_picture(suite, damaged)


def test_damaged_weights_and_archives_are_named(tmp_path: Path) -> None:
    add_case(tmp_path / "suite", DEMO, AddOptions("refdec", name="one"))
    suite = open_suite(tmp_path / "suite")
    damaged = replace(suite.case("one"), weights="packs/own.pack")
    (tmp_path / "suite" / "packs").mkdir()
    (tmp_path / "suite" / "packs" / "own.pack").write_bytes(b"no pack")
    with pytest.raises(errors.ManifestDamaged, match=r"suite/packs/own\.pack: the weights of one cannot be read"):
        case_weights(suite, damaged)
    with ArchiveStore(tmp_path / "a.zip") as store:
        for path in (SUITE_FILE, f"one/{CASE_FILE}", "one/stream.jai"):
            store.write(path, (tmp_path / "suite" / path).read_bytes())
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.index(b"one/stream.jai") + 100] ^= 255
    (tmp_path / "a.zip").write_bytes(data)
    archive = open_suite(tmp_path / "a.zip")
    with pytest.raises(errors.ManifestDamaged, match=r"a\.zip: the file one/stream\.jai is damaged"):
        archive.stream(archive.case("one"))
