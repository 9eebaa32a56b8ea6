"""HDR and wide gamut shown on an SDR display: PQ and HLG to sRGB, by a stated tone map (docs/hdr.md).

In: decoded codes with their code points.  Out: codes of BT.709 and sRGB.  It stands behind the decoder and is no part
of it: decoded samples are what they were.  Floats of NumPy; all that is computed is a function of a pixel alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.api.errors import ToneMapAlone
from refdec.formats.colorimetry import CHROMATICITIES, CURVES, colorants, curve
from refdec.formats.colour_points import SRGB, UNSPECIFIED, rendering_of
from refdec.formats.transparency import at_depth
from refdec.picture.output import Codes, as_codes
from refdec.picture.picture import PictureCodes

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo

__all__ = ["TONE_MAP_BITS", "eetf", "hlg_to_light", "pq_to_light", "tone_mapped"]

Floats: TypeAlias = npt.NDArray[np.float64]

TONE_MAP_BITS = 8
"""Bits of a sample that is made for an SDR display, where nobody asks for others."""
PQ, HLG, LINEAR = 16, 18, 8
WHITE = 203.0
"""cd/m2 of graphics white in HDR (BT.2408): the white of SDR."""
PQ_MOST, HLG_MOST = 10000.0, 1000.0
USUAL_MOST = 1000.0
"""cd/m2 that a picture is taken to reach which does not say how bright it is."""
M1, M2, C1, C2, C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
HLG_A, HLG_B, HLG_C = 0.17883277, 0.28466892, 0.55991073
HLG_GAMMA = 1.2
LIGHT_UNIT = 10000
BAND_SAMPLES = 1 << 18
AS_SHOWN = "this picture says no HDR or wide gamut: its colours are shown as they are"


def pq_to_light(values: Floats) -> Floats:
    """Return cd/m2 of PQ values 0..1 (SMPTE ST 2084)."""
    root = np.asarray(values, np.float64) ** (1 / M2)
    return np.asarray(PQ_MOST * (np.maximum(root - C1, 0) / (C2 - C3 * root)) ** (1 / M1))


def _light_to_pq(light: Floats) -> Floats:
    """Return the PQ values of cd/m2."""
    power = (np.asarray(light, np.float64) / PQ_MOST) ** M1
    return np.asarray(((C1 + C2 * power) / (1 + C3 * power)) ** M2)


def hlg_to_light(values: Floats) -> Floats:
    """Return scene light 0..1 of HLG values 0..1 (BT.2100, the inverse of the OETF)."""
    low, high = values**2 / 3, (np.exp((values - HLG_C) / HLG_A) + HLG_B) / 12
    return np.asarray(np.where(values <= 0.5, low, high))


def eetf(light: Floats, most: float, target: float = WHITE) -> Floats:
    """Return cd/m2 within 0..target of cd/m2 within 0..most, by the EETF of BT.2390 (5.4.1, without a black lift)."""
    whole = _light_to_pq(np.array([most, target]))
    top = float(whole[1] / whole[0])
    if top >= 1:
        return np.asarray(np.minimum(light, target))
    knee = 1.5 * top - 0.5
    e = _light_to_pq(np.minimum(light, most)) / whole[0]
    t = (e - knee) / (1 - knee)
    bent = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * top
    return np.asarray(np.minimum(pq_to_light(np.where(e < knee, e, bent) * whole[0]), target))


def tone_mapped(picture: PictureCodes, bits: int | None = None) -> PictureCodes:
    """Return a picture as an SDR display shows it: BT.709 primaries, the curve of sRGB, `bits` (None: 8) of a sample.

    Raises ToneMapAlone for Y'CbCr planes.
    """
    if picture.colour == "YUV":
        raise ToneMapAlone("Y'CbCr planes")
    bits = TONE_MAP_BITS if bits is None else bits
    points, warnings = _code_points(picture.rendering), picture.warnings
    if points is None:
        return replace(
            picture,
            planes=tuple(at_depth(plane, picture.bit_depth, bits) for plane in picture.planes),
            bit_depth=bits,
            warnings=(*warnings, AS_SHOWN),
            floats=None,
            max_error=None,
        )
    shown = _Shown(points, _most(picture.rendering, points[1]), picture.bit_depth, bits)
    height, width = picture.planes[0].shape
    step = max(1, BAND_SAMPLES // width)
    bands = [shown.band([plane[top : top + step] for plane in picture.planes]) for top in range(0, height, step)]
    planes = tuple(np.concatenate(parts) for parts in zip(*bands, strict=True))
    return replace(picture, planes=planes, bit_depth=bits, rendering=rendering_of(*SRGB), floats=None, max_error=None)


def _code_points(rendering: RenderingInfo | None) -> tuple[int, int] | None:
    """Return primaries and transfer that are known here, None where there is nothing to map."""
    cicp = None if rendering is None else rendering.cicp
    if cicp is None:
        return None
    primaries, transfer = cicp.colour_primaries, cicp.transfer_characteristics
    primaries = SRGB[0] if primaries not in CHROMATICITIES else primaries
    if transfer == UNSPECIFIED:
        transfer = SRGB[1]
    plain = primaries == SRGB[0] and transfer in (1, 6, 13, 14, 15)
    return None if plain or transfer not in (*CURVES, PQ, HLG) else (primaries, transfer)


def _most(rendering: RenderingInfo | None, transfer: int) -> float:
    """Return the cd/m2 that a picture reaches: its content light level, else its mastering display, else the usual."""
    if transfer not in (PQ, HLG):
        return WHITE
    if rendering is not None and transfer == PQ:
        if rendering.clli is not None and rendering.clli.maximum_content_light_level:
            return float(rendering.clli.maximum_content_light_level)
        if rendering.mdcv is not None and rendering.mdcv.maximum_luminance:
            return rendering.mdcv.maximum_luminance / LIGHT_UNIT
    return USUAL_MOST


class _Shown:
    """Maps bands of a picture; what all bands share is computed once."""

    def __init__(self, points: tuple[int, int], most: float, depth: int, bits: int) -> None:
        primaries, self._transfer = points
        self._most, self._bits = most, bits
        self._light = _light_of_codes(self._transfer, depth)
        to_xyz = np.array([[float(value) for value in column] for column in colorants(primaries)]).T
        from_xyz = np.linalg.inv(np.array([[float(value) for value in column] for column in colorants(SRGB[0])]).T)
        self._matrix: Floats = from_xyz @ to_xyz
        self._own_luminance, self._luminance = to_xyz[1], np.linalg.inv(from_xyz)[1]

    def band(self, codes: list[Codes]) -> list[Codes]:
        """Return the codes of some rows."""
        light = [self._light[plane] for plane in (codes if len(codes) == 3 else codes * 3)]
        if self._transfer == HLG:
            scene = sum(weight * part for weight, part in zip(self._own_luminance, light, strict=True))
            gain = HLG_MOST * np.maximum(scene, 0) ** (HLG_GAMMA - 1)
            light = [part * gain for part in light]
        brightest = np.maximum(np.maximum(light[0], light[1]), light[2])
        scale = eetf(brightest, self._most) / np.maximum(brightest, 1e-9) / WHITE
        red, green, blue = (part * scale for part in light)
        made = [row[0] * red + row[1] * green + row[2] * blue for row in self._matrix]
        made = _within(made, self._luminance)
        return [self._coded(plane) for plane in (made if len(codes) == 3 else made[1:2])]

    def _coded(self, light: Floats) -> Codes:
        """Return codes of light 0..1 by the curve of sRGB."""
        light = np.clip(light, 0, 1)
        value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
        return as_codes(np.floor(value * ((1 << self._bits) - 1) + 0.5).astype(np.int64), self._bits)


def _within(light: list[Floats], weights: Floats) -> list[Floats]:
    """Return colours moved towards the gray of their luminance until no component is outside of 0..1."""
    gray = np.clip(sum(weight * part for weight, part in zip(weights, light, strict=True)), 0, 1)
    share = np.ones_like(gray)
    for part in light:
        off = part - gray
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.where(part > 1, (1 - gray) / off, np.where(part < 0, -gray / off, 1.0))
        share = np.minimum(share, most)
    return [gray + share * (part - gray) for part in light]


def _light_of_codes(transfer: int, depth: int) -> Floats:
    """Return the light of each code: cd/m2; of HLG scene light 0..1."""
    values = np.arange(1 << depth) / ((1 << depth) - 1)
    if transfer == PQ:
        return pq_to_light(values)
    if transfer == HLG:
        return hlg_to_light(values)
    power, *rest = (float(number) for number in curve(transfer))
    if not rest:
        return np.asarray(WHITE * values**power)
    a, b, c, d = rest
    bent = np.maximum(a * values + b, 0) ** power
    return np.asarray(WHITE * np.where(values >= d, bent, c * values))
