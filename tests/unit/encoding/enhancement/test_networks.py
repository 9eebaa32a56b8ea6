"""eICCI of an encoder (5.7, 5.14.2): the network that improves a plane is found, among those that the weights hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from refdec.bitstream.tools import Icci, IcciTile, ToolsHeader
from refdec.decoding.models import Models, models_of
from refdec.encoding.enhancement import networks
from refdec.encoding.enhancement.networks import choose_networks, networks_there
from refdec.picture.filters.eicci import eicci
from refdec.weights.seeded import seeded_pack
from tests.encodable import bundled
from tests.unit.encoding.enhancement.support import CHEAP, after, before, errors, waves

KINDS = {n: f"eICCI/bop_{name}" for n, name in ((3, "mse075"), (6, "mss025"), (1, "mse025"), (2, "mse050"))}
"""Those of the short lists of model 1 and BOP."""


@cache
def models(*indices: int) -> Models:
    """Model 1 with some networks of eICCI, drawn from the recipe of stand-ins."""
    names = [
        name
        for name in seeded_pack(1).names()
        if name.endswith(tuple(f"{KINDS[n].split('/')[1]}_300k" for n in indices))
    ]
    assert len(names) == len(indices)
    return models_of(seeded_pack(1, names), 1)


def test_networks_of_the_short_lists_come_first() -> None:
    assert networks_there(models_of(bundled(), 1), 1) == ()
    assert networks_there(models_of(seeded_pack(1), 1), 1) == (1, 2, 3, 6)
    assert networks_there(models_of(seeded_pack(1), 1), 0) == (0, 1, 2, 6)
    assert networks_there(models(3), 1) == (3,)


def test_without_networks_there_is_nothing_to_choose() -> None:
    target = waves(64, 96)
    given = before(waves(64, 96, seed=2), target)
    assert choose_networks(given, given.window, CHEAP) is None


def test_the_networks_that_were_missing_are_found() -> None:
    """The source is what two networks make of the decoded picture: luma one of them, chroma the other."""
    decoded = waves(64, 96)
    known = Icci(0, 0, (IcciTile((1, 1, 1), 0, (3, 1)),))
    held = models(1, 3)
    given = before(decoded, decoded, models=held)
    target = eicci(decoded, given.picture, known, 1, held.eicci)
    given = before(decoded, target, models=held)
    found = choose_networks(given, given.window, CHEAP)
    assert found is not None
    assert found[0] == known
    made = after(given, ToolsHeader(icci=found[0]))
    assert sum(errors(given, made)) < sum(errors(given, decoded)) // 1000


def test_planes_that_a_network_spoils_keep_their_samples() -> None:
    decoded = waves(64, 96)
    held = models(3)
    given = before(decoded, decoded, models=held)
    made = eicci(decoded, given.picture, Icci(0, 0, (IcciTile((1, 1, 1), 0, (3, 3)),)), 1, held.eicci)
    given = before(decoded, replace(decoded, v=made.v), models=held)
    found = choose_networks(given, given.window, CHEAP)
    assert found is not None
    assert found[0].tiles == (IcciTile((0, 0, 1), 0, (0, 3)),)
    assert choose_networks(given, given.window, replace(CHEAP, room=5)) is None


def test_large_pictures_have_tiles() -> None:
    picture = before(waves(64, 96), waves(64, 96)).picture
    large = replace(picture, img_width_minus64=4096 - 64, img_height_minus64=2048 - 64)
    assert networks._parameters(large, (1, 0, 0), (3, 0)).tile_size == 2048
    assert networks._parameters(picture, (1, 0, 0), (3, 0)).tile_size == 0


def test_subsampled_pictures_have_none() -> None:
    target = waves(64, 96, "420")
    given = before(waves(64, 96, "420", seed=2), target, "420", models=models(3))
    assert choose_networks(given, given.window, CHEAP) is None
