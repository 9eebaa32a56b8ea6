"""What an encoder can be asked for in vain, one class each."""

from __future__ import annotations

from refdec.errors import RefdecError, UsageError

__all__ = ["LatentsDoNotFit", "LevelTooSmall", "QualityMapDoesNotFit", "SettingsRefused"]


class SettingsRefused(UsageError):
    """A codestream cannot be made with these settings: the rule that they break is named."""

    code, clause = "RD0951", "1.9"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @classmethod
    def because(cls, problem: RefdecError | ValueError) -> SettingsRefused:
        """Return the refusal for a rule of the standard that a header with these settings would break."""
        return cls(problem.explain().splitlines()[0] if isinstance(problem, RefdecError) else str(problem))

    def explain(self) -> str:
        return f"No codestream can be made with these settings: {self.reason}"


class LatentsDoNotFit(UsageError):
    """Target latents do not have the size of the picture."""

    code, clause = "RD0952", "1.6.1"

    def __init__(self, what: str, needed: tuple[int, ...], found: tuple[int, ...]) -> None:
        super().__init__(what, needed, found)
        self.what, self.needed, self.found = what, needed, found

    def explain(self) -> str:
        return f"{self.what} has the shape {self.found}; this picture needs {self.needed}."


class QualityMapDoesNotFit(UsageError):
    """A quality map does not have one step for each latent position."""

    code, clause = "RD0953", "2.8"

    def __init__(self, needed: tuple[int, int], found: tuple[int, ...]) -> None:
        super().__init__(needed, found)
        self.needed, self.found = needed, found

    def explain(self) -> str:
        return f"The quality map has the shape {self.found}; this picture needs {self.needed}: one per 16 x 16 samples."


class LevelTooSmall(UsageError):
    """No level, or not the one that was asked for, allows the picture's size and model."""

    code, clause = "RD0954", "1.7.2"

    def __init__(self, luma_samples: int, model_id: int) -> None:
        super().__init__(luma_samples, model_id)
        self.luma_samples, self.model_id = luma_samples, model_id

    def explain(self) -> str:
        return f"No level allows {self.luma_samples} luma samples with model {self.model_id}."
