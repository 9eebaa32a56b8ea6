"""Viewing a codestream file: its syntax tree, and the first symbols of its units.

In: a source and options.  Out: a `SyntaxTree`.  Nothing is decoded, no weights are read and no Numba is loaded unless
symbols are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refdec.api.concerning import concerning, name_source
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.errors import LimitExceeded, RefdecError
from refdec.inspection.box_tree import BoxTree, box_tree
from refdec.inspection.tree import SyntaxTree, build_tree

if TYPE_CHECKING:
    from refdec.arithmetic.types import IntArray
    from refdec.bitstream.headers import Headers
    from refdec.bitstream.markers import Marker
    from refdec.formats.files import Source
    from refdec.observation import Observer
    from refdec.weights.pack import WeightPack

__all__ = ["AS_IT_COMES", "Keeper", "View", "ViewRequest", "first_symbols", "frame_of", "tree_of", "view_file"]

FIRST_SYMBOLS = 16
KEPT = ("z_hat", "scale_index", "mask", "symbols", "latent")


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """How to view a file.

    `symbols`: decode the entropy-coded payloads and show the first values of each unit.  `maps`: channels whose maps
    the page holds (None: the 16 strongest of each array).  `frame`, from 1: the codestream of that frame of a clip.
    """

    symbols: bool = False
    maps: Sequence[int] | None = None
    options: DecodeOptions = DEFAULT_OPTIONS
    frame: int | None = None


AS_IT_COMES = ViewRequest()
"""Without symbols, the strongest maps, the first frame."""


@dataclass(frozen=True, slots=True)
class View:
    """A tree, and why its symbols could not be decoded where they were asked for and could not.

    `beyond_limits`: they could not because they ask for more than the request's limits.  `boxes`: of the HEIF file
    around the codestream, None: there is none, or a frame was chosen, whose first byte is `frame_at`.
    """

    tree: SyntaxTree
    name: str
    failure: str = ""
    beyond_limits: bool = False
    boxes: BoxTree | None = None
    frame_at: int | None = None


class Keeper:
    """An observer that keeps the arrays of a few stages."""

    def __init__(self) -> None:
        self.arrays: dict[str, IntArray] = {}

    def __call__(self, stage: str, array: IntArray) -> None:
        if stage.partition(".")[0] in KEPT:
            self.arrays[stage] = array


def tree_of(data: bytes, request: ViewRequest, symbols: Mapping[tuple[Marker, int], tuple[int, ...]]) -> SyntaxTree:
    """Return the tree of a codestream, with the first `symbols` of each unit; it raises nothing."""
    options = request.options
    return build_tree(
        data,
        edition=options.edition,
        limits=options.limits,
        lenient=options.lenient,
        any_level=options.any_level,
        symbols=symbols,
    )


def view_file(
    source: Source, request: ViewRequest = AS_IT_COMES, *, weights: WeightPack | Source | None = None
) -> View:
    """Return the syntax tree of a file; with `request.symbols`, first symbols too.

    Raises InputError where the file cannot be read, WeightsError where the weights cannot, CodestreamError where the
    boxes of a HEIF file lead to no codestream; problems of the codestream are in the tree, and where its symbols ask
    for more than the limits the view says so.
    """
    from refdec.formats.files import read_bytes
    from refdec.formats.stream_files import stream_in

    limits = request.options.limits
    if request.frame is not None:
        with concerning(source):
            codestream, at = frame_of(source, request.options, request.frame)
        tree = tree_of(codestream, request, {})
        name_source(source, tree.problems)
        return replace(_with_symbols(tree, source, request, weights), frame_at=at)
    with concerning(source):
        whole = read_bytes(source, limits=limits)
        found = stream_in(whole, limits=limits, first_tile=True)
        boxes = None if found.file is None else box_tree(whole, limits)
    tree = tree_of(found.codestream, request, {})
    name_source(source, tree.problems)
    return replace(_with_symbols(tree, source, request, weights), boxes=boxes)


def frame_of(source: Source, options: DecodeOptions, number: int) -> tuple[bytes, int]:
    """Return the codestream of a frame and where it begins.  Raises NotAClip, FrameMissing, SampleOutside."""
    from refdec.api.clips import Clip, found_clip
    from refdec.sequences.errors import NotAClip

    clip = found_clip(source, options)
    if not isinstance(clip, Clip):
        raise NotAClip("--frame")
    return clip.codestream(number), clip.place(number)[0]


def _with_symbols(tree: SyntaxTree, source: Source, request: ViewRequest, weights: WeightPack | Source | None) -> View:
    """Return the view of a codestream, with its first symbols where they are asked for and can be decoded."""
    from refdec.formats.files import name_of

    if not request.symbols:
        return View(tree, name_of(source))
    if tree.problems or tree.findings.headers is None:
        return View(tree, name_of(source), "The codestream breaks rules, so its symbols are not decoded.")
    from refdec.api.weights import load_weights

    pack, headers, keeper = load_weights(weights), tree.findings.headers, Keeper()
    failure, beyond_limits = "", False
    data = tree.data
    try:
        _decode_symbols(data, pack, request.options, keeper)
    except RefdecError as problem:
        failure, beyond_limits = problem.headline(), isinstance(problem, LimitExceeded)
    return View(tree_of(data, request, first_symbols(headers, keeper.arrays)), name_of(source), failure, beyond_limits)


def _decode_symbols(data: bytes, pack: WeightPack, options: DecodeOptions, observe: Observer) -> None:
    """Decode the entropy-coded payloads, within the limits of memory and time."""
    from refdec.api.weights import require_weights
    from refdec.decoding.decoder import PictureDecoder
    from refdec.decoding.memory import whole_bytes
    from refdec.decoding.opening import open_codestream
    from refdec.observation import Collector
    from refdec.parallel.clock import check_of

    in_time = check_of(options.limits)

    def seen(stage: str, array: IntArray) -> None:
        observe(stage, array)
        in_time()

    check_weights, watch = None if options.ignore_weights_fingerprint else require_weights, Collector(seen)
    opened = open_codestream(data, pack, options, check_weights=check_weights)
    options.limits.require_memory(whole_bytes(opened.headers, opened.transform))
    decoder = PictureDecoder(opened.headers, opened.models, opened.transform, watch=watch)
    decoder.symbols(opened.codestream, decoder.hyper_side(decoder.hyper_latents(opened.codestream)))
    watch.close()


def first_symbols(headers: Headers, arrays: Mapping[str, IntArray]) -> dict[tuple[Marker, int], tuple[int, ...]]:
    """Return the first coded values of each unit: residual symbols by region, and z of luma."""
    from refdec.bitstream.markers import Marker
    from refdec.decoding.models import COMPONENT_NAMES
    from refdec.tiling.regions import RegionGrid

    found: dict[tuple[Marker, int], tuple[int, ...]] = {}
    if "z_hat.Y" in arrays:
        found[Marker.SOZ, 0] = tuple(arrays["z_hat.Y"].reshape(-1)[:FIRST_SYMBOLS].tolist())
    for component, marker in enumerate((Marker.SORP, Marker.SORS)):
        name = COMPONENT_NAMES[component]
        if f"symbols.{name}" not in arrays:
            continue
        symbols, mask = arrays[f"symbols.{name}"], arrays[f"mask.{name}"]
        count = headers.picture.num_chs_coded[component]
        for region in RegionGrid.of(headers.picture, component).regions:
            window = (slice(0, count), region.y_core.rows, region.y_core.columns)
            coded = symbols[window][mask[window].astype(bool)]
            found[marker, region.index] = tuple(coded[:FIRST_SYMBOLS].tolist())
    return found
