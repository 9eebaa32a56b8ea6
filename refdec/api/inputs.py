"""What every way of decoding starts from: the codestream and the weights are read, the clock of the limits runs.

In: a source, weights, and the caller's `DecodeOptions`, or the keywords that stand for them.  Out: `Inputs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from refdec.api.errors import OptionsExpected, OptionsTwice
from refdec.api.weights import load_weights, require_weights
from refdec.arithmetic.argument_kinds import FLAG, require_kinds
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions

if TYPE_CHECKING:
    from refdec.decoding.opening import CheckWeights
    from refdec.formats.files import Source
    from refdec.heif.heiffile import HeifFile
    from refdec.limits import Check
    from refdec.weights.pack import WeightPack

__all__ = ["Inputs", "goes_beyond_level", "read_inputs", "said_once"]


class Inputs(NamedTuple):
    """A codestream in memory and its weights; `check_weights` compares them (None does not), `check` is the clock.

    `file`: the HEIF file that the codestream is the picture of, None: it stands alone.
    """

    data: bytes
    pack: WeightPack
    check_weights: CheckWeights | None
    check: Check
    file: HeifFile | None = None


def goes_beyond_level(any_level: object, level_check: object) -> bool:
    """Tell whether profile and level are overlooked, by either spelling.  Raises ArgumentOfOtherKind."""
    flags = {"any_level": any_level, "level_check": level_check}
    require_kinds(flags, dict.fromkeys(flags, FLAG))
    return bool(any_level) or not level_check


def said_once(options: DecodeOptions | None, keywords: DecodeOptions) -> DecodeOptions:
    """Return the options that a caller gave whole, or else those of the keywords.  Raises OptionsTwice for both."""
    if options is None:
        return keywords
    if not isinstance(options, DecodeOptions):
        raise OptionsExpected(options, DecodeOptions.__name__)
    if keywords != DEFAULT_OPTIONS:
        raise OptionsTwice
    return options


def read_inputs(source: Source, weights: WeightPack | Source | None, options: DecodeOptions) -> Inputs:
    """Read the codestream and the weights; compiled kernels are kept, and `limits.seconds` runs, from here on.

    Raises InputError, LimitExceeded, WeightsError.
    """
    from refdec.formats.stream_files import read_stream_file
    from refdec.parallel.clock import check_of
    from refdec.startup import prepare_kernels

    prepare_kernels()
    check, check_weights = check_of(options.limits), None if options.ignore_weights_fingerprint else require_weights
    found = read_stream_file(source, limits=options.limits)
    return Inputs(found.codestream, load_weights(weights), check_weights, check, found.file)
