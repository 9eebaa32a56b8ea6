"""What a caller of the networks can get wrong: maps of other shapes than the weights or the picture ask for (chapter
4).
"""

from __future__ import annotations

from refdec.errors import UsageError

__all__ = ["ChannelMismatch", "LatentSizeMismatch", "NoSuchNetwork"]

Shape = tuple[int, ...]


class ChannelMismatch(UsageError):
    """A layer got a map with another number of channels than its weights have."""

    code, clause = "RD0401", "4.2.1"

    def __init__(self, layer: str, expected: int, got: int) -> None:
        super().__init__(layer, expected, got)
        self.layer, self.expected, self.got = layer, expected, got

    def explain(self) -> str:
        return (
            f"The layer {self.layer} takes {self.expected} channels, the map has {self.got}.\n"
            "Is the checkpoint of the other component?"
        )


class LatentSizeMismatch(UsageError):
    """A latent, hyper latent or mean does not have the rows and columns of the picture piece that it stands for."""

    code, clause = "RD0402", "4.2.10"

    def __init__(self, what: str, expected: Shape, got: Shape) -> None:
        super().__init__(what, expected, got)
        self.what, self.expected, self.got = what, expected, got

    def explain(self) -> str:
        return (
            f"{self.what} has {self.got[0]} x {self.got[1]} rows and columns, "
            f"its picture piece needs {self.expected[0]} x {self.expected[1]}.\n"
            "A latent position covers 16 x 16 luma samples; sizes round up."
        )


class NoSuchNetwork(UsageError):
    """A checkpoint was asked for a network that it does not hold."""

    code, clause = "RD0403", "4.11.2"

    def __init__(self, checkpoint: str, layer: str) -> None:
        super().__init__(checkpoint, layer)
        self.checkpoint, self.layer = checkpoint, layer

    def explain(self) -> str:
        return f"The checkpoint {self.checkpoint} has no layer {self.layer}.\nTry: refdec weights show PACK"
