"""The new codestream out of the old one's symbols or latents (1.9, 2.6.7, 3.B.3): what can stay, stays as it is.

In: an opened codestream and new headers.  Out: bytes.  Under the same partition the symbols are those that were there;
under another one, or at another rate, the latents of the old codestream are what the quantiser is to come near to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.builder import with_cube_flags
from refdec.bitstream.framing import Codestream, write_codestream
from refdec.bitstream.headers import Headers, write_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import RESIDUAL_MARKERS
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.hyper import HyperLatents
from refdec.decoding.models import Models
from refdec.decoding.opening import Opened
from refdec.decoding.symbols import Symbols
from refdec.encoding.codestream import residual_of
from refdec.encoding.components import code_component
from refdec.encoding.content import Written, content_of
from refdec.encoding.hyperwindows import EncoderHyper, encoder_hyper
from refdec.encoding.values import CodedComponent, KeptSymbols
from refdec.entropy.hyper import encode_z
from refdec.entropy.qualitymap import encode_quality_map
from refdec.limits import Check, unchecked
from refdec.transcoding.choice import worth_their_bits
from refdec.transcoding.packaging import same_partition
from refdec.transcoding.streamsymbols import decoded_latents

__all__ = ["LatentTargets", "latent_targets", "recoded", "requantised", "rewrapped"]

Pair = tuple[int, int]
Payloads = Mapping[Marker, Sequence[bytes | memoryview]]
HEADERS = (Marker.PIH, Marker.TON, Marker.RDI, Marker.UDI)
REASON = "a codestream is made of another one's latents"


@clause("1.9", kind="added", reason=REASON)
def rewrapped(codestream: Codestream, before: Headers, headers: Headers, payloads: Payloads | None = None) -> bytes:
    """(1.9) Return the codestream under other headers; payloads that are not given, and equal headers, as they are."""
    given = payloads or {}
    written = write_headers(headers)
    same = {
        Marker.PIH: (before.picture, before.edition) == (headers.picture, headers.edition),
        Marker.TON: before.tools == headers.tools,
        Marker.RDI: before.rendering == headers.rendering,
        Marker.UDI: before.user_data == headers.user_data,
    }
    waiting: dict[Marker, deque[bytes | memoryview]] = {}
    for marker in dict.fromkeys(headers.substream_order):
        old = [part.payload for part in codestream.all(marker)]
        if marker in HEADERS:
            waiting[marker] = deque(old if same[marker] else [written[marker]])
        else:
            waiting[marker] = deque(given.get(marker, old))
    order = headers.substream_order
    return write_codestream((marker, waiting[marker].popleft()) for marker in order if waiting[marker])


@clause("2.6.7", kind="added", reason=REASON)
def recoded(opened: Opened, headers: Headers, symbols: Symbols, *, check: Check = unchecked) -> bytes:
    """(2.6.7) Return the codestream of the same symbols under headers with the same partition and rate.

    What has as many threads as before keeps its payload.  `check()` is called before each region.
    """
    before, picture = opened.headers.picture, headers.picture
    hyper = replace(symbols.hyper, picture=picture)
    payloads: dict[Marker, Sequence[bytes | memoryview]] = {}
    for c, marker in enumerate(RESIDUAL_MARKERS):
        if before.num_threads_r[c] != picture.num_threads_r[c]:
            part = CodedComponent(KeptSymbols(symbols.values[c]), None, None)
            made = residual_of(hyper, c, part, check=check).payloads
            payloads[marker] = _as_they_were(opened.codestream, picture, marker, made)
    payloads |= _hyper_payloads(before, picture, symbols.hyper.latents, opened.models)
    return rewrapped(opened.codestream, opened.headers, headers, payloads)


@clause("1.4.3")
def _as_they_were(codestream: Codestream, picture: PictureHeader, marker: Marker, made: list[bytes]) -> list[bytes]:
    """(1.4.3) Return the payloads of independent regions in the order they had; those that were absent stay absent."""
    if not picture.independent_regions:
        return made
    return [made[part.payload[0]] for part in codestream.all(marker)]


def _hyper_payloads(
    before: PictureHeader, picture: PictureHeader, latents: HyperLatents, models: Models
) -> dict[Marker, Sequence[bytes | memoryview]]:
    """Return the payloads of SOZ and SOQ where their threads differ."""
    made: dict[Marker, Sequence[bytes | memoryview]] = {}
    if before.num_threads_z != picture.num_threads_z:
        made[Marker.SOZ] = [encode_z(*latents.z_hat, models.z_tables(0), models.z_tables(1), picture.num_threads_z)]
    if latents.quality_map is not None and before.num_threads_q != picture.num_threads_q:
        index = picture.quality_map_entropy_index
        made[Marker.SOQ] = [encode_quality_map(latents.quality_map, picture.num_threads_q, entropy_index=index)[0]]
    return made


# -- through the quantiser


@dataclass(frozen=True, slots=True, eq=False)
class LatentTargets:
    """What holds at every displacement: y_hat of the old codestream int32 Q18, and what follows from its z_hat."""

    opened: Opened
    headers: Headers
    y: tuple[Int32Array, Int32Array]
    hyper: EncoderHyper


@clause("3.B.5", kind="added", reason=REASON)
def latent_targets(opened: Opened, headers: Headers, symbols: Symbols, *, check: Check = unchecked) -> LatentTargets:
    """(3.B.5) Return the latents of a codestream, ready to be quantised under headers at any rate."""
    luma, chroma = (decoded_latents(opened.headers, symbols, opened.models, c, check) for c in (0, 1))
    latents = symbols.hyper.latents
    hyper = encoder_hyper(headers.picture, opened.models, latents.z_hat, latents.quality_map)
    return LatentTargets(opened, headers, (luma, chroma), hyper)


@clause("3.B.3", kind="added", reason=REASON)
def requantised(targets: LatentTargets, beta_log: Pair, *, check: Check = unchecked) -> tuple[Written, Headers]:
    """(3.B.3) Return the codestream at the displacements of luma and chroma, and its headers; z_hat and map stay.

    At the rate that was, cube flags stay too; else they are decided anew where the old codestream had some.
    """
    opened, models, hyper = targets.opened, targets.opened.models, targets.hyper
    draft = _at_rate(targets.headers.picture, beta_log)
    same_rate = beta_log == opened.headers.picture.beta_log
    draft = draft if same_rate else with_cube_flags(draft, (None, None))
    luma, chroma = (
        code_component(
            hyper.windows(draft, models),
            c,
            targets.y[c],
            models,
            steps=hyper.latents.quality_steps,
            cubes=not same_rate and bool(opened.headers.picture.use_cube_flags[c]),
            settled=draft.cube_flags[c],
            chooser=None if same_rate else worth_their_bits(),
            pointwise=True,
            check=check,
        )
        for c in (0, 1)
    )
    parts = luma, chroma
    picture = draft if same_rate else with_cube_flags(draft, (luma.cube_flags, chroma.cube_flags))
    final = hyper.windows(picture, models)
    coded = [residual_of(final, c, parts[c], check=check) for c in (0, 1)]
    payloads: dict[Marker, Sequence[bytes | memoryview]] = {
        marker: made.payloads for marker, made in zip(RESIDUAL_MARKERS, coded, strict=True)
    }
    payloads |= _hyper_payloads(opened.headers.picture, picture, hyper.latents, models)
    headers = replace(targets.headers, picture=picture)
    if same_partition(picture, opened.headers.picture):
        headers = replace(headers, substream_order=_with_all_regions(headers))
    data = rewrapped(opened.codestream, opened.headers, headers, payloads)
    return Written(data, content_of(headers, hyper.latents, (coded[0].symbols, coded[1].symbols))), headers


@clause("1.4.4")
def _with_all_regions(headers: Headers) -> tuple[Marker, ...]:
    """(1.4.4) Return the order of substreams with one residual for each independent region, also of those absent."""
    order, picture = headers.substream_order, headers.picture
    if not picture.independent_regions:
        return order
    short = [m for m in RESIDUAL_MARKERS for _ in range(picture.num_regions - order.count(m))]
    end = order.index(Marker.SOZ)
    return (*order[:end], *short, *order[end:])


@clause("1.6.3")
def _at_rate(picture: PictureHeader, beta_log: Pair) -> PictureHeader:
    """(1.6.3) Return the header with other displacements, the same one where they are those that it has."""
    if beta_log == picture.beta_log:
        return picture
    luma, chroma = beta_log
    return replace(
        picture,
        beta_displacement_log_plus_2048=(luma + 2048, chroma + 2048),
        independent_beta_uv=int(luma != chroma),
    )
