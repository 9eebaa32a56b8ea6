"""From symbols to a codestream (1.9, 2.6.7, 2.7.3): entropy coding of all units, and headers around them.

In: headers, symbols, scale indices and hyper latents.  Out: the bytes, and sums of what was put into them.  Levels and
masks live for a slice of channels of one region, symbols for one region where their source does not keep them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from refdec.arithmetic.types import Int16Array, Int32Array
from refdec.bitstream.headers import Headers, write_stream
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import RESIDUAL_MARKERS, assemble_residual
from refdec.clauses import clause
from refdec.decoding.hyper import HyperLatents, HyperWindows
from refdec.decoding.models import Models
from refdec.decoding.symbols import SLICE_POSITIONS, run_of_channels
from refdec.encoding.content import Written, content_of, symbols_sum
from refdec.encoding.values import CodedComponent
from refdec.entropy.hyper import encode_z
from refdec.entropy.qualitymap import encode_quality_map
from refdec.entropy.residual import RunSlice, encode_residual_slices
from refdec.limits import Check, unchecked
from refdec.tiling.bands import channel_slices
from refdec.tiling.geometry import Rect
from refdec.tiling.regions import RegionGrid

__all__ = ["Residual", "codestream_of", "residual_of"]


@clause("2.6.7")
@dataclass(frozen=True, slots=True)
class Residual:
    """(2.6.7) Payloads of SORP or SORS: one, or one per independent region; and the sum of the symbols in them."""

    payloads: list[bytes]
    symbols: bytes


@clause("2.6.7")
def residual_of(hyper: HyperWindows, component: int, part: CodedComponent, *, check: Check = unchecked) -> Residual:
    """(2.6.7, 1.4.2, 1.4.3) Code the symbols of a component.

    `hyper` gives the scale indices under the final header.  `check()` is called before each region.
    """
    picture = hyper.picture
    count, threads = picture.num_chs_coded[component], picture.num_threads_r[component]
    units: list[bytes | None] = []

    def regions() -> Iterator[Int16Array]:
        for region in RegionGrid.of(picture, component).regions:
            check()
            core = region.y_core
            symbols = part.symbols.of_region(region.index, core)[:count]
            slices = _slices_backwards(hyper, component, core, symbols)
            units.append(encode_residual_slices(slices, symbols.size, threads))
            yield symbols

    coded = symbols_sum(regions())
    return Residual(assemble_residual(units, picture.independent_regions), coded)


def _slices_backwards(hyper: HyperWindows, component: int, core: Rect, symbols: Int16Array) -> Iterator[RunSlice]:
    """Yield symbols, levels and masks of slices of channels, the last ones first, as the coder wants them."""
    for channels in reversed(list(channel_slices(len(symbols), SLICE_POSITIONS // (core.h * core.w)))):
        yield symbols[channels], *run_of_channels(hyper, component, core, channels)


@clause("1.9")
def codestream_of(
    headers: Headers,
    parts: tuple[CodedComponent, CodedComponent],
    hyper: HyperWindows,
    latents: HyperLatents,
    models: Models,
    *,
    check: Check = unchecked,
) -> Written:
    """(1.9) Return the codestream; `hyper` belongs to the headers, `latents` are z_hat and the quality map."""
    picture = headers.picture
    luma, chroma = (residual_of(hyper, c, parts[c], check=check) for c in (0, 1))
    payloads: dict[Marker, list[bytes]] = dict(zip(RESIDUAL_MARKERS, (luma.payloads, chroma.payloads), strict=True))
    payloads[Marker.SOZ] = [encode_z(*latents.z_hat, models.z_tables(0), models.z_tables(1), picture.num_threads_z)]
    payloads |= _quality_map(latents.quality_map, picture.num_threads_q, picture.quality_map_entropy_index)
    return Written(write_stream(headers, payloads), content_of(headers, latents, (luma.symbols, chroma.symbols)))


def _quality_map(quality_map: Int32Array | None, threads: int, entropy_index: int) -> dict[Marker, list[bytes]]:
    """Return the payload of SOQ, nothing without a map."""
    if quality_map is None:
        return {}
    payload, _ = encode_quality_map(quality_map, threads, entropy_index=entropy_index)
    return {Marker.SOQ: [payload]}
