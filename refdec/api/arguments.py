"""Checks of what `decode` and its relatives are asked for, before anything is read.

In: arguments of a caller.  Out: nothing, or the UsageError that names the argument.  What depends on the codestream (a
region outside the picture, a bit depth) is checked where that is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import index

from refdec.api.errors import ChannelsOutOfRange, RegionMalformed, UnknownColour, WorkersOutOfRange
from refdec.clauses import clause
from refdec.picture.errors import BitDepthOutOfRange

__all__ = [
    "require_channels",
    "require_colour",
    "require_region_shape",
    "require_workers",
]

MOST_CHANNELS = (160, 96)
MAX_BITS = 16
COLOURS = (None, "RGB", "YUV")


def _whole_numbers(values: Iterable[object], count: int) -> bool:
    """Tell whether values are so many whole numbers, of Python or of NumPy."""
    try:
        return len([index(value) for value in values]) == count  # type: ignore[arg-type]
    except TypeError:
        return False


@clause("2.6.8", kind="added", reason="an application may ask for anything")
def require_channels(channels: tuple[int, int] | None) -> None:
    """(2.6.8) Raise ChannelsOutOfRange unless the numbers of residual channels lie in 0..160 and 0..96."""
    if channels is None:
        return
    if not _whole_numbers(channels, 2) or not all(
        0 <= wanted <= most for wanted, most in zip(channels, MOST_CHANNELS, strict=True)
    ):
        raise ChannelsOutOfRange(channels, MOST_CHANNELS)


def require_workers(workers: int | None) -> None:
    """Raise WorkersOutOfRange unless there is a worker at least."""
    if workers is not None and (not _whole_numbers((workers,), 1) or workers < 1):
        raise WorkersOutOfRange(workers)


def require_colour(colour: str | None) -> None:
    """Raise UnknownColour unless the colour is "RGB", "YUV" or None."""
    if colour not in COLOURS:
        raise UnknownColour(colour)


@clause("5.11")
def require_bit_depth(bits: int | None) -> None:
    """(5.11) Raise BitDepthOutOfRange unless the depth of the codes is 1..16, or None."""
    if bits is not None and not (_whole_numbers((bits,), 1) and 1 <= bits <= MAX_BITS):
        raise BitDepthOutOfRange(bits)


def require_region_shape(region: tuple[int, int, int, int] | None) -> None:
    """Raise RegionMalformed unless the region is four whole numbers; where they lie is checked with the picture."""
    if region is not None and not _whole_numbers(region, 4):
        raise RegionMalformed(region)
