"""From the float tensors of one checkpoint file to integers (6.2): checks, folding, quantisation, fingerprint.

In: a checkpoint's name and a mapping from tensor name to array (a file's tensors, or arrays in memory).  Out:
`Checkpoint`.  Deterministic, without calibration data; the only way that floats enter refdec.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.weights.arrays import NumberArray
from refdec.weights.errors import (
    HyperScaleNotQuantised,
    MissingTensor,
    NotWholeNumbers,
    WrongDtype,
    WrongShape,
)
from refdec.weights.fingerprint import GAIN_NAME, checkpoint_fingerprint
from refdec.weights.folding import folded_layers
from refdec.weights.frequencies import frequencies_from_model
from refdec.weights.integerpath import FREQUENCIES, HYPER_SCALE, require_integer_path
from refdec.weights.layers import Layer
from refdec.weights.names import CheckpointName
from refdec.weights.pack import Checkpoint, Origin
from refdec.weights.quantise import Float64Array, gain_log, quantise_layer
from refdec.weights.tensorlists import canonical_names, is_ignored, tensor_list

__all__ = ["import_tensors", "unexpected_keys"]

LARGEST_INT32 = (1 << 31) - 1


class _Tensors:
    """The tensors of a list, each checked when it is read."""

    def __init__(self, name: CheckpointName, arrays: Mapping[str, NumberArray]) -> None:
        self.checkpoint = name
        self.specs = tensor_list(name.kind)
        self._by_name = {spec.name: spec for spec in self.specs}
        self._arrays, self._keys = arrays, canonical_names(arrays)

    def has(self, name: str) -> bool:
        return name in self._keys

    def array(self, name: str) -> NumberArray:
        """Return a tensor of the list; raises MissingTensor, WrongShape, or what its file raises."""
        if name not in self._keys:
            raise MissingTensor(name, str(self.checkpoint))
        array = np.asarray(self._arrays[self._keys[name]])
        wanted = self._by_name[name].shape
        if array.shape != wanted:
            raise WrongShape(name, array.shape, wanted)
        return array

    def floats(self, name: str) -> Float64Array:
        """Return a tensor of numbers in binary64, exactly; raises WrongDtype for what binary64 cannot hold."""
        array = self.array(name)
        if array.dtype.kind not in "fiu" or (array.dtype.kind in "iu" and array.dtype.itemsize > 4):
            raise WrongDtype(name, str(array.dtype), "floating-point numbers")
        return array.astype(np.float64)

    def integers(self, name: str) -> Int32Array:
        """Return a tensor of the integer path, stored in any numeric type; raises WrongDtype, NotWholeNumbers."""
        array = self.array(name)
        if array.dtype.kind not in "fiu":
            raise WrongDtype(name, str(array.dtype), "integers")
        with np.errstate(invalid="ignore"):
            inside = (array >= -LARGEST_INT32 - 1) & (array <= LARGEST_INT32)
        if not inside.all():
            raise NotWholeNumbers(name)
        whole = array.astype(np.int32)
        if not np.array_equal(whole, array):
            raise NotWholeNumbers(name)
        whole.flags.writeable = False
        return whole

    def flag(self, name: str) -> bool:
        return bool(self.array(name).astype(np.bool_).all())


@clause("3.3.1")
def _hyper_scale(tensors: _Tensors) -> dict[str, Int32Array]:
    """(3.3.1) Return weights, biases and shifts of the hyper-scale decoder by full name; a missing bias is 0.

    Raises HyperScaleNotQuantised where a layer is still in floating point.
    """
    found: dict[str, Int32Array] = {}
    for spec in tensors.specs:
        if not spec.name.startswith(HYPER_SCALE):
            continue
        if spec.role == "flag":
            if not tensors.flag(spec.name):
                raise HyperScaleNotQuantised(spec.name)
        elif spec.role == "bias" and not tensors.has(spec.name):
            found[spec.name] = np.zeros(spec.shape, np.int32)
        else:
            found[spec.name] = tensors.integers(spec.name)
    return found


@clause("2.7.4")
def _frequencies(tensors: _Tensors) -> Int32Array:
    """(2.7.4) Return the frequencies of z, int32 [C][63], as stored or recomputed from the float model."""
    if tensors.flag("hyper_entropy.is_quantized"):
        return tensors.integers(FREQUENCIES)
    return frequencies_from_model(tensors.floats)


@clause("6.2")
def import_tensors(
    name: CheckpointName, arrays: Mapping[str, NumberArray], *, origin: Origin | None = None
) -> Checkpoint:
    """(6.2) Fold and quantise the tensors of one checkpoint.

    `arrays` may hold more than the list asks for (`unexpected_keys` tells what) and may read its arrays lazily.  Raises
    the errors of `refdec.weights.errors`, which name the tensor, and those of the file behind `arrays`.
    """
    tensors = _Tensors(name, arrays)
    layers: dict[str, Layer] = {}
    for folded in folded_layers(name.kind, tensors.specs, tensors.floats):
        layers[folded.name] = quantise_layer(folded.weight, folded.bias, folded.transposed, name=folded.name)
    integers: dict[str, Int32Array] = {}
    gain: Int32Array | None = None
    if name.kind.startswith("VM_common"):
        integers = {**_hyper_scale(tensors), FREQUENCIES: _frequencies(tensors)}
        require_integer_path(integers)
        gain = gain_log(tensors.floats(GAIN_NAME))
    fingerprint = checkpoint_fingerprint(layers, integers, gain)
    frozen = MappingProxyType(layers), MappingProxyType(integers)
    return Checkpoint(str(name), *frozen, gain, fingerprint, origin or Origin())


def unexpected_keys(name: CheckpointName, keys: Mapping[str, object]) -> tuple[str, ...]:
    """Return the keys of a file that are neither in its list nor among those that a reader ignores (4.11.2)."""
    listed = {spec.name for spec in tensor_list(name.kind)}
    return tuple(sorted(k for k in canonical_names(keys) if k not in listed and not is_ignored(k)))
