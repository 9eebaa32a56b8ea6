"""The me-tANS coder of chapter 2: residual, hyper latent z and quality map, in both directions.

No name here loads Numba: the kernels are imported by the functions that run them.
"""

from __future__ import annotations

from refdec.entropy.hyper import ZTables, decode_z, encode_z
from refdec.entropy.qualitymap import decode_quality_map, encode_quality_map
from refdec.entropy.residual import ResidualRun, decode_residual, encode_residual, start_residual

__all__ = [
    "ResidualRun",
    "ZTables",
    "decode_quality_map",
    "decode_residual",
    "decode_z",
    "encode_quality_map",
    "encode_residual",
    "encode_z",
    "start_residual",
]
