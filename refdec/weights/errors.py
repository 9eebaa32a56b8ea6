"""What can be wrong with weights: checkpoints that are missing, damaged, of another kind, or not to be represented.

All are `WeightsError`; codes RD06xx.  File problems (containers, pickles, packs) are in `errors_files`.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from refdec.errors import ExitCode, WeightsError

__all__ = [
    "BadFrequencies",
    "BiasTooLarge",
    "CheckpointRefused",
    "DuplicateCheckpoint",
    "GainOutOfRange",
    "HyperScaleNotQuantised",
    "HyperScaleTooLarge",
    "MissingCheckpoint",
    "MissingTensor",
    "NotFinite",
    "NotWholeNumbers",
    "NothingDecodes",
    "NothingToImport",
    "PackIsFolder",
    "ShiftOutOfRange",
    "UnknownCheckpoint",
    "WeightTooLarge",
    "WrongDtype",
    "WrongShape",
]


class MissingCheckpoint(WeightsError):
    """A stream needs weights that the pack does not hold: another pack may, so the stream is not at fault."""

    code, clause, exit_code = "RD0601", "4.11.1", ExitCode.UNSUPPORTED

    def __init__(self, name: str, file: str, present: Sequence[str]) -> None:
        super().__init__(name, file, tuple(present))
        self.name, self.file, self.present = name, file, tuple(present)

    def explain(self) -> str:
        held = ", ".join(self.present) if self.present else "nothing"
        return (
            f"The weights {self.name} are not in this pack.\n"
            f"It holds {held}.\n"
            f"They come from the file {self.file} of the reference software (or of whoever made the stream).\n"
            "Put it into a folder with the others and type: refdec weights import FOLDER MY.pack"
        )


class UnknownCheckpoint(WeightsError):
    """A name is not that of any checkpoint the codec knows."""

    code, clause = "RD0602", "4.11.1"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def explain(self) -> str:
        return (
            f"{self.name!r} is not the name of a checkpoint.\n"
            "Names look like VM_common_int/Y_0.012.pth, VM_bop/decoder_UV_0.012.pth or VM_bop__decoder_UV_0.012.npz.\n"
            "See what a pack holds: refdec weights list PACK"
        )


class _TensorError(WeightsError):
    """Names the checkpoint's tensor; the branches say what is wrong with it."""

    def __init__(self, tensor: str, *details: object) -> None:
        super().__init__(tensor, *details)
        self.tensor = tensor


class MissingTensor(_TensorError):
    """A network tensor of the list is not in the file (4.11.2 item 5)."""

    code, clause = "RD0603", "4.11.2"

    def __init__(self, tensor: str, checkpoint: str) -> None:
        super().__init__(tensor, checkpoint)
        self.checkpoint = checkpoint

    def explain(self) -> str:
        return f"The tensor {self.tensor} is missing; a file of {self.checkpoint} must have it."


class WrongShape(_TensorError):
    """A tensor has another shape than its list says (4.11.2 item 5)."""

    code, clause = "RD0604", "4.11.2"

    def __init__(self, tensor: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
        super().__init__(tensor, shape, wanted)
        self.shape, self.wanted = shape, wanted

    def explain(self) -> str:
        return f"The tensor {self.tensor} has shape {list(self.shape)}, it must be {list(self.wanted)}."


class WrongDtype(_TensorError):
    """A tensor has a type that cannot hold what it should."""

    code, clause = "RD0605", "4.11.2"

    def __init__(self, tensor: str, dtype: str, wanted: str) -> None:
        super().__init__(tensor, dtype, wanted)
        self.dtype, self.wanted = dtype, wanted

    def explain(self) -> str:
        return f"The tensor {self.tensor} holds {self.dtype}, it must hold {self.wanted}."


class NotFinite(_TensorError):
    """A weight is infinite or not a number (6.2.2 item 1)."""

    code, clause = "RD0606", "6.2.2"

    def explain(self) -> str:
        return f"The tensor {self.tensor} has a value that is not finite."


class NotWholeNumbers(_TensorError):
    """A tensor of the integer path has a value that is not an integer of 32 bits."""

    code, clause = "RD0607", "3.3.1"

    def explain(self) -> str:
        return f"The tensor {self.tensor} belongs to the integer path, but has values that are no 32-bit integers."


class WeightTooLarge(_TensorError):
    """No exponent 0..30 brings the weights of a channel into 20 bits (6.2.2 item 2)."""

    code, clause = "RD0608", "6.2.2"

    def __init__(self, tensor: str, channel: int) -> None:
        super().__init__(tensor, channel)
        self.channel = channel

    def explain(self) -> str:
        return f"The weights of {self.tensor}, output channel {self.channel}, are too large for 20-bit mantissas."


class BiasTooLarge(_TensorError):
    """|B| > 2^60 (6.2.2 item 4)."""

    code, clause = "RD0609", "6.2.2"

    def __init__(self, tensor: str, channel: int) -> None:
        super().__init__(tensor, channel)
        self.channel = channel

    def explain(self) -> str:
        return (
            f"The bias of {self.tensor}, output channel {self.channel}, is above 2^60 in units of the accumulator.\n"
            "It is enormous beside the weights of its channel; such a layer cannot be computed exactly."
        )


class GainOutOfRange(_TensorError):
    """A gain G[c] is above 2047 (3.4.1)."""

    code, clause = "RD0610", "3.4.1"

    def __init__(self, tensor: str, channel: int, value: int) -> None:
        super().__init__(tensor, channel, value)
        self.channel, self.value = channel, value

    def explain(self) -> str:
        return f"The gain of channel {self.channel} in {self.tensor} is {self.value}/128; at most 2047/128 is allowed."


class HyperScaleNotQuantised(_TensorError):
    """The hyper-scale decoder of a common file is still in floating point (3.3.4)."""

    code, clause = "RD0611", "3.3.4"

    def explain(self) -> str:
        return (
            f"{self.tensor} is not true: the hyper-scale decoder of this file has not been quantised.\n"
            "Streams are exchanged with the integer files: import those of VM_common_int, not of VM_common."
        )


class BadFrequencies(_TensorError):
    """The frequencies of z of a channel are negative or all zero (2.7.2)."""

    code, clause = "RD0612", "2.7.2"

    def __init__(self, tensor: str, channel: int) -> None:
        super().__init__(tensor, channel)
        self.channel = channel

    def explain(self) -> str:
        return f"The frequencies of channel {self.channel} in {self.tensor} are negative or all zero."


class ShiftOutOfRange(_TensorError):
    """A shift of the hyper-scale decoder is not one of 32-bit integers (3.3.2)."""

    code, clause = "RD0613", "3.3.2"

    def __init__(self, tensor: str, shift: int) -> None:
        super().__init__(tensor, shift)
        self.shift = shift

    def explain(self) -> str:
        return f"{self.tensor} has a shift of {self.shift}; only 0 to 31 are possible."


class HyperScaleTooLarge(_TensorError):
    """Sums of the hyper-scale decoder could leave 32 bits (3.3.2)."""

    code, clause = "RD0614", "3.3.2"

    def __init__(self, tensor: str, channel: int) -> None:
        super().__init__(tensor, channel)
        self.channel = channel

    def explain(self) -> str:
        return f"The weights of {self.tensor}, output channel {self.channel}, are so large that sums can leave 32 bits."


class CheckpointRefused(WeightsError):
    """A file of a folder cannot be imported; the reason is an error of its own."""

    code, clause = "RD0615", "4.11"

    def __init__(self, file: str, reason: WeightsError) -> None:
        super().__init__(file, reason)
        self.file, self.reason = file, reason

    def explain(self) -> str:
        return f"{self.file}: {self.reason.explain()}"


class DuplicateCheckpoint(WeightsError):
    """Two files of a folder hold the same checkpoint."""

    code, clause = "RD0616", "4.11.1"

    def __init__(self, name: str, first: str, second: str) -> None:
        super().__init__(name, first, second)
        self.name, self.first, self.second = name, first, second

    def explain(self) -> str:
        return f"{self.first} and {self.second} both are {self.name}.\nMove one of them out of the folder."


NEEDED = "A model needs Y and UV of VM_common_int, and decoder_Y and decoder_UV of VM_sop, VM_bop or VM_hop."


class NothingToImport(WeightsError):
    """No file of a folder is a checkpoint that refdec can use."""

    code, clause = "RD0617", "4.11.1"

    def __init__(self, files: int) -> None:
        super().__init__(files)
        self.files = files

    def explain(self) -> str:
        return (
            f"None of the {self.files} files is a checkpoint that refdec can use.\n"
            f"{NEEDED}\n"
            "Expected are names like VM_common_int/Y_0.012.pth or VM_bop__decoder_Y_0.012.npz below the folder.\n"
            "Type: refdec weights import FOLDER MY.pack"
        )


class NothingDecodes(WeightsError):
    """The checkpoints of a folder are not enough to decode anything."""

    code, clause = "RD0618", "4.11.1"

    def __init__(self, found: Sequence[str], missing: Sequence[str]) -> None:
        super().__init__(tuple(found), tuple(missing))
        self.found, self.missing = tuple(found), tuple(missing)

    def explain(self) -> str:
        lines = [
            "No model can be decoded with the checkpoints of this folder.",
            f"Found: {', '.join(self.found)}.",
            f"{NEEDED}  Missing are:",
            *(f"  {line}" for line in self.missing),
            "With these files below the folder, type: refdec weights import FOLDER MY.pack",
        ]
        return "\n".join(lines)


class PackIsFolder(WeightsError):
    """Weights are read from a pack, and a folder is named."""

    code, clause = "RD0619", "4.11.1"

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.folder = folder

    def explain(self) -> str:
        return (
            f"{self.folder} is a folder; weights are read from a pack, which is one file.\n"
            f"To make one of these checkpoints, type: refdec weights import {shlex.quote(self.folder)} MY.pack"
        )
