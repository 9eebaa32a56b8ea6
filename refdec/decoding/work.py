"""What a worker does for one picture: residual of a component, latents of a piece, samples of a unit.

In: `PictureState`, which all workers hold, and a step.  Out: arrays in shared memory; what goes back is little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array, UInt8Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.decoding.compact import CompactSymbols, HyperLatents, HyperParts, decode_component
from refdec.decoding.output_old import OutputStages
from refdec.decoding.schedule import Kind, Step
from refdec.decoding.window_old import LatentWindow, synthesis_window
from refdec.parallel.shared import SharedArray
from refdec.picture.output import Codes, codes
from refdec.picture.planes import chroma_rect
from refdec.tiling.geometry import Rect

__all__ = ["PictureState", "decode_residual_of", "run_step", "unit_codes"]

LUMA_CHANNELS = COMPONENT_CHANNELS[0]
LATENT_CHANNELS = sum(COMPONENT_CHANNELS)


@dataclass(frozen=True, slots=True, eq=False)
class PictureState:
    """What all workers of a picture share.

    `trunks` int16 [hz,wz,C] and `symbols` int16 [num_chs,h,w] of both components.  `ring` int32 [256, kept rows, w]:
    the latents of some bands.  `slots` uint8 [look_ahead, bytes]: codes of finished units, planes one after the other.
    `planes` int32 [3, img_height, img_width]: where planes are kept whole; units are then rectangles of the coded
    picture.
    `subsampling` and `bits` are those of the codes.
    """

    codestream: Codestream
    stages: OutputStages
    hyper: HyperLatents
    trunks: tuple[SharedArray, SharedArray]
    symbols: tuple[SharedArray, SharedArray]
    ring: SharedArray
    slots: SharedArray | None
    planes: SharedArray | None
    subsampling: tuple[int, int]
    bits: int
    channels: tuple[int, int] | None = None

    @property
    def parts(self) -> HyperParts:
        """Return what is known before the residual; the trunk of a component once its residual has begun."""
        luma: Int16Array = self.trunks[0].array
        chroma: Int16Array = self.trunks[1].array
        return self.hyper.with_trunks((luma, chroma))

    @property
    def compact(self) -> CompactSymbols:
        """Return the symbols as the stages take them."""
        luma: Int16Array = self.symbols[0].array
        chroma: Int16Array = self.symbols[1].array
        return self.parts.with_symbols((luma, chroma), ())

    def rows(self, first: int, beyond: int, columns: slice) -> Int32Array:
        """Return latents [256, rows, columns] from the ring."""
        ring: Int32Array = self.ring.array
        kept = ring.shape[1]
        begin, count = first % kept, beyond - first
        if begin + count <= kept:
            return ring[:, begin : begin + count, columns]
        return np.concatenate([ring[:, begin:, columns], ring[:, : begin + count - kept, columns]], axis=1)


def decode_residual_of(state: PictureState, component: int) -> None:
    """Decode the residual of a component into `state.symbols`, and what comes before it into `state.trunks`."""
    models = state.stages.models
    state.trunks[component].array[:] = models.hyper_scale(component).trunk(state.hyper.z_hat[component])
    target: Int16Array = state.symbols[component].array
    decode_component(state.codestream, state.stages.headers, models, component, state.parts, target, state.channels)


def run_step(state: PictureState, step: Step) -> None:
    """Do a step of the schedule."""
    if step.kind is Kind.LATENTS:
        _make_latents(state, step.rect)
    elif step.kind is Kind.SAMPLES:
        if state.planes is not None:
            _make_planes(state, step.rect, state.planes.array)
        else:
            _make_codes(state, step)


def _make_latents(state: PictureState, rect: Rect) -> None:
    luma, chroma = state.stages.latents(state.compact, rect).latent
    ring: Int32Array = state.ring.array
    begin = rect.y % ring.shape[1]
    ring[:LUMA_CHANNELS, begin : begin + rect.h, rect.columns] = luma
    ring[LUMA_CHANNELS:, begin : begin + rect.h, rect.columns] = chroma


def _latents_of(state: PictureState, rect: Rect) -> LatentWindow:
    held = state.rows(rect.y, rect.bottom, rect.columns)
    return LatentWindow(rect, (held[:LUMA_CHANNELS], held[LUMA_CHANNELS:]))


def _make_codes(state: PictureState, step: Step) -> None:
    stages = state.stages
    windows = stages.windows(step.rect)
    latents = _latents_of(state, stages.latent_rect(windows))
    planes = stages.planes(state.compact, latents, windows, step.rect)
    for target, plane in zip(unit_codes(state, step), planes, strict=True):
        target[:] = codes(plane, state.bits)


def _make_planes(state: PictureState, rect: Rect, planes: Int32Array) -> None:
    """Synthesise a rectangle of the coded picture into the whole planes."""
    stages = state.stages
    picture = stages.headers.picture
    latents = _latents_of(state, stages.latent_of_synthesis(rect, rect))
    for c, part in enumerate((slice(0, 1), slice(1, 3))):
        planes[part, rect.rows, rect.columns] = synthesis_window(
            picture, latents, stages.models, stages.transform, c, rect
        )


def unit_codes(state: PictureState, step: Step) -> list[Codes]:
    """Return the three planes of codes of a unit, as views of its slot."""
    assert state.slots is not None
    slot: UInt8Array = state.slots.array[step.slot]
    kind: np.dtype[np.unsignedinteger] = np.dtype(np.uint8 if state.bits <= 8 else np.uint16)
    small = chroma_rect(step.rect, state.subsampling)
    made, at = [], 0
    for rect in (step.rect, small, small):
        size = rect.h * rect.w * kind.itemsize
        made.append(slot[at : at + size].view(kind).reshape(rect.size_hw))
        at += size
    return made
