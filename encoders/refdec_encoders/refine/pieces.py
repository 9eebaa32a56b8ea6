"""A picture at an operating point, cut into pieces that a descent holds in memory one at a time.

In: what the core coded there.  Out: `Piece`s with what lies around them, and windows of latents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from refdec.plugins.api import BoolArray, CodedLatents, CoreServices, Int32Array
from refdec_encoders.refine.choice import levels_of
from refdec_encoders.refine.distortion import Planes, metric_of
from refdec_encoders.refine.layers import FloatArray
from refdec_encoders.refine.networks import Networks
from refdec_encoders.refine.piece import Coefficients, Pair, Piece
from refdec_encoders.refine.prediction import merged

__all__ = ["Cut", "PictureParts", "Span", "latents_of", "own_bytes"]

CELL = 16
"""Luma samples on a side of a latent position."""
LONGEST = 48
"""Latent positions on a side of a piece's core: 768 samples."""
HALO, SEEN = 8, 4
"""Positions around a core that a piece has; of these so many have samples that count: a cut is felt 3 away from it."""
PIECE_BYTES, WHOLE_BYTES = 72 << 10, 14 << 10
"""Bytes of a piece, and of what the whole picture has beside one bundle, per latent position; measured, rounded up."""
Q18 = np.float32(2.0**-18)


@dataclass(frozen=True, slots=True)
class Span:
    """Rows or columns of latent positions, from `first` to before `end`, out of `size`."""

    first: int
    end: int
    size: int

    def grown(self, by: int) -> Span:
        """Return the span with so many positions more on both sides, where there are any."""
        return Span(max(self.first - by, 0), min(self.end + by, self.size), self.size)

    def within(self, other: Span) -> slice:
        """Return the place of the span in another one that holds it."""
        return slice(self.first - other.first, self.end - other.first)

    @property
    def places(self) -> slice:
        """Its positions."""
        return slice(self.first, self.end)

    def samples(self, end: int) -> slice:
        """Return its luma samples; the picture has `end`."""
        return slice(CELL * self.first, min(CELL * self.end, end))


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece's core and the latents that it has around, rows and columns."""

    core: tuple[Span, Span]
    held: tuple[Span, Span]

    def held_of(self, values: FloatArray) -> FloatArray:
        """Return the piece's part of [C, h, w]."""
        return np.ascontiguousarray(values[:, self.held[0].places, self.held[1].places])

    @property
    def core_in_held(self) -> tuple[slice, slice]:
        """The place of the core in what is held."""
        return self.core[0].within(self.held[0]), self.core[1].within(self.held[1])

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the picture."""
        return all(span.end - span.first == span.size for span in self.core)


def _spans(size: int) -> list[Span]:
    """Cut a side into even parts that begin at hyper latents."""
    count = -(-size // LONGEST)
    edges = [min(-(-size * k // (4 * count)) * 4, size) for k in range(count + 1)]
    return [Span(first, end, size) for first, end in pairwise(edges)]


def latents_of(latents_q18: tuple[Int32Array, Int32Array], cut: Cut) -> Pair:
    """Return the part of latents that a piece has, as floats."""
    luma, chroma = (
        np.ascontiguousarray(part[:, cut.held[0].places, cut.held[1].places]).astype(np.float32) * Q18
        for part in latents_q18
    )
    return luma, chroma


def own_bytes(rows: int, columns: int) -> int:
    """Return how much memory a search in rows x columns of latent positions takes beside what the core holds."""
    held = min(rows, LONGEST + 2 * HALO) * min(columns, LONGEST + 2 * HALO)
    return PIECE_BYTES * held + WHOLE_BYTES * rows * columns


@dataclass(frozen=True, slots=True, eq=False)
class PictureParts:
    """What holds for a picture at an operating point: `coded` there, its float networks, and psi of both components."""

    core: CoreServices
    coded: CodedLatents
    networks: Networks
    metric: str
    steps_q18: tuple[Int32Array, Int32Array]
    psi: FloatArray
    chroma_mean: FloatArray

    @classmethod
    def of(cls, core: CoreServices, coded: CodedLatents, networks: Networks, metric: str) -> PictureParts:
        """Decode the hyper latents, and take the quantisers' steps."""
        half = tuple(-(-side // 2) for side in coded.bundle.headers.latent_size)
        psi, chroma = (
            network(z.astype(np.float32), (half[0], half[1]))
            for network, z in zip(networks.hyper, (coded.bundle.luma.z, coded.bundle.chroma.z), strict=True)
            if z is not None
        )
        mean = merged(np.split(chroma, 4))
        return cls(core, coded, networks, metric, core.symbol_steps_q18(coded), psi, mean)

    def cuts(self) -> Iterator[Cut]:
        """Yield the cuts of the picture, row by row."""
        rows, columns = self.coded.bundle.headers.latent_size
        for vertical in _spans(rows):
            for horizontal in _spans(columns):
                core = vertical, horizontal
                yield Cut(core, (vertical.grown(HALO), horizontal.grown(HALO)))

    def piece(self, cut: Cut, *, seen: int = SEEN) -> Piece:
        """Return a piece; samples further than `seen` positions from its core do not count."""
        headers, (rows, columns) = self.coded.bundle.headers, cut.held
        target = self._target(cut)
        luma, chroma = (self._coefficients(component, cut) for component in (0, 1))
        half = slice(rows.first // 2, -(-rows.end // 2)), slice(columns.first // 2, -(-columns.end // 2))
        psi = np.split(self.psi[:, half[0], half[1]], 4)
        frozen, free = (None, None) if cut.is_whole else self._masks(cut, seen)
        return Piece(
            self.networks,
            (target[0].shape[0], target[0].shape[1]),
            headers.coded_subsampling,
            luma.phases(),
            chroma,
            [np.ascontiguousarray(part) for part in psi],
            cut.held_of(self.chroma_mean),
            target,
            metric_of(self.metric, target),
            frozen,
            free,
        )

    def _target(self, cut: Cut) -> Planes:
        headers = self.coded.bundle.headers
        rows, columns = cut.held[0].samples(headers.height), cut.held[1].samples(headers.width)
        y, u, v = (plane.astype(np.float32) * Q18 for plane in self.core.coded_planes(self.coded, rows, columns))
        return y, u, v

    def _coefficients(self, component: int, cut: Cut) -> Coefficients:
        part = self.coded.bundle.components[component]
        assert part.scale_index is not None and part.coded is not None
        window = slice(None), cut.held[0].places, cut.held[1].places
        step = np.ascontiguousarray(self.steps_q18[component][window]).astype(np.float32) * Q18
        coded = part.coded[window] & (step > 0)
        return Coefficients(np.where(step > 0, step, np.float32(1)), levels_of(part.scale_index[window]), coded)

    def _masks(self, cut: Cut, seen: int) -> tuple[BoolArray, FloatArray]:
        headers = self.coded.bundle.headers
        rows, columns = (
            span.grown(seen).samples(end) for span, end in zip(cut.core, (headers.height, headers.width), strict=True)
        )
        top, left = CELL * cut.held[0].first, CELL * cut.held[1].first
        sides = [
            span.samples(end).stop - CELL * span.first
            for span, end in zip(cut.held, (headers.height, headers.width), strict=True)
        ]
        frozen = np.ones((sides[0], sides[1]), np.bool_)
        frozen[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = False
        free = np.zeros([span.end - span.first for span in cut.held], np.float32)
        free[cut.core_in_held] = 1
        return frozen, free
