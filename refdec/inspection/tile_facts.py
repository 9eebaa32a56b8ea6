"""What is said of a picture made of tiles, beyond what the headers of its first tile say.

In: the `Info` of the first tile, the HEIF file, and how a codestream is summarised.  Out: the `Info` of the whole, and
in what its tiles differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from refdec.errors import CodestreamError, LimitExceeded, UnsupportedError
from refdec.heif.grid import Grid, grid_of, is_grid
from refdec.heif.heiffile import HeifFile
from refdec.inspection.summary import Info, rate_of

__all__ = ["TileFacts"]

SUMS = ("user_data_bytes", "sealed_bytes", "layer_bytes", "codestream_bytes")
"""Bytes, of which a whole has those of all its tiles."""
OF_EACH = {*SUMS, "bits_per_pixel", "substreams", "private_regions", "warnings", "file"}
"""What each tile has of its own, or the whole of all: tiles are not said to differ in it."""


@dataclass(frozen=True, slots=True, eq=False)
class TileFacts:
    """The summaries of the tiles that a grid lists, by item, each once; None of those whose headers are not legal."""

    grid: Grid
    infos: dict[int, Info | None]

    @classmethod
    def read(cls, first: Info, file: HeifFile, summarised: Callable[[bytes], Info]) -> TileFacts | None:
        """Summarise the tiles that the picture of a file is made of, None if it is not; `first` is that of its first.

        Raises GridWrong.
        """
        if not is_grid(file):
            return None
        grid = grid_of(file)
        infos: dict[int, Info | None] = {grid.tiles[0].id: first}
        for tile in grid.tiles:
            if tile.id not in infos:
                try:
                    infos[tile.id] = summarised(bytes(tile.data))
                except (CodestreamError, UnsupportedError, LimitExceeded):
                    infos[tile.id] = None
        return cls(grid, infos)

    @property
    def first(self) -> Info:
        """Return the summary of the first tile."""
        found = self.infos[self.grid.tiles[0].id]
        assert found is not None, "the first was read before the others"
        return found

    def _legal(self) -> dict[int, Info]:
        return {item: info for item, info in self.infos.items() if info is not None}

    def whole(self) -> Info:
        """Return what is known of the whole: its size, bytes and rate, whether it was gray, what of it is private.

        It was gray where all of its tiles were, of as many components; bytes count tiles that are listed several times
        once.  What else there is, displacement, tools, fingerprint, substreams, is that of the first tile.
        """
        grid, first, legal = self.grid, self.first, self._legal()
        grays, private = {info.gray_components for info in legal.values()}, list[str]()
        for index, tile in enumerate(grid.tiles):
            if tile.id in legal:
                at = grid.place(index, first.width, first.height)
                private += [_moved(text, at.x, at.y) for text in legal[tile.id].private_regions]
        coded = sum(len(data) for data in {tile.id: tile.data for tile in grid.tiles}.values())
        return replace(
            first,
            width=grid.width,
            height=grid.height,
            gray_components=grays.pop() if len(grays) == 1 else None,
            private_regions=tuple(private),
            user_data_bytes=sum(info.user_data_bytes for info in legal.values()),
            sealed_bytes=_sum_of([info.sealed_bytes for info in legal.values()]),
            layer_bytes=_sum_of([info.layer_bytes for info in legal.values()]),
            codestream_bytes=coded,
            bits_per_pixel=rate_of(coded, grid.width * grid.height),
            warnings=tuple(dict.fromkeys(line for info in legal.values() for line in info.warnings)),
        )

    def differences(self) -> dict[str, list[dict[str, Any]]]:
        """Return the facts in which tiles differ: their values, each with the items that have it, the first's first."""
        names, legal = [each.name for each in fields(Info) if each.name not in OF_EACH], self._legal()
        found: dict[str, list[dict[str, Any]]] = {}
        for name in names:
            groups: list[dict[str, Any]] = []
            for item, info in legal.items():
                value = getattr(info, name)
                group = next((each for each in groups if each["value"] == value), None)
                if group is None:
                    groups.append(group := {"value": value, "items": []})
                group["items"].append(item)
            if len(groups) > 1:
                found[name] = groups
        return found

    def as_json(self) -> dict[str, Any]:
        """Return which item is the first tile, in what tiles differ from each other, and which cannot be read."""
        facts: dict[str, Any] = {"first_tile": self.grid.tiles[0].id}
        different = self.differences()
        unread = [item for item, info in self.infos.items() if info is None]
        return facts | ({"tiles_differ": different} if different else {}) | ({"tiles_unread": unread} if unread else {})


def _moved(rectangle: str, x: int, y: int) -> str:
    """Return X,Y,W,H that count from the corner of a tile which lies there."""
    left, top, width, height = map(int, rectangle.split(","))
    return f"{x + left},{y + top},{width},{height}"


def _sum_of(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
