"""Batches of a training: which examples, which part of each, padded to one size, with a mask.

In: examples, a seed and the number of a step.  Out: tensors, the same for the same numbers, whenever they are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from refdec_train.heads.examples import Example
from refdec_train.heads.lessons import Seen
from refdec_train.heads.subjects import View

__all__ = ["Batch", "channel_spread", "draw_batch", "mixed_batch", "noisy_batch"]

CHANNELS = 256
SPREAD_EXAMPLES = 200
SMALLEST_SPREAD = 1e-3


@dataclass(frozen=True, slots=True)
class Batch:
    """Latents [n, 256, h, w], zero outside of `mask` [n, 1, h, w], and what they are of."""

    latents: Tensor
    mask: Tensor
    seen: tuple[Seen, ...]


def _view(example: Example[Any], positions: int, draw: np.random.Generator) -> View:
    """Return a part of at most `positions` x `positions`, at a place drawn by chance; 0: the whole."""
    whole = View(example.picture, example.coded, example.coding.mirrored, 0, 0, 1, 1).latent
    rows, columns = (min(side, positions or side) for side in whole)
    top, left = (int(draw.integers(side - part + 1)) for side, part in zip(whole, (rows, columns), strict=True))
    return View(example.picture, example.coded, example.coding.mirrored, top, left, rows, columns)


def draw_batch(
    examples: Sequence[Example[Any]], count: int, positions: int, seed: tuple[int, int], share: float = 0.0
) -> Batch:
    """Return `count` examples drawn by chance, a part of at most `positions` x `positions` of each.

    `seed`: of the training, and the step.  `share`: every example is cut smaller by chance, by up to this share of each
    side: what is in a picture is not always whole.
    """
    draw = np.random.default_rng(seed)
    chosen = [examples[index] for index in draw.integers(len(examples), size=count)]
    views = [_smaller(_view(example, positions, draw), share, draw) for example in chosen]
    size = max(view.rows for view in views), max(view.columns for view in views)
    latents = np.zeros((count, CHANNELS, *size), np.float32)
    mask = np.zeros((count, 1, *size), np.float32)
    for target, here, example, view in zip(latents, mask, chosen, views, strict=True):
        part = example.latents()[:, view.top : view.top + view.rows, view.left : view.left + view.columns]
        target[:, : view.rows, : view.columns] = part
        here[:, : view.rows, : view.columns] = 1
    seen = tuple(Seen(example, view) for example, view in zip(chosen, views, strict=True))
    return Batch(torch.from_numpy(latents), torch.from_numpy(mask), seen)


def mixed_batch(batch: Batch, share: float) -> Batch:
    """Return each picture of a batch with the one before it, the last before the first, laid over it.

    `share`: of the picture itself; its place in the batch stays.
    """
    latents = share * batch.latents + (1 - share) * batch.latents.roll(1, 0)
    return Batch(latents, torch.maximum(batch.mask, batch.mask.roll(1, 0)), batch.seen)


def noisy_batch(batch: Batch, deviation: Tensor, seed: tuple[int, int]) -> Batch:
    """Return a batch whose latents are off by noise of a deviation [256], where there are any: nothing is learnt by
    heart.
    """
    draw = torch.Generator().manual_seed((seed[0] << 32) + seed[1])
    noise = torch.randn(batch.latents.shape, generator=draw) * deviation[:, None, None]
    return Batch(batch.latents + noise * batch.mask, batch.mask, batch.seen)


def _smaller(view: View, share: float, draw: np.random.Generator) -> View:
    """Return a part of a view, smaller by up to a share of each side."""
    if share <= 0:
        return view
    rows, columns = (max(1, side - int(draw.random() * share * side)) for side in (view.rows, view.columns))
    top = view.top + int(draw.integers(view.rows - rows + 1))
    left = view.left + int(draw.integers(view.columns - columns + 1))
    return View(view.picture, view.coded, view.mirrored, top, left, rows, columns)


def channel_spread(examples: Sequence[Example[Any]]) -> Tensor:
    """Return the root mean square of each of the 256 channels, over some of the examples."""
    step = max(len(examples) // SPREAD_EXAMPLES, 1)
    squares = [np.square(each.latents().astype(np.float64)).mean(axis=(1, 2)) for each in examples[::step]]
    return torch.from_numpy(np.sqrt(np.mean(squares, axis=0))).float().clamp_min(SMALLEST_SPREAD)
