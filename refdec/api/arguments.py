"""Checks of what `decode` and its relatives are asked for, before anything is read.

In: arguments of a caller.  Out: the same in Python's own types, or the UsageError that names the argument.  What
depends on the codestream (a region outside the picture) is checked where that is known.
"""

from __future__ import annotations

from operator import index

from refdec.api.errors import (
    ChannelsOutOfRange,
    LimitsExpected,
    RegionMalformed,
    UnknownColour,
    UnknownEdition,
    WorkersOutOfRange,
)
from refdec.bitstream.editions import Edition
from refdec.clauses import clause
from refdec.limits import Limits
from refdec.picture.errors import BitDepthOutOfRange

__all__ = [
    "require_bit_depth",
    "require_channels",
    "require_colour",
    "require_edition",
    "require_limits",
    "require_region_shape",
    "require_workers",
]

MOST_CHANNELS = (160, 96)
MAX_BITS = 16
COLOURS = ("RGB", "YUV")


def _whole_numbers(values: object, count: int) -> tuple[int, ...] | None:
    """Return so many whole numbers, of Python or of NumPy, as those of Python; None if they are something else."""
    try:
        found = tuple(index(value) for value in values)  # type: ignore[attr-defined]
    except TypeError:
        return None
    return found if len(found) == count else None


@clause("2.6.8", kind="added", reason="an application may ask for anything")
def require_channels(channels: tuple[int, int] | None, *, clip: bool = False) -> tuple[int, int] | None:
    """(2.6.8) Return the numbers of residual channels; raise ChannelsOutOfRange unless they lie in 0..160, 0..96.

    `clip`: more than there can be means all.
    """
    if channels is None:
        return None
    found = _whole_numbers(channels, 2)
    if clip and found is not None:
        found = tuple(min(wanted, most) for wanted, most in zip(found, MOST_CHANNELS, strict=True))
    if found is None or not all(0 <= wanted <= most for wanted, most in zip(found, MOST_CHANNELS, strict=True)):
        raise ChannelsOutOfRange(channels, MOST_CHANNELS)
    return found[0], found[1]


def require_workers(workers: int | None) -> int | None:
    """Return the number of workers; raise WorkersOutOfRange unless there is one at least."""
    if workers is None:
        return None
    found = _whole_numbers((workers,), 1)
    if found is None or found[0] < 1:
        raise WorkersOutOfRange(workers)
    return found[0]


def require_colour(colour: str | None) -> None:
    """Raise UnknownColour unless the colour is "RGB", "YUV" or None."""
    if not (colour is None or (isinstance(colour, str) and colour in COLOURS)):
        raise UnknownColour(colour)


@clause("1.12")
def require_edition(edition: str) -> Edition | None:
    """(1.12) Return the edition of a name, None for "auto"; raise UnknownEdition for another name."""
    if edition == "auto":
        return None
    if not isinstance(edition, str) or edition not in set(Edition):
        raise UnknownEdition(edition)
    return Edition(edition)


@clause("5.11")
def require_bit_depth(bits: int | None) -> int | None:
    """(5.11) Return the depth of the codes; raise BitDepthOutOfRange unless it is 1..16, or None."""
    if bits is None:
        return None
    found = _whole_numbers((bits,), 1)
    if found is None or not 1 <= found[0] <= MAX_BITS:
        raise BitDepthOutOfRange(bits)
    return found[0]


def require_region_shape(region: tuple[int, int, int, int] | None) -> tuple[int, int, int, int] | None:
    """Return the region; raise RegionMalformed unless it is four whole numbers.

    Where they lie is checked with the picture.
    """
    if region is None:
        return None
    found = _whole_numbers(region, 4)
    if found is None:
        raise RegionMalformed(region)
    return found[0], found[1], found[2], found[3]


def require_limits(limits: Limits | None) -> Limits:
    """Return the limits, None: the default ones; raise LimitsExpected for anything else."""
    if limits is None:
        return Limits()
    if not isinstance(limits, Limits):
        raise LimitsExpected(limits)
    return limits
