"""The reading half of the core as guests see it: codestreams are opened, decoded as far as asked for, and priced.

In: codestreams, and bundles that it made.  Out: bundles, pictures, costs, through the pipeline's own stages.  It keeps
what belongs to the bundles made last, so that a guest that asks for one more stage does not pay for all before it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import cast

import numpy as np

from refdec.arithmetic.types import Int8Array, Int16Array, Int32Array, UInt8Array
from refdec.bitstream.headers import Headers
from refdec.bitstream.transforms import Synthesis
from refdec.bundles import LatentBundle, Stage
from refdec.bundles.making import decode_to_stage, filtered_planes
from refdec.decoding.models import Models, models_of
from refdec.decoding.opening import CheckWeights, choose_transform
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions, limits_or_default
from refdec.decoding.rows import PictureStream, open_stream
from refdec.encoding.ratecontrol import sensible_range
from refdec.encoding.targets import analyses_of
from refdec.formats.decoded import Picture, picture_of
from refdec.heads.head import LUMA_DECODER
from refdec.latent.sigma import levels
from refdec.limits import Check, Limits
from refdec.parallel.clock import check_of
from refdec.plugins.core_errors import BundleNotOurs
from refdec.plugins.head_services import HeadServices
from refdec.plugins.other_latents import codes_of_latents
from refdec.plugins.shown_planes import shown_codes
from refdec.plugins.target_latents import ModelInfo
from refdec.weights.names import checkpoint_name
from refdec.weights.pack import WeightPack

__all__ = ["ReadingCore"]

MODELS = range(4)
KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What belongs to a bundle that this core made."""

    bundle: LatentBundle
    headers: Headers


class ReadingCore:
    """What `Core` does without writing anything.  Raises LimitsExpected."""

    def __init__(self, pack: WeightPack, *, limits: Limits | None = None, check: Check | None = None) -> None:
        self._pack = pack
        self._limits = limits_or_default(limits)
        self._check = check
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._lock = Lock()

    def _clock(self) -> Check:
        """Return what a call calls between its steps."""
        return self._check or check_of(self._limits)

    @property
    def weights_fingerprint(self) -> str:
        """Fingerprint of the whole pack, hexadecimal (6.2.5)."""
        return self._pack.fingerprint

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """The models that the weights in use have, by ascending model_id."""
        found = []
        for model_id in MODELS:
            names = [checkpoint_name(f"VM_common_int/{c}", model_id) for c in ("Y", "UV")]
            if all(name in self._pack for name in names):
                found.append(self._model_info(models_of(self._pack, model_id)))
        return tuple(found)

    def _model_info(self, models: Models) -> ModelInfo:
        def has(transform: str) -> bool:
            kinds = [f"VM_{transform.lower()}/decoder_{c}" for c in ("Y", "UV")]
            return all(checkpoint_name(kind, models.model_id) in self._pack for kind in kinds)

        analyses = analyses_of(models)
        synthesis = tuple(name for name in Synthesis.__members__ if has(name))
        of_reference = bool(analyses) and "light" not in analyses
        return ModelInfo(models.model_id, synthesis, bool(analyses), sensible_range(of_reference))

    @property
    def heads(self) -> HeadServices:
        """Networks on latents: head files are loaded and run."""
        return HeadServices(self._limits, self._clock(), partial(self._pack.checkpoint, LUMA_DECODER))

    def read(
        self,
        codestream: bytes,
        stage: Stage | str,
        *,
        check_weights: CheckWeights | None = None,
        options: DecodeOptions = DEFAULT_OPTIONS,
    ) -> LatentBundle:
        """Decode a codestream up to a stage, and no further.

        Of `options` those count that concern reading, and, at stage picture, `synthesis`; the limits are the core's.
        `check_weights(user_data, pack, model_id)` may refuse before anything is decoded.
        """
        wanted, check = Stage.of(stage), self._clock()
        bundle, headers = decode_to_stage(
            codestream,
            self._pack,
            wanted,
            replace(options, limits=self._limits),
            check_weights=check_weights,
            check=check,
        )
        if wanted is Stage.HEADERS and check_weights is not None:  # a stage that needs no weights does not ask
            check_weights(headers.user_data, self._pack, headers.picture.model_id)
        return self._remember(bundle, headers)

    def _remember(self, bundle: LatentBundle, headers: Headers) -> LatentBundle:
        """Keep what belongs to a bundle; those of long ago are forgotten."""
        with self._lock:
            self._known[id(bundle)] = _Known(bundle, headers)
            self._known.move_to_end(id(bundle))
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return bundle

    def decode(self, codestream: bytes) -> Picture:
        """Decode a codestream to codes by the first listed synthesis transform that the weights have."""
        return picture_of(self.opened(codestream).picture())

    def opened(self, codestream: bytes) -> PictureStream:
        """Open a codestream with the first listed synthesis transform that the weights have."""
        _, headers = decode_to_stage(codestream, None, Stage.HEADERS, DecodeOptions(limits=self._limits))

        picture = headers.picture
        infos = {info.model_id: info for info in self.models}
        there = infos[picture.model_id].synthesis if picture.model_id in infos else ()
        chosen = next((t for t in picture.synthesis_transforms if Synthesis(t).name in there), None)
        options, check = DecodeOptions(synthesis=None if chosen is None else Synthesis(chosen)), self._clock()
        return open_stream(codestream, self._pack, replace(options, limits=self._limits), check=check)

    def synthesise(self, bundle: LatentBundle, synthesis: str | None = None) -> LatentBundle:
        """Return a bundle of stage picture from one of stage latent that this core made.  Raises BundleNotOurs."""
        headers = self._headers_of(bundle)
        bundle.require(Stage.LATENT)
        wanted = None if synthesis is None else Synthesis[synthesis.upper()]
        transform = choose_transform(headers.picture, wanted)
        luma, chroma = (cast(Int32Array, part.latent_q18) for part in bundle.components)
        models = models_of(self._pack, headers.picture.model_id)
        scale = cast(Int32Array, bundle.luma.scale_index)
        planes = filtered_planes(headers, (luma, chroma), scale, models, transform)
        made = replace(bundle, stage=Stage.PICTURE, planes_q18=planes)
        return self._remember(made, headers)

    def _headers_of(self, bundle: LatentBundle) -> Headers:
        """Return the headers that a bundle was made with.  Raises BundleNotOurs."""
        known = self._known.get(id(bundle))
        if known is None or known.bundle is not bundle:
            raise BundleNotOurs
        return known.headers

    def codes_of_latents(self, bundle: LatentBundle, luma_q18: Int32Array, chroma_q18: Int32Array) -> UInt8Array:
        """Return the picture that other latents make in the place of a bundle's own.

        Raises BundleNotOurs, BundleFieldMismatch, CustomColourUnsupported, TooMuchMemory.
        """
        return self._codes(bundle, (luma_q18, chroma_q18), None)

    def decoded_codes(self, bundle: LatentBundle) -> UInt8Array:
        """Return the decoded picture of a bundle of stage latent, as codes of 8 bits.

        Raises BundleNotOurs, StageNotReached, CustomColourUnsupported, TooMuchMemory.
        """
        bundle.require(Stage.LATENT)
        luma, chroma = (cast(Int32Array, part.latent_q18) for part in bundle.components)
        return self._codes(bundle, (luma, chroma), bundle.luma.scale_index)

    def _codes(
        self, bundle: LatentBundle, latents: tuple[Int32Array, Int32Array], scale_index: Int32Array | None
    ) -> UInt8Array:
        """Return the picture of latents; with luma's scale indices the decoder's filters run."""
        headers = self._headers_of(bundle)
        models, clock = models_of(self._pack, headers.picture.model_id), self._clock()
        return codes_of_latents(
            headers, bundle.headers, latents, models, scale_index=scale_index, limits=self._limits, check=clock
        )

    def shown_codes(self, bundle: LatentBundle, planes_q18: Int32Array) -> UInt8Array:
        """Return planes [3, rows, columns] of Y, U, V in the colours of a bundle's picture.

        Raises CustomColourUnsupported.
        """
        return shown_codes(bundle.headers, planes_q18)

    def symbol_bits_q16(self, bundle: LatentBundle) -> tuple[Int32Array, Int32Array]:
        """Return what each symbol costs, in 1/65536 bit; 0 where not coded."""
        from refdec.entropy.cost import symbol_bits_q16

        bundle.require(Stage.SYMBOLS)
        luma, chroma = (
            symbol_bits_q16(
                cast(Int16Array, part.symbols),
                levels(np.array(part.scale_index)),
                part.coded,  # type: ignore[arg-type]
            )
            for part in bundle.components
        )
        return luma, chroma

    def hyper_bits_q16(self, bundle: LatentBundle) -> tuple[Int32Array, Int32Array]:
        """Return what each hyper latent value costs, in 1/65536 bit."""
        from refdec.entropy.cost import hyper_bits_q16

        bundle.require(Stage.SYMBOLS)
        models = models_of(self._pack, bundle.headers.model_id)
        luma, chroma = (
            hyper_bits_q16(cast(Int8Array, part.z), models.z_tables(c)) for c, part in enumerate(bundle.components)
        )
        return luma, chroma

    def symbol_cost_table_q16(self, largest: int) -> Int32Array:
        """Return what symbols -largest..largest cost at each of the 32 levels, 1/65536 bit."""
        from refdec.entropy.cost import symbol_cost_table_q16

        return symbol_cost_table_q16(largest)
