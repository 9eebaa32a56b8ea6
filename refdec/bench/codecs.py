"""Codecs to compare: refdec's encoders by the plugin door, and JPEG, WebP and AVIF by Pillow.

In: RGB codes, and a setting or a rate.  Out: the size of the file and the decoded picture.
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.bench.errors import CodecMissing, UnknownCodec
from refdec.encoding.ratecontrol import chroma_displacement

if TYPE_CHECKING:
    from refdec.plugins.core import Core
    from refdec.plugins.rate_targets import RateTarget
    from refdec.weights.pack import WeightPack

__all__ = ["OTHER_CODECS", "Codec", "CodedFile", "EncoderCodec", "PillowCodec", "codec_named"]

DISPLACEMENTS = (-800, -550, -300, 0, 300, 600)
MODEL = 1
PLUS = "+"
FINGERPRINT_DIGITS = 12
"""Stands between an encoder and the filters that may be switched on behind it."""


@dataclass(frozen=True, slots=True, eq=False)
class CodedFile:
    """A picture that was coded: bytes of the whole file, decoded RGB codes, seconds of encoding and of decoding."""

    size_bytes: int
    decoded: UInt8Array
    encode_seconds: float
    decode_seconds: float


class Codec(Protocol):
    """A codec with its settings in the order of growing rate."""

    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> tuple[int, ...]: ...
    @property
    def description(self) -> str: ...
    def code(self, rgb: UInt8Array, setting: int) -> CodedFile: ...
    def at_rate(self, rgb: UInt8Array, bpp: float) -> tuple[str, CodedFile]: ...


@dataclass(frozen=True, slots=True)
class PillowCodec:
    """A codec of Pillow; `settings` are its qualities, `options` the rest of what it is told.

    `finest`: steps of quality that a search for a rate may take.
    """

    name: str
    format: str
    settings: tuple[int, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    finest: float = 1

    @property
    def description(self) -> str:
        """What the codec is told beside its quality."""
        told = ", ".join(f"{key}={value}" for key, value in self.options.items())
        return f"Pillow {self.format}, {told}"

    def code(self, rgb: UInt8Array, setting: float) -> CodedFile:
        """Code and decode a picture.  Raises CodecMissing."""
        from PIL import Image

        began = time.perf_counter()
        data = self._file(rgb, setting)
        coded = time.perf_counter()
        with Image.open(io.BytesIO(data)) as image:
            decoded = np.asarray(image.convert("RGB"))
        return CodedFile(len(data), decoded, coded - began, time.perf_counter() - coded)

    def at_rate(self, rgb: UInt8Array, bpp: float) -> tuple[str, CodedFile]:
        """Return the quality whose file comes nearest to a rate, in words, and the picture coded with it."""
        from refdec.bench.equal_rate import nearest_quality

        wanted = bpp * rgb.shape[0] * rgb.shape[1]
        quality = nearest_quality(lambda q: 8 * len(self._file(rgb, q)), wanted, self.finest)
        return f"quality {quality:g}", self.code(rgb, quality)

    def _file(self, rgb: UInt8Array, quality: float) -> bytes:
        """Return the file of a picture.  Raises CodecMissing."""
        from PIL import Image

        Image.init()
        if self.format not in Image.SAVE:
            raise CodecMissing(self.format)
        buffer = io.BytesIO()
        whole = int(quality) if quality % 1 == 0 else quality
        told = {"qtables": _jpeg_tables(quality)} if self.format == "JPEG" and quality % 1 else {"quality": whole}
        Image.fromarray(rgb).save(buffer, self.format, **told, **self.options)
        return buffer.getvalue()


def _jpeg_tables(quality: float) -> list[list[int]]:
    """Return the quantisation tables that lie between those of two whole qualities.

    The tables of quality 50 are those of Annex K; libjpeg scales them by this rule, but by whole percents only.
    """
    percent = 5000 / quality if quality < 50 else 200 - 2 * quality
    return [[min(max(int((entry * percent + 50) / 100), 1), 255) for entry in table] for table in _annex_k()]


@lru_cache(maxsize=1)
def _annex_k() -> tuple[tuple[int, ...], ...]:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", quality=50)
    with Image.open(io.BytesIO(buffer.getvalue())) as image:
        tables: Mapping[int, Sequence[int]] = image.quantization  # type: ignore[attr-defined]
        return tuple(tuple(tables[index]) for index in sorted(tables))


OTHER_CODECS = (
    PillowCodec(
        "jpeg",
        "JPEG",
        (5, 10, 20, 35, 55, 72),
        {"subsampling": "4:2:0", "optimize": True, "progressive": True},
        finest=1 / 16,
    ),
    PillowCodec("webp", "WEBP", (1, 8, 25, 50, 70, 82), {"method": 6}, finest=1 / 16),
    PillowCodec("avif", "AVIF", (12, 22, 34, 45, 55, 65), {"speed": 6, "subsampling": "4:2:0", "max_threads": 1}),
)


@lru_cache(maxsize=1)
def _pack(weights: Path | None) -> WeightPack:
    from refdec.api.weights import load_weights

    return load_weights(weights)


@lru_cache(maxsize=1)
def _core(weights: Path | None) -> Core:
    from refdec.plugins.core import Core

    return Core(_pack(weights))


@dataclass(frozen=True, slots=True)
class EncoderCodec:
    """An encoder of refdec at fixed displacements of luma; chroma 300 above, at most 800.

    With `by_quality`, at qualities 1..100 instead, which choose among all models of the weights.

    `plugins`: which are allowed (`plugins.manager.allowed_by`).  `time_budget_seconds`: for encoders that improve.
    `gray_alone`: gray pictures are coded without their chroma.
    A name may end with the filters that are allowed, "analysis+efe+lef" for instance.
    """

    name: str
    settings: tuple[int, ...] = DISPLACEMENTS
    weights: Path | None = None
    plugins: str | None = None
    time_budget_seconds: float | None = None
    gray_alone: bool = False
    by_quality: bool = False

    @property
    def description(self) -> str:
        """Which version of the encoder, with which weights, and how it is asked."""
        from refdec.plugins.manager import allowed_by, load_plugins

        encoder, *tools = self.name.split(PLUS)
        guest = load_plugins(allowed_by(self.plugins)).encoder(encoder)
        budget = f", at most {self.time_budget_seconds:g} s" if self.time_budget_seconds else ""
        gray = ", gray pictures without chroma" if self.gray_alone else ""
        filters = f", --tools {','.join(tools)}" if tools else ""
        scale = ", settings are qualities" if self.by_quality else ""
        weights = f", weights {_pack(self.weights).fingerprint[:FINGERPRINT_DIGITS]}"
        return f"{guest.name} {guest.version} of {guest.distribution}{weights}{scale}{budget}{gray}{filters}"

    def code(self, rgb: UInt8Array, setting: int) -> CodedFile:
        """Code and decode a picture.  Raises UnknownGuest, PluginRefused, and what encoding raises."""
        from refdec.plugins.api import OperatingPoint, Quality

        point = Quality(setting) if self.by_quality else OperatingPoint(MODEL, setting, chroma_displacement(setting))
        return self._coded(rgb, point)[1]

    def at_rate(self, rgb: UInt8Array, bpp: float) -> tuple[str, CodedFile]:
        """Return the point that rate control finds for a rate, in words, and the picture coded there.

        Where the rate is out of reach, the nearest that is not.  Raises what `code` raises.
        """
        from refdec.encoding.ratecontrol import RateOutOfReach
        from refdec.plugins.api import BitsPerPixel

        try:
            data, coded = self._coded(rgb, BitsPerPixel(bpp))
        except RateOutOfReach as problem:
            data, coded = self._coded(rgb, BitsPerPixel(min(max(bpp, problem.low), problem.high)))
        return _point_in_words(data), coded

    def _coded(self, rgb: UInt8Array, target: RateTarget) -> tuple[bytes, CodedFile]:
        """Code and decode a picture."""
        from refdec.api.decode import decode
        from refdec.plugins.api import CodingSettings, EncodeRequest, SourcePicture
        from refdec.plugins.calls import encode_with, options_for
        from refdec.plugins.filtering import improver
        from refdec.plugins.filterwish import FilterWish
        from refdec.plugins.manager import allowed_by, load_plugins

        core = _core(self.weights)
        encoder, *tools = self.name.split(PLUS)
        guest = load_plugins(allowed_by(self.plugins)).encoder(encoder)
        picture = SourcePicture.from_rgb(rgb)
        settings = CodingSettings(luma_only=self.gray_alone and picture.is_gray)
        request = EncodeRequest(target, settings, options_for(guest, {}), time_budget_seconds=self.time_budget_seconds)
        improve = improver(core, picture, FilterWish.of(tools), target) if tools else None
        began = time.perf_counter()
        data = encode_with(guest, picture, request, core, check=improve is not None, improve=improve)
        coded = time.perf_counter()
        # As `refdec decode` does: of a gray source, gray; chroma of such streams is for decoders that know no mark.
        decoded = decode(data, weights=_pack(self.weights)).array.astype(np.uint8)
        return data, CodedFile(len(data), decoded, coded - began, time.perf_counter() - coded)


def _point_in_words(data: bytes) -> str:
    """Return model and displacements of a codestream."""
    from refdec.api.info import read_info

    info = read_info(data)
    return f"model {info.model_id}, displacement {info.displacement[0]} / {info.displacement[1]}"


def codec_named(name: str, encoder: EncoderCodec) -> Codec:
    """Return one of OTHER_CODECS, or an encoder set up like `encoder`, with its time budget where it has use for one.

    Raises UnknownCodec, UnknownFilterTool.
    """
    from dataclasses import replace

    from refdec.plugins.filterwish import FilterWish
    from refdec.plugins.manager import allowed_by, load_plugins

    others = {codec.name: codec for codec in OTHER_CODECS}
    if name in others:
        return others[name]
    encoders = load_plugins(allowed_by(encoder.plugins)).encoders
    plain, *tools = name.split(PLUS)
    if tools:
        FilterWish.of(tools)
    if plain not in encoders:
        raise UnknownCodec(name, (*sorted(encoders), *others))
    budget = encoder.time_budget_seconds if encoders[plain].item.capabilities.time_budget else None
    return replace(encoder, name=name, time_budget_seconds=budget)
