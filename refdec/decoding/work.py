"""What a worker does for one picture: residual of a component, latents of a piece, samples of a unit.

In: `PictureState`, which all workers hold, and a step.  Out: arrays in shared memory; what goes back is little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int16Array, Int32Array, UInt8Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.hyper import HyperLatents, HyperSide
from refdec.decoding.latents import LatentWindow
from refdec.decoding.schedule import Kind, Step
from refdec.decoding.symbols import Symbols, decode_component_residual
from refdec.errors import RefdecError
from refdec.networks.sharing import Team, shared_by, side_by_side
from refdec.parallel.shared import SharedArray
from refdec.picture.output import code_type, codes
from refdec.picture.planes import plane_rects
from refdec.picture.render import plane_count
from refdec.tiling.geometry import Rect

__all__ = [
    "PictureState",
    "Samples",
    "begin_side_by_side",
    "build_and_decode_residual",
    "build_networks",
    "decode_residual_of",
    "run_step",
    "sample_type",
    "unit_samples",
]

Samples = npt.NDArray[Any]
"""Rows and columns of one plane: codes uint8 or uint16, or int32 Q18."""

LUMA_CHANNELS = COMPONENT_CHANNELS[0]
LATENT_CHANNELS = sum(COMPONENT_CHANNELS)


@dataclass(frozen=True, slots=True, eq=False)
class PictureState:
    """What all workers of a picture share.

    `trunks` int16 [hz,wz,C] and `symbols` int16 [num_chs,h,w] of both components.  `ring` int32 [256, kept rows, w]:
    the latents of some bands.  `slots` uint8 [look_ahead, bytes]: codes of finished units, planes one after the other.
    `planes` int32 [3, img_height, img_width]: where planes are kept whole; units are then rectangles of the coded
    picture.
    `subsampling` and `bits` are those of the codes; `bits` None: samples are int32 Q18.  The `team` shares steps.
    """

    codestream: Codestream
    decoder: PictureDecoder
    hyper_latents: HyperLatents
    trunks: tuple[SharedArray, SharedArray]
    symbols: tuple[SharedArray, SharedArray]
    ring: SharedArray
    slots: SharedArray | None
    planes: SharedArray | None
    subsampling: tuple[int, int]
    bits: int | None
    channels: tuple[int, int] | None = None
    team: Team | None = None

    @property
    def hyper(self) -> HyperSide:
        """Return what is known before the residual; the trunk of a component once its residual has begun."""
        luma: Int16Array = self.trunks[0].array
        chroma: Int16Array = self.trunks[1].array
        decoder = self.decoder
        return HyperSide(decoder.headers.picture, decoder.models, self.hyper_latents, (luma, chroma), decoder.watch)

    @property
    def known_symbols(self) -> Symbols:
        """Return the symbols as the steps take them."""
        luma: Int16Array = self.symbols[0].array
        chroma: Int16Array = self.symbols[1].array
        return Symbols(self.hyper, (luma, chroma))

    def take(self, symbols: Symbols) -> None:
        """Take symbols that are known already, of all or of the first channels."""
        for c in (0, 1):
            self.trunks[c].array[:] = symbols.hyper.trunks[c]
            self.symbols[c].array[: len(symbols.values[c])] = symbols.values[c]

    def rows(self, first: int, beyond: int, columns: slice) -> Int32Array:
        """Return latents [256, rows, columns] from the ring."""
        ring: Int32Array = self.ring.array
        kept = ring.shape[1]
        begin, count = first % kept, beyond - first
        if begin + count <= kept:
            return ring[:, begin : begin + count, columns]
        return np.concatenate([ring[:, begin:, columns], ring[:, : begin + count - kept, columns]], axis=1)


def build_networks(state: PictureState) -> None:
    """Build the networks of a picture that are not there yet."""
    with shared_by(state.team):
        side_by_side(_builders(state.decoder))


def _builders(decoder: PictureDecoder) -> list[Callable[[], object]]:
    """Return what builds each network, those that take longest first."""
    models, transform = decoder.models, decoder.transform
    return [
        partial(models.hyper_decoder, 0),
        partial(models.synthesis, transform, 0),
        models.context,
        partial(models.synthesis, transform, 1),
        partial(models.hyper_decoder, 1),
        *(partial(models.hyper_scale, c) for c in (0, 1)),
    ]


def build_and_decode_residual(state: PictureState) -> None:
    """Build the networks while the residual of both components is decoded; neither needs the other.

    What is raised is what would be if the networks came first.
    """
    residuals: list[Callable[[], object]] = [partial(decode_residual_of, state, c) for c in (0, 1)]
    with shared_by(state.team):
        problems = side_by_side([partial(_problem_of, work) for work in residuals + _builders(state.decoder)])
    _raise_first([*problems[2:], *problems[:2]])


def begin_side_by_side(state: PictureState, first: list[Rect]) -> None:
    """Decode the residual of both components, and make the first latents: neither component needs the other's.

    What the latents of one raise is raised after what the residual of the other does, as in the order of steps.
    """

    def latents(c: int) -> None:
        for rect in first:
            _make_latent(state, rect, c)

    def component(c: int) -> RefdecError | None:
        decode_residual_of(state, c)
        return _problem_of(partial(latents, c))

    with shared_by(state.team):
        problems = side_by_side([partial(component, c) for c in (0, 1)])
    _raise_first(problems)


def _problem_of(work: Callable[[], object]) -> RefdecError | None:
    """Return what a work raises, for one who has more to wait for."""
    try:
        work()
    except RefdecError as problem:
        return problem
    return None


def _raise_first(problems: list[RefdecError | None]) -> None:
    for problem in problems:
        if problem is not None:
            raise problem


def decode_residual_of(state: PictureState, component: int) -> None:
    """Decode the residual of a component into `state.symbols`, and what comes before it into `state.trunks`."""
    decoder = state.decoder
    state.trunks[component].array[:] = decoder.models.hyper_scale(component).trunk(state.hyper_latents.z_hat[component])
    target: Int16Array = state.symbols[component].array
    decode_component_residual(
        state.codestream, decoder.headers, state.hyper, component, target, state.channels, watch=decoder.watch
    )


def run_step(state: PictureState, step: Step) -> None:
    """Do a step of the schedule."""
    with shared_by(state.team):
        if step.kind is Kind.LATENTS:
            side_by_side([partial(_make_latent, state, step.rect, c) for c in (0, 1)])
        elif step.kind is Kind.SAMPLES:
            if state.planes is not None:
                _make_planes(state, step.rect, state.planes.array)
            else:
                _make_codes(state, step)


def _make_latent(state: PictureState, rect: Rect, component: int) -> None:
    ring: Int32Array = state.ring.array
    begin = rect.y % ring.shape[1]
    own = ring[LUMA_CHANNELS:] if component else ring[:LUMA_CHANNELS]
    own[:, begin : begin + rect.h, rect.columns] = state.decoder.latent(state.known_symbols, rect, component)


def _latents_of(state: PictureState, rect: Rect) -> LatentWindow:
    held = state.rows(rect.y, rect.bottom, rect.columns)
    return LatentWindow(rect, (held[:LUMA_CHANNELS], held[LUMA_CHANNELS:]))


def _make_codes(state: PictureState, step: Step) -> None:
    decoder = state.decoder
    windows = decoder.windows(step.rect)
    latents = _latents_of(state, decoder.latent_rect(windows.luma, windows.chroma))
    planes = decoder.planes(state.known_symbols, latents, windows, step.rect)

    def put(target: Samples, plane: Int32Array) -> None:
        target[:] = plane if state.bits is None else codes(plane, state.bits)

    targets = unit_samples(state, step)
    side_by_side([partial(put, *pair) for pair in zip(targets, planes, strict=True)])


def _make_planes(state: PictureState, rect: Rect, planes: Int32Array) -> None:
    """Synthesise a rectangle of the coded picture into the whole planes."""
    latents = _latents_of(state, state.decoder.latent_rect(rect, rect))
    for target, plane in zip(planes, state.decoder.synthesis(latents, rect, rect).as_tuple(), strict=True):
        target[rect.rows, rect.columns] = plane


def sample_type(bits: int | None) -> np.dtype[Any]:
    """Return the type of samples that are codes of some bits; None: of int32 Q18."""
    return np.dtype(np.int32) if bits is None else code_type(bits)


def unit_samples(state: PictureState, step: Step) -> list[Samples]:
    """Return the planes of a unit, codes or int32 Q18, as views of its slot."""
    assert state.slots is not None
    slot: UInt8Array = state.slots.array[step.slot]
    kind = sample_type(state.bits)
    views, at = [], 0
    for rect in plane_rects(step.rect, state.subsampling, plane_count(state.decoder.colour)):
        size = rect.h * rect.w * kind.itemsize
        views.append(slot[at : at + size].view(kind).reshape(rect.size_hw))
        at += size
    return views
