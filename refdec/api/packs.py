"""Packs as files: import a folder of checkpoints, describe and verify a pack.

In: paths.  Out: what was imported or found.  The files are opened here; the conversions are in `refdec.weights`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refdec.api.weights import load_weights
from refdec.observation import Progress, no_progress

if TYPE_CHECKING:
    from refdec.weights.collection import Imported
    from refdec.weights.pack import WeightPack

__all__ = ["describe_pack", "encoding_models", "import_weights", "missing_rows", "verify_pack"]


def import_weights(
    folder: Path,
    pack: Path,
    *,
    title: str = "",
    licence: str = "",
    beside: Path | None = None,
    on_progress: Progress = no_progress,
) -> Imported:
    """Import all checkpoint files below a folder and write them as a pack file, which appears whole or not at all.

    `beside`: a pack whose other models come into the new one as they are, and whose title, licence and notes stay where
    no others are given; it may be the file that is written.  The quality scale of several models is measured, and goes
    into the pack.

    Raises NotAFolder, CheckpointRefused, DuplicateCheckpoint, NothingToImport, NothingDecodes, FileUnwritable, and
    WeightsError where `beside` is damaged.
    """
    import io
    from dataclasses import replace

    from refdec.formats.files import write_bytes
    from refdec.formats.folders import folder_sources
    from refdec.plugins.quality_scale import with_scale
    from refdec.weights.collection import import_folder, with_models_of
    from refdec.weights.completeness import require_decodes
    from refdec.weights.pack import PackNotes
    from refdec.weights.packfile import write_pack

    def show(done: int, total: int, _name: str) -> None:
        on_progress(done / max(total, 1))

    imported = import_folder(folder_sources(folder), on_progress=show, notes=PackNotes(title=title, licence=licence))
    made = imported.pack if beside is None else with_models_of(imported.pack, load_weights(beside))
    require_decodes(made.names())
    made = with_scale(made)
    buffer = io.BytesIO()
    write_pack(made, buffer)
    write_bytes(pack, buffer.getvalue())
    return replace(imported, pack=made)


def missing_rows(pack: WeightPack) -> list[dict[str, Any]]:
    """Return what a pack lacks to decode every model with every synthesis; plain values, one row a sentence."""
    from refdec.weights.completeness import missing_files

    return [
        {
            "model": part.model_id,
            "synthesis": part.synthesis or None,
            "files": list(part.files),
            "message": str(part),
        }
        for part in missing_files(pack.names())
    ]


def describe_pack(path: Path | None) -> dict[str, Any]:
    """Describe a pack file (None: the bundled pack) without reading its tensors; plain values."""
    from refdec.weights.completeness import abilities

    pack = load_weights(path)
    known = pack.fingerprints()
    checkpoints = [
        {
            "name": name,
            "fingerprint": known[name],
            "file": pack.origins[name].file if name in pack.origins else "",
            "published": pack.origins[name].published if name in pack.origins else False,
        }
        for name in pack.names()
    ]
    return {
        "pack": str(path) if path else "bundled",
        "title": pack.notes.title,
        "licence": pack.notes.licence,
        "notes": pack.notes.notes,
        "fingerprint": pack.fingerprint,
        "bytes": path.stat().st_size if path else _bundled_bytes(),
        "decodes": abilities(pack.names()),
        "scale": [asdict(part) for part in pack.scale],
        "missing": missing_rows(pack),
        "checkpoints": checkpoints,
    }


def encoding_models(pack: WeightPack) -> tuple[int, ...]:
    """Return the model_id of every model that a pack encodes with, ascending."""
    from refdec.plugins.core import Core

    return tuple(info.model_id for info in Core(pack).models if info.analysis)


def _bundled_bytes() -> int:
    from importlib import resources

    with resources.as_file(resources.files("refdec").joinpath("data", "bundled.pack")) as file:
        return file.stat().st_size


def verify_pack(path: Path | None, *, on_progress: Progress = no_progress) -> list[str]:
    """Read every tensor of a pack and recompute all fingerprints; returns the names.

    Raises MemberDamaged, PackFingerprintDiffers and other WeightsError at the first difference.
    """
    from refdec.weights.packfile import verify_checkpoint

    pack = load_weights(path)
    names = list(pack.names())
    for index, name in enumerate(names):
        verify_checkpoint(pack.by_name(name))
        on_progress((index + 1) / len(names))
    return names
