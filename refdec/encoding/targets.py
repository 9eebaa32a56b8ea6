"""From a source picture to target latents (6.7, 5.14.1, 4.6, 4.10.6): the encoder's networks, window by window.

In: a source and a header draft that says the coded size and format.  Out: y and z_hat of both components.  Nothing but
y has the size of the picture.  Windows are cut with the halo of the network, so they give the integers of the whole, or
of the whole analysis tile, whatever their size and order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from refdec.arithmetic.types import Int8Array, Int32Array
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.decoding.errors import AnalysisMissing
from refdec.decoding.models import Models
from refdec.encoding.encoderinput import EncoderInput, coded_window
from refdec.encoding.values import Targets
from refdec.limits import Check, unchecked
from refdec.picture.planes import coded_rect
from refdec.picture.source import secondary_input
from refdec.tiling.analysis import AnalysisTile, analysis_tiles, usual_analysis_tiling
from refdec.tiling.bands import even_windows
from refdec.tiling.geometry import Rect
from refdec.weights.names import checkpoint_name

if TYPE_CHECKING:
    from refdec.networks.analysis import Analysis
    from refdec.networks.hyperencoder import HyperEncoder

__all__ = ["NETWORKS", "analyse", "analyses_of", "choose_analysis", "hyper_latent", "hyper_latents"]

LATENT_SAMPLES = 16
WINDOW = (64, 128)
"""Latent positions of a window of the light networks, rows and columns: 2 million samples, 0.2 GB of feature maps."""
REFERENCE_WINDOW = (32, 64)
"""The same of BOP's: half a million samples, as much memory.  HOP's take a tile as a whole: its attention spans it."""
HYPER_WINDOW = (32, 32)
"""Positions of z of a window of the hyper encoder."""
REASON = "an encoder is free to cut a tile; the integers stay those of the whole"


NETWORKS = {
    "light": ("analysis/Y", "analysis/UV"),
    "bop": ("VM_bop/encoder_Y", "VM_bop/encoder_UV"),
    "hop": ("VM_hop/encoder_Y", "VM_hop/encoder_UV"),
}
"""The analysis networks that a pack may hold, by the names that they are asked for with."""


@clause("4.6", kind="added", reason="a pack holds the light analysis networks, or those of the reference, or none")
def analyses_of(models: Models) -> tuple[str, ...]:
    """(4.6) Return the analysis networks that the pack has for the model, of "light", "bop" and "hop"."""
    return tuple(name for name, kinds in NETWORKS.items() if all(_has(models, kind) for kind in kinds))


@clause("4.6")
def choose_analysis(models: Models, transform: int, wanted: str | None = None) -> str:
    """(4.6) Return which analysis networks run: the wanted ones, else those that suit best what the pack has.

    The light networks come first where they are there.  Of the reference software's the SOP and BOP profiles use BOP's;
    HOP's are for streams whose first listed `transform` is HOP.  Raises AnalysisMissing where the wanted ones, or all,
    are not there.
    """
    there = analyses_of(models)
    usual = ("light", "hop", "bop") if transform == Synthesis.HOP else ("light", "bop", "hop")
    able = [name for name in (usual if wanted is None else (wanted,)) if name in there]
    if not able:
        names = [str(checkpoint_name(kind, models.model_id)) for kind in NETWORKS.get(wanted or "bop", ())]
        raise AnalysisMissing(models.model_id, wanted or "", tuple(names), there)
    return able[0]


def _has(models: Models, kind: str) -> bool:
    return checkpoint_name(kind, models.model_id) in models.pack


@lru_cache(maxsize=4)
def _analysis(models: Models, component: int, networks: str) -> Analysis:
    from refdec.networks.analysis import load_analysis

    return load_analysis(models.checkpoint(NETWORKS[networks][component]))


@lru_cache(maxsize=4)
def _hyper_encoder(models: Models, component: int) -> HyperEncoder:
    from refdec.networks.hyperencoder import HyperEncoder

    return HyperEncoder.of(models.common(component))


@clause("4.6")
def analyse(
    source: EncoderInput,
    picture: PictureHeader,
    models: Models,
    *,
    networks: str | None = None,
    check: Check = unchecked,
) -> Targets:
    """(4.6) Return y of both components, and z_hat where it is not simply the hyper encoder's of y.

    `networks`: see choose_analysis.  `check()` is called before each window.  Raises AnalysisMissing.
    """
    chosen = choose_analysis(models, picture.synthesis_transforms[0], networks)
    if chosen == "light":
        return Targets((_light(source, picture, models, 0, check), _light(source, picture, models, 1, check)), None)
    pairs = [_reference(source, picture, models, chosen, c, check) for c in (0, 1)]
    return Targets((pairs[0][0], pairs[1][0]), (pairs[0][1], pairs[1][1]))


@clause("4.6.1")
def hyper_latents(
    y: tuple[Int32Array, Int32Array], models: Models, *, check: Check = unchecked
) -> tuple[Int8Array, Int8Array]:
    """(4.6.1) Return z_hat int8 of luma and chroma."""
    luma, chroma = (hyper_latent(plane, models, c, check=check) for c, plane in enumerate(y))
    return luma, chroma


@clause("4.6.1", kind="added", reason=REASON)
def hyper_latent(y: Int32Array, models: Models, component: int, *, check: Check = unchecked) -> Int8Array:
    """(4.6.1, 6.6) Return z_hat int8 [C, cd(h,4), cd(w,4)] of y [C, h, w] of a component."""
    network = _hyper_encoder(models, component)
    channels, height, width = y.shape
    frame = Rect(0, 0, -(-width // 4), -(-height // 4))
    z_hat = np.empty((channels, *frame.size_hw), np.int8)
    for window in even_windows(frame, HYPER_WINDOW, 1):
        check()
        reach = _reach(window, network.halo, frame)
        made = network(y[:, 4 * reach.y : 4 * reach.bottom, 4 * reach.x : 4 * reach.right])
        inside = window.seen_from(reach)
        z_hat[:, window.rows, window.columns] = made[:, inside.rows, inside.columns]
    return z_hat


def _reach(window: Rect, halo: tuple[int, int], frame: Rect) -> Rect:
    """Return a window grown by a halo (before, after), at most to the frame."""
    before, after = halo
    grown = Rect.between(window.x - before, window.y - before, window.right + after, window.bottom + after)
    return grown.intersection(frame)


PlaneWindow = Callable[[Rect], Int32Array]
"""Returns the network's input planes [n, h, w] of a window in component samples."""


@clause("6.6", kind="added", reason=REASON)
def _by_windows(
    network: Analysis,
    planes: PlaneWindow,
    samples: Rect,
    unit: int,
    most_hw: tuple[int, int],
    out: Int32Array,
    check: Check,
) -> None:
    """(6.6) Write the latent of a rectangle of component samples, `unit` samples a position, into out [C, h, w]."""
    frame = Rect(0, 0, -(-samples.w // unit), -(-samples.h // unit))
    windows = [frame] if network.halo is None else even_windows(frame, most_hw, 1)
    for window in windows:
        check()
        reach = frame if network.halo is None else _reach(window, network.halo, frame)
        seen = Rect(samples.x + unit * reach.x, samples.y + unit * reach.y, unit * reach.w, unit * reach.h)
        made = network(planes(seen.intersection(samples)))
        inside = window.seen_from(reach)
        out[:, window.rows, window.columns] = made[:, inside.rows, inside.columns]


@clause("4.6", kind="added", reason="the light networks of this project's own weights know no tiles")
def _light(source: EncoderInput, picture: PictureHeader, models: Models, component: int, check: Check) -> Int32Array:
    """Return y of a component by the light networks; subsampled chroma is repeated to full resolution."""

    def planes(window: Rect) -> Int32Array:
        made = coded_window(source, picture, window)
        if component == 0:
            return made.y[None]
        full = [
            np.repeat(np.repeat(plane, picture.c_ver, axis=0), picture.c_hor, axis=1)[: window.h, : window.w]
            for plane in (made.u, made.v)
        ]
        return np.stack([made.y, *full])

    y = np.empty((COMPONENT_CHANNELS[component], picture.lat_h, picture.lat_w), np.int32)
    _by_windows(_analysis(models, component, "light"), planes, coded_rect(picture), LATENT_SAMPLES, WINDOW, y, check)
    return y


@clause("4.10.6")
def _reference(
    source: EncoderInput, picture: PictureHeader, models: Models, networks: str, component: int, check: Check
) -> tuple[Int32Array, Int8Array]:
    """(4.10.6) Return y and z_hat of a component by the networks of BOP or HOP, tile by tile."""
    channels = COMPONENT_CHANNELS[component]
    y = np.zeros((channels, picture.lat_h, picture.lat_w), np.int32)
    z_hat = np.zeros((channels, picture.z_h, picture.z_w), np.int8)
    for tile in analysis_tiles(picture, component, usual_analysis_tiling(picture, component)):
        y_made = _tile_latent(source, picture, _analysis(models, component, networks), component, tile, check)
        z_made = hyper_latent(y_made, models, component, check=check)
        y[:, tile.y.at.rows, tile.y.at.columns] = y_made[:, tile.y.keep.rows, tile.y.keep.columns]
        z_hat[:, tile.z.at.rows, tile.z.at.columns] = z_made[:, tile.z.keep.rows, tile.z.keep.columns]
    return y, z_hat


@clause("4.6.2")
def _tile_latent(
    source: EncoderInput, picture: PictureHeader, network: Analysis, component: int, tile: AnalysisTile, check: Check
) -> Int32Array:
    """(4.6.2) Return y of one analysis tile, whose samples are those of luma or half as many each way."""
    coded = coded_rect(picture)

    def planes(window: Rect) -> Int32Array:
        if component == 0:
            return coded_window(source, picture, window).y[None]
        doubled = Rect(2 * window.x, 2 * window.y, 2 * window.w, 2 * window.h).intersection(coded)
        return secondary_input(coded_window(source, picture, doubled), (picture.c_ver, picture.c_hor))

    y = np.empty((COMPONENT_CHANNELS[component], *tile.y.made.size_hw), np.int32)
    unit = LATENT_SAMPLES >> component
    _by_windows(network, planes, tile.rect, unit, REFERENCE_WINDOW, y, check)
    return y
