"""The verdict on a picture made of tiles: that on each tile, and what its boxes say otherwise.

In: a `TiledPicture`.  Out: `Verdict`, whose problems name the tile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from refdec.api.enclosing import headers_of
from refdec.api.tiled import TiledPicture
from refdec.bitstream.floatrecord import layer_in_words
from refdec.bitstream.layerrecord import layer_part
from refdec.bitstream.userdata import read_gray_mark
from refdec.errors import CodestreamError, InputError, LimitExceeded, RefdecError, UnsupportedError
from refdec.heif.checks import grid_disagreements, tile_disagreements
from refdec.heif.grid import tile_error
from refdec.heif.grid_errors import GridWrong
from refdec.picture.render import output_subsampling, own_colour
from refdec.verification.check import case_of, verify_codestream
from refdec.verification.shown import shown_tiles
from refdec.verification.verdict import Verdict

if TYPE_CHECKING:
    from refdec.bitstream.headers import Headers
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.decoding.options import DecodeOptions
    from refdec.heif.heiffile import Item
    from refdec.verification.expectation import Expectation
    from refdec.weights.pack import WeightPack

__all__ = ["verify_tiles"]

MOST_REMARKS = 16


def verify_tiles(
    tiled: TiledPicture, pack: WeightPack, options: DecodeOptions, expectation: Expectation | None = None
) -> Verdict:
    """Verify every tile of a picture, equal ones once, and what the file says of the whole.

    Where all is well, the picture that they are put together to is compared with an expected one.  Raises InputError
    where that cannot be read.
    """
    grid, problems = tiled.grid, list(grid_disagreements(tiled.file, tiled.grid, options.limits))
    said: dict[str, None] = {}
    decoded, known = 0, dict[int, Verdict]()
    for index, tile in enumerate(grid.tiles):
        verdict = known.get(tile.id)
        if verdict is None:
            data = bytes(tile.data)
            verdict = known[tile.id] = verify_codestream(data, pack, name=f"tile {index + 1}", options=options)
            own = list(verdict.problems) or _of_tile(data, tile, options)
            problems += [tile_error(grid, index, problem) for problem in own]
            said |= dict.fromkeys((*verdict.warnings, *verdict.remarks))
        decoded += bool(verdict.picture)
    if not problems:
        problems += _of_sizes(tiled, options)
    size = f"{grid.width} x {grid.height} samples"
    picture = f"{decoded} of {len(grid.tiles)} tiles of {size}" if decoded else ""
    comparison = None
    if expectation is not None and not problems:
        try:
            shown = shown_tiles(tiled, pack, options)
            comparison = expectation.compare(shown, {}, case_of(tiled.name), limits=options.limits)
        except InputError:  # of the expected picture, also where that is too large
            raise
        except (CodestreamError, UnsupportedError, LimitExceeded) as problem:
            problems.append(problem)
    remarks = tuple(list(said)[:MOST_REMARKS])
    return Verdict(tiled.name, tuple(problems), picture=picture, comparison=comparison, remarks=remarks)


def _of_tile(data: bytes, tile: Item, options: DecodeOptions) -> list[RefdecError]:
    """Return what the file says of a tile otherwise than its codestream, which has no problems."""
    return list(tile_disagreements(tile, headers_of(data, options.limits)))


def _of_sizes(tiled: TiledPicture, options: DecodeOptions) -> list[RefdecError]:
    """Return why the tiles, which are all well, are no picture that is shown here: one that is too large, their
    sizes, or that they are not of one kind.
    """
    try:
        tiled.require_pixels(options)
        list(tiled.parts(options))
    except (CodestreamError, UnsupportedError, LimitExceeded) as problem:
        return [problem]
    tiles = {tile.id: tile for tile in tiled.grid.tiles}
    known = {number: _kind(headers_of(bytes(tile.data), options.limits)) for number, tile in tiles.items()}
    kinds = [known[tile.id] for tile in tiled.grid.tiles]
    number, other = next(((index + 1, kind) for index, kind in enumerate(kinds) if kind != kinds[0]), (0, kinds[0]))
    if not number:
        return []
    words = f"tile {number} is {other.words}, the first {kinds[0].words}"
    return [GridWrong(tiled.grid.item.id, words if other.words != kinds[0].words else f"{words}, of other colours")]


class _TileKind(NamedTuple):
    """What a tile decodes to: in words, with the steps of its chroma, and what its codestream says of its colours."""

    words: str
    subsampling: tuple[int, int]
    rendering: RenderingInfo | None


def _kind(headers: Headers) -> _TileKind:
    """Return what a tile decodes to where nothing else is wished for: its original, or the lossy picture."""
    layer, picture = layer_part(headers.user_data)[1], headers.picture
    if layer is not None:
        return _TileKind(layer_in_words(layer).partition(",")[0], (1, 1), headers.rendering)
    colour = "gray" if read_gray_mark(headers.user_data) == 1 else own_colour(picture)
    steps = output_subsampling(picture, None) if colour == "YUV" else (1, 1)
    return _TileKind(f"{picture.bit_depth} bit {colour}", steps, headers.rendering)
