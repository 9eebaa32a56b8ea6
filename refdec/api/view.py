"""Viewing a codestream file: its syntax tree, first symbols, and the HTML page with everything a decoder sees.

In: a source and options.  Out: a `SyntaxTree`, or a page in a file.  Nothing is decoded, no weights are read and no
Numba is loaded unless symbols or pictures are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from refdec.api.concerning import concerning, name_source
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.errors import CodestreamError, LimitExceeded, RefdecError, UnsupportedError
from refdec.inspection.box_tree import BoxTree, box_tree
from refdec.inspection.tree import SyntaxTree, build_tree

if TYPE_CHECKING:
    from refdec.arithmetic.types import IntArray
    from refdec.bitstream.headers import Headers
    from refdec.bitstream.markers import Marker
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.heif.heiffile import HeifFile
    from refdec.inspection.file_view import FileView
    from refdec.inspection.html import Decoding
    from refdec.inspection.maps import ChannelMaps
    from refdec.inspection.tile_facts import TileFacts
    from refdec.observation import Observer
    from refdec.weights.pack import WeightPack

__all__ = ["View", "ViewRequest", "view_file", "write_page"]

FIRST_SYMBOLS = 16
Q18 = 18
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


class _Keeper:
    """An observer that keeps the arrays of a few stages."""

    def __init__(self) -> None:
        self.arrays: dict[str, IntArray] = {}

    def __call__(self, stage: str, array: IntArray) -> None:
        if stage.partition(".")[0] in KEPT:
            self.arrays[stage] = array


def _tree(data: bytes, request: ViewRequest, symbols: Mapping[tuple[Marker, int], tuple[int, ...]]) -> SyntaxTree:
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
    source: Source, request: ViewRequest = ViewRequest(), *, weights: WeightPack | Source | None = None
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
            codestream, at = _frame_of(source, request.options, request.frame)
        tree = _tree(codestream, request, {})
        name_source(source, tree.problems)
        return replace(_with_symbols(tree, source, request, weights), frame_at=at)
    with concerning(source):
        whole = read_bytes(source, limits=limits)
        found = stream_in(whole, limits=limits, first_tile=True)
        boxes = None if found.file is None else box_tree(whole, limits)
    tree = _tree(found.codestream, request, {})
    name_source(source, tree.problems)
    return replace(_with_symbols(tree, source, request, weights), boxes=boxes)


def _frame_of(source: Source, options: DecodeOptions, number: int) -> tuple[bytes, int]:
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

    pack, headers, keeper = load_weights(weights), tree.findings.headers, _Keeper()
    failure, beyond_limits = "", False
    data = tree.data
    try:
        _decode_symbols(data, pack, request.options, keeper)
    except RefdecError as problem:
        failure, beyond_limits = problem.headline(), isinstance(problem, LimitExceeded)
    return View(_tree(data, request, _first_symbols(headers, keeper.arrays)), name_of(source), failure, beyond_limits)


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
    steps = PictureDecoder(opened.headers, opened.models, opened.transform, watch=watch)
    steps.symbols(opened.codestream, steps.hyper_side(steps.hyper_latents(opened.codestream)))
    watch.close()


def _first_symbols(headers: Headers, arrays: Mapping[str, IntArray]) -> dict[tuple[Marker, int], tuple[int, ...]]:
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


def write_page(
    source: Source,
    target: Target,
    request: ViewRequest = ViewRequest(),
    *,
    weights: WeightPack | Source | None = None,
    pictures: bool = True,
) -> View:
    """Write the HTML page of a file; it appears whole or not at all.

    `pictures` False leaves out everything that needs a decoder.  Where decoding fails, the page says why.
    """
    from refdec import __version__
    from refdec.formats.files import name_of, write_text
    from refdec.inspection.html import render_page
    from refdec.inspection.summary import info_of

    data, boxes = _page_source(source, request)
    tree, decoding, beyond_limits = _tree(data, request, {}), None, False
    findings = tree.findings
    if pictures:
        decoding, arrays, beyond_limits = _decode(tree, request, weights)
        if findings.headers is not None and arrays:
            tree = _tree(data, request, _first_symbols(findings.headers, arrays))
    info = None if findings.headers is None or not findings.whole else info_of(findings.codestream, findings.headers)
    tiles = None if boxes is None or boxes.file is None else _tile_facts(boxes.file, request)
    page = render_page(
        tree,
        name=_short(name_of(source)),
        version=__version__,
        info=info if tiles is None else tiles.whole(),
        tiles=tiles,
        decoding=decoding,
        file=None if boxes is None else _file_view(boxes, tree, request),
    )
    write_text(target, page)
    return View(tree, name_of(source), decoding.failure if decoding else "", beyond_limits, boxes)


def _tile_facts(file: HeifFile, request: ViewRequest) -> TileFacts | None:
    """Return what is known of all tiles where a picture is made of them and one can be read; else None."""
    from refdec.inspection.summary import read_info
    from refdec.inspection.tile_facts import TileFacts

    of = request.options
    try:
        return TileFacts.read(
            file,
            lambda data: read_info(
                data, limits=of.limits, lenient=of.lenient, any_level=of.any_level, edition=of.edition
            ),
        )
    except (CodestreamError, UnsupportedError):  # the tree says what is wrong
        return None


def _page_source(source: Source, request: ViewRequest) -> tuple[bytes, BoxTree | None]:
    """Return the codestream that a page is about, and the boxes around it where no frame is chosen."""
    from refdec.formats.files import read_bytes
    from refdec.formats.stream_files import stream_in

    limits = request.options.limits
    with concerning(source):
        if request.frame is not None:
            return _frame_of(source, request.options, request.frame)[0], None
        whole = read_bytes(source, limits=limits)
        found = stream_in(whole, limits=limits, first_tile=True)
        return found.codestream, None if found.file is None else box_tree(whole, limits)


def _file_view(boxes: BoxTree, shown: SyntaxTree, request: ViewRequest) -> FileView:
    """Return the view of a HEIF file: the tree of the picture's codestream, and those of the first others."""
    from refdec.inspection.file_view import MOST_CODESTREAMS, codestream_places, file_view

    trees = {}
    for (at, length), name in islice(codestream_places(boxes), MOST_CODESTREAMS):
        data = boxes.data[at : at + length]
        trees[at, length] = (
            name,
            shown if data == shown.data and at == boxes.codestream_at else _tree(data, request, {}),
        )
    return file_view(boxes, shown, trees)


def _short(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2] or name


def _decode(
    tree: SyntaxTree, request: ViewRequest, weights: WeightPack | Source | None
) -> tuple[Decoding, dict[str, IntArray], bool]:
    """Decode as far as it goes; return what the page shows, the arrays that were seen, whether limits ended it."""
    from refdec.api.weights import load_weights, require_weights
    from refdec.decoding.whole import decode_codestream
    from refdec.inspection.html import Decoding
    from refdec.inspection.maps import preview
    from refdec.parallel.clock import check_of
    from refdec.picture.render import render
    from refdec.trace.fingerprints import Fingerprints

    keeper, prints = _Keeper(), Fingerprints()

    def observe(stage: str, array: IntArray) -> None:
        keeper(stage, array)
        prints(stage, array)

    made, beyond_limits = Decoding(), False
    try:
        decoded = decode_codestream(
            tree.data,
            load_weights(weights),
            request.options,
            observe=observe,
            check_weights=None if request.options.ignore_weights_fingerprint else require_weights,
            check=check_of(request.options.limits),
        )
        picture = render(decoded.planes, decoded.headers.picture, colour="RGB")
        made = replace(made, preview=preview(picture.planes, picture.bit_depth), warnings=decoded.warnings)
    except RefdecError as problem:
        made = replace(made, failure=f"Decoding stops: {problem.headline()}")
        beyond_limits = isinstance(problem, LimitExceeded)
    maps = _maps(keeper.arrays, request.maps)
    return replace(made, maps=maps, fingerprints=dict(prints.sha256)), keeper.arrays, beyond_limits


def _maps(arrays: Mapping[str, Any], channels: Sequence[int] | None) -> list[ChannelMaps]:
    """Return the maps of what was decoded, luma first."""
    from refdec.inspection.maps import channel_maps, coded_map

    found: list[ChannelMaps] = []
    for name in ("Y", "UV"):
        for title, stage, signed, shift in (
            ("latent", "latent", True, Q18),
            ("scale index", "scale_index", False, 0),
            ("symbols", "symbols", True, 0),
            ("hyper latent", "z_hat", True, 0),
        ):
            array = arrays.get(f"{stage}.{name}")
            if array is None:
                continue
            wanted = None if channels is None else [channel for channel in channels if channel < len(array)]
            found.append(channel_maps(title, name, array, channels=wanted, signed=signed, shift=shift))
        if f"mask.{name}" in arrays:
            found.append(coded_map(name, arrays[f"mask.{name}"]))
    return found
