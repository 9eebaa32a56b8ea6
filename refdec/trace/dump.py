"""Dumps: the decoder's intermediates under the names of the conformance vectors' `tensors.npz`.

In: stages as the decoder finishes them (this is an observer).  Out: a dictionary for `numpy.savez`.  Q18 integers are
stored as float64 on the natural scale (n / 2^18, exact), so that they compare directly with a float decoder's tensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refdec.arithmetic.fixed import ONE_Q18
from refdec.arithmetic.types import IntArray

__all__ = ["Dump"]

_LATENT = {
    "z_hat": ("z_hat", False),
    "gain_log": ("gain_vec_log", False),
    "scale_index_base": ("scale_log_skip", False),
    "scale_index": ("scale_log", False),
    "cube_flag": ("cube_flag", False),
    "mask": ("mask", False),
    "symbols": ("residual_quant", False),
    "residual": ("residual_dequant", True),
    "psi": ("psi", True),
    "latent_before_lsbs": ("y_hat_pre_lsbs", True),
    "latent": ("y_hat", True),
}
_PLANES = {"pre_filters": "rec_pre_filters", "final": "rec_final"}
_NAME_OF_FINAL = {"0": "Y", "1": "U", "2": "V"}


class Dump:
    """An observer that keeps copies of the intermediates; pass it as `observe`."""

    def __init__(self) -> None:
        self._arrays: dict[str, np.ndarray[Any, Any]] = {}

    def __call__(self, stage: str, array: IntArray) -> None:
        """Keep one stage if the vectors have a name for it."""
        name, _, part = stage.partition(".")
        if name in _LATENT:
            kept, scaled = _LATENT[name]
            self._arrays[f"{part}.{kept}"] = array / np.float64(ONE_Q18) if scaled else array.copy()
        elif name in _PLANES:
            self._arrays[f"{_PLANES[name]}.{_NAME_OF_FINAL.get(part, part)}"] = array / np.float64(ONE_Q18)
        elif name == "quality_map":
            for component in ("Y", "UV"):
                self._arrays[f"{component}.q.qual_map.qp_map"] = array[np.newaxis].astype(np.float32)

    @property
    def arrays(self) -> Mapping[str, np.ndarray[Any, Any]]:
        """Return the intermediates by their names in `tensors.npz`."""
        return dict(self._arrays)
