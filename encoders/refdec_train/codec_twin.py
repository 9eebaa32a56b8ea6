"""The weights of a pack as trainable networks: what the integers compute, in floats, so that gradients pass through.

In: a pack of refdec and a model_id.  Out: a `Codec` that is not trained any further: its latents and planes are those
of the codec in use, within what its roundings do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from refdec_train.codec import Codec
from refdec_train.export import SCALE_LAYERS
from refdec_train.synthesis import BOP

if TYPE_CHECKING:
    from refdec.weights.pack import Checkpoint, WeightPack

__all__ = ["codec_of"]

Floats: TypeAlias = npt.NDArray[np.float64]
BIAS_BITS = 18
LAST, PLANE_SCALE = "conv4", 128
"""The last layer of a synthesis has the scale of planes inside (6.2.1); its twin is followed by `from_codec`."""
CONTEXT = "context.MCM."


@torch.no_grad()
def codec_of(pack: WeightPack, model_id: int, transforms: tuple[str, ...] = (BOP,)) -> Codec:
    """Return the networks of a model with some syntheses, frozen.  Raises MissingCheckpoint."""
    codec = Codec(transforms)
    for tag, name in (("Y", "luma"), ("UV", "chroma")):
        component = codec.luma if name == "luma" else codec.chroma
        common = pack.checkpoint(f"VM_common_int/{tag}", model_id)
        _fill(component.hyper_encoder, common, "hyper_encoder.")
        _fill(component.hyper_decoder, common, "hyper_decoder.")
        if component.context is not None:
            _fill(component.context, common, CONTEXT)
        _fill_scales(component.hyper_scale_decoder, common)
        _fill(codec.analysis[name], pack.checkpoint(f"analysis/{tag}", model_id), "")
        for transform, pair in codec.syntheses.items():
            network: nn.Module = pair[name]  # type: ignore[index]
            _fill(network, pack.checkpoint(f"VM_{transform}/decoder_{tag}", model_id), "")
            network.get_submodule(LAST).weight.div_(PLANE_SCALE)  # type: ignore[operator]
    return codec.eval().requires_grad_(requires_grad=False)


def _scales(exponents: npt.NDArray[np.uint8], added: int) -> Floats:
    """Return the power of two for each output channel by which its integers are too large."""
    return np.asarray(np.ldexp(1.0, exponents.astype(np.int32) + added), np.float64)


def _fill(network: nn.Module, checkpoint: Checkpoint, prefix: str) -> None:
    """Give every convolution of a network the weights of the layer that has its name."""
    for name, module in network.named_modules():
        if not isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            continue
        layer = checkpoint.layers[prefix + name]
        shape = (1, -1, 1, 1) if layer.transposed else (-1, 1, 1, 1)
        module.weight.copy_(torch.from_numpy(layer.wide() / _scales(layer.exponent, 0).reshape(shape)))
        if module.bias is not None:
            module.bias.copy_(torch.from_numpy(layer.bias / _scales(layer.exponent, BIAS_BITS)))


def _fill_scales(network: nn.Module, checkpoint: Checkpoint) -> None:
    """Give the scale decoder the weights that its integers stand for (3.3.1)."""
    for name, units in SCALE_LAYERS.items():
        layer = network.get_submodule(name)
        weight, bias, shift = (
            checkpoint.integers[f"hyper_scale_decoder.{name}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "per_channel_shifts")
        )
        scale = 2.0 ** shift.reshape(-1)
        layer.weight.copy_(torch.from_numpy(weight / scale.reshape(-1, 1, 1, 1) / units.weight))  # type: ignore[operator]
        layer.bias.copy_(torch.from_numpy(bias / scale / units.bias - units.added))  # type: ignore[operator]
