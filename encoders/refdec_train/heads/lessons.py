"""What a head is to learn, as an interface: one class a task (`classify`, `embed`, and those of others) implements it.

In: examples.  Out: targets of a batch, a loss, figures of a finished head.  The training knows no more of a task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from torch import Tensor

from refdec.heads.head import Fact
from refdec.heads.network import HeadNetwork
from refdec_train.heads.design import Design
from refdec_train.heads.examples import Example
from refdec_train.heads.subjects import View

__all__ = ["Lesson", "Seen", "outputs_of"]

ONE = 1 << 18


@dataclass(frozen=True, slots=True)
class Seen:
    """An example in a batch, and what of it the batch sees."""

    example: Example[Any]
    view: View


class Lesson(Protocol):
    """A task to be learnt.

    `design`: the architecture.  `labels`: names of classes, for the head file.
    """

    design: Design
    labels: tuple[str, ...]

    def targets(self, seen: Sequence[Seen], size: tuple[int, int]) -> Mapping[str, Tensor]:
        """Return what the network shall say to a batch whose maps are padded to `size` (rows, columns)."""
        ...

    def loss(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor], mask: Tensor) -> Tensor:
        """Return how far outputs (and maps aside) are from the targets; `mask` [n, 1, h, w] is 1 where a picture is."""
        ...

    def measured(self, network: HeadNetwork, held: Sequence[Example[Any]]) -> Mapping[str, Fact]:
        """Return how well the integer network does on examples that it was not trained on."""
        ...


def outputs_of(network: HeadNetwork, example: Example[Any]) -> dict[str, npt.NDArray[np.int32]]:
    """Return what a head says to an example, int32 Q18 [C, h, w] by name."""
    latents = np.rint(example.latents().astype(np.float64) * ONE).astype(np.int32)
    return network({"luma": latents[:160], "chroma": latents[160:]})
