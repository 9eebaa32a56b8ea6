"""The HTML page of a codestream file, with everything that a decoder sees: tree, maps, fingerprints, the picture.

In: a source and a `ViewRequest`.  Out: a page in a file.  Where decoding stops, the page says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from refdec.api.concerning import concerning
from refdec.api.view import AS_IT_COMES, Keeper, View, ViewRequest, first_symbols, frame_of, tree_of
from refdec.errors import CodestreamError, LimitExceeded, RefdecError, UnsupportedError
from refdec.inspection.box_tree import BoxTree, box_tree

if TYPE_CHECKING:
    from refdec.arithmetic.types import IntArray
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.heif.heiffile import HeifFile
    from refdec.inspection.file_view import FileView
    from refdec.inspection.html import Decoding
    from refdec.inspection.maps import ChannelMaps
    from refdec.inspection.tile_facts import TileFacts
    from refdec.inspection.tree import SyntaxTree
    from refdec.weights.pack import WeightPack

__all__ = ["write_page"]

Q18 = 18


def write_page(
    source: Source,
    target: Target,
    request: ViewRequest = AS_IT_COMES,
    *,
    weights: WeightPack | Source | None = None,
    pictures: bool = True,
) -> View:
    """Write the HTML page of a file; it appears whole or not at all.

    `pictures` False leaves out everything that needs a decoder.  Where decoding fails, the page says why.  Raises
    ChannelMissing for maps of a channel that no component has.
    """
    from refdec import __version__
    from refdec.formats.files import name_of, write_text
    from refdec.inspection.html import render_page
    from refdec.inspection.summary import info_of

    _require_channels(request.maps or ())
    data, boxes = _page_source(source, request)
    tree, decoding, beyond_limits = tree_of(data, request, {}), None, False
    findings = tree.findings
    if pictures:
        decoding, arrays, beyond_limits = _decode(tree, request, weights)
        if findings.headers is not None and arrays:
            tree = tree_of(data, request, first_symbols(findings.headers, arrays))
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


def _require_channels(channels: Sequence[int]) -> None:
    """Raise ChannelMissing for a channel that no component has; luma has most."""
    from refdec.bitstream.picture_header import COMPONENT_CHANNELS
    from refdec.inspection.errors import ChannelMissing

    most = max(COMPONENT_CHANNELS)
    for channel in channels:
        if not 0 <= channel < most:
            raise ChannelMissing(channel, most)


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
            return frame_of(source, request.options, request.frame)[0], None
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
            shown if data == shown.data and at == boxes.codestream_at else tree_of(data, request, {}),
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

    keeper, prints = Keeper(), Fingerprints()

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
