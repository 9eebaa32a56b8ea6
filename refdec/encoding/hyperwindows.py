"""What follows from the hyper latents at every rate (3.2, 4.10.3): what an encoder looks up while it codes.

In: z_hat, the quality map, a header draft.  Out: `EncoderHyper`, which gives scale indices and psi of any window under
any displacement: of small pictures from s0 and psi that are kept, of large ones made anew where they are needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.hyper import HyperLatents, HyperSide, HyperWindows, psi_window
from refdec.decoding.models import Models
from refdec.decoding.scales import SigmaWindow, window_from_s0
from refdec.latent.qualitysteps import QualitySteps
from refdec.latent.quantise import choose_grfs_flags
from refdec.limits import Check
from refdec.tiling.bands import even_windows
from refdec.tiling.geometry import Rect
from refdec.tiling.regions import RegionGrid
from refdec.tiling.windows import blocks_around

__all__ = ["KEPT_POSITIONS", "EncoderHyper", "encoder_hyper", "grfs_flags"]

KEPT_POSITIONS = 1 << 14
"""Latent positions (256 samples each) up to which s0 and psi are kept: 32 MB, and a search for a rate saves a third."""
SUM_WINDOW = (64, 128)
ALL = slice(None)


@dataclass(frozen=True, slots=True, eq=False)
class KeptMaps:
    """s0 int32 [C,h,w] of a component, and its merged psi frame int32 Q18 [4C,h,w]."""

    s0: Int32Array
    psi: Int32Array


@dataclass(frozen=True, slots=True, eq=False)
class KeptSide:
    """`HyperWindows` out of maps that are kept."""

    picture: PictureHeader
    models: Models
    steps: QualitySteps | None
    maps: tuple[KeptMaps, KeptMaps]

    def sigma(self, component: int, window: Rect, *, channels: slice = ALL) -> SigmaWindow:
        """(3.2) Return the scale indices of a window of the latent, grown to whole blocks."""
        rect = blocks_around(window, (self.picture.lat_h, self.picture.lat_w))
        s0 = self.maps[component].s0[channels, rect.rows, rect.columns]
        return window_from_s0(self.picture, self.models, component, s0, self.steps, rect, channels=channels)

    def psi(self, component: int, window: Rect) -> Int32Array:
        """(4.10.3) Return a window of the merged psi frame."""
        return self.maps[component].psi[:, window.rows, window.columns]


@clause("3.2")
@dataclass(frozen=True, slots=True, eq=False)
class EncoderHyper:
    """(3.2) Hyper latents, trunks int16 [hz,wz,C] of both hyper-scale decoders, and what is kept beside."""

    latents: HyperLatents
    trunks: tuple[Int16Array, Int16Array]
    kept: tuple[KeptMaps, KeptMaps] | None

    def windows(self, picture: PictureHeader, models: Models) -> HyperWindows:
        """Return what gives scale indices and psi under a header: its displacements, RVS and GRFS flags."""
        if self.kept is None:
            return HyperSide(picture, models, self.latents, self.trunks)
        return KeptSide(picture, models, self.latents.quality_steps, self.kept)


@clause("4.10.3")
def encoder_hyper(
    picture: PictureHeader, models: Models, z_hat: tuple[Int8Array, Int8Array], quality_map: Int32Array | None
) -> EncoderHyper:
    """(3.2, 4.10.3) Return what follows from the hyper latents of a picture with these regions."""
    latents = HyperLatents.of(z_hat, quality_map)
    luma, chroma = (models.hyper_scale(c).trunk(z_hat[c]) for c in (0, 1))
    made = EncoderHyper(latents, (luma, chroma), None)
    if picture.lat_h * picture.lat_w > KEPT_POSITIONS:
        return made
    return EncoderHyper(latents, (luma, chroma), (_maps(picture, models, made, 0), _maps(picture, models, made, 1)))


def _maps(picture: PictureHeader, models: Models, hyper: EncoderHyper, component: int) -> KeptMaps:
    s0 = models.hyper_scale(component).scale(hyper.trunks[component], picture.lat_h, picture.lat_w)
    grid = RegionGrid.of(picture, component)
    frame = Rect(0, 0, grid.psi_size[1], grid.psi_size[0])
    return KeptMaps(s0, psi_window(grid, hyper.latents.z_hat[component], models, frame))


@clause("3.B.2")
def grfs_flags(hyper: HyperWindows, component: int, check: Check) -> BoolArray:
    """(3.B.2) Return the GRFS flags [C] of a component by the reference's choice."""
    picture = hyper.picture
    totals = np.zeros(hyper.sigma(component, Rect(0, 0, 1, 1)).maps.base.shape[0], np.int64)
    for window in even_windows(picture.latent_frame, SUM_WINDOW, 8):
        check()
        totals += hyper.sigma(component, window).maps.base.sum(axis=(1, 2), dtype=np.int64)
    return choose_grfs_flags(totals, component, picture.model_id, picture.num_chs_coded[component])
