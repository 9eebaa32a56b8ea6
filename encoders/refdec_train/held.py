"""Rate and distortion on pictures that are held back from training, at several displacements.

In: a codec and pictures.  Out: a point for each displacement, mean over the pictures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from refdec_train.codec import Codec, Goal, Outcome
from refdec_train.colour import to_rgb, to_ycbcr
from refdec_train.sizes import HYPER_STEP

__all__ = ["DISPLACEMENTS", "HeldPoint", "measure_held"]

DISPLACEMENTS = (-600, 0, 600)
WHITE_SQUARED = 255.0**2


@dataclass(frozen=True, slots=True)
class HeldPoint:
    """Means over the held pictures: bits a pixel, and PSNR in dB of luma and of R'G'B' codes."""

    displacement: int
    bits_per_pixel: float
    luma_psnr: float
    rgb_psnr: float

    def as_json(self) -> Mapping[str, float]:
        """Return the fields."""
        return asdict(self)


@torch.no_grad()
def measure_held(
    codec: Codec,
    pictures: Sequence[npt.NDArray[np.uint8]],
    goal: Goal,
    *,
    transform: str,
    displacements: Sequence[int] = DISPLACEMENTS,
) -> list[HeldPoint]:
    """Measure pictures at some displacements; rounding and skipping are the codec's.

    Pictures are extended to multiples of 64, and only their own samples count.
    """
    device = next(codec.parameters()).device
    was_training = codec.training
    codec.eval()
    points = []
    for displacement in displacements:
        rows = [_measured(codec, picture, displacement, goal, transform, device) for picture in pictures]
        rate, luma, rgb = np.mean(rows, axis=0).tolist()
        points.append(HeldPoint(displacement, rate, luma, rgb))
    codec.train(was_training)
    return points


def _measured(
    codec: Codec, picture: npt.NDArray[np.uint8], displacement: int, goal: Goal, transform: str, device: torch.device
) -> tuple[float, float, float]:
    """Return bits a pixel, luma PSNR and R'G'B' PSNR of one picture."""
    rows, columns = picture.shape[:2]
    rgb = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None].float().to(device)
    margin = (0, -columns % HYPER_STEP, 0, -rows % HYPER_STEP)
    grown = functional.pad(rgb, margin, mode="replicate")
    where = torch.tensor([float(displacement)], device=device)
    outcome = codec.outcome(grown, where, goal, transform=transform)
    luma, shown = _own(outcome, rows, columns)
    source, _ = to_ycbcr(rgb)
    rate = float(outcome.bits_per_pixel) * grown.shape[-1] * grown.shape[-2] / (rows * columns)
    return rate, _psnr(source, luma), _psnr(rgb, shown)


def _own(outcome: Outcome, rows: int, columns: int) -> tuple[Tensor, Tensor]:
    """Return luma and the codes of the part that the picture has."""
    luma, chroma = outcome.luma[..., :rows, :columns], outcome.chroma[..., :rows, :columns]
    return luma, to_rgb(luma, chroma).clamp(0, 255).round()


def _psnr(a: Tensor, b: Tensor) -> float:
    return 10 * math.log10(WHITE_SQUARED / max(float((a - b).square().mean()), 1e-9))
