"""Test weights and inputs of 4.12.2: values from the raw stream of PCG64, the same on every machine."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from refdec import tables

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]


def uniform(tag: str, shape: Sequence[int]) -> Float64Array:
    """v = 2u - 1 in C order of the shape, seed = CRC-32 of the tag."""
    count = int(np.prod(shape, dtype=np.int64))
    raw = np.random.PCG64(zlib.crc32(tag.encode("ascii"))).random_raw(count)
    unit = (np.asarray(raw, dtype=np.uint64) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return (2.0 * unit - 1.0).reshape(shape)


def recipe_tensor(file: str, name: str, shape: Sequence[int], gain: float, transposed: bool) -> Float32Array:
    """One tensor: `file` is the tensor list's name ("VM_sop/decoder_Y", "block/CAB"), `name` as in the file."""
    v = uniform(f"{file}/{name}", shape)
    if name.endswith(("temperature", "norm1.weight")):
        return (1.0 + 0.25 * v).astype(np.float32)
    if name.endswith(".bias"):
        return (0.1 * v).astype(np.float32)
    fan = shape[0] * shape[2] * shape[3] / 4 if transposed else shape[1] * shape[2] * shape[3]
    return (gain * math.sqrt(3.0 / fan) * v).astype(np.float32)


def recipe_checkpoint(tensor_list_name: str, gain: float) -> dict[str, Float32Array]:
    """All 4-D float weights, norms, temperatures and their biases of a list of `checkpoints.json`.

    `tensor_list_name`: "VM_sop/decoder_Y", "VM_common/UV", ...  The integer path, gain and z tables are left out.
    Gains of 4.12.2: 0.5 for synthesis, analysis and blocks, 1.0 for hyper decoder, hyper encoder and context.
    """
    made: dict[str, Float32Array] = {}
    for name, shape, dtype, role in tables.checkpoints()["tensors"][tensor_list_name]:
        skipped = name.startswith(("hyper_scale_decoder.", "entropy.", "hyper_entropy.", "quantizer."))
        if role != "ignored" and dtype == "float32" and not skipped:
            made[name] = recipe_tensor(tensor_list_name, name, shape, gain, role == "tconv")
    return made


def recipe_block(prefix: str, block: str, tensor_list_name: str, channels: int, gain: float) -> dict[str, Float32Array]:
    """Tensors of a block alone ("block/CAB", "block/TAM0", "block/TAM1"), names relative to the block.

    Names and order are those below `prefix` ("CAB.", "TAM.") of a list that has the block with `channels` channels;
    TAM0 leaves the resampling layers out.
    """
    made: dict[str, Float32Array] = {}
    for name, shape, _, role in tables.checkpoints()["tensors"][tensor_list_name]:
        if name.startswith(prefix):
            short = name.removeprefix(prefix)
            if block.endswith("TAM0") and short.startswith(("ds_conv.", "us_conv.")):
                continue
            scaled = [d if d in (1, 3, 4) else d * channels // _channels(tensor_list_name) for d in shape]
            made[short] = recipe_tensor(block, short, scaled, gain, role == "tconv")
    return made


def _channels(tensor_list_name: str) -> int:
    return 64 if tensor_list_name.endswith("_UV") and "decoder" in tensor_list_name else 128


def recipe_input(tag: str, shape: Sequence[int], A: float, O: float) -> Float32Array:  # noqa: E741
    """Input of the example `tag` ("synthesis_sop_Y", "context_Y_residual", ...): v*A + O as float32."""
    return (uniform(f"input/{tag}", shape) * A + O).astype(np.float32)
