"""Regions (4.10.1 to 4.10.4, 1.6.4): boundaries, extensions, and what each region's networks read and write.

In: picture size, split counts and overlaps of the picture header.  Out: per region rectangles at picture, latent, psi
and z scale, and the two lists of steps that a decoder walks: hyper decoding into the psi frame, latent reconstruction
into the latent frame.  Later steps overwrite earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from refdec.clauses import clause
from refdec.limits import DEFAULT_LIMITS, Limits
from refdec.tiling.errors import OverlapExceedsRegion, RegionsTooFine
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["HyperStep", "LatentStep", "PartitionLike", "Region", "RegionGrid"]

BLOCK_SAMPLES = 128
IMAGE, LATENT, PSI, HYPER = 0, 4, 5, 6
"""Down-scales d of 4.10.1: the plane is 2^d times smaller than the picture."""
SEAM_TRIM = (48 // 2) // 16
"""Latent samples cut at an inner side of an extended region (4.10.4)."""


@clause("4.9")
class PartitionLike(Protocol):
    """(4.9) What regions depend on; a picture header has it.

    The coded size in luma samples, the split into rows and columns of regions (1 and 1 without partitioning), and the
    overlaps as the elements of 1.6.4.
    """

    @property
    def img_width(self) -> int: ...
    @property
    def img_height(self) -> int: ...
    @property
    def num_ver(self) -> int: ...
    @property
    def num_hor(self) -> int: ...
    @property
    def independent_regions(self) -> bool: ...
    @property
    def hd_overlap(self) -> int: ...
    @property
    def mcm_overlap(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Region:
    """One region: rectangles with extension, and (`_core`) without.

    `image` is in luma samples (for chroma up to one sample beyond an odd picture), `y`, `psi`, `z` in samples of those
    tensors.
    """

    index: int
    image: Rect
    image_core: Rect
    y: Rect
    y_core: Rect
    psi: Rect
    psi_core: Rect
    z: Rect
    z_core: Rect


@clause("4.10.3")
@dataclass(frozen=True, slots=True)
class HyperStep:
    """(4.10.3) Run the hyper decoder on `z` of z_hat with picture size `size`; write its corner to `psi` of the frame.

    `size` is (h, w) in samples of the component (chroma: halved).  `psi` lies inside the frame and is never larger than
    the network's output: take the output's first `psi.h` rows and `psi.w` columns.
    """

    z: Rect
    size: tuple[int, int]
    psi: Rect


@clause("4.10.4")
@dataclass(frozen=True, slots=True)
class LatentStep:
    """(4.10.4) Reconstruct from `y` of the residual and `psi` of the psi frame; write `keep` of the result to `at`.

    `keep` is counted from the top-left sample of the result, `at` in the latent frame; both have the same size.
    """

    y: Rect
    psi: Rect
    keep: Rect
    at: Rect


@dataclass(frozen=True, slots=True)
class _Axis:
    """One direction of the grid: n samples in `count` regions of `step` samples, the last takes the rest."""

    samples: int
    count: int
    step: int

    def bounds(self, index: int, depth: int, extension: int) -> tuple[int, int]:
        """(4.10.1, 4.10.2) First sample and first sample beyond of region `index` at down-scale 2^depth."""
        last = index == self.count - 1
        whole = ceil_div(self.samples, 1 << depth)
        start = (index * self.step) >> depth
        end = whole if last else ((index + 1) * self.step) >> depth
        # The last region may be smaller than an extension that R allows: 4.1 clips what is cut beyond the end.
        return start - (extension if index else 0), end if last else min(end + extension, whole)


@clause("4.10.1")
def _axis(samples: int, count: int, direction: str) -> _Axis:
    """(4.10.1) Split `samples` into `count` regions at multiples of 128."""
    blocks = ceil_div(samples, BLOCK_SAMPLES)
    if not 1 <= count <= blocks:
        raise RegionsTooFine(direction, count, blocks)
    return _Axis(samples, count, blocks // count * BLOCK_SAMPLES)


def _require_overlap_fits(axis: _Axis, header: PartitionLike) -> None:
    """(4.10.2) Refuse extensions beyond the neighbouring region."""
    if axis.count == 1:
        return
    for element, samples in (
        ("hyper_decoder_overlap_in_latent_samples", 128 * header.hd_overlap),
        ("mcm_overlap_in_latent_samples", 32 * header.mcm_overlap),
    ):
        if samples > axis.step:
            raise OverlapExceedsRegion(element, samples, axis.step)


@clause("4.10.2")
@dataclass(frozen=True, slots=True)
class RegionGrid:
    """(4.10.2) All regions of one component in raster order, and the size (h, w) of the frame that psi merges into."""

    component: int
    picture: Rect
    independent: bool
    regions: tuple[Region, ...]
    psi_size: tuple[int, int]

    @classmethod
    def of(cls, header: PartitionLike, component: int, *, limits: Limits = DEFAULT_LIMITS) -> RegionGrid:
        """Return the grid of component 0 (luma) or 1 (chroma).

        Raises RegionsTooFine, OverlapExceedsRegion, or TooLarge if there are more regions than `limits` allows.
        """
        limits.require("the number of regions", header.num_ver * header.num_hor, limits.regions)
        height, width = header.img_height, header.img_width
        if component == 1:
            # 4.10.2 computes chroma at half scale and doubles: the same as an even number of luma samples.
            height, width = 2 * ceil_div(height, 2), 2 * ceil_div(width, 2)
        down = _axis(height, header.num_ver, "rows")
        across = _axis(width, header.num_hor, "columns")
        if not header.independent_regions:
            _require_overlap_fits(down, header)
            _require_overlap_fits(across, header)
        regions = tuple(
            _region(v * header.num_hor + h, (down, v), (across, h), _extensions(header))
            for v in range(header.num_ver)
            for h in range(header.num_hor)
        )
        psi_size = ceil_div(height, 1 << PSI), ceil_div(width, 1 << PSI)
        picture = Rect(0, 0, header.img_width, header.img_height)
        return cls(component, picture, header.independent_regions, regions, psi_size)

    @clause("4.10.3")
    def hyper_steps(self) -> tuple[HyperStep, ...]:
        """(4.10.3) Return the hyper decoder's steps in order; with mc != 4 * hd the shifted position is kept."""
        return tuple(self._hyper_step(region) for region in self.regions)

    @clause("4.10.4")
    def latent_steps(self) -> tuple[LatentStep, ...]:
        """(4.10.4) Return the steps of context model (luma) or chroma mean, with the trims at inner seams."""
        return tuple(self._latent_step(region) for region in self.regions)

    def _hyper_step(self, region: Region) -> HyperStep:
        h, w = region.image.size_hw
        if self.component == 1:
            h, w = ceil_div(h, 2), ceil_div(w, 2)
        per_psi = 1 << (PSI - self.component)
        made = Rect(region.psi.x, region.psi.y, ceil_div(w, per_psi), ceil_div(h, per_psi))
        frame = Rect(0, 0, self.psi_size[1], self.psi_size[0])
        return HyperStep(region.z, (h, w), made.intersection(region.psi).intersection(frame))

    def _latent_step(self, region: Region) -> LatentStep:
        at = region.y
        if not self.independent:
            image, picture = region.image, self.picture
            at = Rect.between(
                at.x + (SEAM_TRIM if image.x > 0 else 0),
                at.y + (SEAM_TRIM if image.y > 0 else 0),
                at.right - (SEAM_TRIM if image.right < picture.w else 0),
                at.bottom - (SEAM_TRIM if image.bottom < picture.h else 0),
            )
        return LatentStep(region.y, region.psi, at.seen_from(region.y), at)


def _extensions(header: PartitionLike) -> dict[int, int]:
    """(4.10.2) Samples by which a region grows towards a neighbour, by down-scale."""
    if header.independent_regions:
        return {IMAGE: 0, LATENT: 0, PSI: 0, HYPER: 0}
    return {
        IMAGE: 128 * header.hd_overlap,
        LATENT: 2 * header.mcm_overlap,
        PSI: header.mcm_overlap,
        HYPER: 2 * header.hd_overlap,
    }


def _region(index: int, row: tuple[_Axis, int], column: tuple[_Axis, int], extensions: dict[int, int]) -> Region:
    """Return the rectangles of the region at a row and column of the grid."""

    def at(depth: int, extension: int) -> Rect:
        top, bottom = row[0].bounds(row[1], depth, extension)
        left, right = column[0].bounds(column[1], depth, extension)
        return Rect.between(left, top, right, bottom)

    pairs = [(at(depth, extension), at(depth, 0)) for depth, extension in extensions.items()]
    return Region(index, *(rect for pair in pairs for rect in pair))
