"""A picture made of tiles to another one: each tile through its latents, all else of its file as it was.

In: a `TiledPicture` and `TranscodeOptions`.  Out: `TranscodedTiles`: a HEIF file, the same bytes where nothing is to be
different.  A rate is that of the whole: all tiles get one displacement, as far as theirs is not lower already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refdec.api.enclosing import LONGEST_JAIH
from refdec.api.tiled import TiledPicture, naming_tile
from refdec.api.transcode_rates import best_displacement, lowest_displacement, rate_kept, rate_missed, within_file
from refdec.api.transcode_run import Transcoded, reading_options, run
from refdec.bitstream.headers import Headers
from refdec.bitstream.layerrecord import layer_part, with_layer
from refdec.decoding.opening import parse
from refdec.errors import first_of
from refdec.heif.picturefile import coded_anew
from refdec.heif.writing import write_heif
from refdec.observation import Progress, no_progress
from refdec.weights.ranges import ModelRange

if TYPE_CHECKING:
    from refdec.api.transcode_options import TranscodeOptions
    from refdec.heif.heiffile import HeifFile
    from refdec.limits import Check
    from refdec.weights.pack import WeightPack

__all__ = ["TranscodedTiles", "transcode_tiles"]

DEPTHS = ("unchanged", "headers", "recoded", "requantised")
"""What can be done to a codestream, from nothing on."""
MOST_NAMED = 8
USUAL_TRIES = 10


@dataclass(frozen=True, slots=True, eq=False)
class TranscodedTiles:
    """A file, and the new codestreams of its tiles, by item; `what` and `exact` as in `TranscodeReport`.

    `first`: the headers of the first tile.
    """

    data: bytes
    tiles: Mapping[int, Transcoded]
    first: Headers
    warnings: tuple[str, ...]

    @property
    def coded_bytes(self) -> int:
        """The bytes of all tiles; one that is shown several times counts once."""
        return sum(len(made.data) for made in self.tiles.values())

    @property
    def what(self) -> str:
        """The most that was done to a tile."""
        return max((made.what for made in self.tiles.values()), key=DEPTHS.index)

    @property
    def exact(self) -> bool:
        """Whether all latents are what they were."""
        return all(made.exact for made in self.tiles.values())


def transcode_tiles(
    tiled: TiledPicture,
    data: bytes,
    options: TranscodeOptions,
    *,
    pack: Callable[[], WeightPack],
    check: Check,
    progress: Progress,
) -> TranscodedTiles:
    """Transcode all tiles of the picture that a file holds; `data` are the bytes of that.

    Raises what `transcode_run.run` raises; errors of codestreams name their tile.
    """
    work = _TileRates(tiled, len(data), _coded_tiles(tiled, options), options, pack, check, progress)
    made, said = work.made()
    progress(1.0)
    first = made[tiled.grid.tiles[0].id].headers
    sentences = (*_by_tiles(tiled, made), *said)
    if options.fits(len(data)) and all(made[tile.id].data == bytes(tile.data) for tile in tiled.grid.tiles):
        return TranscodedTiles(data, made, first, sentences)
    unmoved = tuple(f"left behind, since it cannot be moved: the box {kind}" for kind in tiled.file.left_out)
    return TranscodedTiles(write_heif(_with_tiles(tiled.file, made)), made, first, (*sentences, *unmoved))


def _with_tiles(file: HeifFile, made: Mapping[int, Transcoded], *, all_anew: bool = False) -> HeifFile:
    """Return a file whose tiles have new codestreams; a tile that is as it was stays so."""
    items = tuple(
        coded_anew(item, made[item.id].data, made[item.id].headers)
        if item.id in made and (all_anew or made[item.id].data != bytes(item.data))
        else item
        for item in file.items
    )
    return replace(file, items=items)


def _by_tiles(tiled: TiledPicture, made: Mapping[int, Transcoded]) -> list[str]:
    """Return what there is to say of tiles; what is not of all of them, with their numbers."""
    numbers = {tile.id: index + 1 for index, tile in reversed(list(enumerate(tiled.grid.tiles)))}
    said: dict[str, list[int]] = {}
    for item, one in made.items():
        for sentence in dict.fromkeys(one.warnings):
            said.setdefault(sentence, []).append(numbers[item])
    found = []
    for sentence, those in said.items():
        which = f" (tiles {first_of(those, MOST_NAMED)})"
        found.append(sentence if len(those) == len(made) else sentence + which)
    return found


@dataclass(frozen=True, slots=True)
class _CodedTile:
    """The number of a tile from 0, its codestream, its headers."""

    index: int
    data: bytes
    headers: Headers

    @property
    def layer_bytes(self) -> int:
        """The length of its lossless layer, 0 without."""
        return len(layer_part(self.headers.user_data)[1] or b"")

    @property
    def rate(self) -> int:
        """Its displacement of luma."""
        return self.headers.picture.beta_log[0]


def _coded_tiles(tiled: TiledPicture, options: TranscodeOptions) -> dict[int, _CodedTile]:
    """Return the tiles by item, each once.  Raises TileDamaged, TileUnsupported."""
    reading, found = reading_options(options), dict[int, _CodedTile]()
    for index, tile in enumerate(tiled.grid.tiles):
        if tile.id not in found:
            data = bytes(tile.data)
            with naming_tile(tiled.grid, index):
                found[tile.id] = _CodedTile(index, data, parse(data, reading)[1])
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _TileRates:
    """The tiles, and what was asked for."""

    tiled: TiledPicture
    file_bytes: int
    tiles: Mapping[int, _CodedTile]
    options: TranscodeOptions
    pack: Callable[[], WeightPack]
    check: Check
    progress: Progress

    @property
    def pixels(self) -> int:
        """Samples of luma of the whole."""
        return self.tiled.grid.width * self.tiled.grid.height

    def made(self) -> tuple[dict[int, Transcoded], tuple[str, ...]]:
        """Return new codestreams by item, and what there is to say of the whole."""
        if self.options.bpp is None and self.options.max_bytes is None:
            return self._each(self.options), ()
        beside = 0 if self.options.max_bytes is None else self._bytes_beside()
        coded = sum(len(tile.data) for tile in self.tiles.values())
        with within_file(self.options, beside):
            return self._searched(self.options.for_codestreams(coded, beside, self.file_bytes))

    def _bytes_beside(self) -> int:
        """Return how many bytes of the file are not of its tiles, at most, however it is packed."""
        old = {item: Transcoded(tile.data, tile.headers, DEPTHS[0], True, ()) for item, tile in self.tiles.items()}
        coded = sum(len(tile.data) for tile in self.tiles.values())
        anew = len(write_heif(_with_tiles(self.tiled.file, old, all_anew=True)))
        return max(anew, len(write_heif(self.tiled.file))) - coded + len(LONGEST_JAIH) * len(self.tiles)

    def _searched(self, wishes: TranscodeOptions) -> tuple[dict[int, Transcoded], tuple[str, ...]]:
        """Return the tiles at the rate of the whole.  Raises RateNotInLatents."""
        plain = replace(wishes, bpp=None, max_bytes=None)
        most = wishes.most_bytes(self.pixels)
        assert most is not None, "one of both is wished for"
        whole = self._each(plain)
        if _size(whole) <= most:
            return whole, rate_kept(wishes)
        said: tuple[str, ...] = ()
        if count := sum(tile.layer_bytes for tile in self.tiles.values()):
            said = (f"the lossless layers are left behind: their {count} bytes do not go with that rate",)
            whole = self._each(plain, layers=False)
            if _size(whole) <= most:
                return whole, (*said, *rate_kept(wishes))
        pictures = [tile.headers.picture for tile in self.tiles.values()]
        low = min(lowest_displacement(self.pack(), picture) for picture in pictures)
        high = max(tile.rate for tile in self.tiles.values())
        tries, fast = list[int](), replace(plain, check=False)

        def code(luma: int) -> bytes:
            self.progress(len(tries) / (len(tries) + USUAL_TRIES))
            tries.append(luma)
            return b"".join(made.data for made in self._each(fast, most=luma, layers=False).values())

        model = ModelRange(pictures[0].model_id, low, high)
        luma = best_displacement(code, model, wishes, self.pixels)
        found = self._each(plain, most=luma, layers=False)
        return found, (*said, *rate_missed(_size(found), wishes, self.pixels))

    def _each(
        self, options: TranscodeOptions, *, most: int | None = None, layers: bool = True
    ) -> dict[int, Transcoded]:
        """Return every tile as the options wish, with a displacement of luma of at most `most` (None: any)."""
        made: dict[int, Transcoded] = {}
        for item, tile in self.tiles.items():
            lower = most is not None and most < tile.rate
            own = replace(options, displacement=most) if lower else options
            with naming_tile(self.tiled.grid, tile.index):
                plain = not layers and tile.layer_bytes > 0
                data = with_layer(tile.data, b"", limits=options.limits) if plain else tile.data
                made[item] = run(data, own, pack=self.pack, check=self.check, progress=no_progress)
            if most is None:
                self.progress(len(made) / len(self.tiles))
        return made


def _size(made: Mapping[int, Transcoded]) -> int:
    return sum(len(one.data) for one in made.values())
