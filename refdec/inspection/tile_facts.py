"""What is said of a picture made of tiles, beyond what the headers of its first tile say.

In: the HEIF file, and how a codestream is summarised.  Out: the `Info` of the whole, in what its tiles differ, and
which of them are damaged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Any

from refdec.errors import CodestreamError, LimitExceeded, RefdecError, UnsupportedError
from refdec.heif.grid import Grid, grid_of, is_grid, tile_error
from refdec.heif.heiffile import HeifFile
from refdec.inspection.summary import Info, rate_of

__all__ = ["TileFacts"]

SUMS = ("user_data_bytes", "sealed_bytes", "layer_bytes", "codestream_bytes")
"""Bytes, of which a whole has those of all its tiles."""
OF_EACH = {
    *SUMS,
    "layer_max_error",
    "layer_form",
    "bits_per_pixel",
    "substreams",
    "private_regions",
    "warnings",
    "file",
}
"""What each tile has of its own, or the whole of all: tiles are not said to differ in it."""
MOST_NAMED = 8
"""Damaged tiles that warnings say what is wrong with."""


@dataclass(frozen=True, slots=True, eq=False)
class TileFacts:
    """The summaries of the tiles that a grid lists, by item, each once, and the errors of those that cannot be read."""

    grid: Grid
    infos: dict[int, Info]
    unread: dict[int, RefdecError]

    @classmethod
    def read(cls, file: HeifFile, summarised: Callable[[bytes], Info]) -> TileFacts | None:
        """Summarise the tiles that the picture of a file is made of, None if it is not.

        Raises GridWrong, and TileDamaged or TileUnsupported where none of them can be read.
        """
        if not is_grid(file):
            return None
        grid = grid_of(file)
        infos, unread = dict[int, Info](), dict[int, RefdecError]()
        for index, tile in enumerate(grid.tiles):
            if tile.id not in infos and tile.id not in unread:
                try:
                    infos[tile.id] = summarised(bytes(tile.data))
                except (CodestreamError, UnsupportedError, LimitExceeded) as problem:
                    unread[tile.id] = tile_error(grid, index, problem)
        if not infos:
            raise unread[grid.tiles[0].id]
        return cls(grid, infos, unread)

    @property
    def first(self) -> Info:
        """Return the summary of the first tile that can be read."""
        return next(iter(self.infos.values()))

    def whole(self) -> Info:
        """Return what is known of the whole: its size, bytes and rate, whether it was gray, what of it is private.

        It was gray where all of its tiles were, of as many components; bytes count tiles that are listed several times
        once.  It has a lossless layer where all of them have one, and is no nearer to its original than any of them.
        What else there is, displacement, tools, fingerprint, substreams, is that of the first tile that can be read.
        """
        grid, first, legal = self.grid, self.first, self.infos
        grays, private = {info.gray_components for info in legal.values()}, list[str]()
        for index, tile in enumerate(grid.tiles):
            if tile.id in legal:
                at = grid.place(index, first.width, first.height)
                private += [_moved(text, at.x, at.y) for text in legal[tile.id].private_regions]
        layer = self._layer()
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
            lossless_layer=None if layer is None else layer.lossless_layer,
            layer_max_error=None if layer is None else layer.layer_max_error,
            layer_form=None if layer is None else layer.layer_form,
            warnings=(*self._damage(), *dict.fromkeys(line for info in legal.values() for line in info.warnings)),
        )

    def _layer(self) -> Info | None:
        """Return the tile that is furthest from its original, None where one has no layer that can be read."""
        infos = list(self.infos.values())
        if self.unread or any(info.layer_max_error is None for info in infos):
            return None
        return max(infos, key=lambda info: info.layer_max_error or 0)

    def _damage(self) -> Iterator[str]:
        """Yield what is wrong with tiles that cannot be read, the first few of many."""
        yield from (problem.headline() for problem in islice(self.unread.values(), MOST_NAMED))
        if (more := len(self.unread) - MOST_NAMED) > 0:
            yield f"{more} more tiles cannot be read"

    def differences(self) -> dict[str, list[dict[str, Any]]]:
        """Return the facts in which tiles differ: their values, each with the items that have it, the first's first."""
        names, legal = [each.name for each in fields(Info) if each.name not in OF_EACH], self.infos
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
        """Return which item is the first tile that can be read, in what tiles differ, and which cannot be read."""
        facts: dict[str, Any] = {"first_tile": next(iter(self.infos))}
        different, unread = self.differences(), list(self.unread)
        return facts | ({"tiles_differ": different} if different else {}) | ({"tiles_unread": unread} if unread else {})


def _moved(rectangle: str, x: int, y: int) -> str:
    """Return X,Y,W,H that count from the corner of a tile which lies there."""
    left, top, width, height = map(int, rectangle.split(","))
    return f"{x + left},{y + top},{width},{height}"


def _sum_of(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
