"""Kinds of descriptors: what pictures are found by.  A database holds one of them.

In: a name, from an option or a database.  Out: `Kind`: how long its descriptors are, how they are compared, and how one
is made of a bundle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from refdec.plugins.api import CoreServices, Int8Array, LatentBundle, rdiv
from refdec_tasks.retrieval.descriptor import DESCRIPTOR_VERSION, ENTRIES, LARGEST, describe

__all__ = ["DUPLICATES", "KINDS", "Kind", "kind_named"]

DUPLICATES, MEANING = "duplicates", "meaning"
KINDS = (DUPLICATES, MEANING)
"""`duplicates`: the same picture at another rate, cropped, mirrored.  `meaning`: pictures of the same kind of thing."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How pictures are described.

    `version` changes with every change of what `describe` returns.  `entries`: of a descriptor, int8.  `centred`:
    descriptors are compared less what all pictures of a database have in common.
    """

    name: str
    version: str
    entries: int
    centred: bool
    describe: Callable[[LatentBundle, CoreServices], Int8Array]


def _direction(bundle: LatentBundle, core: CoreServices) -> Int8Array:
    """Return the vector of the task `embed`, its largest number brought to 127; int8 [128]."""
    from refdec_tasks.embed.vectors import direction_q18

    vector = direction_q18(bundle, core).astype(np.int64)
    return rdiv(LARGEST * vector, np.maximum(np.abs(vector).max(), 1)).astype(np.int8)


def kind_named(name: str) -> Kind:
    """Return a kind by its name, one of KINDS."""
    if name == DUPLICATES:
        return Kind(name, DESCRIPTOR_VERSION, ENTRIES, True, lambda bundle, core: describe(bundle))
    from refdec_tasks.embed.vectors import ENTRIES as NUMBERS
    from refdec_tasks.embed.vectors import embedding_version

    return Kind(name, f"{name} {embedding_version()}", NUMBERS, False, _direction)
