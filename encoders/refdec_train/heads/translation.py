"""A head of one model, made readable for the latents of another: most of what it has learnt is about pictures.

In: a trained twin, and the same pictures coded by both models.  Out: the same network whose first layers read the other
model's latents, by the linear map of each position's 256 channels that comes nearest to the first model's, by least
squares.  A short training on the other model's latents then does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from refdec_train.heads.examples import Example
from refdec_train.heads.twin import HeadTwin

__all__ = ["latent_map", "translated"]

Floats: TypeAlias = npt.NDArray[np.float64]
CHANNELS = 256
MOST_EXAMPLES, POSITIONS = 1500, 40
RIDGE = 1e-4


def latent_map(known: Sequence[Example[Any]], other: Sequence[Example[Any]], seed: int = 1) -> Floats:
    """Return the map [256, 256] from the latents of one model to those that another makes of the same pictures.

    `known[n]` and `other[n]` are of one picture, brought to one size, mirrored alike.
    """
    draw = np.random.default_rng(seed)
    products, targets = np.zeros((CHANNELS, CHANNELS)), np.zeros((CHANNELS, CHANNELS))
    for number in range(0, len(known), max(1, len(known) // MOST_EXAMPLES)):
        first, second = (
            np.asarray(each[number].latents(), np.float64).reshape(CHANNELS, -1) for each in (known, other)
        )
        places = draw.integers(first.shape[1], size=POSITIONS)
        x, y = second[:, places], first[:, places]
        products += x @ x.T
        targets += y @ x.T
    held = RIDGE * (np.diag(products) + np.trace(products) / CHANNELS * 1e-3)
    return np.asarray(np.linalg.solve(products + np.diag(held), targets.T).T, np.float64)


def translated(twin: HeadTwin, mapping: Floats, spread: Tensor) -> HeadTwin | None:
    """Return a twin that reads other latents, divided by `spread`; None if a layer reads only some of the channels."""
    made = HeadTwin(twin.design, spread)
    state = {name: value for name, value in twin.state_dict().items() if not name.endswith(".spread")}
    made.load_state_dict({**made.state_dict(), **state})
    matrix = torch.from_numpy(mapping).float()
    for source, target, channels in zip(twin.first_layers(), made.first_layers(), twin.read_channels(), strict=True):
        if channels != list(range(CHANNELS)) or source.weight.shape[1] != CHANNELS:
            return None
        with torch.no_grad():
            whole = torch.einsum("oirc,ij->ojrc", source.weight / source.spread[None, :, None, None], matrix)
            target.weight.copy_(whole * target.spread[None, :, None, None])
    return made
