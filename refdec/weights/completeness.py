"""What a set of checkpoints can do, and what it lacks (4.11.1), model by model and synthesis by synthesis.

In: names of checkpoints ("VM_bop/decoder_Y_0.012").  Out: sentences on what they decode and encode, and the files that
are missing, each group with what needs it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from refdec import tables
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.weights.errors import NothingDecodes
from refdec.weights.names import EICCI, MODEL_SUFFIXES, checkpoint_name, decoder_stem, name_of_text

__all__ = ["Missing", "abilities", "missing_files", "require_decodes"]

COMPONENTS = ("Y", "UV")
COMMON = "VM_common_int"
ANALYSIS = {"light": "analysis/", "BOP": "VM_bop/encoder_", "HOP": "VM_hop/encoder_"}


@dataclass(frozen=True, slots=True)
class Missing:
    """Files that something needs and that are not there.

    `model_id`: 0..3, None for the eICCI filter.  `synthesis`: "SOP", "BOP" or "HOP"; empty where all of a model needs
    the files.
    """

    model_id: int | None
    synthesis: str
    files: tuple[str, ...]

    def __str__(self) -> str:
        if self.model_id is None:
            return f"eICCI filter: {len(self.files)} of {len(_eicci())} networks missing"
        kinds = [file.rpartition("_")[0].rpartition("/") for file in self.files]
        if self.synthesis:
            return f"model {self.model_id}: {self.synthesis} {', '.join(kind for _, _, kind in kinds)} missing"
        if len(self.files) > len(COMPONENTS):
            return f"model {self.model_id}: all files missing"
        names = " and ".join(f"{folder}/{kind}" for folder, _, kind in kinds)
        return f"model {self.model_id}: {names} missing, without which nothing of it decodes"


def _eicci() -> list[str]:
    """Return the names of the checkpoints of the eICCI filter."""
    bank = tables.eicci_models()
    return [str(name_of_text(f"{bank['directory']}/{line['file'].removesuffix('.pth')}")) for line in bank["files"]]


def _names(stem: str, model_id: int) -> list[str]:
    """Return the names of both components: "VM_bop/decoder_", 1 -> "VM_bop/decoder_Y_0.012" and the same with UV."""
    return [str(checkpoint_name(f"{stem}{component}", model_id)) for component in COMPONENTS]


def _common(model_id: int) -> list[str]:
    return _names(f"{COMMON}/", model_id)


def _lacking(wanted: Collection[str], held: Collection[str]) -> tuple[str, ...]:
    """Return the files of those checkpoints that are not held."""
    return tuple(name_of_text(name).file for name in wanted if name not in held)


@clause("4.11.1")
def missing_files(held: Collection[str]) -> tuple[Missing, ...]:
    """(4.11.1) Return what decoders of all models, all synthesis transforms and the eICCI filter lack."""
    return tuple(_missing(frozenset(held)))


def _missing(held: frozenset[str]) -> Iterator[Missing]:
    for model_id in range(len(MODEL_SUFFIXES)):
        common = _common(model_id)
        decoders = {t.name: _names(decoder_stem(t), model_id) for t in Synthesis}
        everything = [*common, *(name for names in decoders.values() for name in names)]
        if held.isdisjoint(everything):
            yield Missing(model_id, "", _lacking(everything, held))
            continue
        if files := _lacking(common, held):
            yield Missing(model_id, "", files)
        for transform, names in decoders.items():
            if files := _lacking(names, held):
                yield Missing(model_id, transform, files)
    if files := _lacking(_eicci(), held):
        yield Missing(None, "", files)


@clause("4.11.1")
def require_decodes(held: Collection[str]) -> None:
    """(4.11.1) Raise NothingDecodes unless some model can be decoded, at least up to its latents."""
    if not any(frozenset(held).issuperset(_common(model_id)) for model_id in range(len(MODEL_SUFFIXES))):
        raise NothingDecodes(sorted(held), [str(part) for part in missing_files(held)])


@clause("4.11.1")
def abilities(held: Collection[str]) -> list[str]:
    """(4.11.1) Return one sentence per model about what its checkpoints allow, and one about the eICCI filter."""
    names, lines = frozenset(held), []
    for model_id in range(len(MODEL_SUFFIXES)):
        if not names.issuperset(_common(model_id)):
            continue
        able = [t.name for t in Synthesis if names.issuperset(_names(decoder_stem(t), model_id))]
        analyses = [what for what, stem in ANALYSIS.items() if names.issuperset(_names(stem, model_id))]
        encodes = f"; encodes with the analysis {', '.join(analyses)}" if analyses else ""
        lines.append(f"model {model_id}: decodes {', '.join(able) or 'latents only'}{encodes}")
    if filters := [name for name in names if name_of_text(name).kind.startswith(EICCI)]:
        lines.append(f"eICCI filter: {len(filters)} of {len(_eicci())} networks")
    return lines
