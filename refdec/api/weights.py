"""Weights of a decode: the bundled pack, a pack file, and the check that they are those of the codestream."""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from typing import TYPE_CHECKING

from refdec.api.errors import WeightsDiffer
from refdec.parallel.places import is_folder

if TYPE_CHECKING:
    from refdec.formats.files import Source
    from refdec.weights.pack import WeightPack

__all__ = ["load_weights", "require_weights"]

LOG = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _bundled() -> WeightPack:
    from refdec.weights.bundled import bundled_pack

    return bundled_pack()


def load_weights(weights: WeightPack | Source | None) -> WeightPack:
    """Return a pack of weights: the bundled one for None, that of a pack file for a path, bytes or file object.

    Raises WeightsError where the pack is damaged or a folder, InputError where the file cannot be read.
    """
    from refdec.weights.pack import WeightPack

    if isinstance(weights, WeightPack):
        return weights
    from refdec.formats.files import name_of, read_bytes
    from refdec.weights.errors import PackIsFolder
    from refdec.weights.packfile import read_pack

    if isinstance(weights, str | os.PathLike) and is_folder(weights):
        raise PackIsFolder(os.fspath(weights))
    pack = _bundled() if weights is None else read_pack(read_bytes(weights))
    if LOG.isEnabledFor(logging.INFO):  # a fingerprint may have to be computed
        name = "the bundled pack" if weights is None else name_of(weights)
        LOG.info("weights of %s: %d checkpoints, fingerprint %s", name, len(pack.names()), pack.fingerprint[:16])
    return pack


def require_weights(user_data: bytes | None, pack: WeightPack, model_id: int) -> None:
    """Raise WeightsDiffer if user data name other weights than those of the pack; other user data are passed over."""
    from refdec.bitstream.userdata import read_weights_mark
    from refdec.decoding.models import stream_fingerprint

    wanted = read_weights_mark(user_data)
    if wanted is not None and not (present := stream_fingerprint(pack, model_id)).startswith(wanted):
        raise WeightsDiffer(wanted, present)
