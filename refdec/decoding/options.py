"""What a caller wishes of a decode: one frozen value, from the command line and the keywords of `decode` to the stages.

In: the words of a caller.  Out: `DecodeOptions`, whose fields are checked and have Python's own types; or the
UsageError that names the wish, before anything is read.  What depends on the codestream (a region outside the picture,
a transform that is not listed) is checked where that is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING, Literal, TypeAlias

from refdec.arithmetic.argument_kinds import FLAG, require_kinds
from refdec.bitstream.editions import Edition, EditionName
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.decoding.errors import (
    ChannelsOutOfRange,
    LimitsExpected,
    RegionMalformed,
    UnknownColour,
    UnknownEdition,
    UnknownTransform,
    WorkersOutOfRange,
)
from refdec.limits import Limits
from refdec.picture.errors import BitDepthOutOfRange

if TYPE_CHECKING:
    from refdec.picture.render import Colour

__all__ = ["DEFAULT_OPTIONS", "DecodeOptions", "SynthesisName", "channels_of", "edition_named", "limits_or_default"]

SynthesisName: TypeAlias = Literal["sop", "bop", "hop"]
MOST_CHANNELS = (160, 96)
MAX_BITS = 16
COLOURS = ("RGB", "YUV", "gray")


@dataclass(frozen=True, slots=True, init=False)
class DecodeOptions:
    """What the application may choose; the defaults decode all that the codestream says.

    `synthesis`: a synthesis transform of the header's list, or its name; None takes the first.  `channels`: decode
    only that many residual channels of luma and chroma (2.6.8).  `region` (x, y, width, height): only that rectangle
    of the displayed picture.  `filters`: False leaves out all filters of TON.  `colour` "RGB" or "YUV" converts,
    "gray" is luma alone, None keeps what the codestream says.  `bit_depth` of the codes, 1..16, None: the
    codestream's.  `lenient`: pass over what 1.8 lets a lenient reader pass over.  `any_level`: decode beyond profile
    and level.  `allow_custom_colour`: decode colour_transform_idx 2 by the recommendation of 5.10, which no other
    decoder shares.  `edition`: the text whose picture header is read; None, or "auto", finds out (1.12).
    `ignore_weights_fingerprint`: decode although the codestream names other weights.  `workers`: processes that share
    the work where the picture is large enough, None: one for each core.  `limits`: what the codestream may ask of
    memory and time, None: the default ones.
    """

    synthesis: Synthesis | None
    channels: tuple[int, int] | None
    region: tuple[int, int, int, int] | None
    filters: bool
    colour: Colour | None
    bit_depth: int | None
    lenient: bool
    any_level: bool
    allow_custom_colour: bool
    edition: Edition | None
    ignore_weights_fingerprint: bool
    workers: int | None
    limits: Limits

    def __init__(
        self,
        *,
        synthesis: Synthesis | str | None = None,
        channels: tuple[int, int] | None = None,
        region: tuple[int, int, int, int] | None = None,
        filters: bool = True,
        colour: Colour | None = None,
        bit_depth: int | None = None,
        lenient: bool = False,
        any_level: bool = False,
        allow_custom_colour: bool = False,
        edition: Edition | EditionName | None = None,
        ignore_weights_fingerprint: bool = False,
        workers: int | None = 1,
        limits: Limits | None = None,
    ) -> None:
        """Check each wish; names become what they name.

        Raises UnknownTransform, ChannelsOutOfRange, RegionMalformed, UnknownColour, BitDepthOutOfRange, UnknownEdition,
        WorkersOutOfRange, LimitsExpected, ArgumentOfOtherKind.
        """
        flags = {
            "filters": filters,
            "lenient": lenient,
            "any_level": any_level,
            "allow_custom_colour": allow_custom_colour,
            "ignore_weights_fingerprint": ignore_weights_fingerprint,
        }
        require_kinds(flags, dict.fromkeys(flags, FLAG))
        wishes = {
            "workers": _workers(workers),
            "region": _region(region),
            "colour": _colour(colour),
            "bit_depth": _bit_depth(bit_depth),
            "synthesis": _synthesis(synthesis),
            "channels": channels_of(channels),
            "edition": None if edition is None else edition_named(edition),
            "limits": limits_or_default(limits),
        }
        for name, wish in (*wishes.items(), *((name, bool(flag)) for name, flag in flags.items())):
            object.__setattr__(self, name, wish)


def _whole_numbers(values: object, count: int) -> tuple[int, ...] | None:
    """Return so many whole numbers, of Python or of NumPy, as those of Python; None if they are something else."""
    try:
        found = tuple(index(value) for value in values)  # type: ignore[attr-defined]
    except TypeError:
        return None
    return found if len(found) == count else None


@clause("1.6.3")
def _synthesis(wanted: Synthesis | str | None) -> Synthesis | None:
    """(1.6.3) Return the transform of a name; raise UnknownTransform for anything else."""
    if wanted is None or isinstance(wanted, Synthesis):
        return wanted
    found = Synthesis.named(wanted) if isinstance(wanted, str) else None
    if found is None:
        raise UnknownTransform(wanted)
    return found


@clause("2.6.8", kind="added", reason="an application may ask for anything")
def channels_of(channels: tuple[int, int] | None, *, clip: bool = False) -> tuple[int, int] | None:
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


def _region(region: tuple[int, int, int, int] | None) -> tuple[int, int, int, int] | None:
    """Return the region; raise RegionMalformed unless it is four whole numbers."""
    if region is None:
        return None
    found = _whole_numbers(region, 4)
    if found is None:
        raise RegionMalformed(region)
    return found[0], found[1], found[2], found[3]


def _colour(colour: Colour | None) -> Colour | None:
    """Return the colour; raise UnknownColour unless it is "RGB", "YUV", "gray" or None."""
    if not (colour is None or (isinstance(colour, str) and colour in COLOURS)):
        raise UnknownColour(colour)
    return colour


@clause("5.11")
def _bit_depth(bits: int | None) -> int | None:
    """(5.11) Return the depth of the codes; raise BitDepthOutOfRange unless it is 1..16, or None."""
    if bits is None:
        return None
    found = _whole_numbers((bits,), 1)
    if found is None or not 1 <= found[0] <= MAX_BITS:
        raise BitDepthOutOfRange(bits)
    return found[0]


@clause("1.12")
def edition_named(edition: Edition | EditionName) -> Edition | None:
    """(1.12) Return the edition of a name, None for "auto"; raise UnknownEdition for another name."""
    if not isinstance(edition, str) or edition not in ("auto", *Edition):
        raise UnknownEdition(edition)
    return None if edition == "auto" else Edition(edition)


def _workers(workers: int | None) -> int | None:
    """Return the number of workers; raise WorkersOutOfRange unless there is one at least."""
    if workers is None:
        return None
    found = _whole_numbers((workers,), 1)
    if found is None or found[0] < 1:
        raise WorkersOutOfRange(workers)
    return found[0]


def limits_or_default(limits: Limits | None) -> Limits:
    """Return the limits, None: the default ones; raise LimitsExpected for anything else."""
    if limits is None:
        return Limits()
    if not isinstance(limits, Limits):
        raise LimitsExpected(limits)
    return limits


DEFAULT_OPTIONS = DecodeOptions()
