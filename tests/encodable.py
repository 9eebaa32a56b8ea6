"""Pictures and packs that tests of encoding share: small, deterministic, with content that codes like a photograph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.api.encode import encode
from refdec.api.lossless import add_lossless
from refdec.api.weights import load_weights
from refdec.arithmetic.types import Int32Array
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.latents import LatentWindow
from refdec.decoding.models import Models, models_of
from refdec.encoding.draft import EncodeSettings
from refdec.encoding.encoder import Coded, code, prepare, targets_of, write
from refdec.encoding.encoderinput import EncoderInput, input_from_codes
from refdec.encoding.outcome import latents_of, scales_of, transform_at_hand
from refdec.picture.planes import ThreePlanes
from refdec.picture.windows import Windows
from refdec.tiling.geometry import Rect
from refdec.weights.names import checkpoint_name, name_of_text
from refdec.weights.pack import WeightPack
from refdec.weights.ranges import ModelRange

__all__ = [
    "GOLDEN",
    "bundled",
    "coded_and_made",
    "decoded_planes",
    "encode_picture",
    "layered_ycc",
    "photograph",
    "source",
    "two_models",
]

GOLDEN = Path(__file__).resolve().parent / "golden" / "streams"


def bundled() -> WeightPack:
    """The bundled pack."""
    return load_weights(None)


def bundled_model(model_id: int) -> WeightPack:
    """One model of the bundled pack, as a pack."""
    pack = bundled()
    return WeightPack.of(pack.by_name(name) for name in pack.names() if name_of_text(name).model_id == model_id)


def layered_ycc(original: npt.NDArray[Any], subsampling: str = "420") -> bytes:
    """A codestream that holds Y'CbCr, with the layer of an original of the same size, RGB or gray."""
    (height, width), chroma = original.shape[:2], 4 if subsampling == "420" else 1
    raw = np.random.default_rng(3).integers(0, 255, height * width + 2 * (height * width // chroma), np.uint8)
    wishes: dict[str, Any] = {"quality": 30, "check": False, "size": (width, height), "subsampling": subsampling}
    return add_lossless(encode(raw.tobytes(), format="yuv", **wishes), original)


def photograph(height: int, width: int, *, bits: int = 8, seed: int = 0) -> npt.NDArray[Any]:
    """A smooth picture with edges and some grain, [height, width, 3]."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 90 * np.sin(x / (7 + 5 * k) + k) * np.cos(y / (11 + 3 * k)) for k in range(3)]
    picture = np.stack(waves, axis=-1) + 40 * ((x + 2 * y) % 97 > 60)[..., None] + rng.normal(0, 4, (height, width, 3))
    top = (1 << bits) - 1
    codes: npt.NDArray[Any] = np.clip(picture * top / 255, 0, top).astype(np.uint8 if bits == 8 else np.uint16)
    return codes


def source(height: int, width: int, *, bits: int = 8, seed: int = 0) -> EncoderInput:
    """The same as input of the encoder."""
    array = photograph(height, width, bits=bits, seed=seed)
    return input_from_codes([array[..., k] for k in range(3)], bits, rgb=True)


def encode_picture(
    given: EncoderInput, settings: EncodeSettings, pack: WeightPack, model_id: int, beta: tuple[int, int]
) -> Coded:
    """Analyse and code a picture at a fixed model and displacement (3.B.5)."""
    models = models_of(pack, model_id)
    targets = targets_of(given, settings, models)
    return code(prepare(given, settings, models, targets.y, targets.z_hat), beta)


def decoded_planes(coded: Coded) -> ThreePlanes:
    """The picture that the encoder expects of a decoder, from what it keeps (4.7, 5.2)."""
    decoder = PictureDecoder(coded.headers, coded.prepared.models, transform_at_hand(coded))
    luma, chroma = latents_of(coded)
    windows, scale = Windows.whole(coded.headers.picture), scales_of(coded, 0)[0]

    def scale_index(channel: int, at: Rect) -> Int32Array:
        return scale[channel, at.rows, at.columns]

    held = LatentWindow(decoder.latent_frame, (luma.latent, chroma.latent))
    synthesis = decoder.synthesis(held, windows.luma, windows.chroma)
    first, second, third = decoder.output(decoder.filtered(synthesis, scale_index, windows), windows, decoder.shown)
    return first, second, third


def coded_and_made(
    given: EncoderInput, settings: EncodeSettings, beta: tuple[int, int], models: Models | None = None
) -> tuple[bytes, ThreePlanes]:
    """The codestream of a picture and the planes that the encoder expects of a decoder."""
    models = models or models_of(bundled(), 1)
    targets = targets_of(given, settings, models)
    coded = code(prepare(given, settings, models, targets.y, targets.z_hat), beta)
    return write(coded), decoded_planes(coded)


def two_models() -> WeightPack:
    """The bundled weights as model 1, and as model 2 with every gain 500 higher: the same for other displacements.

    The pack says that model 2 is the better one from displacement 0 of model 1 on.
    """
    one, made = bundled_model(1), []
    for name in one.names():
        checkpoint = one.by_name(name)
        gain = None if checkpoint.gain is None else checkpoint.gain + 500
        renamed = str(checkpoint_name(name_of_text(name).kind, 2))
        made += [checkpoint, replace(checkpoint, name=renamed, gain=gain)]
    return WeightPack.of(made, scale=(ModelRange(1, -1280, 0), ModelRange(2, -400, 800)))
