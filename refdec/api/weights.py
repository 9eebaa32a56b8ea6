"""Weights of a decode: the bundled pack, a pack file, and the check that they are those of the codestream."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from refdec.api.errors import WeightsDiffer

if TYPE_CHECKING:
    from refdec.formats.files import Source
    from refdec.weights.pack import WeightPack

__all__ = ["load_weights", "require_weights"]


@lru_cache(maxsize=1)
def _bundled() -> WeightPack:
    from refdec.weights.bundled import bundled_pack

    return bundled_pack()


def load_weights(weights: WeightPack | Source | None) -> WeightPack:
    """Return a pack of weights: the bundled one for None, that of a pack file for a path, bytes or file object.

    Raises WeightsError where the pack is damaged, InputError where the file cannot be read.
    """
    from refdec.weights.pack import WeightPack

    if weights is None:
        return _bundled()
    if isinstance(weights, WeightPack):
        return weights
    from refdec.formats.files import read_bytes
    from refdec.weights.packfile import read_pack

    return read_pack(read_bytes(weights))


def require_weights(user_data: bytes | None, pack: WeightPack, model_id: int) -> None:
    """Raise WeightsDiffer if user data name other weights than those of the pack; other user data are passed over."""
    from refdec.bitstream.userdata import read_weights_mark
    from refdec.decoding.models import stream_fingerprint

    wanted = read_weights_mark(user_data)
    if wanted is not None and wanted != (present := stream_fingerprint(pack, model_id)):
        raise WeightsDiffer(wanted, present)
