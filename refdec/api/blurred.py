"""`decode --blur-faces`: the decoded picture, with what the task `faces` finds in its latents covered for good.

In: a codestream in memory, options, a decoded picture and what stands beside it.  Out: the picture without those
faces, and sentences that say how many they were and what else was left out.  Where no head can look for faces nothing
is decoded: better an error than a face.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from refdec.api.errors import BlurAlone
from refdec.api.faces import faces_in, faces_of_picture, in_words
from refdec.api.inputs import Inputs
from refdec.formats.description import UPRIGHT
from refdec.privacy.filling import scaled_rect

if TYPE_CHECKING:
    from refdec.api.beside import BesidePicture
    from refdec.bitstream.headers import Headers
    from refdec.decoding.options import DecodeOptions
    from refdec.picture.picture import PictureCodes
    from refdec.plugins.source_picture import SourcePicture
    from refdec.tiling.geometry import Rect

__all__ = ["Cover", "cover_of", "require_blur"]

GRID = 2
"""Corners of what is decoded lie at even places, where subsampled chroma has a sample."""


def require_blur(*others: str) -> None:
    """Refuse what would show faces all the same.  Raises BlurAlone."""
    if others:
        raise BlurAlone(others[0])


@dataclass(frozen=True, slots=True)
class Cover:
    """Rectangles that nobody shall see, in samples of a picture of `size` (rows, columns) as it is stored."""

    rects: tuple[Rect, ...]
    size: tuple[int, int]

    def reaching(self, options: DecodeOptions, headers: Headers) -> DecodeOptions:
        """Return options whose region has whole every rectangle that shows in it, directly or through another one.

        A mosaic of a part would show more the smaller the part is.  Raises RegionOutside, RegionOffGrid.
        """
        from refdec.decoding.region import require_region
        from refdec.tiling.geometry import Rect

        if options.region is None:
            return options
        grown, before = Rect(*options.region), None
        require_region(grown, headers, options.colour)
        while grown != before:
            before = grown
            for rect in self.rects:
                if not rect.intersection(grown).empty:
                    left, top = min(grown.x, rect.x), min(grown.y, rect.y)
                    grown = Rect.between(left, top, max(grown.right, rect.right), max(grown.bottom, rect.bottom))
        x, y = grown.x // GRID * GRID, grown.y // GRID * GRID
        return replace(options, region=(x, y, grown.right - x, grown.bottom - y))

    def over(
        self,
        picture: PictureCodes,
        decoded: tuple[int, int, int, int] | None,
        wanted: tuple[int, int, int, int] | None,
    ) -> PictureCodes:
        """Return a picture as it is stored, covered, or of the region that was `decoded` the `wanted` part; it says how
        many rectangles show.  An original in floats is left out.
        """
        from refdec.privacy.mosaic import mosaicked
        from refdec.tiling.geometry import Rect

        rows, columns = self.size
        whole = Rect(0, 0, columns, rows)
        there, shown = (whole if region is None else Rect(*region) for region in (decoded, wanted))
        moved = [rect.seen_from(there) for rect in self.rects if there.contains(rect)]
        part = shown.seen_from(there)
        planes = []
        for index, plane in enumerate(picture.planes):
            subsampling = picture.subsampling if index else (1, 1)
            own = scaled_rect(part, *subsampling)
            planes.append(mosaicked(plane, moved, subsampling)[own.rows, own.columns].copy())
        count = sum(not rect.intersection(shown).empty for rect in self.rects)
        said = (*picture.warnings, in_words(count, "blurred"))
        return replace(picture, planes=tuple(planes), floats=None, max_error=None, warnings=said)

    def beside(self, beside: BesidePicture, said: tuple[str, ...]) -> tuple[BesidePicture, tuple[str, ...]]:
        """Return what may stand beside the covered picture, and `said` with what may not.

        Exif data and XMP often hold a preview; transparency shows shapes: inside of the rectangles all is opaque.
        """
        from refdec.heif.parts import Metadata

        metadata = Metadata(icc=beside.metadata.icc)
        left = replace(beside.metadata, icc=b"").names()
        if left:
            said = (*said, f"left behind, since previews in it may show faces: {', '.join(left)}")
        alpha = beside.alpha
        if alpha is not None and self.rects:
            covered = np.zeros(self.size, np.uint8)
            for rect in self.rects:
                covered[rect.rows, rect.columns] = 1
            samples = alpha.samples.copy()
            samples[beside.plane(covered) > 0] = (1 << alpha.bits) - 1
            alpha = replace(alpha, samples=samples)
        return replace(beside, metadata=metadata, alpha=alpha), said


def cover_of(inputs: Inputs, orientation: int, options: DecodeOptions) -> Cover:
    """Return what is to be covered of a codestream, whose picture is stored in an orientation.

    Where that is not upright the picture is decoded, turned and analysed anew: nobody knows faces that lie on their
    sides.  Raises what decoding raises, and what `faces_in` raises.
    """
    from refdec.bundles.making import decode_to_stage
    from refdec.bundles.stages import Stage
    from refdec.decoding.opening import parse
    from refdec.plugins.core import Core

    core = Core(inputs.pack, limits=options.limits, check=inputs.check)
    if orientation != UPRIGHT:
        found = faces_of_picture(_decoded(inputs, options), orientation, core)
        picture = parse(inputs.data, options)[1].picture
    else:
        bundle, headers = decode_to_stage(
            inputs.data, inputs.pack, Stage.LATENT, options, check_weights=inputs.check_weights, check=inputs.check
        )
        found, picture = faces_in(bundle, core), headers.picture
    return Cover(found, (picture.display_height, picture.display_width))


def _decoded(inputs: Inputs, options: DecodeOptions) -> SourcePicture:
    """Return the whole decoded picture, R, G and B of 8 bits, as one that can be encoded."""
    from refdec.api.decode import decoded_whole
    from refdec.plugins.source_picture import SourcePicture

    wanted = replace(options, region=None, colour="RGB", bit_depth=8)
    red, green, blue = decoded_whole(inputs, wanted).planes
    return SourcePicture((red, green, blue))
