"""Any rectangle of the output picture from compact symbols (6.5 item 1): all stages after entropy decoding, in windows.

In: what all windows of a picture share.  Out: output planes of a rectangle of the displayed picture, bit for bit as in
the whole.  Backwards from the rectangle, every stage is asked what it must see.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.bitstream.headers import Headers
from refdec.clauses import clause
from refdec.decoding.compact import CompactSymbols
from refdec.decoding.models import Models
from refdec.decoding.window_old import LatentWindow, latent_needed, latent_window, scale_index_window, synthesis_window
from refdec.picture.colour import CustomColour
from refdec.picture.filters.chain import FilterTools
from refdec.picture.filters.windows import Windows, assemble_window, filter_window
from refdec.picture.planes import Planes, ThreePlanes
from refdec.picture.render import Colour, colour_reach, colour_window
from refdec.tiling.geometry import Rect
from refdec.tiling.windows import bounding

__all__ = ["OutputStages"]

REASON = "a decoder is free to decode a part only; the text demands the integers of the whole"


@clause("6.5", kind="added", reason=REASON)
@dataclass(frozen=True, slots=True, eq=False)
class OutputStages:
    """(6.5) The choices that all windows of a picture share; `colour` None keeps what the codestream says."""

    headers: Headers
    models: Models
    transform: int
    filters: bool = True
    colour: Colour | None = None
    custom: CustomColour | None = None

    @property
    def tools(self) -> FilterTools | None:
        """The filters that run, None where none may."""
        return self.headers.tools if self.filters else None

    def windows(self, region: Rect) -> Windows:
        """Return what every stage must hold for a rectangle of the displayed picture."""
        picture = self.headers.picture
        return Windows.of(colour_reach(region, picture, self.colour), picture, self.tools)

    def latent_rect(self, windows: Windows) -> Rect:
        """Return the window of the latents that both components' synthesis reads."""
        return self.latent_of_synthesis(windows.luma, windows.chroma)

    def latent_of_synthesis(self, luma: Rect, chroma: Rect) -> Rect:
        """Return the window of the latents that the synthesis of these windows of the planes reads."""
        parts = ((0, luma), (1, chroma))
        picture = self.headers.picture
        return bounding(latent_needed(picture, self.models, self.transform, c, window) for c, window in parts)

    def latents(self, symbols: CompactSymbols, rect: Rect) -> LatentWindow:
        """Return the latents of a rectangle of their frame."""
        return latent_window(self.headers, symbols, self.models, rect.rows, rect.columns)

    def planes(self, symbols: CompactSymbols, latents: LatentWindow, windows: Windows, region: Rect) -> ThreePlanes:
        """Return output planes of `region`, int32 Q18 in 0..255; `windows` are those of the region."""
        picture = self.headers.picture
        (y,) = synthesis_window(picture, latents, self.models, self.transform, 0, windows.luma)
        u, v = synthesis_window(picture, latents, self.models, self.transform, 1, windows.chroma)
        filtered = filter_window(
            assemble_window(Planes(y, u, v), picture, windows),
            picture,
            self.tools,
            windows,
            transform=self.transform,
            load_icci=self.models.eicci,
            scale_index=lambda channel, at: scale_index_window(picture, symbols, self.models, channel, at),
        )
        return colour_window(filtered, windows.wanted, region, picture, self.colour, self.custom)
