"""eICCI (5.7, 5.14.2): which of the networks that the weights hold improve which planes.

In: the planes after EFE linear.  Out: the parameters and the planes that they make; None where no network pays.  All
tiles have one selection, by the long list: then decoders that run SOP and BOP use the same networks (I-5, 5.7.3).
"""

from __future__ import annotations

from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.tools import Icci, IcciTile
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.decoding.models import Models
from refdec.encoding.enhancement.before import Look, Unfiltered
from refdec.encoding.enhancement.worth import Worth, squared_error
from refdec.limits import Check, unchecked
from refdec.picture.filters.eicci import eicci, model_kind
from refdec.picture.planes import Planes
from refdec.tables import eicci_models
from refdec.tiling.tiles import ICCI_NARROWEST, icci_tiles
from refdec.weights.names import checkpoint_name

__all__ = ["LARGEST_TILE", "choose_networks", "networks_there"]

NETWORKS = range(10)
LARGE, TILE_SIZE, TILE_OVERLAP = 1 << 22, 2048, 48
"""Above so many samples there are tiles, as the reference software has them."""
LARGEST_TILE = TILE_SIZE + ICCI_NARROWEST
HEAD_BITS, TILES_BITS, TILE_BITS, INDEX_BITS = 1, 13, 4, 4
ALL = (1, 1, 1)


@clause("5.7.3")
def networks_there(models: Models, transform: int) -> tuple[int, ...]:
    """(5.7.3) Return the long indices of the networks to try: those of the short lists that are held, else any."""
    held = [n for n in NETWORKS if checkpoint_name(model_kind(transform, n)) in models.pack]
    name = Synthesis(transform).name.lower()
    short = {n for part in ("y", "uv") for n in eicci_models()[f"short_list_{part}"][name][models.model_id]}
    return tuple(n for n in held if n in short) or tuple(held)


@clause("5.14.2", kind="inferred", reason="how an encoder chooses networks is its own affair")
def choose_networks(
    before: Unfiltered, look: Look, worth: Worth, *, check: Check = unchecked
) -> tuple[Icci, Planes] | None:
    """(5.14.2) Return eICCI and the planes of the whole picture after it, None where it does not pay.

    Only of 4:4:4, as writers do.
    """
    picture, models = before.picture, before.decoder.models
    there = networks_there(models, before.decoder.transform)
    if not there or (picture.s_ver, picture.s_hor) != (1, 1):
        return None
    whole = before.decoder.shown
    planes, target = look(whole), before.target(whole)

    def errors(found: Planes) -> tuple[int, int, int]:
        y, u, v = (squared_error(a, b) for a, b in zip(found.as_tuple(), target.as_tuple(), strict=True))
        return y, u, v

    def filtered(parameters: Icci) -> Planes:
        check()
        return eicci(planes, picture, parameters, before.decoder.transform, models.eicci)

    plain = errors(planes)
    tried = {n: errors(filtered(_parameters(picture, ALL, (n, n)))) for n in there}
    luma = min(there, key=lambda n: tried[n][0])
    chroma = min(there, key=lambda n: worth.error((0, *tried[n][1:])))
    made = tried[luma][0], *tried[chroma][1:]
    use = tuple(int(worth.cost(after, INDEX_BITS) < error) for after, error in zip(made, plain, strict=True))
    if not any(use):
        return None
    parameters = _parameters(picture, (use[0], use[1], use[2]), (luma if use[0] else 0, chroma if any(use[1:]) else 0))
    final = filtered(parameters)
    bits = HEAD_BITS + (TILES_BITS if parameters.tile_size else 0)
    bits += len(parameters.tiles) * (TILE_BITS + INDEX_BITS * (use[0] + int(any(use[1:]))))
    saves = worth.cost(worth.error(errors(final)), bits) < worth.error(plain)
    return (parameters, final) if saves else None


@clause("5.7.4")
def _parameters(picture: PictureHeader, use: tuple[int, int, int], index: tuple[int, int]) -> Icci:
    """(5.7.4) Return eICCI with one selection for all tiles."""
    size = picture.img_height, picture.img_width
    tile = IcciTile(use, 0, index)
    if size[0] * size[1] <= LARGE or min(size) <= TILE_OVERLAP:
        return Icci(0, 0, (tile,))
    return Icci(TILE_SIZE, TILE_OVERLAP, (tile,) * len(icci_tiles(*size, TILE_SIZE, TILE_OVERLAP)))
