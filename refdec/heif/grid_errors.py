"""What a reader of pictures made of tiles rejects, one class a rule."""

from __future__ import annotations

from dataclasses import dataclass

from refdec.errors import CodestreamError, Placed, RefdecError, UnsupportedError
from refdec.heif.errors import SEE_BOXES

__all__ = ["GridWrong", "PictureOfTiles", "TileDamaged", "TileUnsupported"]


@dataclass(eq=False, repr=False)
class GridWrong(Placed, CodestreamError):
    """What a file says of how its tiles lie cannot be."""

    code, clause = "RD2017", ""
    item: int
    reason: str

    def explain(self) -> str:
        return f"Item {self.item}, which is made of tiles (grid), cannot be right: {self.reason}.\n{SEE_BOXES}"


class TileDamaged(CodestreamError):
    """A tile of a picture breaks a rule."""

    code, clause = "RD2018", ""

    def __init__(self, number: int, item: int, reason: RefdecError) -> None:
        super().__init__(number, item, reason)
        self.number, self.item, self.reason = number, item, reason

    def explain(self) -> str:
        return _in_words(self.number, self.item, self.reason)


class TileUnsupported(UnsupportedError):
    """A tile of a picture is legal, and cannot be decoded."""

    code, clause = "RD2019", ""

    def __init__(self, number: int, item: int, reason: RefdecError) -> None:
        super().__init__(number, item, reason)
        self.number, self.item, self.reason = number, item, reason

    def explain(self) -> str:
        return _in_words(self.number, self.item, self.reason)


@dataclass(eq=False, repr=False)
class PictureOfTiles(Placed, UnsupportedError):
    """Something is asked for that a picture made of tiles, each with a codestream of its own, does not have."""

    code, clause = "RD2020", ""
    what: str

    def explain(self) -> str:
        return (
            f"This picture is made of tiles (grid), each a codestream of its own: {self.what} needs a single one.\n"
            "Decode it, or make a picture of one codestream of it: refdec encode FILE OUT.jaii --quality 90"
        )


def _in_words(number: int, item: int, reason: RefdecError) -> str:
    place = "" if reason.at is None else f", at its byte.bit {reason.at}"
    return reason.explained_in(f"Tile {number} (item {item}){place}")
