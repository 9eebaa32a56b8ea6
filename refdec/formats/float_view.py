"""Floats as codes that a display shows: the picture that is coded for viewing, under a layer or alone (docs/hdr.md).

In: `FloatPlanes`, and how they are to be seen.  Out: codes of 16 bits, the colours that they then have, and a sentence.
Each sample is mapped alone by one curve for all components; the layer starts from what a decoder makes of the codes, so
that nothing here has to be repeated exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.bitstream.rendering import RenderingInfo
from refdec.formats.colour_points import SRGB, UNSPECIFIED, rendering_of
from refdec.formats.description import NOTHING_SAID, SourceDescription
from refdec.formats.errors import PictureUnsupported
from refdec.formats.kinds import FloatView
from refdec.formats.pictures import CodePicture, Colour
from refdec.picture.floats import FloatPlanes
from refdec.picture.output import Codes

__all__ = ["picture_of_array", "picture_of_floats", "viewed"]

VIEW_BITS, HALF_BYTES = 16, 2
TOP = (1 << VIEW_BITS) - 1
PQ = 16
WHITE, PQ_MOST = 203.0, 10000.0
"""cd/m2 of 1.0, the graphics white of BT.2408, and of the largest PQ code."""
M1, M2, C1, C2, C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
DARKEST, BRIGHTEST = 1 / 256, 1.0
"""Where the middle sample is not between these, light is doubled or halved until it is from 1/8 to 1/4."""
BAND_SAMPLES = 1 << 20
Floats: TypeAlias = npt.NDArray[np.float64]


class Viewed(NamedTuple):
    """Codes of 16 bits of the colours, what they mean, and a sentence about how they were made."""

    planes: tuple[Codes, ...]
    rendering: RenderingInfo | None
    remark: str


def viewed(floats: FloatPlanes, how: FloatView, primaries: int, name: str) -> Viewed:
    """Return floats as codes; `primaries` of H.273, `name` of the format for messages.

    "sdr": linear light, a tone curve where it goes above 1, and the curve of sRGB.  "pq": linear light, 1.0 is 203
    cd/m2.  "codes": 0..1 are codes as they are.  NaN and what is below 0 become 0.
    Raises PictureUnsupported for "codes" of samples beyond 0..1.
    """
    colours = FloatPlanes(floats.colours, floats.bits).arrays
    if how == "codes":
        for plane in colours:
            if not (bool(np.all(plane >= 0)) and bool(np.all(plane <= 1))):  # so a NaN does not pass
                raise PictureUnsupported(
                    name,
                    f"samples beyond 0..1 ({_span(plane)}) as codes",
                    "Say how they are seen: --float-view sdr or pq (float_view in Python).",
                )
        said = f"samples 0 to 1 of {name} became codes 0 to {TOP} as they are"
        return Viewed(_mapped(colours, lambda light: light), None, said)
    if how == "pq":
        said = f"linear light of {name} is shown by PQ, 1.0 as {WHITE:.0f} cd/m2"
        return Viewed(_mapped(colours, _pq), rendering_of(primaries, PQ), said)
    stops, peak = _exposure(colours)
    said = f"linear light of {name} is shown by the curve of sRGB"
    said += f", made {'brighter' if stops > 0 else 'darker'} by {abs(stops)} stops" if stops else ""
    said += f", by a tone curve that ends at {peak:.4g}" if peak > 1 else ""
    return Viewed(_mapped(colours, _sdr(stops, peak)), rendering_of(primaries, SRGB[1]), said)


def _span(plane: npt.NDArray[np.floating]) -> str:
    """Return from where to where samples go, and how many of them are no numbers."""
    numbers = plane[~np.isnan(plane)]
    span = f"{numbers.min()} to {numbers.max()}" if numbers.size else ""
    missing = plane.size - numbers.size
    return ", ".join([*([f"{missing} of {plane.size} are NaN"] if missing else []), *([span] if span else [])])


def picture_of_floats(
    floats: FloatPlanes, how: FloatView, primaries: int, name: str, said: SourceDescription = NOTHING_SAID
) -> CodePicture:
    """Return the picture that is coded for viewing, with the floats that it was made of; see `viewed`.

    `primaries`: those of H.273 that its file says, 2 where it says none: then they are those of BT.709.
    Transparency that is 1 everywhere is left away.
    """
    known = SRGB[0] if primaries == UNSPECIFIED else primaries
    floats = floats.without_opaque()
    seen = viewed(floats, how, known, name)
    described = replace(said, rendering=seen.rendering, remarks=(*said.remarks, seen.remark))
    colour = Colour.GRAY if len(seen.planes) == 1 else Colour.RGB
    return CodePicture(seen.planes, VIEW_BITS, colour, described, floats=floats)


def picture_of_array(
    array: npt.NDArray[Any], how: FloatView, name: str, said: SourceDescription = NOTHING_SAID
) -> CodePicture:
    """Return the picture of an array of float16 or float32, [rows, columns] or [rows, columns, 1 to 4].

    Of two or four components the last is transparency, by which colours are not multiplied; NaN keep their payloads.
    """
    kind = np.dtype(np.uint16 if array.dtype.itemsize == HALF_BYTES else np.uint32)
    native = np.ascontiguousarray(array, array.dtype.newbyteorder("=")).view(kind)
    stacked = native[:, :, None] if native.ndim == 2 else native
    planes = tuple(np.ascontiguousarray(stacked[:, :, i]) for i in range(stacked.shape[2]))
    return picture_of_floats(FloatPlanes(planes, 8 * kind.itemsize), how, UNSPECIFIED, name, said)


def _mapped(planes: tuple[npt.NDArray[np.floating], ...], curve: Callable[[Floats], Floats]) -> tuple[Codes, ...]:
    """Return the codes of planes by a curve from light to 0..1, some rows at a time."""
    made = []
    for plane in planes:
        codes = np.empty(plane.shape, np.uint16)
        step = max(1, BAND_SAMPLES // plane.shape[1])
        for top in range(0, len(plane), step):
            with np.errstate(invalid="ignore"):
                light = np.nan_to_num(plane[top : top + step].astype(np.float64), nan=0.0, posinf=1e300, neginf=0.0)
            codes[top : top + step] = np.floor(np.clip(curve(np.maximum(light, 0)), 0, 1) * TOP + 0.5)
        made.append(codes)
    return tuple(made)


def _exposure(planes: tuple[npt.NDArray[np.floating], ...]) -> tuple[int, float]:
    """Return by how many stops the light is changed, and the brightest finite sample then (at least 1)."""
    with np.errstate(invalid="ignore"):
        finite = [plane[np.isfinite(plane)].astype(np.float64) for plane in planes]
    positive = np.concatenate([part[part > 0] for part in finite])
    if not positive.size:
        return 0, 1.0
    middle, most, stops = float(np.median(positive)), float(positive.max()), 0
    if not DARKEST <= middle <= BRIGHTEST:
        stops = -2 - math.frexp(middle)[1]
    return stops, max(1.0, most * 2.0**stops)


def _sdr(stops: int, peak: float) -> Callable[[Floats], Floats]:
    """Return the curve: y = x (1 + x / peak^2) / (1 + x) (Reinhard's, at peak 1 the identity), then that of sRGB."""

    def curve(light: Floats) -> Floats:
        x = np.minimum(light * 2.0**stops, peak)
        y = x * (1 + x / peak**2) / (1 + x)
        return np.asarray(np.where(y <= 0.0031308, 12.92 * y, 1.055 * y ** (1 / 2.4) - 0.055))

    return curve


def _pq(light: Floats) -> Floats:
    """Return PQ values (SMPTE ST 2084) of light whose 1.0 is graphics white."""
    power = np.minimum(light * WHITE / PQ_MOST, 1) ** M1
    return np.asarray(((C1 + C2 * power) / (1 + C3 * power)) ** M2)
