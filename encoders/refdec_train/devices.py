"""Which device trains: `device_of` a name, before anything is read or written."""

from __future__ import annotations

import re

import torch

from refdec_train.errors import DeviceUnusable

__all__ = ["device_of"]

CUDA = re.compile(r"cuda(?::(?P<number>\d{1,3}))?")


def device_of(name: str) -> torch.device:
    """Return "cpu", "cuda" or "cuda:N" as a device.  Raises DeviceUnusable."""
    if name == "cpu":
        return torch.device(name)
    match = CUDA.fullmatch(name)
    if match is None:
        raise DeviceUnusable(f"{name!r} is neither cpu nor cuda")
    devices = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(match["number"] or 0) >= devices:
        raise DeviceUnusable(f"PyTorch finds {devices or 'no'} CUDA devices here, so {name!r} cannot train; cpu can")
    return torch.device(name)
