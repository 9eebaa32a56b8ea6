"""Every error of the networks has an input that raises it, a code of its own and a message."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refdec.bitstream.transforms import Synthesis
from refdec.errors import RefdecError
from refdec.networks import errors
from refdec.networks.context import chroma_mean
from refdec.networks.layers import Convolution
from refdec.networks.synthesis import load_synthesis
from tests.unit.networks.random_layers import random_layer
from tests.unit.networks.recipe import network_checkpoint

CAUSES: dict[type[RefdecError], Callable[[], object]] = {
    errors.ChannelMismatch: lambda: Convolution.of(random_layer("k3", 1))(np.zeros((2, 2, 5), np.int32)),
    errors.LatentSizeMismatch: lambda: chroma_mean(np.zeros((4, 2, 2), np.int32), 5, 5),
    errors.NoSuchNetwork: lambda: load_synthesis(Synthesis.BOP, network_checkpoint("VM_sop/decoder_Y", 0.5), 0),
}
