"""What can be wrong with the values of the scale path (chapter 3): quality steps, gains, and arrays of another size."""

from __future__ import annotations

from refdec.errors import CodestreamError, UsageError, WeightsError

__all__ = ["GainBeyondTable", "LatentMismatch", "ModelUnknown", "QualityStepOutOfRange"]

Shape = tuple[int, ...]


class QualityStepOutOfRange(CodestreamError):
    """The quality map leaves -8..8."""

    code, clause = "RD0301", "3.5.2"

    def __init__(self, row: int, column: int, step: int) -> None:
        super().__init__(row, column, step)
        self.row, self.column, self.step = row, column, step

    def explain(self) -> str:
        return (
            f"The quality map has {self.step} at latent row {self.row}, column {self.column}; -8 to 8 is legal.\n"
            "The differences of the map add up beyond its range: the stream is damaged or its encoder does not clamp."
        )


class GainBeyondTable(WeightsError):
    """Gain plus beta displacement leave the table of scalers."""

    code, clause = "RD0302", "3.4.2"

    def __init__(self, channel: int, value: int) -> None:
        super().__init__(channel, value)
        self.channel, self.value = channel, value

    def explain(self) -> str:
        return (
            f"Gain plus beta displacement is {self.value} in channel {self.channel}; the table has -4096 to 4096.\n"
            "A gain of -2048 to 2047 cannot do this: import the checkpoint again."
        )


class ModelUnknown(UsageError):
    """A model_id is not one of the four."""

    code, clause = "RD0303", "1.6.3"

    def __init__(self, model_id: int) -> None:
        super().__init__(model_id)
        self.model_id = model_id

    def explain(self) -> str:
        return f"There is no model {self.model_id}; 0 to 3 exist."


class LatentMismatch(UsageError):
    """Arrays that belong to one component or window do not fit together."""

    code, clause = "RD0304", "3.0"

    def __init__(self, what: str, expected: Shape, got: Shape) -> None:
        super().__init__(what, expected, got)
        self.what, self.expected, self.got = what, expected, got

    def explain(self) -> str:
        return (
            f"{self.what} has shape {list(self.got)}, it must be {list(self.expected)}.\n"
            "Arrays are [channel, row, column] of one component, one window or one band."
        )
