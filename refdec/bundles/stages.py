"""Stages of the latent interface, each containing the ones before it, and the version of the schema."""

from __future__ import annotations

from enum import Enum

from refdec.bundles.errors import UnknownStage

__all__ = ["SCHEMA_VERSION", "Stage"]

SCHEMA_VERSION = "1.1"
"""Major.minor of the fields.  Within a major version fields are only ever added."""


class Stage(Enum):
    """How far a codestream was decoded; later stages compare as greater."""

    HEADERS = "headers"
    SYMBOLS = "symbols"
    LATENT = "latent"
    PICTURE = "picture"

    @classmethod
    def of(cls, name: Stage | str) -> Stage:
        """Return the stage of a name.  Raises UnknownStage."""
        if isinstance(name, Stage):
            return name
        try:
            return cls(name)
        except ValueError:
            raise UnknownStage(name, tuple(stage.value for stage in cls)) from None

    @property
    def rank(self) -> int:
        """Position in the order of decoding, 0..3."""
        return list(Stage).index(self)

    def __lt__(self, other: Stage) -> bool:
        return self.rank < other.rank

    def __le__(self, other: Stage) -> bool:
        return self.rank <= other.rank

    def __gt__(self, other: Stage) -> bool:
        return self.rank > other.rank

    def __ge__(self, other: Stage) -> bool:
        return self.rank >= other.rank

    def __str__(self) -> str:
        return self.value
