"""Heads that are fitted in closed form: no training, the same numbers each time.

In: pictures, and a pack of weights.  Out: for each of its models a head that makes of the latents what a `Wish` says:
means of small squares of Y, U and V.  It is a linear map of 3 x 3 latent positions, by least squares on what refdec
decodes, of the rank that keeps what matters of it: 256 channels become a few at each position, and these the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.api.heads import save_head
from refdec.api.latents import read_latents
from refdec.api.packs import encoding_models
from refdec.api.weights import load_weights
from refdec.heads.head import Fact, Head, HeadFacts, HeadStep
from refdec.heads.making import head_of
from refdec.heads.network import HeadNetwork
from refdec_train.errors import TooFewPictures
from refdec_train.heads.examples import POINTS, coded_at

if TYPE_CHECKING:
    from refdec.weights.pack import WeightPack

__all__ = ["SMALLEST_SIDE", "Floats", "Picture", "Show", "Wish", "fit_heads"]

Floats: TypeAlias = npt.NDArray[np.float64]
Picture: TypeAlias = npt.NDArray[np.uint8]
CHANNELS, TAPS = 256, 9
POSITION = 16
"""Samples of luma that a latent position stands for, in each direction."""
ONE = 1 << 18
RIDGE = 1e-7
HELD_EVERY = 9
"""One picture in so many is measured on, and not fitted to."""
LARGEST_SIDE, SMALLEST_SIDE = 512, 64
"""Of a larger picture its corner is taken; smaller ones are no help."""
FEWEST_PICTURES = 40
Show: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a head shall make: means of squares of so many samples of luma, for each of Y, U, V.

    `cells`: 16, 8, 4, 2 or 1 for each plane; `rank`: channels that a position hands on; `last`: steps that follow the
    map, whose output is called "squares"; `task`: the task that runs it.
    """

    task: str
    version: str
    cells: tuple[int, int, int]
    rank: int
    last: tuple[HeadStep, ...] = ()

    @property
    def sides(self) -> tuple[int, ...]:
        """How many squares a position has in each direction, for each plane."""
        return tuple(POSITION // cell for cell in self.cells)

    @property
    def values(self) -> int:
        """How many values a position has: a row of squares after the other, of Y, then U, then V."""
        return sum(side * side for side in self.sides)


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """A coded picture: latents [256, h, w] in units, and the means of squares of each plane, of those wholly seen."""

    latents: Floats
    means: tuple[Floats, ...]

    def rows(self, wish: Wish) -> tuple[Floats, Floats]:
        """Return what a position sees, [n, 9 * 256 + 1], and its values, [n, values]: of those wholly seen."""
        sides = [(plane.shape, side) for plane, side in zip(self.means, wish.sides, strict=True)]
        height = min(shape[0] // side for shape, side in sides)
        width = min(shape[1] // side for shape, side in sides)
        padded = np.pad(self.latents, ((0, 0), (1, 1), (1, 1)))
        taps = [padded[:, dy : dy + height, dx : dx + width] for dy in range(3) for dx in range(3)]
        seen = np.concatenate([*taps, np.ones((1, height, width))]).reshape(TAPS * CHANNELS + 1, -1).T
        parts = []
        for plane, side in zip(self.means, wish.sides, strict=True):
            split = plane[: side * height, : side * width].reshape(height, side, width, side)
            parts.append(split.transpose(0, 2, 1, 3).reshape(-1, side * side))
        return seen, np.concatenate(parts, axis=1)


def _planes(values: Floats, wish: Wish) -> list[Floats]:
    """Return values [n, h, w] as planes of squares."""
    found, start = [], 0
    _, height, width = values.shape
    for side in wish.sides:
        part = values[start : start + side * side].reshape(side, side, height, width)
        found.append(part.transpose(2, 0, 3, 1).reshape(side * height, side * width))
        start += side * side
    return found


def _means(plane: npt.NDArray[np.int32], cell: tuple[int, int], size: tuple[int, int], square: int) -> Floats:
    """Return the means of squares of a plane, of those that lie inside the picture."""
    rows, columns = size[0] // square, size[1] // square
    inside = plane[: rows * cell[0], : columns * cell[1]] / ONE
    return np.asarray(inside.reshape(rows, cell[0], columns, cell[1]).mean(axis=(1, 3)))


def _sample(picture: Picture, pack: WeightPack, model: int, point: tuple[int, int], wish: Wish) -> tuple[_Sample, str]:
    """Return a picture coded at a rate, and the fingerprint of the weights."""
    data = coded_at(picture[:LARGEST_SIDE, :LARGEST_SIDE], pack, model, point)
    bundle = read_latents(data, stage="picture", weights=pack)
    luma, chroma = bundle.luma.latent_q18, bundle.chroma.latent_q18
    assert luma is not None and chroma is not None and bundle.planes_q18 is not None
    headers = bundle.headers
    size = headers.display_height, headers.display_width
    ratios = ((1, 1), headers.subsampling, headers.subsampling)
    means = tuple(
        _means(plane, (square // vertical, square // horizontal), size, square)
        for plane, square, (vertical, horizontal) in zip(bundle.planes_q18, wish.cells, ratios, strict=True)
    )
    latents = np.concatenate([luma, chroma]) / ONE
    return _Sample(latents, means), headers.weights_fingerprint


def _solved(products: Floats, targets: Floats) -> Floats:
    """Return the least squares, held back a little so that it exists."""
    held = RIDGE * np.maximum(np.diag(products), np.trace(products) / len(products) * 1e-3)
    return np.asarray(np.linalg.solve(products + np.diag(held), targets), np.float64)


def _factors(products: Floats, targets: Floats, wish: Wish) -> tuple[Floats, Floats, Floats]:
    """Return the map as two: [rank, 256], and [values, rank, 3, 3] with a bias [values].

    The first is the part of the full map that says most about the values (weighted by how channels vary together), the
    second is solved again for what the first leaves.
    """
    rank, values = wish.rank, wish.values
    whole = _solved(products, targets)[:-1].reshape(TAPS, CHANNELS, values)
    flat = whole.transpose(1, 0, 2).reshape(CHANNELS, TAPS * values)
    middle = slice(TAPS // 2 * CHANNELS, (TAPS // 2 + 1) * CHANNELS)
    powers, axes = np.linalg.eigh(products[middle, middle])
    root = axes * np.sqrt(np.maximum(powers, powers.max() * 1e-9))
    left, _, _ = np.linalg.svd(root.T @ flat, full_matrices=False)
    first = np.linalg.solve(root.T, left[:, :rank])
    # values that a position hands on have about the size of samples, so that integers keep them well
    first *= 16 / np.sqrt(np.einsum("cr,cd,dr->r", first, products[middle, middle], first) / products[-1, -1])
    spread = np.zeros((TAPS * CHANNELS + 1, TAPS * rank + 1))
    for tap in range(TAPS):
        spread[tap * CHANNELS : (tap + 1) * CHANNELS, tap * rank : (tap + 1) * rank] = first
    spread[-1, -1] = 1
    second = _solved(spread.T @ products @ spread, spread.T @ targets)
    return first.T, second[:-1].reshape(3, 3, rank, values).transpose(3, 2, 0, 1), second[-1]


def _fitted(samples: Iterable[_Sample], wish: Wish) -> tuple[Floats, Floats, Floats]:
    """Return the two maps and the bias of samples, which are walked once."""
    size = TAPS * CHANNELS + 1
    products, targets = np.zeros((size, size)), np.zeros((size, wish.values))
    for sample in samples:
        seen, values = sample.rows(wish)
        products += seen.T @ seen
        targets += seen.T @ values
    return _factors(products, targets, wish)


def _psnr(squares: Floats) -> float:
    return float(10 * np.log10(255**2 / max(float(squares.mean()), 1e-9)))


def _measured(head: Head, samples: Sequence[_Sample], wish: Wish) -> dict[str, Fact]:
    """Return how near the map comes to samples that it was not fitted to, computed in its integers."""
    network, found = HeadNetwork.of(head), []
    for sample in samples:
        luma, chroma = np.split((sample.latents * ONE).astype(np.int32), [160])
        (values,) = network({"luma": luma, "chroma": chroma}).values()
        squares = [
            (np.clip(plane[: means.shape[0], : means.shape[1]], 0, 255) - means) ** 2
            for plane, means in zip(_planes(values / ONE, wish), sample.means, strict=True)
        ]
        found.append((_psnr(squares[0]), _psnr(np.stack(squares[1:]))))
    luma_db, chroma_db = np.mean(found, axis=0)
    return {
        "luma PSNR": round(float(luma_db), 2),
        "chroma PSNR": round(float(chroma_db), 2),
        "worst luma PSNR": round(min(found)[0], 2),
        "pictures measured on": len(samples),
    }


def _head(facts: HeadFacts, maps: tuple[Floats, Floats, Floats], last: Sequence[HeadStep]) -> Head:
    first, second, bias = maps
    steps = [
        HeadStep("concatenate", ("luma", "chroma"), "both"),
        HeadStep("linear", ("both",), "few", ("few",)),
        HeadStep("convolution", ("few",), "squares", ("squares",)),
        *last,
    ]
    return head_of(facts, steps, {"few": (first, None), "squares": (second, bias)})


def _fit_model(
    pictures: Sequence[Picture], pack: WeightPack, model: int, facts: HeadFacts, wish: Wish, show: Show
) -> Head:
    """Return the head of a model: fitted to eight of nine pictures, a rate each; measured on the rest, at three."""
    held: list[_Sample] = []
    prints: set[str] = set()

    def samples() -> Iterator[_Sample]:
        for number, picture in enumerate(pictures):
            show(number, len(pictures))
            is_held = number % HELD_EVERY == 0
            points = POINTS[number // HELD_EVERY % 2 :: 2] if is_held else POINTS[number % len(POINTS) :][:1]
            for point in points:
                sample, fingerprint = _sample(picture, pack, model, point, wish)
                prints.add(fingerprint)
                if is_held:
                    held.append(sample)
                else:
                    yield sample

    maps = _fitted(samples(), wish)
    facts = replace(facts, weights=tuple(sorted(prints)))
    metrics = _measured(_head(facts, maps, ()), held, wish)
    return _head(replace(facts, metrics=metrics), maps, wish.last)


def fit_heads(
    wish: Wish,
    pictures: Sequence[Picture],
    weights: Path | None,
    folder: Path,
    *,
    data: str = "",
    licence: str = "",
    show: Show = lambda done, total: None,
) -> list[Path]:
    """Write `modelN.head` for every model of a pack that encodes (None: the bundled pack); return the files.

    `data`: what the pictures are, and their licence; `licence`: of the heads.  Takes a second of one core for each
    picture of 256 x 256 and model.  Raises TooFewPictures.
    """
    if len(pictures) < FEWEST_PICTURES:
        raise TooFewPictures(len(pictures), FEWEST_PICTURES)
    pack, made = load_weights(weights), []
    folder.mkdir(parents=True, exist_ok=True)
    facts = HeadFacts(wish.task, wish.version, wish.task, (), licence=licence, data=data)
    for model in encoding_models(pack):
        path = folder / f"model{model}.head"
        save_head(_fit_model(pictures, pack, model, facts, wish, show), path)
        made.append(path)
    return made
