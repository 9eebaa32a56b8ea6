"""Colours as files state them, and the code points of ITU-T H.273 that mean the same (1.6.8).

In: chromaticities and gamma of a PNG, colorants and curves of an ICC profile, all as integers.  Out: code points, or
None where H.273 has none: nothing is converted and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from refdec.bitstream.rendering import Cicp, RenderingInfo
from refdec.clauses import clause
from refdec.formats.colorimetry import CHROMATICITIES, colorants, s15

__all__ = [
    "GAMMAS",
    "SRGB",
    "UNSPECIFIED",
    "primaries_of_chromaticities",
    "primaries_of_colorants",
    "rendering_of",
    "transfer_of_gamma",
    "transfer_of_table",
]

UNSPECIFIED = 2
SRGB = (1, 13)
"""Primaries of BT.709, transfer of IEC 61966-2-1."""
RGB_MATRIX = 0
DEFAULT_CHROMA_LOCATION = 2

GAMMAS: Mapping[int, int] = {4: 45455, 5: 35714, 8: 100000}
"""Exponents from light to samples in 1/100000, of the transfers that are power functions."""
TABLES: Mapping[int, tuple[int, ...]] = {
    1: (1912, 5122, 10113, 17012, 25922, 36930, 50112),
    4: (676, 3104, 7574, 14263, 23303, 34802, 48853),
    5: (194, 1351, 4205, 9410, 17577, 29285, 45092),
    8: (8192, 16384, 24576, 32768, 40959, 49151, 57343),
    13: (940, 3334, 7603, 14027, 22840, 34243, 48420),
}
"""Light 0..65535 of the samples 1/8, 2/8 .. 7/8, by transfer."""
NEAR_CHROMATICITY, NEAR_COLORANT, NEAR_GAMMA, NEAR_LIGHT = 50, 100, 10, 100
"""How far a file's numbers may lie from those of H.273: what rounding to three or four decimals makes of them."""


def _code_of(table: Mapping[int, Sequence[int]], values: Sequence[int], near: int) -> int | None:
    """Return the first code whose numbers all lie near the values."""
    for code, wanted in table.items():
        if len(values) == len(wanted) and all(abs(a - b) <= near for a, b in zip(values, wanted, strict=True)):
            return code
    return None


def primaries_of_chromaticities(values: Sequence[int]) -> int | None:
    """Return the primaries of x and y of white, red, green and blue, in 1/100000."""
    return _code_of(CHROMATICITIES, values, NEAR_CHROMATICITY)


def primaries_of_colorants(values: Sequence[int]) -> int | None:
    """Return the primaries of X, Y, Z of red, green and blue, in 1/65536, for white D50."""
    return _code_of(_colorants(), values, NEAR_COLORANT)


@lru_cache(maxsize=1)
def _colorants() -> Mapping[int, tuple[int, ...]]:
    """Return X, Y, Z of red, green and blue of all primaries, in 1/65536."""
    return {code: tuple(s15(number) for column in colorants(code) for number in column) for code in CHROMATICITIES}


def transfer_of_gamma(gamma: int) -> int | None:
    """Return the transfer of an exponent from light to samples, in 1/100000 (45455: 1/2.2)."""
    return _code_of({code: (value,) for code, value in GAMMAS.items()}, (gamma,), NEAR_GAMMA)


def transfer_of_table(light: Sequence[int]) -> int | None:
    """Return the transfer of a curve: the light, 0..65535, of the samples 1/8 to 7/8."""
    return _code_of(TABLES, light, NEAR_LIGHT)


@clause("1.6.8")
def rendering_of(primaries: int, transfer: int, *, matrix: int = RGB_MATRIX, full_range: int = 1) -> RenderingInfo:
    """(1.6.8) Return rendering information that says how the R, G, B of a source are meant."""
    return RenderingInfo(Cicp(primaries, transfer, matrix, full_range, DEFAULT_CHROMA_LOCATION))
