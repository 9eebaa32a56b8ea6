"""Times of frames: fractions of a second, and the whole units in which files count them.

In: rates and durations.  Out: exact fractions, or units whose sum is never off by more than one of them: what rounding
takes from one frame it gives to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import gcd, lcm

from refdec.sequences.errors import FrameRateInvalid

__all__ = ["frame_rate", "in_units", "moment", "one_rate", "seconds_in_words", "timescale_of"]

LARGEST_TIMESCALE = (1 << 32) - 1
MICROSECONDS = 1_000_000
MOST_DIGITS = 12
SHOWN_DIGITS = 1000


def frame_rate(text: str) -> Fraction:
    """Return frames a second: "25", "23.976" or "30000/1001".  Raises FrameRateInvalid."""
    return _number("The frame rate", text, "a number above 0, such as 25, 23.976 or 30000/1001", least_is_wrong=True)


def moment(text: str) -> Fraction:
    """Return a time in seconds: "1.5", "3/2" or "0".  Raises FrameRateInvalid."""
    return _number("The time", text, "a number of seconds that is not negative, such as 1.5", least_is_wrong=False)


def _number(what: str, text: str, wanted: str, *, least_is_wrong: bool) -> Fraction:
    above, _, below = text.strip().partition("/")
    try:
        parts = [Decimal(part) for part in (above, below or "1")]
        if any(
            not part.is_finite() or len(part.as_tuple().digits) > MOST_DIGITS or abs(part.adjusted()) > MOST_DIGITS
            for part in parts
        ):
            raise FrameRateInvalid(what, text, wanted)
        found = Fraction(Fraction(parts[0]), Fraction(parts[1]))
    except (InvalidOperation, ZeroDivisionError) as reason:
        raise FrameRateInvalid(what, text, wanted) from reason
    if found < 0 or (least_is_wrong and not found):
        raise FrameRateInvalid(what, text, wanted)
    return found


def timescale_of(durations: Sequence[Fraction]) -> int:
    """Return the fewest units of a second in which all durations are whole, a million where they would be too many."""
    found = 1
    for one in set(durations):
        found = lcm(found, one.denominator)
        if found > LARGEST_TIMESCALE:
            return MICROSECONDS
    return found


def in_units(durations: Sequence[Fraction], units: int) -> list[int]:
    """Return durations in units of which a second has `units`: each end is rounded, so that no error grows."""
    found, time, before = [], Fraction(0), 0
    for one in durations:
        time += one
        now = (2 * time * units + 1) // 2
        found.append(now - before)
        before = now
    return found


def one_rate(durations: Sequence[Fraction]) -> tuple[Fraction, list[int]]:
    """Return the lowest rate at which all durations are whole frames, and how many frames each is."""
    if not any(durations):
        return Fraction(1), [1] * len(durations)
    units = timescale_of(durations)
    counts = in_units(durations, units)
    common = gcd(*counts)
    return Fraction(units, common), [count // common for count in counts]


def seconds_in_words(time: Fraction) -> str:
    """Return a time with up to three decimals."""
    thousandths = (2 * time * SHOWN_DIGITS + 1) // 2
    whole, rest = divmod(thousandths, SHOWN_DIGITS)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
