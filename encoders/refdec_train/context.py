"""The luma context model MCM (4.4), trainable, and the four phases that it works through.

In: psi [batch, 640, h/2, w/2] and, phase by phase, the latent that is known already.  Out: the mean of each phase.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from refdec_train.layers import convolution

__all__ = ["PHASES", "ContextModel", "merged", "split"]

PHASES = ((0, 0), (1, 1), (0, 1), (1, 0))
"""(4.4.1) Row and column offset of each phase, in the order in which they are decoded."""
CONTEXT_GROUP_CHANNELS = 32
SMALL_START = 1e-3


def split(latent: Tensor) -> tuple[Tensor, ...]:
    """(4.4.1) The four phases of a latent of even size."""
    return tuple(latent[..., row::2, column::2] for row, column in PHASES)


def merged(phases: Sequence[Tensor]) -> Tensor:
    """(4.4.2) The latent of its four phases."""
    first = phases[0]
    latent = first.new_empty((*first.shape[:2], 2 * first.shape[2], 2 * first.shape[3]))
    for (row, column), phase in zip(PHASES, phases, strict=True):
        latent[..., row::2, column::2] = phase
    return latent


class Fusion(nn.Module):
    """(4.4.2) Three 1 x 1 convolutions, from psi (and the context before it) to a mean."""

    def __init__(self, channels: int, inputs: int) -> None:
        super().__init__()
        self.conv1 = convolution(inputs, channels, 1, bias=False)
        self.conv2 = convolution(channels, channels, 1, bias=False)
        self.conv3 = convolution(channels, channels, 1, bias=False)
        nn.init.normal_(self.conv3.weight, std=SMALL_START)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv3(functional.relu(self.conv2(functional.relu(self.conv1(x)))))


class Phase(nn.Module):
    """(4.4.2) The mean of one phase: of psi alone for the first, with the phases before it for the others."""

    def __init__(self, channels: int, number: int) -> None:
        super().__init__()
        self.fusion_pred_net = Fusion(channels, 2 * channels if number else channels)
        self.conv = (
            nn.Sequential(
                convolution(number * channels, channels, 1, bias=False),
                convolution(channels, channels, groups=channels // CONTEXT_GROUP_CHANNELS),
            )
            if number
            else None
        )

    def forward(self, psi: Tensor, before: Sequence[Tensor]) -> Tensor:
        if self.conv is None:
            return self.fusion_pred_net(psi)
        return self.fusion_pred_net(torch.cat((self.conv(torch.cat(tuple(before), 1)), psi), 1))


class ContextModel(nn.ModuleList):
    """(4.4.2) Four phases; `known(phase, mean)` gives the latent of a phase once its mean is there."""

    def __init__(self, channels: int) -> None:
        super().__init__([Phase(channels, number) for number in range(len(PHASES))])

    def forward(self, psi: Tensor, known: Callable[[int, Tensor], Tensor]) -> list[Tensor]:
        """Return the latents of all phases, each made by `known` from its mean."""
        latents: list[Tensor] = []
        for number, (phase, group) in enumerate(zip(self, psi.chunk(len(PHASES), 1), strict=True)):
            latents.append(known(number, phase(group, latents)))
        return latents
