"""From trained weights to a pack: mantissas of 16 bits, an integer scale decoder, names of checkpoints (4.11, 6.2).

In: a codec.  Out: tensors by checkpoint and name; a folder of `.npz` files, and a pack that refdec decodes with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from refdec.api.packs import import_weights
from refdec.api.picture_files import write_npz
from refdec_train.codec import Codec
from refdec_train.component import Component
from refdec_train.hyper import HyperScaleDecoder

__all__ = ["MODEL_NAMES", "checkpoints_of", "export_pack", "snapped"]

Network = TypeVar("Network", bound=nn.Module)
Tensors: TypeAlias = dict[str, npt.NDArray[Any]]
MODEL_NAMES = ("0.002", "0.012", "0.075", "0.5")
"""The ending of a checkpoint's name for each model_id."""
MANTISSA_MAX = 32767
LARGEST_SHIFT = 26
SCALE_WEIGHT_BITS, LARGEST_SCALE_SHIFT = 12, 20
FREQUENCY_TOTAL = 1e9
GAIN_COLUMNS = 18


@torch.no_grad()
def snapped(network: Network) -> Network:
    """Round every weight of a convolution to a mantissa of 16 bits for its output channel (6.2.2), in place.

    The scale decoder gets the weights of its integers.  The integer networks then compute with exactly these weights.
    """
    for module in network.modules():
        if isinstance(module, HyperScaleDecoder):
            _snap_scales(module)
            continue
        for child in module.children():
            if isinstance(child, nn.Conv2d | nn.ConvTranspose2d):
                axis = 1 if isinstance(child, nn.ConvTranspose2d) else 0
                child.weight.copy_(torch.from_numpy(_snap(child.weight.double().cpu().numpy(), axis)))
    return network


def _snap(weight: npt.NDArray[np.float64], axis: int) -> npt.NDArray[np.float64]:
    """Return weights as mantissas of 16 bits times a power of two for each channel along an axis."""
    others = tuple(index for index in range(weight.ndim) if index != axis)
    largest = np.abs(weight).max(axis=others, keepdims=True)
    _, exponent = np.frexp(np.where(largest > 0, largest, 1.0))
    shift = np.clip(15 - exponent, 0, LARGEST_SHIFT).astype(np.float64)
    shift -= np.rint(largest * 2.0**shift) > MANTISSA_MAX
    return np.asarray(np.rint(weight * 2.0**shift) / 2.0**shift)


def checkpoints_of(codec: Codec, model_id: int) -> dict[str, Tensors]:
    """(4.11) Return the tensors of every checkpoint of a codec, by the checkpoint's name."""
    ending = MODEL_NAMES[model_id]
    made: dict[str, Tensors] = {}
    for tag, name in (("Y", "luma"), ("UV", "chroma")):
        component = codec.luma if name == "luma" else codec.chroma
        made[f"VM_common_int/{tag}_{ending}"] = dict(_common(component))
        made[f"analysis/{tag}_{ending}"] = _state(codec.analysis[name])
        for transform, pair in codec.syntheses.items():
            made[f"VM_{transform}/decoder_{tag}_{ending}"] = _state(pair[name])  # type: ignore[index]
    return made


def _state(module: nn.Module) -> Tensors:
    return {name: value.detach().cpu().numpy() for name, value in module.state_dict().items()}


def _common(component: Component) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """(4.11.2) Yield the tensors that all transforms share: hyper networks, frequencies, gain, context."""
    table = component.prior.table().cpu().numpy()
    yield "quantizer.gain_unit.c", np.zeros((len(table), GAIN_COLUMNS), np.float32)
    yield "hyper_entropy.freqs_int", (table * FREQUENCY_TOTAL).astype(np.int32) + 1
    yield "hyper_entropy.is_quantized", np.array([True])
    for part, module in (("hyper_encoder", component.hyper_encoder), ("hyper_decoder", component.hyper_decoder)):
        for name, value in _state(module).items():
            yield f"{part}.{name}", value
    yield from _scale_decoder(component.hyper_scale_decoder)
    if component.context is not None:
        for name, value in _state(component.context).items():
            yield f"context.MCM.{name}", value


@dataclass(frozen=True, slots=True)
class _Units:
    """How a layer of the scale decoder stands in integers: factors of weight and bias, what is added to the bias."""

    weight: float
    bias: float
    added: float = 0.0


SCALE_LAYERS = {"conv1": _Units(8, 8, 2.0), "depthwise": _Units(1, 8), "pointwise": _Units(8, 128)}
"""(3.3.1) The twin divides and adds between its layers; in integers the weights and biases have that inside."""
Integers: TypeAlias = npt.NDArray[np.float64]


def _integer_layer(layer: nn.Conv2d, units: _Units) -> tuple[Integers, Integers, Integers]:
    """Return weight, bias and shift of a layer: whole numbers, the shift one for each output channel."""
    weight = layer.weight.detach().double().cpu().numpy() * units.weight
    assert layer.bias is not None
    bias = (layer.bias.detach().double().cpu().numpy() + units.added) * units.bias
    largest = np.abs(weight).reshape(len(weight), -1).max(1) + 1e-12
    room = (1 << (SCALE_WEIGHT_BITS - 1)) - 1
    shift = np.clip(np.floor(np.log2(room / largest)), 0, LARGEST_SCALE_SHIFT)
    scale = 2.0**shift
    return np.rint(weight * scale.reshape(-1, 1, 1, 1)), np.rint(bias * scale), shift


def _snap_scales(network: HyperScaleDecoder) -> None:
    """Give the scale decoder the weights that its integers stand for."""
    for name, units in SCALE_LAYERS.items():
        layer = getattr(network, name)
        weight, bias, shift = _integer_layer(layer, units)
        scale = 2.0**shift
        layer.weight.copy_(torch.from_numpy(weight / scale.reshape(-1, 1, 1, 1) / units.weight))
        layer.bias.copy_(torch.from_numpy(bias / scale / units.bias - units.added))


def _scale_decoder(network: HyperScaleDecoder) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """(3.3.1) Yield the integer scale decoder."""
    for name, units in SCALE_LAYERS.items():
        weight, bias, shift = _integer_layer(getattr(network, name), units)
        yield f"hyper_scale_decoder.{name}.weight", weight.astype(np.int16)
        yield f"hyper_scale_decoder.{name}.bias", bias.astype(np.int32)
        yield f"hyper_scale_decoder.{name}.per_channel_shifts", shift.astype(np.int8).reshape(1, -1, 1, 1)
        yield f"hyper_scale_decoder.{name}.is_quantized", np.array([True])


def export_pack(
    codecs: Mapping[int, Codec],
    folder: Path,
    pack: Path,
    *,
    title: str = "",
    licence: str = "",
    beside: Path | None = None,
) -> tuple[str, ...]:
    """Write the checkpoints of codecs, by model_id, into a folder, and the pack of all; returns the checkpoints' names.

    `beside`: a pack whose other models come into the new one as they are (`refdec.api.packs.import_weights`).

    Raises WeightsError where a weight is out of the range of the integer networks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for model_id, codec in sorted(codecs.items()):
        for name, tensors in checkpoints_of(snapped(codec), model_id).items():
            write_npz(folder / f"{name.replace('/', '__')}.npz", tensors)
            names.append(name)
    import_weights(folder, pack, title=title, licence=licence, beside=beside)
    return tuple(names)
