"""What the core offers its guests: one protocol, handed to every call of an encoder or a task.

In: pictures, latents, codestreams.  Out: the same through the core's own stages: a guest never sees other modules of
refdec. Methods are only ever added within a major version of the plugin interface.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from refdec.arithmetic.types import Int8Array, Int16Array, Int32Array, UInt8Array
from refdec.bundles import LatentBundle, Stage
from refdec.formats.decoded import Picture
from refdec.plugins.head_services import HeadServices
from refdec.plugins.rate_targets import OperatingPoint
from refdec.plugins.requests import CodingSettings, EncodeRequest
from refdec.plugins.source_picture import SourcePicture
from refdec.plugins.target_latents import CodedLatents, ModelInfo, TargetLatents
from refdec.weights.pack import Checkpoint

__all__ = ["CoreServices", "LatentSource"]

LatentSource = Callable[[EncodeRequest], TargetLatents]
"""Returns the targets for `request.model_id`; asked once per model that rate control tries."""


class CoreServices(Protocol):
    """The core, as a guest sees it.  Every method raises RefdecError only, and may be called from several threads."""

    @property
    def weights_fingerprint(self) -> str:
        """Fingerprint of the whole pack in use, hexadecimal (6.2.5).

        What bundles and codestreams name is narrower: the common checkpoints of their model (`BundleHeaders`).
        """
        ...

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """The models that the weights in use have, by ascending model_id."""
        ...

    @property
    def heads(self) -> HeadServices:
        """Networks on latents, exact on every machine: head files are loaded and run (`docs/tasks.md`)."""
        ...

    # -- reading

    def read(self, codestream: bytes, stage: Stage | str) -> LatentBundle:
        """Decode a codestream up to a stage, and no further."""
        ...

    def decode(self, codestream: bytes) -> Picture:
        """Decode a codestream to codes: planes uint8 or uint16, bit_depth, colour."""
        ...

    def decoded_size(self, codestream: bytes) -> tuple[int, int]:
        """Decode a codestream, as `decode` does, and return only rows and columns of its picture, which is not kept."""
        ...

    def synthesise(self, bundle: LatentBundle, synthesis: str | None = None) -> LatentBundle:
        """Return a bundle of stage picture from one of stage latent that this core made (read or quantised).

        `synthesis` is a transform of the stream's list, None: its first.
        """
        ...

    def shown_codes(self, bundle: LatentBundle, planes_q18: Int32Array) -> UInt8Array:
        """Return planes [3, rows, columns] of Y, U, V, int32 Q18 in 0..255, in the colours of a bundle's picture.

        uint8 [rows, columns, 3]; [rows, columns] where the source had gray alone.  They may have any size.
        """
        ...

    def codes_of_latents(self, bundle: LatentBundle, luma_q18: Int32Array, chroma_q18: Int32Array) -> UInt8Array:
        """Return the picture that other latents make in the place of those of a bundle that this core made.

        Latents int32 Q18 [160,h,w] and [96,h,w].  The codes are as those of `shown_codes`, by the first transform of
        the stream's list, without the decoder's filters.  Large pictures are made part by part.
        """
        ...

    def decoded_codes(self, bundle: LatentBundle) -> UInt8Array:
        """Return the decoded picture of a bundle of stage latent that this core made.

        The codes are as those of `codes_of_latents`, with the decoder's filters.
        """
        ...

    def symbol_bits_q16(self, bundle: LatentBundle) -> tuple[Int32Array, Int32Array]:
        """Return what each symbol costs, in 1/65536 bit: luma int32 [160,h,w], chroma [96,h,w]; 0 where not coded.

        Needs stage symbols.  An estimate from the distributions (2.6); the sum is within a few bytes of the real size.
        """
        ...

    def hyper_bits_q16(self, bundle: LatentBundle) -> tuple[Int32Array, Int32Array]:
        """Return what each hyper latent value costs, in 1/65536 bit: luma int32 [160,hz,wz], chroma [96,hz,wz]."""
        ...

    def symbol_cost_table_q16(self, largest: int) -> Int32Array:
        """Return what symbols -largest..largest cost at each of the 32 levels, 1/65536 bit: int32 [32, 2*largest + 1].

        The level of a symbol is clip(0, 31, (scale_index + 64) >> 7).
        """
        ...

    # -- writing

    def operating_point(self, quality: int) -> OperatingPoint:
        """Return the model and displacements that a quality 1..100 stands for with these weights."""
        ...

    def analyse(
        self, picture: SourcePicture, model_id: int, settings: CodingSettings, *, networks: str | None = None
    ) -> TargetLatents:
        """(4.6, 6.7) Return the latents of the analysis networks; `hyper` None stands for the hyper encoder's.

        `networks`: "light", "bop" or "hop"; None: the light ones where the weights have them, else those of the
        reference software that go with the first listed synthesis.  Raises AnalysisMissing.
        """
        ...

    def decoded_again(self, picture: SourcePicture, point: OperatingPoint, settings: CodingSettings) -> bytes | None:
        """(6.7) Return the codestream of a picture that was decoded from one near this point: its latents, found again.

        None for any other picture, and for one whose codes are gray or of another depth than the codestream's.
        """
        ...

    def hyper_latents(self, targets: TargetLatents, model_id: int) -> tuple[Int8Array, Int8Array]:
        """(4.6.1) Return the hyper encoder's z of luma and chroma, rounded and clamped."""
        ...

    def quantise(
        self, picture: SourcePicture, targets: TargetLatents, point: OperatingPoint, settings: CodingSettings
    ) -> CodedLatents:
        """(3.B) Quantise targets at an operating point; `picture` gives size, format and bit depth."""
        ...

    def with_symbols(self, coded: CodedLatents, luma: Int16Array, chroma: Int16Array) -> CodedLatents:
        """Return the same with other symbols, int16 [C,h,w] (0 where not coded); predictions and latents follow."""
        ...

    def symbol_steps_q18(self, coded: CodedLatents) -> tuple[Int32Array, Int32Array]:
        """(3.8) Return what a symbol 1 adds to the latent at each place: luma int32 Q18 [160,h,w], chroma [96,h,w].

        Residuals are their multiples, within a unit of Q18.
        """
        ...

    def coded_planes(self, coded: CodedLatents, rows: slice, columns: slice) -> tuple[Int32Array, ...]:
        """(6.7) Return the source's Y, U, V as a decoder shall come near to them, int32 Q18 on the 0..255 scale.

        `rows` and `columns`, in luma samples, begin at even places within the coded size.  Chroma has the coded format.
        """
        ...

    def checkpoint(self, kind: str, model_id: int) -> Checkpoint:
        """(6.2) Return the integers of a checkpoint, "VM_bop/decoder_Y" for instance, for networks of your own.

        Layers stand for mantissa * 2^(shift - exponent), their biases for bias * 2^(-18 - exponent).
        """
        ...

    def require_memory(self, coded: CodedLatents, own_bytes: int) -> None:
        """Raise TooMuchMemoryToEncode unless the limits allow an encoder so many bytes of its own.

        They come beside what the core takes to quantise the picture of `coded` and to hand it out.  Ask before the
        first large array is made.
        """
        ...

    def write(self, coded: CodedLatents) -> bytes:
        """(1.9) Return the codestream, with the fingerprint of the weights in its user data."""
        ...

    def code_latents(self, picture: SourcePicture, latents_of: LatentSource, request: EncodeRequest) -> bytes:
        """Search the request's rate target over models and displacements, and return the codestream that meets it.

        `latents_of` is asked for each model with `request.for_model(model_id)`.
        """
        ...
