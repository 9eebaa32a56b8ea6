"""One transcode, step by step: headers, symbols, latents, as deep as the wishes go; then what was made is read again.

In: the bytes of a codestream and `TranscodeOptions`.  Out: `Transcoded`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from refdec.api.encode_options import ONE_REGION
from refdec.api.errors import OtherModel
from refdec.api.transcode_rates import best_displacement, lowest_displacement, rate_kept, rate_missed
from refdec.api.weights import require_weights
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.layerrecord import layer_part, with_layer
from refdec.bitstream.privaterecord import private_part, read_private_record
from refdec.bitstream.tools import ToolsHeader
from refdec.decoding.opening import Opened, open_codestream, parse
from refdec.decoding.options import DecodeOptions
from refdec.decoding.symbols import Symbols
from refdec.encoding.content import Written, content_of_arrays, read_content
from refdec.encoding.ratecontrol import share_done
from refdec.limits import Check, TooMuchMemoryToTranscode
from refdec.plugins.core import Core
from refdec.privacy.errors import PrivatePartInTheWay
from refdec.transcoding.packaging import packaged, same_partition
from refdec.transcoding.recoding import LatentTargets, latent_targets, recoded, requantised, rewrapped
from refdec.transcoding.room import recoding_bytes, requantising_bytes
from refdec.transcoding.streamsymbols import decoded_latents, decoded_symbols
from refdec.weights.ranges import SYNTAX, ModelRange

if TYPE_CHECKING:
    from refdec.api.transcode_options import TranscodeOptions
    from refdec.observation import Progress
    from refdec.weights.pack import WeightPack

__all__ = ["Transcoded", "reading_options", "run"]

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Transcoded:
    """A codestream and its headers; `what` and `exact` as in `TranscodeReport`."""

    data: bytes
    headers: Headers
    what: str
    exact: bool
    warnings: tuple[str, ...]

    def saying(self, *sentences: str) -> Transcoded:
        """Return the same with further warnings."""
        return replace(self, warnings=(*self.warnings, *sentences))


def reading_options(options: TranscodeOptions) -> DecodeOptions:
    """Return how old codestreams are read."""
    return DecodeOptions(lenient=options.lenient, any_level=True, allow_custom_colour=True, limits=options.limits)


def run(
    data: bytes,
    options: TranscodeOptions,
    *,
    pack: Callable[[], WeightPack],
    check: Check,
    progress: Progress,
) -> Transcoded:
    """Transcode; `pack` loads the weights, not before they are needed.  Raises what `refdec.transcode` raises."""
    reading = reading_options(options)
    old = parse(data, reading)[1]
    layer = layer_part(old.user_data)[1]
    apart = layer is not None and not options.keeps_rate
    codestream, before = parse(with_layer(data, b"", limits=options.limits) if apart else data, reading)
    headers = packaged(before, options.packaging())
    if not options.keeps_rate or headers != before or codestream.warnings:
        _require_nothing_sealed(before)
    made = _Transcode(codestream, before, headers, options, reading, pack, check, progress).made()
    progress(1.0)
    if layer is None:
        return made
    if not _same_picture(made, old):
        return _without_layer(made, "it starts from the old picture")
    return _with_layer_again(made, layer, options, reading) if apart else made


def _same_picture(made: Transcoded, old: Headers) -> bool:
    """Tell whether a new codestream decodes to the picture of the old one, from which its lossless layer starts."""
    firsts = [headers.picture.synthesis_transforms[0] for headers in (made.headers, old)]
    return made.exact and made.headers.tools == old.tools and firsts[0] == firsts[1]


def _without_layer(made: Transcoded, why: str) -> Transcoded:
    """Return a transcoded codestream without the lossless layer, if it still has it, and say so."""
    marks, _ = layer_part(made.headers.user_data)
    data, headers = with_layer(made.data, b""), replace(made.headers, user_data=marks or None)
    return replace(made, data=data, headers=headers).saying(f"the lossless layer is left behind: {why}")


def _with_layer_again(made: Transcoded, layer: bytes, options: TranscodeOptions, reading: DecodeOptions) -> Transcoded:
    """Return a codestream that kept its rate with the layer that was apart, unless both are too much for the wish."""
    data = with_layer(made.data, layer, limits=options.limits)
    picture = made.headers.picture
    most = options.most_bytes(picture.display_width * picture.display_height)
    if most is not None and len(data) > most:
        return _without_layer(made, f"its {len(layer)} bytes do not go with that rate")
    return replace(made, data=data, headers=parse(data, reading)[1])


def _require_nothing_sealed(before: Headers) -> None:
    """Raise PrivatePartInTheWay for a sealed part, which belongs to the very bytes that are there."""
    part, record = private_part(before.user_data)[1], read_private_record(before.user_data)
    if part is not None and (record is None or record.sealed is not None):
        raise PrivatePartInTheWay


@dataclass(frozen=True, slots=True, eq=False)
class _Transcode:
    """The old codestream with its headers, the headers that it is to have at its old rate, and what was asked for."""

    codestream: Codestream
    before: Headers
    headers: Headers
    options: TranscodeOptions
    reading: DecodeOptions
    pack: Callable[[], WeightPack]
    check: Check
    progress: Progress

    @property
    def rate(self) -> Pair:
        """The old displacements."""
        return self.before.picture.beta_log

    @property
    def data(self) -> bytes:
        """The old codestream."""
        return self.codestream.data

    # -- the order of operations

    def made(self) -> Transcoded:
        """Return what was asked for."""
        options, model = self.options, self.before.picture.model_id
        if options.keeps_rate:
            return self._at_old_rate()
        if options.bpp is not None or options.max_bytes is not None:
            return self._searched()
        point = self._point()
        if options.quality is not None:
            wanted = Core(self.pack()).operating_point(options.quality)
            if wanted.model_id != model:
                raise OtherModel(options.quality, wanted.model_id, model)
            if wanted.displacement >= self.rate[0]:
                return self._at_old_rate().saying("the codestream has no better quality than that: its rate stays")
            point = wanted.displacement, min(wanted.displacements[1], self.rate[1])
        if point == self.rate:
            return self._at_old_rate()
        finer = any(new > old for new, old in zip(point, self.rate, strict=True))
        made = self._at_rate(self._targets(), point)
        return made.saying("finer steps than those of the old codestream add bytes, and no picture") if finer else made

    def _point(self) -> Pair:
        """Return the displacements by hand; chroma moves along with luma."""
        wanted = self.rate[0] if self.options.displacement is None else self.options.displacement
        point, chroma = self._moved(wanted), self.options.chroma_displacement
        return point if chroma is None else (wanted, chroma)

    def _moved(self, luma: int) -> Pair:
        """Return the displacements with another one of luma; chroma moves along, as far as there are any."""
        return luma, min(max(self.rate[1] + luma - self.rate[0], SYNTAX[0]), SYNTAX[1])

    # -- at the rate that was

    def _at_old_rate(self) -> Transcoded:
        """Return the codestream as it is packed now, with as much as possible of the old bytes."""
        before, headers = self.before, self.headers
        if headers == before and not self.codestream.warnings:
            return Transcoded(self.data, before, "unchanged", True, self._said(all_bytes=True))
        if not same_partition(before.picture, headers.picture):
            return self._cut_anew()
        if _threads(before) == _threads(headers):
            made, symbols = rewrapped(self.codestream, before, headers), None
        else:
            self._require(recoding_bytes(before.picture, len(self.data)))
            opened = self._opened()
            symbols = decoded_symbols(opened)
            made = recoded(opened, headers, symbols, check=self.check)
        self._compare(made, symbols)
        return Transcoded(made, headers, "headers" if symbols is None else "recoded", True, self._said())

    def _cut_anew(self) -> Transcoded:
        """Return the codestream in other regions: their seams are predicted from other neighbours."""
        targets = self._targets()
        made = self._at_rate(targets, self.rate)
        again = replace(targets.opened, codestream=parse(made.data, self.reading)[0], headers=made.headers)
        symbols = decoded_symbols(again)
        exact = all(
            np.array_equal(decoded_latents(made.headers, symbols, again.models, c, self.check), targets.y[c])
            for c in (0, 1)
        )
        said = () if exact else ("along seams of regions latents are quantised anew, as they are predicted otherwise",)
        return replace(made, exact=exact).saying(*said)

    # -- at another rate

    def _targets(self) -> LatentTargets:
        """Return the latents, ready to be quantised."""
        self._require(requantising_bytes(self.before.picture, len(self.data)))
        opened = self._opened()
        symbols = decoded_symbols(opened)
        return latent_targets(opened, self.headers, symbols, check=self.check)

    def _at_rate(self, targets: LatentTargets, rate: Pair) -> Transcoded:
        """Return the latents quantised again."""
        return self._finished(*requantised(targets, rate, check=self.check))

    def _finished(self, written: Written, headers: Headers) -> Transcoded:
        """Return a codestream of latents quantised again, once it is read and found to be what was coded."""
        if self.options.check:
            found = read_content(open_codestream(written.data, self.pack(), self.reading), check=self.check)
            _require_same(found.differs_in(written.content))
        made = Transcoded(written.data, headers, "requantised", False, self._said())
        if headers.picture.beta_log != self.rate and self.headers.tools != ToolsHeader(
            self.headers.tools.lsbs_enable_flag
        ):
            return made.saying("post-filters stay as they were chosen for the old rate; --no-filters leaves them out")
        return made

    def _searched(self) -> Transcoded:
        """Return the codestream that has a rate, or no more than so many bytes.  Raises RateNotInLatents."""
        picture = self.before.picture
        pixels, options = picture.display_width * picture.display_height, self.options
        most = options.most_bytes(pixels)
        assert most is not None, "one of both is wished for"
        whole = self._at_old_rate()
        if len(whole.data) <= most:
            return whole.saying(*rate_kept(options))
        targets = self._targets()
        low, high = lowest_displacement(self.pack(), picture), self.rate[0]
        tried: dict[int, tuple[Written, Headers]] = {}

        def code(luma: int) -> bytes:
            self.progress(share_done(len(tried)))
            if luma not in tried:
                tried[luma] = requantised(targets, self._moved(luma), check=self.check)
            return tried[luma][0].data

        luma = best_displacement(code, ModelRange(picture.model_id, low, high), options, pixels)
        made = self._finished(*tried[luma])
        return made.saying(*rate_missed(len(made.data), options, pixels))

    # -- what the steps share

    def _opened(self) -> Opened:
        """Return the old codestream with its networks.  Raises WeightsDiffer, MissingCheckpoint."""
        refuse = None if self.options.ignore_weights_fingerprint else require_weights
        return open_codestream(self.data, self.pack(), self.reading, check_weights=refuse)

    def _require(self, needed_bytes: int) -> None:
        """Raise TooMuchMemoryToTranscode before anything large is made."""
        self.reading.limits.require_memory(needed_bytes, TooMuchMemoryToTranscode)

    def _compare(self, made: bytes, symbols: Symbols | None) -> None:
        """Read what was made at the old rate, and compare headers, and all that is coded where it was coded anew.

        Raises what reading raises; RuntimeError where they differ, which is a fault of ours.
        """
        if not self.options.check:
            return
        if symbols is None:
            _require_same("" if replace(parse(made, self.reading)[1], warnings=()) == self.headers else "headers")
            return
        found = read_content(open_codestream(made, self.pack(), self.reading), check=self.check)
        _require_same(found.differs_in(content_of_arrays(self.headers, symbols.hyper.latents, symbols.values)))

    def _said(self, *, all_bytes: bool = False) -> tuple[str, ...]:
        """Return what there is to say about the old codestream; `all_bytes`: nothing of it is left behind."""
        said = [problem.headline() for problem in (*self.codestream.warnings, *self.before.warnings)]
        trailing, picture = self.codestream.trailing_bytes, self.headers.picture
        if trailing and not all_bytes:
            said.append(f"{trailing} bytes after the end of the codestream are left behind")
        if picture.stream_profile_idc != (profile := self.before.picture.stream_profile_idc):
            said.append(f"stream_profile_idc {profile} is left behind: headers of the draft have none")
        if self.options.independent_regions and not picture.independent_regions:
            said.append(ONE_REGION)
        return tuple(said)


def _require_same(differs_in: str) -> None:
    """Raise RuntimeError where a new codestream does not hold what was put into it."""
    if differs_in:
        raise RuntimeError(f"the {differs_in} of the new codestream are not those that were coded")


def _threads(headers: Headers) -> tuple[int, ...]:
    picture = headers.picture
    return picture.num_threads_z, *picture.num_threads_r, picture.num_threads_q
