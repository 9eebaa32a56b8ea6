"""Weights (4.11, 6.2): checkpoints of the reference software in, exact integers out.

Reading a decoder's weights: `bundled_pack()`, `read_pack(source)`, `WeightPack.checkpoint(kind, model_id)`.  Making
packs: `collection.import_folder`, `write_pack`.  Floats exist only between a checkpoint file and `quantise_layer`;
nothing in a file is ever executed.
"""

from __future__ import annotations

from refdec.weights.bundled import bundled_pack
from refdec.weights.errors import MissingCheckpoint
from refdec.weights.layers import Layer
from refdec.weights.pack import Checkpoint, Origin, PackNotes, WeightPack, pack_fingerprint
from refdec.weights.packfile import read_manifest, read_pack, verify_checkpoint, write_pack

__all__ = [
    "Checkpoint",
    "Layer",
    "MissingCheckpoint",
    "Origin",
    "PackNotes",
    "WeightPack",
    "bundled_pack",
    "pack_fingerprint",
    "read_manifest",
    "read_pack",
    "verify_checkpoint",
    "write_pack",
]
