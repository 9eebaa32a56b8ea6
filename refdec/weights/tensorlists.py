"""Which tensors a checkpoint of each kind must have (4.11.2, 5.7.3), read from the tables.

In: a kind ("VM_bop/decoder_Y", "analysis/UV", "eICCI/bop_mse012").  Out: its list of `TensorSpec`, in table order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from refdec import tables
from refdec.clauses import clause
from refdec.weights.errors import UnknownCheckpoint
from refdec.weights.names import EICCI

__all__ = ["TensorSpec", "canonical_names", "integer_shapes", "is_ignored", "layer_shapes", "tensor_list"]

IGNORED_KEYS = frozenset({"epoch", "best_loss", "optimizer", "channel_wise_entropy", "clip_thres"})
IGNORED_PREFIX = "entropy."
HYPER_ENTROPY = "hyper_entropy."
OLD_GAIN, GAIN = "vr_vec", "quantizer.gain_unit"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One line of a tensor list.

    `role`: conv, tconv, bias, filter, gain, z_freq, flag, shift, temperature, layernorm_gain, layernorm_offset or
    ignored.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    role: str

    @property
    def is_integer(self) -> bool:
        """Tell whether the tensor is a weight, a bias or a shift of the hyper-scale decoder (the integer path)."""
        return self.name.startswith("hyper_scale_decoder.") and self.role in ("conv", "bias", "shift")


@cache
def _lists() -> Mapping[str, tuple[TensorSpec, ...]]:
    both = {**tables.checkpoints()["tensors"], **tables.light_analysis()["tensors"]}
    return {
        kind: tuple(TensorSpec(name, tuple(shape), dtype, role) for name, shape, dtype, role in lines)
        for kind, lines in both.items()
    }


@clause("4.11.2")
def tensor_list(kind: str) -> tuple[TensorSpec, ...]:
    """(4.11.2) Return the tensors of a kind of checkpoint; raises UnknownCheckpoint."""
    found = _lists().get(EICCI if kind.startswith(EICCI + "/") else kind)
    if found is None:
        raise UnknownCheckpoint(kind)
    return found


@clause("4.11.2")
def canonical_names(keys: Mapping[str, object]) -> dict[str, str]:
    """(4.11.2 item 2) Return {name of today: key in the file}; `vr_vec` is an old spelling of `quantizer.gain_unit`."""
    named = {key.replace(OLD_GAIN, GAIN): key for key in keys if OLD_GAIN in key}
    named.update({key: key for key in keys if OLD_GAIN not in key})
    return named


@clause("4.11.2")
def is_ignored(name: str) -> bool:
    """(4.11.2 items 1 and 3) Tell whether a reader leaves a key aside that is not in its list."""
    return (
        name in IGNORED_KEYS or name.startswith((IGNORED_PREFIX, HYPER_ENTROPY)) or name.endswith("num_batches_tracked")
    )


@cache
def layer_shapes(kind: str) -> Mapping[str, tuple[tuple[int, ...], bool]]:
    """Return {layer: (shape of the stored weight, transposed?)} of a kind: what a pack holds of it as layers."""
    found: dict[str, tuple[tuple[int, ...], bool]] = {}
    for spec in tensor_list(kind):
        if spec.role == "temperature":
            found[spec.name] = spec.shape, False
        elif len(spec.shape) == 4 and spec.role in ("conv", "tconv", "filter") and not spec.is_integer:
            found[spec.name.removesuffix(".weight")] = spec.shape, spec.role == "tconv"
    return MappingProxyType(found)


@cache
def integer_shapes(kind: str) -> Mapping[str, tuple[int, ...]]:
    """Return {tensor: shape} of the integer tensors that a pack holds of a kind; the gain counts as G, shape [C]."""
    found: dict[str, tuple[int, ...]] = {}
    for spec in tensor_list(kind):
        if spec.is_integer or spec.name.endswith(".freqs_int"):
            found[spec.name] = spec.shape
        elif spec.role == "gain":
            found[spec.name] = spec.shape[:1]
    return MappingProxyType(found)
