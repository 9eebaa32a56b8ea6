"""What can be wrong with the parameters of the hyper-scale decoder (3.3), once all of them are there."""

from __future__ import annotations

from refdec.errors import WeightsError

__all__ = ["HyperScaleOverflow", "HyperScaleShiftOutOfRange"]


class HyperScaleOverflow(WeightsError):
    """A layer could exceed 32 bits, so that its result would depend on the machine."""

    code, clause = "RD0471", "3.3.2"

    def __init__(self, layer: str, channel: int, low: int, high: int) -> None:
        super().__init__(layer, channel, low, high)
        self.layer, self.channel, self.low, self.high = layer, channel, low, high

    def explain(self) -> str:
        return (
            f"The layer {self.layer} can reach {self.low} to {self.high} in channel {self.channel}, beyond 32 bits.\n"
            "These are no parameters of a JPEG AI model: import the checkpoint again."
        )


class HyperScaleShiftOutOfRange(WeightsError):
    """A shift is not in 0..31."""

    code, clause = "RD0472", "3.2"

    def __init__(self, layer: str, channel: int, shift: int) -> None:
        super().__init__(layer, channel, shift)
        self.layer, self.channel, self.shift = layer, channel, shift

    def explain(self) -> str:
        return (
            f"The layer {self.layer} shifts channel {self.channel} by {self.shift}; 0 to 31 is possible.\n"
            "These are no parameters of a JPEG AI model: import the checkpoint again."
        )
