"""What a codestream says of both components before their residual (3.2 steps 1 to 3): quality map and hyper latents.

In: a codestream with its headers.  Out: `HyperLatents`, and with what the small layers of the hyper-scale decoders make
of them, `HyperSide`, which gives scale indices and psi of any window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from refdec.arithmetic.types import Int8Array, Int16Array, Int32Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.payloads import hyper_unit, quality_map_unit
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.clauses import clause
from refdec.decoding.models import COMPONENT_NAMES, Models
from refdec.decoding.scales import SigmaWindow, scale_window
from refdec.entropy.hyper import decode_z
from refdec.entropy.qualitymap import decode_quality_map
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.latent.sigma import SigmaMaps
from refdec.observation import UNWATCHED, Watch
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import RegionGrid
from refdec.tiling.windows import hyper_reach, visible

__all__ = [
    "HyperLatents",
    "HyperSide",
    "HyperWindows",
    "decode_hyper",
    "decode_hyper_latents",
    "decode_quality",
    "psi_window",
    "whole_scales",
]


@clause("2.8")
def decode_quality(codestream: Codestream, headers: Headers) -> Int32Array | None:
    """(2.8) The quality map, int32 [h,w], or None where the tool is off."""
    picture = headers.picture
    unit = quality_map_unit(codestream, headers)
    if unit is None:
        return None
    index, threads = picture.quality_map_entropy_index, picture.num_threads_q
    return decode_quality_map(unit.data, picture.lat_h, picture.lat_w, index, threads, at=unit.at)


@clause("2.7")
def decode_hyper_latents(codestream: Codestream, picture: PictureHeader, models: Models) -> tuple[Int8Array, Int8Array]:
    """(2.7) z_hat of luma and chroma, int8 [C,hz,wz]; one substream holds both."""
    unit = hyper_unit(codestream)
    tables = models.z_tables(0), models.z_tables(1)
    return decode_z(unit.data, *tables, picture.z_h, picture.z_w, picture.num_threads_z, at=unit.at)


@clause("3.2")
@dataclass(frozen=True, slots=True, eq=False)
class HyperLatents:
    """(3.2) z_hat of both components, the quality map int32 [h,w] and its steps (None where there is none)."""

    z_hat: tuple[Int8Array, Int8Array]
    quality_map: Int32Array | None = None
    quality_steps: QualitySteps | None = None

    @classmethod
    def of(cls, z_hat: tuple[Int8Array, Int8Array], quality_map: Int32Array | None) -> HyperLatents:
        """Return them with the steps of the quality map.  Raises QualityStepOutOfRange."""
        return cls(z_hat, quality_map, None if quality_map is None else quality_steps(quality_map))


@clause("3.2")
def decode_hyper(codestream: Codestream, headers: Headers, models: Models, *, watch: Watch = UNWATCHED) -> HyperLatents:
    """(3.2) Decode quality map and hyper latents.

    Raises HyperLatentsMissing, QualityMapMissing, QualityMapUnexpected, QualityStepOutOfRange and what the entropy
    decoder raises.
    """
    picture = headers.picture
    quality_map = decode_quality(codestream, headers)
    if quality_map is not None:
        watch.whole("quality_map", quality_map)
    hyper = HyperLatents.of(decode_hyper_latents(codestream, picture, models), quality_map)
    for c, name in enumerate(COMPONENT_NAMES):
        watch.whole(f"z_hat.{name}", hyper.z_hat[c])
        watch.whole(f"gain_log.{name}", models.gain(c) + np.int32(picture.beta_log[c]))
        cubes = picture.cube_flags[c]
        if cubes is not None:
            watch.whole(f"cube_flag.{name}", cubes)
    return hyper


class HyperWindows(Protocol):
    """Whatever gives scale indices and psi of a window of a picture."""

    @property
    def picture(self) -> PictureHeader: ...

    def sigma(self, component: int, window: Rect, *, channels: slice = slice(None)) -> SigmaWindow:
        """Return the scale indices of a window of the latent, grown to whole blocks; of all or some channels."""
        ...

    def psi(self, component: int, window: Rect) -> Int32Array:
        """Return a window of the merged psi frame, int32 Q18 [4C,h,w]."""
        ...


@clause("3.2")
def whole_scales(
    picture: PictureHeader, models: Models, component: int, z_hat: Int8Array, steps: QualitySteps | None
) -> SigmaMaps:
    """(3.2) Steps 1 to 4 for a whole component, from its hyper latents."""
    trunk = models.hyper_scale(component).trunk(z_hat)
    return scale_window(picture, models, component, trunk, steps, picture.latent_frame).maps


@clause("3.3.3")
@dataclass(frozen=True, slots=True, eq=False)
class HyperSide:
    """(3.3.3) Hyper latents with the trunks of both hyper-scale decoders, int16 [hz,wz,C]; the rest is computed."""

    picture: PictureHeader
    models: Models
    latents: HyperLatents
    trunks: tuple[Int16Array, Int16Array]
    watch: Watch = UNWATCHED

    @classmethod
    def of(
        cls, picture: PictureHeader, models: Models, latents: HyperLatents, *, watch: Watch = UNWATCHED
    ) -> HyperSide:
        """Run the small layers of the hyper-scale decoders."""
        luma, chroma = (models.hyper_scale(c).trunk(latents.z_hat[c]) for c in (0, 1))
        return cls(picture, models, latents, (luma, chroma), watch)

    def sigma(self, component: int, window: Rect, *, channels: slice = slice(None)) -> SigmaWindow:
        """(3.2) Return the scale indices of a window of the latent, grown to whole blocks; of all or some channels."""
        trunk, steps = self.trunks[component], self.latents.quality_steps
        return scale_window(self.picture, self.models, component, trunk, steps, window, channels=channels)

    def scale_index(self, channel: int, window: Rect) -> Int32Array:
        """(5.9) Scale indices s2 int32 [h,w] of one luma channel in a window of the latent, for LEF."""
        sigma = self.sigma(0, window, channels=slice(channel, channel + 1))
        inside = window.seen_from(sigma.rect)
        return np.ascontiguousarray(sigma.maps.final[0, inside.rows, inside.columns])

    def psi(self, component: int, window: Rect) -> Int32Array:
        """(4.10.3) Return a window of the merged psi frame."""
        grid = RegionGrid.of(self.picture, component)
        made = psi_window(grid, self.latents.z_hat[component], self.models, window)
        self.watch.window(f"psi.{COMPONENT_NAMES[component]}", made, window, grid.psi_size)
        return made


@clause("4.10.3")
def psi_window(grid: RegionGrid, z_hat: Int8Array, models: Models, window: Rect) -> Int32Array:
    """(4.10.3) Run the hyper decoder on every extended region and merge, as far as a window shows: int32 Q18 [4C,h,w].

    Later regions overwrite earlier ones.
    """
    c = grid.component
    network = models.hyper_decoder(c)
    frame = np.zeros((4 * COMPONENT_CHANNELS[c], *window.size_hw), np.int32)
    steps = grid.hyper_steps()
    places = [step.psi.intersection(window) for step in steps]
    for step, at, seen in zip(steps, places, visible(places), strict=True):
        if not seen:
            continue
        inner = at.seen_from(step.psi)
        z = hyper_reach(inner, step.z.size_hw)
        made_h, made_w = (ceil_div(n, 1 << network.depth) for n in step.size)
        rows, columns = min(2 * z.bottom, made_h) - 2 * z.y, min(2 * z.right, made_w) - 2 * z.x
        piece = z_hat[:, step.z.y + z.y : step.z.y + z.bottom, step.z.x + z.x : step.z.x + z.right]
        psi = network(piece, rows << network.depth, columns << network.depth)
        keep = Rect(inner.x - 2 * z.x, inner.y - 2 * z.y, inner.w, inner.h)
        into = at.seen_from(window)
        frame[:, into.rows, into.columns] = psi[:, keep.rows, keep.columns]
    return frame
