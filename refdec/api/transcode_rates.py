"""The rate that a transcode is to reach: the displacement that gives it, and what is said where none does, or where it
has it already.

In: `TranscodeOptions`, and what codes at a displacement.  Out: a displacement, and sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from refdec.api.errors import RateNotInLatents
from refdec.plugins.core import Core
from refdec.transcoding.ratesearch import largest_displacement, nearest_displacement
from refdec.weights.ranges import ModelRange

if TYPE_CHECKING:
    from refdec.api.transcode_options import TranscodeOptions
    from refdec.bitstream.picture_header import PictureHeader
    from refdec.weights.pack import WeightPack

__all__ = ["best_displacement", "lowest_displacement", "rate_kept", "rate_missed", "within_file"]


def best_displacement(code: Callable[[int], bytes], model: ModelRange, options: TranscodeOptions, pixels: int) -> int:
    """Return the displacement of luma at which `code` gives the rate, or the size, of the options.

    `model`: the range that is sensible.  Raises RateNotInLatents.
    """
    most, sizes = options.most_bytes(pixels), list[int]()
    assert most is not None, "one of both is wished for"

    def noted(luma: int) -> bytes:
        data = code(luma)
        sizes.append(len(data))
        return data

    if options.bpp is None:
        luma = largest_displacement(noted, model.low, model.high, most)
    else:
        luma = nearest_displacement(noted, model, options.bpp, options.tolerance, pixels)
    if luma is None:
        wish = f"{most} bytes" if options.bpp is None else f"{options.bpp:g} bpp"
        raise RateNotInLatents(wish, model.model_id, min(sizes), pixels)
    return luma


@contextmanager
def within_file(options: TranscodeOptions, beside: int) -> Iterator[None]:
    """Let RateNotInLatents name the bytes that a whole file may have; `beside`: those that are not of codestreams."""
    try:
        yield
    except RateNotInLatents as problem:
        if options.max_bytes is None:
            raise
        needs = problem.model_id, problem.least_bytes, problem.pixels, beside
        raise RateNotInLatents(f"{options.max_bytes} bytes", *needs) from problem


def rate_kept(options: TranscodeOptions) -> tuple[str, ...]:
    """Return what there is to say where a codestream has no more than the wished rate, and keeps its own."""
    return () if options.bpp is None else (f"it has no more than {options.bpp:g} bpp: its rate stays",)


def rate_missed(size_bytes: int, options: TranscodeOptions, pixels: int) -> tuple[str, ...]:
    """Return what there is to say where the steps of a rate are coarser than its tolerance."""
    wanted, found = options.bpp, 8 * size_bytes / pixels
    if wanted is None or abs(found - wanted) <= options.tolerance * wanted:
        return ()
    return (f"{found:.4f} bpp is the nearest to {wanted:g} that there is: steps are coarser here",)


def lowest_displacement(pack: WeightPack, picture: PictureHeader) -> int:
    """Return the lowest displacement of luma that is sensible for the model of a picture, or that which it has."""
    info = next(info for info in Core(pack).models if info.model_id == picture.model_id)
    return min(info.displacements[0], picture.beta_log[0])
