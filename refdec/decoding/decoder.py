"""The decoder, top to bottom: the order of operations of 3.2, 4.7 and 5.2, one call a step.

In: what was chosen for a picture.  Out: `PictureDecoder`, whose methods are the steps, in order; from the latents on
each works on any window, and the whole picture is one.  Whoever decodes (rows, a region, previews, bundles) calls these
and nothing else, so that what is certified is what runs.  A `Watch` sees every value where it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.decoding.hyper import HyperLatents, HyperSide, decode_hyper
from refdec.decoding.latents import LatentSource, LatentWindow, component_latent, latent_window
from refdec.decoding.models import Models
from refdec.decoding.symbols import Symbols, decode_symbols
from refdec.decoding.synthesis import latent_needed, synthesis_window
from refdec.limits import Check, unchecked
from refdec.networks.sharing import side_by_side
from refdec.observation import UNWATCHED, Watch
from refdec.picture.assembly import assemble
from refdec.picture.colour import CustomColour
from refdec.picture.filters.chain import ScaleIndex, apply_filters
from refdec.picture.filters.tools import FilterTools
from refdec.picture.planes import OutputPlanes, Planes, shown_rect
from refdec.picture.render import Colour, gray_window, in_colour, output_reach, to_output_window
from refdec.picture.windows import Windows
from refdec.tiling.geometry import Rect
from refdec.tiling.windows import bounding

__all__ = ["PictureDecoder"]


@clause("3.2")
@clause("4.7")
@clause("5.2")
@dataclass(frozen=True, slots=True, eq=False)
class PictureDecoder:
    """(3.2, 4.7, 5.2) The steps of one picture, in order; `colour` None keeps what the codestream says."""

    headers: Headers
    models: Models
    transform: int
    filters: bool = True
    colour: Colour | None = None
    custom: CustomColour | None = None
    watch: Watch = UNWATCHED

    # -- entropy decoding (3.2), of the whole picture

    def hyper_latents(self, codestream: Codestream) -> HyperLatents:
        """(3.2) Steps 1 and 2: the quality map and z_hat."""
        return decode_hyper(codestream, self.headers, self.models, watch=self.watch)

    def hyper_side(self, latents: HyperLatents) -> HyperSide:
        """(3.3) Step 3: the small layers of both hyper-scale decoders, from which scale indices and psi follow."""
        return HyperSide.of(self.headers.picture, self.models, latents, watch=self.watch)

    def symbols(
        self,
        codestream: Codestream,
        hyper: HyperSide,
        channels: tuple[int, int] | None = None,
        *,
        regions: frozenset[int] | None = None,
    ) -> Symbols:
        """(3.2) Steps 4 to 6: scale indices, masks and residual symbols; of some channels and regions if wanted."""
        return decode_symbols(codestream, self.headers, hyper, channels, regions=regions, watch=self.watch)

    # -- latents (4.7), synthesis (4.10.5) and output (5.2), of a window

    def latents(self, symbols: Symbols, window: Rect) -> LatentWindow:
        """(4.7) Steps 1 to 3: residual, prediction and LSBS in a window of the latent frame."""
        return latent_window(self.headers, self._source(symbols), self.models, window, watch=self.watch)

    def latent(self, symbols: Symbols, window: Rect, component: int) -> Int32Array:
        """(4.7) The same of one component, int32 Q18 [C,h,w], for which the other one's symbols need not be known."""
        source = self._source(symbols)
        return component_latent(self.headers, source, self.models, component, window, watch=self.watch).latent

    def _source(self, symbols: Symbols) -> LatentSource:
        return LatentSource(symbols.values, symbols.hyper.latents.quality_steps, symbols.hyper)

    def synthesis(self, latents: LatentWindow, luma: Rect, chroma: Rect, *, check: Check = unchecked) -> Planes:
        """(4.10.5) Step 4: the planes of two windows of the coded picture, in luma samples."""

        def component(c: int, at: Rect) -> Int32Array:
            picture, models = self.headers.picture, self.models
            return synthesis_window(picture, latents, models, self.transform, c, at, watch=self.watch, check=check)

        works = [partial(component, 0, luma), partial(component, 1, chroma)]
        # Maps of HOP are large: room for those of one component, and work enough for all threads in each layer.
        (y,), (u, v) = [work() for work in works] if self.transform == Synthesis.HOP else side_by_side(works)
        return Planes(y, u, v)

    def filtered(self, synthesis: Planes, scale_index: ScaleIndex, windows: Windows) -> Planes:
        """(5.2) Steps 2 to 4: crop and decimate, chroma to the output format, filters; the window `windows.wanted`.

        `scale_index(channel, window)` gives luma's scale indices, which LEF reads.
        """
        picture = self.headers.picture
        return apply_filters(
            assemble(synthesis, picture, windows, watch=self.watch),
            picture,
            self.tools,
            windows=windows,
            transform=self.transform,
            load_icci=self.models.eicci,
            scale_index=scale_index,
            watch=self.watch,
        )

    def output(self, filtered: Planes, windows: Windows, region: Rect) -> OutputPlanes:
        """(5.2) Step 5: the colour transform, and the colour that is wanted; the window `region` of the picture."""
        picture = self.headers.picture
        held = windows.wanted
        if self.colour == "gray":
            return gray_window(filtered, held, region)
        own, at = to_output_window(filtered, held, region, picture, self.colour, self.custom, watch=self.watch)
        return in_colour(own, at, region, picture, self.colour)

    # -- what the steps need to hold

    @property
    def tools(self) -> FilterTools | None:
        """The filters that run, None where none may."""
        return self.headers.tools if self.filters else None

    @property
    def latent_frame(self) -> Rect:
        """The whole latent frame."""
        return self.headers.picture.latent_frame

    @property
    def shown(self) -> Rect:
        """The whole displayed picture."""
        return shown_rect(self.headers.picture)

    def windows(self, region: Rect) -> Windows:
        """Return what every step must hold for a rectangle of the displayed picture."""
        picture = self.headers.picture
        windows = Windows.of(output_reach(region, picture, self.colour), picture, self.tools)
        return windows.with_all_synthesised(picture) if self.watch.active else windows

    def latent_rect(self, luma: Rect, chroma: Rect) -> Rect:
        """Return the window of the latents that the synthesis of two windows of the coded picture reads."""
        picture = self.headers.picture
        parts = ((0, luma), (1, chroma))
        return bounding(latent_needed(picture, self.models, self.transform, c, window) for c, window in parts)

    def planes(
        self, symbols: Symbols, latents: LatentWindow, windows: Windows, region: Rect, *, check: Check = unchecked
    ) -> OutputPlanes:
        """Return output planes of `region`, int32 Q18 in 0..255; `windows` are those of the region."""
        synthesis = self.synthesis(latents, windows.luma, windows.chroma, check=check)
        check()
        filtered = self.filtered(synthesis, symbols.hyper.scale_index, windows)
        check()
        return self.output(filtered, windows, region)
