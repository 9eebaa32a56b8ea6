"""Checkpoints and packs of them, in integers (6.2.5): what decoders and encoders take their weights from.

In: layers and integer tensors, from the importer, a pack file or the seeded recipe.  Out: `WeightPack.checkpoint(kind,
model_id)`, made or read when first asked for.  A pack never changes after it was built; two threads that make the same
checkpoint get equal values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.weights.errors import MissingCheckpoint
from refdec.weights.layers import Layer
from refdec.weights.names import CheckpointName, checkpoint_name
from refdec.weights.ranges import ModelRange

__all__ = ["NO_NOTES", "Checkpoint", "Origin", "PackNotes", "WeightPack", "pack_fingerprint"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a checkpoint was imported from: the file's name, and whether it is a published file by its hash."""

    file: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The integers of one checkpoint file.

    `layers`: by tensor name without `.weight`; an attention temperature by its full name, as a layer of shape [4,1,1].
    `integers`: int32 tensors of the integer path by their full names (`hyper_scale_decoder.*.weight`, `.bias`,
    `.per_channel_shifts`; `hyper_entropy.freqs_int` [C][63]).  `gain`: G of 3.4.1, int32 [C], for common files.
    `fingerprint`: 6.2.5, hexadecimal.
    """

    name: str
    layers: Mapping[str, Layer]
    integers: Mapping[str, Int32Array]
    gain: Int32Array | None
    fingerprint: str
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class PackNotes:
    """What a pack says about itself: free text, no effect on decoding."""

    title: str = ""
    licence: str = ""
    notes: str = ""


NO_NOTES = PackNotes()


@clause("6.2.5", kind="added", reason="one name for a whole set of weights; the text defines only that of a file")
def pack_fingerprint(fingerprints: Mapping[str, str]) -> str:
    """(6.2.5) Return SHA-256, hexadecimal, over the checkpoints in ascending order of their names.

    Each counts with its name in ASCII, a zero byte, and the 32 bytes of its fingerprint.
    """
    digest = hashlib.sha256()
    for name in sorted(fingerprints):
        digest.update(name.encode("ascii") + b"\0" + bytes.fromhex(fingerprints[name]))
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class WeightPack:
    """A set of checkpoints, each made when it is first asked for.

    `makers`: per checkpoint name a function that makes it.  `known`: fingerprints known without making anything
    (those of a pack file's manifest).  `origins`: where checkpoints came from, as far as known.  `scale`: stretches of
    displacements, for rising rates, as they were measured when the pack was made; empty: nobody did.
    """

    makers: Mapping[str, Callable[[], Checkpoint]]
    notes: PackNotes = NO_NOTES
    known: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    scale: tuple[ModelRange, ...] = ()
    _made: dict[str, Checkpoint] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, checkpoints: Iterable[Checkpoint], notes: PackNotes = NO_NOTES, scale: tuple[ModelRange, ...] = ()
    ) -> WeightPack:
        """Return a pack of checkpoints that exist already."""
        made = {checkpoint.name: checkpoint for checkpoint in checkpoints}
        known = {name: checkpoint.fingerprint for name, checkpoint in made.items()}
        origins = {name: checkpoint.origin for name, checkpoint in made.items()}
        makers = {name: partial(made.__getitem__, name) for name in made}
        return cls(MappingProxyType(makers), notes, MappingProxyType(known), MappingProxyType(origins), scale, made)

    def names(self) -> tuple[str, ...]:
        """Return the names of all checkpoints, sorted."""
        return tuple(sorted(self.makers))

    def __contains__(self, name: str | CheckpointName) -> bool:
        return str(name) in self.makers

    def checkpoint(self, kind: str, model_id: int | None = None) -> Checkpoint:
        """Return the checkpoint of a kind ("VM_bop/decoder_Y", "eICCI/bop_mse012") and a model id 0..3.

        An eICCI kind ignores the model.  Raises MissingCheckpoint if the pack does not hold it, UnknownCheckpoint if
        there is no such thing, and other WeightsError where its file turns out damaged.
        """
        name = checkpoint_name(kind, model_id)
        if name not in self:
            raise MissingCheckpoint(str(name), name.file, self.names())
        return self.by_name(str(name))

    def by_name(self, name: str) -> Checkpoint:
        """Return the checkpoint of a full name ("VM_bop/decoder_Y_0.012"); raises MissingCheckpoint."""
        if name not in self.makers:
            raise MissingCheckpoint(name, f"{name}.pth", self.names())
        if name not in self._made:
            self._made[name] = self.makers[name]()
        return self._made[name]

    def fingerprints(self) -> Mapping[str, str]:
        """Return the fingerprint of every checkpoint (6.2.5); makes those whose fingerprint is not known yet."""
        return {name: self.known.get(name) or self.by_name(name).fingerprint for name in self.names()}

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the whole pack, hexadecimal."""
        return pack_fingerprint(self.fingerprints())
