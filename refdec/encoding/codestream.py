"""From symbols to a codestream (1.9, 2.6.7, 2.7.3): entropy coding of all units, and headers around them.

In: headers, symbols and hyper latents.  Out: the bytes.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int8Array, Int32Array
from refdec.bitstream.headers import Headers, write_stream
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import RESIDUAL_MARKERS, assemble_residual
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.models import Models
from refdec.encoding.values import CodedComponent
from refdec.entropy.hyper import encode_z
from refdec.entropy.qualitymap import encode_quality_map
from refdec.entropy.residual import encode_residual
from refdec.latent.sigma import levels
from refdec.tiling.regions import RegionGrid

__all__ = ["codestream_of", "residual_payloads"]


@clause("2.6.7")
def residual_payloads(picture: PictureHeader, component: int, part: CodedComponent) -> list[bytes]:
    """(2.6.7, 1.4.2, 1.4.3) Return the payloads of SORP or SORS: one, or one per independent region."""
    count, threads = picture.num_chs_coded[component], picture.num_threads_r[component]
    units: list[bytes | None] = []
    for region in RegionGrid.of(picture, component).regions:
        window = (slice(0, count), region.y_core.rows, region.y_core.columns)
        run_levels = levels(np.ascontiguousarray(part.sigma.final[window]))
        values = np.ascontiguousarray(part.symbols[window])
        units.append(encode_residual(values, run_levels, np.ascontiguousarray(part.coded[window]), threads))
    return assemble_residual(units, picture.independent_regions)


@clause("1.9")
def codestream_of(
    headers: Headers,
    parts: tuple[CodedComponent, CodedComponent],
    z_hat: tuple[Int8Array, Int8Array],
    quality_map: Int32Array | None,
    models: Models,
) -> bytes:
    """(1.9) Return the codestream."""
    picture = headers.picture
    payloads: dict[Marker, list[bytes]] = {
        marker: residual_payloads(picture, c, parts[c]) for c, marker in enumerate(RESIDUAL_MARKERS)
    }
    payloads[Marker.SOZ] = [encode_z(*z_hat, models.z_tables(0), models.z_tables(1), picture.num_threads_z)]
    if quality_map is not None:
        index = picture.quality_map_entropy_index
        payload, _ = encode_quality_map(quality_map, picture.num_threads_q, entropy_index=index)
        payloads[Marker.SOQ] = [payload]
    return write_stream(headers, payloads)
