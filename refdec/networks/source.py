"""Where networks take their layers from: a checkpoint, a prefix of names, and whether float64 products may be used.

In: a `Checkpoint`.  Out: ready layers by name.  Numbers of groups come from the shapes of the tensors (4.2.1:
[o][i/g]).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from refdec.networks.errors import NoSuchNetwork
from refdec.networks.layers import Convolution, TransposedConvolution, UpSampler2
from refdec.weights.layers import Layer
from refdec.weights.pack import Checkpoint

__all__ = ["LayerSource"]


@dataclass(frozen=True, slots=True, eq=False)
class LayerSource:
    """Layers of a checkpoint below a prefix.  `fast=False` makes every layer keep to the integer loops."""

    checkpoint: Checkpoint
    prefix: str = ""
    fast: bool = True

    def below(self, name: str) -> LayerSource:
        """Return the source of the layers below `name`."""
        return replace(self, prefix=f"{self.prefix}{name}.")

    def has(self, name: str) -> bool:
        """Tell whether there is such a layer."""
        return self.prefix + name in self.checkpoint.layers

    def layer(self, name: str) -> Layer:
        """Return a layer; raises NoSuchNetwork if the checkpoint does not have it."""
        full = self.prefix + name
        if full not in self.checkpoint.layers:
            raise NoSuchNetwork(self.checkpoint.name, full)
        return self.checkpoint.layers[full]

    def convolution(self, name: str, *, stride: int = 1, channels: int | None = None) -> Convolution:
        """Return Kn; `channels` is the number of input channels where it is not that of the weights (groups)."""
        layer = self.layer(name)
        groups = 1 if channels is None else channels // layer.shape[1]
        return Convolution.of(layer, stride=stride, groups=groups, fast=self.fast)

    def shuffled(self, name: str) -> Convolution:
        """Return K1 followed by PS(2)."""
        return Convolution.shuffled(self.layer(name), fast=self.fast)

    def transposed(self, name: str) -> TransposedConvolution:
        """Return T3 or T4."""
        return TransposedConvolution.of(self.layer(name), fast=self.fast)

    def up_sampler(self, name: str) -> UpSampler2:
        """Return U2; the tensor is `name`.conv."""
        return UpSampler2.of(self.layer(f"{name}.conv"), fast=self.fast)
