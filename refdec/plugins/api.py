"""Everything that encoders and tasks may import from refdec; version `PLUGIN_API` (`docs/plugins.md`).

In: nothing.  Out: the names below, which keep their meaning within a major version.  Importing this module loads
NumPy and pluggy, and neither Numba nor weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy.typing as npt

from refdec.arithmetic.fixed import ONE_Q18, rdiv, rhe, rshift, sat32
from refdec.arithmetic.types import (
    BoolArray,
    Int8Array,
    Int16Array,
    Int32Array,
    Int64Array,
    UInt8Array,
    UInt16Array,
)
from refdec.bundles import CHANNELS, BundleHeaders, ComponentLatents, LatentBundle, Stage
from refdec.encoding.ratecontrol import RateOutOfReach
from refdec.errors import RefdecError
from refdec.formats.decoded import Picture
from refdec.heads.cutting import HeadWindow
from refdec.heads.head import Head, HeadFacts, HeadStep
from refdec.heads.making import head_of
from refdec.heads.onnx import OnnxHead
from refdec.limits import Limits
from refdec.metrics import ms_ssim_luma, psnr, psnr_luma, psnr_rgb
from refdec.plugins.encoder import Encoder
from refdec.plugins.errors import Refusal, Unusable
from refdec.plugins.guest_options import REQUIRED, Option, OptionValues
from refdec.plugins.head_services import HeadServices
from refdec.plugins.hookspecs import PLUGIN_API, hookimpl
from refdec.plugins.places import Box, Boxes, Mask
from refdec.plugins.rate_targets import BitsPerPixel, LumaPsnr, MaxBytes, OperatingPoint, Quality, RateTarget
from refdec.plugins.requests import Capabilities, CodingSettings, EncodeRequest
from refdec.plugins.result import TaskResult
from refdec.plugins.results import Embedding, Label, Labels, PictureResult, Report, Scalars
from refdec.plugins.services import CoreServices
from refdec.plugins.source_picture import SourcePicture
from refdec.plugins.table import Table
from refdec.plugins.target_latents import CodedLatents, ModelInfo, SymbolChoice, SymbolChooser, TargetLatents
from refdec.plugins.task_base import Action, ActionInput, Argument, NamedBundle, Task
from refdec.weights.layers import Layer
from refdec.weights.pack import Checkpoint

__all__ = [
    "CHANNELS",
    "ONE_Q18",
    "PLUGIN_API",
    "REQUIRED",
    "Action",
    "ActionInput",
    "Argument",
    "BitsPerPixel",
    "BoolArray",
    "Box",
    "Boxes",
    "BundleHeaders",
    "Capabilities",
    "Checkpoint",
    "CodedLatents",
    "CodingSettings",
    "ComponentLatents",
    "CoreServices",
    "Embedding",
    "EncodeRequest",
    "Encoder",
    "Head",
    "HeadFacts",
    "HeadServices",
    "HeadStep",
    "HeadWindow",
    "Int8Array",
    "Int16Array",
    "Int32Array",
    "Int64Array",
    "Label",
    "Labels",
    "LatentBundle",
    "Layer",
    "Limits",
    "LumaPsnr",
    "Mask",
    "MaxBytes",
    "ModelInfo",
    "NamedBundle",
    "OnnxHead",
    "OperatingPoint",
    "Option",
    "OptionValues",
    "Picture",
    "PictureResult",
    "Quality",
    "RateOutOfReach",
    "RateTarget",
    "RefdecError",
    "Refusal",
    "Report",
    "Scalars",
    "SourcePicture",
    "Stage",
    "SymbolChoice",
    "SymbolChooser",
    "Table",
    "TargetLatents",
    "Task",
    "TaskResult",
    "UInt8Array",
    "UInt16Array",
    "Unusable",
    "head_of",
    "hookimpl",
    "kernel",
    "matrix_product",
    "ms_ssim_luma",
    "psnr",
    "psnr_luma",
    "psnr_rgb",
    "rdiv",
    "rhe",
    "rshift",
    "sat32",
]

F = TypeVar("F", bound=Callable[..., Any])


def kernel(signature: str | list[str]) -> Callable[[F], F]:
    """Compile a function with Numba for an explicit integer signature, cached on disk (see `refdec.jit`).

    It is compiled, or loaded from the cache, when it is first called; importing its module costs nothing.
    """
    from refdec.jit import kernel as compiled

    decorate: Callable[[F], F] = compiled(signature)
    return decorate


def matrix_product(a: npt.NDArray[Any], b: npt.NDArray[Any], out: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Write a [..., n, k] times b [..., k, m] into `out`, as numpy.matmul does, and return it.

    BLAS takes one thread for it, whatever the program has set: refdec works in processes and threads of its own, and
    those of BLAS would only wait for each other.
    """
    from refdec.networks.blas_threads import product

    made: npt.NDArray[Any] = product(a, b, out)
    return made
