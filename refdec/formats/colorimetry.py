"""Colours of ITU-T H.273 in numbers: chromaticities and curves of its code points, and what follows from them.

In: a code point.  Out: exact fractions: the columns of the matrix from linear R, G, B to X, Y, Z under D50, the matrix
that adapts to D50, the parameters of a curve.  ICC profiles are written from them, and recognised by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from refdec.clauses import clause

__all__ = ["CHROMATICITIES", "CURVES", "D50", "adaptation", "colorants", "curve", "s15"]

Vector: TypeAlias = tuple[Fraction, Fraction, Fraction]
Matrix: TypeAlias = tuple[Vector, Vector, Vector]

ONE = 100000
CHROMATICITIES: Mapping[int, tuple[int, ...]] = {
    1: (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000),
    4: (31000, 31600, 67000, 33000, 21000, 71000, 14000, 8000),
    5: (31270, 32900, 64000, 33000, 29000, 60000, 15000, 6000),
    6: (31270, 32900, 63000, 34000, 31000, 59500, 15500, 7000),
    7: (31270, 32900, 63000, 34000, 31000, 59500, 15500, 7000),
    8: (31000, 31600, 68100, 31900, 24300, 69200, 14500, 4900),
    9: (31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600),
    11: (31400, 35100, 68000, 32000, 26500, 69000, 15000, 6000),
    12: (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000),
    22: (31270, 32900, 63000, 34000, 29500, 60500, 15500, 7700),
}
"""x and y of white, red, green and blue in 1/100000, order and unit of PNG's cHRM, by code point (H.273, table 2)."""
BT709 = ("1/0.45", "1/1.099", "0.099/1.099", "1/4.5", "0.081/1")
CURVES: Mapping[int, tuple[str, ...]] = {
    1: BT709,
    4: ("2.2/1",),
    5: ("2.8/1",),
    6: BT709,
    7: ("1/0.45", "1/1.1115", "0.1115/1.1115", "1/4", "0.0912/1"),
    8: ("1/1",),
    13: ("2.4/1", "1/1.055", "0.055/1.055", "1/12.92", "0.04045/1"),
    14: BT709,
    15: BT709,
}
"""Parameters g (a b c d) of an ICC parametric curve for transfer characteristics that are one (H.273, table 3)."""
D50: Vector = (Fraction(9642, 10000), Fraction(1), Fraction(8249, 10000))
BRADFORD: Matrix = (
    (Fraction(8951, 10000), Fraction(2664, 10000), Fraction(-1614, 10000)),
    (Fraction(-7502, 10000), Fraction(17135, 10000), Fraction(367, 10000)),
    (Fraction(389, 10000), Fraction(-685, 10000), Fraction(10296, 10000)),
)


def _times(matrix: Matrix, vector: Sequence[Fraction]) -> Vector:
    first, second, third = (sum((a * b for a, b in zip(row, vector, strict=True)), Fraction()) for row in matrix)
    return first, second, third


def _product(left: Matrix, right: Matrix) -> Matrix:
    columns = [_times(left, column) for column in zip(*right, strict=True)]
    first, second, third = zip(*columns, strict=True)
    return first, second, third


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    rows = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    first, second, third = ((Fraction(x, whole), Fraction(y, whole), Fraction(z, whole)) for x, y, z in rows)
    return first, second, third


def _xyz(x: int, y: int) -> Vector:
    """Return X, Y, Z of a chromaticity, in 1/100000, at Y = 1."""
    return Fraction(x, y), Fraction(1), Fraction(ONE - x - y, y)


def _adapted(white: Vector) -> Matrix:
    """Return the matrix of the Bradford adaptation from a white to D50."""
    there, wanted = _times(BRADFORD, white), _times(BRADFORD, D50)
    zero = Fraction()
    ratio = [Fraction(to, of) for to, of in zip(wanted, there, strict=True)]
    scale: Matrix = ((ratio[0], zero, zero), (zero, ratio[1], zero), (zero, zero, ratio[2]))
    return _product(_inverse(BRADFORD), _product(scale, BRADFORD))


@clause("1.6.8")
@lru_cache(maxsize=32)
def adaptation(primaries: int) -> Matrix:
    """(1.6.8) Return the matrix that adapts X, Y, Z under the white of primaries to D50."""
    x, y, *_ = CHROMATICITIES[primaries]
    return _adapted(_xyz(x, y))


@clause("1.6.8")
@lru_cache(maxsize=32)
def colorants(primaries: int) -> Matrix:
    """(1.6.8) Return X, Y, Z of red, of green and of blue at full light, adapted to D50."""
    numbers = CHROMATICITIES[primaries]
    white, *corners = (_xyz(*numbers[k : k + 2]) for k in range(0, 8, 2))
    red, green, blue = zip(*corners, strict=True)
    gains = _times(_inverse((red, green, blue)), white)
    first, second, third = (
        _times(adaptation(primaries), [gain * value for value in corner])
        for corner, gain in zip(corners, gains, strict=True)
    )
    return first, second, third


def curve(transfer: int) -> tuple[Fraction, ...]:
    """Return the parameters g (a b c d) of the parametric curve from samples to light."""
    return tuple(_number(text) for text in CURVES[transfer])


def _number(text: str) -> Fraction:
    """Return a quotient of decimals, "1/1.055"."""
    above, _, below = text.partition("/")
    return Fraction(Fraction(above), Fraction(below))


def s15(value: Fraction) -> int:
    """Return a number in 1/65536, as ICC profiles hold it, rounded half up."""
    return (value * 65536 + Fraction(1, 2)).__floor__()
