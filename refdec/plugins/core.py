"""The core as guests see it: `CoreServices` of the plugin door, on a pack of weights.

In: pictures, target latents, codestreams.  Out: the same through the pipeline's own stages.  It keeps what belongs to
the bundles and analyses used last, so that a guest that asks for small steps does not pay for the whole each time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.transforms import Synthesis
from refdec.bundles.making import ComponentSymbols, bundle_of, stage_headers
from refdec.decoding.models import Models, models_of
from refdec.decoding.opening import open_codestream
from refdec.decoding.options import DecodeOptions
from refdec.encoding.content import Content, read_content
from refdec.encoding.draft import draft_header
from refdec.encoding.encoder import Coded, Prepared, code, prepare, targets_of, with_parts, write, written
from refdec.encoding.encoderinput import EncoderInput, coded_window
from refdec.encoding.hyperwindows import EncoderHyper
from refdec.encoding.outcome import kept, latents_of, scales_of, steps_of, symbols_of
from refdec.encoding.quality import QualityScale
from refdec.encoding.room import analysis_bytes, bundle_bytes, coding_bytes
from refdec.encoding.targets import choose_analysis
from refdec.encoding.targets import hyper_latents as hyper_encoded
from refdec.encoding.values import KeptSymbols
from refdec.limits import Check, Limits, TooMuchMemoryToEncode
from refdec.plugins.coding_settings import encode_settings, encoder_input
from refdec.plugins.core_errors import BundleNotOurs, NoModel, NotWhatWasCoded
from refdec.plugins.core_reading import ReadingCore
from refdec.plugins.decoded_again import Analysed, again_if_decoded
from refdec.plugins.quality_scale import quality_scale
from refdec.plugins.rate_run import RateRun, Target
from refdec.plugins.rate_targets import OperatingPoint, Quality
from refdec.plugins.requests import CodingSettings, EncodeRequest
from refdec.plugins.services import LatentSource
from refdec.plugins.source_picture import SourcePicture
from refdec.plugins.target_latents import CodedLatents, TargetLatents
from refdec.tiling.geometry import Rect
from refdec.weights.pack import Checkpoint, WeightPack

__all__ = ["Core"]


def _state_of(coded: CodedLatents) -> Coded:
    """Return what a core made of a guest's latents.  Raises BundleNotOurs."""
    if not isinstance(coded.state, Coded):
        raise BundleNotOurs
    return coded.state


@dataclass(frozen=True, slots=True, eq=False)
class _Last:
    """What followed from the hyper latents last: other targets under the same ones need not pay for it again."""

    picture: SourcePicture
    settings: CodingSettings
    models: Models
    hyper: EncoderHyper

    def known(
        self, picture: SourcePicture, settings: CodingSettings, models: Models, z: tuple[Int8Array, Int8Array] | None
    ) -> EncoderHyper | None:
        """Return it if the same picture, settings and model are asked for, with these hyper latents."""
        same = self.picture is picture and self.settings is settings and self.models is models
        held = self.hyper.latents.z_hat
        fits = same and z is not None and all(np.array_equal(a, b) for a, b in zip(z, held, strict=True))
        return self.hyper if fits else None


class Core(ReadingCore):
    """`CoreServices` on a pack of weights: one for each piece of work, since it keeps large arrays.

    `limits` hold for each codestream that it reads, decodes or makes.  `check` is called between the steps of all that
    it does, so that one clock may run over several calls; None: each call has the time of `limits` for itself.
    Raises LimitsExpected.
    """

    def __init__(self, pack: WeightPack, *, limits: Limits | None = None, check: Check | None = None) -> None:
        super().__init__(pack, limits=limits, check=check)
        self._last: _Last | None = None
        self._analysed: Analysed | None = None
        self._contents: dict[bytes, Content] = {}

    def decoded_size(self, codestream: bytes) -> tuple[int, int]:
        """Decode a codestream as `decode` does, row by row, and return only rows and columns of its picture.

        One that this core has written itself is decoded up to its symbols: if headers, hyper latents and symbols are
        those that were coded, the picture follows from them.  Raises NotWhatWasCoded where they are not.
        """
        content = self._contents.get(hashlib.sha256(codestream).digest())
        if content is not None:
            return self._reread(codestream, content)
        stream = self.opened(codestream)
        rows = sum(luma.shape[0] for luma, _, _ in stream.bands())
        return rows, stream.sizes[0][1]

    def _reread(self, codestream: bytes, content: Content) -> tuple[int, int]:
        """Decode what this core has written, and compare it with what was coded.  Raises NotWhatWasCoded."""
        opened = open_codestream(codestream, self._pack, DecodeOptions(limits=self._limits))
        if part := content.differs_in(read_content(opened, check=self._clock())):
            raise NotWhatWasCoded(part)
        picture = opened.headers.picture
        return picture.display_height, picture.display_width

    def operating_point(self, quality: int) -> OperatingPoint:
        """Return the model and displacements that a quality 1..100 stands for with these weights.  Raises NoModel."""
        return OperatingPoint(*self._scale().point(Quality(quality).value))

    def _scale(self) -> QualityScale:
        """Return the quality scale of the weights.  Raises NoModel."""
        return quality_scale(self._pack, self.models)

    def analyse(
        self, picture: SourcePicture, model_id: int, settings: CodingSettings, *, networks: str | None = None
    ) -> TargetLatents:
        """(4.6, 6.7) Return the latents of the analysis networks.  Raises NoModel, AnalysisMissing."""
        if not any(info.analysis and info.model_id == model_id for info in self.models):
            raise NoModel(model_id, tuple(info.model_id for info in self.models if info.analysis))
        models, check = models_of(self._pack, model_id), self._clock()
        source, core_settings = self.encoder_input(picture), encode_settings(settings)
        draft = draft_header(source, core_settings, model_id)
        chosen = choose_analysis(models, draft.synthesis_transforms[0], networks)
        self._require(analysis_bytes(draft, picture.nbytes, networks=chosen))
        targets = targets_of(source, core_settings, models, networks=chosen, check=check)
        self._analysed = Analysed(targets.y[0], chosen)
        return TargetLatents(*targets.y, hyper=targets.z_hat)

    @property
    def filter_networks(self) -> bool:
        """(5.7.3) Whether the weights have any network of eICCI, for whatever transform."""
        from refdec.encoding.enhancement.networks import networks_there

        return any(networks_there(models_of(self._pack, 0), transform) for transform in Synthesis)

    def encoder_input(self, picture: SourcePicture) -> EncoderInput:
        """Return what the core encodes of a picture.  Raises TooLarge."""
        self._limits.require("the number of pixels", picture.pixels, self._limits.pixels)
        return encoder_input(picture)

    def _require(self, needed_bytes: int) -> None:
        """Raise TooMuchMemoryToEncode before anything large is made."""
        self._limits.require_memory(needed_bytes, TooMuchMemoryToEncode)

    def hyper_latents(self, targets: TargetLatents, model_id: int) -> tuple[Int8Array, Int8Array]:
        """(4.6.1) Return the hyper encoder's z of luma and chroma, rounded and clamped."""
        y, models = (targets.luma_q18, targets.chroma_q18), models_of(self._pack, model_id)
        return hyper_encoded(y, models, check=self._clock())

    def _prepare(
        self,
        picture: SourcePicture,
        targets: TargetLatents,
        model_id: int,
        settings: CodingSettings,
        check: Check,
        *,
        for_guest: bool = False,
    ) -> Prepared:
        """Return targets ready to be coded; `for_guest`: the guest will be given all of what comes out."""
        models = models_of(self._pack, model_id)
        y, last = (targets.luma_q18, targets.chroma_q18), self._last
        known = None if last is None else last.known(picture, settings, models, targets.hyper)
        source, core_settings = self.encoder_input(picture), encode_settings(settings)
        needed = bundle_bytes if for_guest else coding_bytes
        draft, whole = draft_header(source, core_settings, model_id), targets.choose is not None
        self._require(needed(draft, picture.nbytes, cubes=core_settings.cubes, whole=whole))
        made = prepare(source, core_settings, models, y, targets.hyper, known=known, check=check)
        self._last = _Last(picture, settings, models, made.hyper)
        return made

    def quantise(
        self, picture: SourcePicture, targets: TargetLatents, point: OperatingPoint, settings: CodingSettings
    ) -> CodedLatents:
        """(3.B) Quantise targets at an operating point."""
        check = self._clock()
        prepared = self._prepare(picture, targets, point.model_id, settings, check, for_guest=True)
        coded = code(prepared, point.displacements, chooser=targets.choose, check=check)
        return self._coded(coded, point, settings)

    def _coded(self, coded: Coded, point: OperatingPoint, settings: CodingSettings) -> CodedLatents:
        """Return coded components as a guest sees them."""
        coded = kept(coded)
        data = write(coded)
        fields = stage_headers(read_codestream(data), coded.headers, self._pack)
        z_hat = coded.prepared.hyper.latents.z_hat
        luma, chroma = (ComponentSymbols(z_hat[c], *scales_of(coded, c), symbols_of(coded, c)) for c in (0, 1))
        bundle = self._remember(bundle_of(fields, (luma, chroma), latents_of(coded)), coded.headers)
        return CodedLatents(bundle, point, settings, 8 * len(data), coded)

    def with_symbols(self, coded: CodedLatents, luma: Int16Array, chroma: Int16Array) -> CodedLatents:
        """Return the same with other symbols; predictions and latents follow.  Values that are not coded become 0.

        Raises BundleNotOurs.
        """
        state = _state_of(coded)
        parts = [
            replace(part, symbols=KeptSymbols(np.where(cast(BoolArray, known.coded), wanted, 0).astype(np.int16)))
            for part, known, wanted in zip(state.parts, coded.bundle.components, (luma, chroma), strict=True)
        ]
        again = with_parts(state.prepared, coded.point.displacements, (parts[0], parts[1]))
        return self._coded(again, coded.point, coded.settings)

    def symbol_steps_q18(self, coded: CodedLatents) -> tuple[Int32Array, Int32Array]:
        """(3.8) Return what a symbol 1 adds to the latent at each place, int32 Q18.  Raises BundleNotOurs."""
        state = _state_of(coded)
        return steps_of(state, 0), steps_of(state, 1)

    def coded_planes(self, coded: CodedLatents, rows: slice, columns: slice) -> tuple[Int32Array, ...]:
        """(6.7) Return a window of the source's Y, U, V as a decoder shall come near to them.  Raises BundleNotOurs."""
        state = _state_of(coded)
        window = Rect.between(columns.start, rows.start, columns.stop, rows.stop)
        planes = coded_window(state.prepared.source, state.headers.picture, window)
        return planes.y, planes.u, planes.v

    def checkpoint(self, kind: str, model_id: int) -> Checkpoint:
        """(6.2) Return the integers of a checkpoint.  Raises MissingCheckpoint, UnknownCheckpoint."""
        return self._pack.checkpoint(kind, model_id)

    def require_memory(self, coded: CodedLatents, own_bytes: int) -> None:
        """Raise TooMuchMemoryToEncode unless a guest may have so many bytes beside the core.  Raises BundleNotOurs."""
        state = _state_of(coded)
        source, cubes = state.prepared.source, state.prepared.settings.cubes
        codes = sum(plane.nbytes for plane in source.components)
        self._require(own_bytes + bundle_bytes(state.headers.picture, codes, cubes=cubes, whole=True))

    def write(self, coded: CodedLatents) -> bytes:
        """(1.9) Return the codestream, with the fingerprint of the weights in its user data.  Raises BundleNotOurs."""
        return self._written(_state_of(coded), self._clock())

    def code_latents(self, picture: SourcePicture, latents_of: LatentSource, request: EncodeRequest) -> bytes:
        """Search the request's rate target over models and displacements, and return the codestream that meets it.

        Raises RateOutOfReach, TooFewBytes, NoModel.
        """
        check = self._clock()

        def prepared(model_id: int) -> Target:
            targets = latents_of(request.for_model(model_id))
            return self._prepare(picture, targets, model_id, request.settings, check), targets.choose

        def write(coded: Coded) -> bytes:
            return self._written(coded, check)

        def again(coded: Coded) -> Coded:
            return again_if_decoded(coded, self._analysed, self._limits, check) or coded

        run = RateRun(
            self.models, prepared, self._scale, request, picture.pixels, write=write, again=again, check=check
        )
        return run.run()

    def decoded_again(self, picture: SourcePicture, point: OperatingPoint, settings: CodingSettings) -> bytes | None:
        """Return the codestream of a picture that was decoded from one near this point, None for any other picture."""
        check = self._clock()
        targets = self.analyse(picture, point.model_id, settings)
        prepared = self._prepare(picture, targets, point.model_id, settings, check)
        coded = code(prepared, point.displacements, check=check)
        found = again_if_decoded(coded, self._analysed, self._limits, check)
        return None if found is None else self._written(found, check)

    def _written(self, coded: Coded, check: Check) -> bytes:
        """Return the codestream of coded components, and remember what was put into it."""
        made = written(coded, check=check)
        with self._lock:
            self._contents[hashlib.sha256(made.data).digest()] = made.content
        return made.data
