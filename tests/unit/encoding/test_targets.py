"""Analysis in windows (4.6, 4.10.6) against the networks on whole planes and whole tiles."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from refdec.bitstream.transforms import Synthesis
from refdec.decoding.errors import AnalysisMissing
from refdec.decoding.models import Models, models_of
from refdec.encoding import targets
from refdec.encoding.draft import EncodeSettings, draft_header
from refdec.encoding.encoder import targets_of
from refdec.encoding.encoderinput import EncoderInput, coded_window
from refdec.limits import TimeIsUp
from refdec.networks.analysis import load_analysis
from refdec.networks.hyperencoder import HyperEncoder
from refdec.picture.source import secondary_input
from refdec.tiling.analysis import Tiling, analysis_tiles
from refdec.tiling.geometry import Rect
from refdec.weights.seeded import seeded_pack
from tests.encodable import bundled, source

Arrays = tuple[np.ndarray, np.ndarray]
SIZES = ((64, 64), (161, 333), (5, 250))
FORMATS = ((1, 1), (1, 2), (2, 2))


@cache
def reference_models() -> Models:
    return models_of(seeded_pack(1), 0)


def inputs(given: EncoderInput, settings: EncodeSettings, component: int, light: bool) -> np.ndarray:
    """The planes that a network of a component takes, of the whole picture."""
    picture = draft_header(given, settings, 1)
    planes = coded_window(given, picture, Rect(0, 0, picture.img_width, picture.img_height))
    if component == 0:
        return planes.y[None]
    if not light:
        return secondary_input(planes, (picture.c_ver, picture.c_hor))
    h, w = planes.y.shape
    full = [p.repeat(picture.c_ver, axis=0).repeat(picture.c_hor, axis=1)[:h, :w] for p in (planes.u, planes.v)]
    return np.stack([planes.y, *full])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("coded", FORMATS)
def test_light_windows_of_any_size_give_the_latents_of_the_whole(
    size: tuple[int, int], coded: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, settings, models = source(*size), EncodeSettings(coded_format=coded), models_of(bundled(), 1)
    monkeypatch.setattr(targets, "WINDOW", (3, 5))
    monkeypatch.setattr(targets, "HYPER_WINDOW", (3, 2))
    made = targets_of(given, settings, models)
    assert made.z_hat is None  # the hyper encoder's, made once, when the latents are to be coded
    z_hat = targets.hyper_latents(made.y, models)
    for c, kind in enumerate(targets.NETWORKS["light"]):
        y = load_analysis(models.checkpoint(kind))(inputs(given, settings, c, light=True))
        assert np.array_equal(made.y[c], y)
        assert np.array_equal(z_hat[c], HyperEncoder.of(models.common(c))(y))


@pytest.mark.parametrize("networks", ["bop", "hop"])
@pytest.mark.parametrize("tiled", [False, True])
@pytest.mark.parametrize("coded", FORMATS)
def test_reference_windows_give_the_latents_of_whole_tiles(
    networks: str, tiled: bool, coded: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, settings, models = source(130, 211), EncodeSettings(coded_format=coded), reference_models()
    picture = draft_header(given, settings, 0)

    def tiling(_: object, component: int) -> Tiling:
        return Tiling(128 >> component, 64 >> component) if tiled else Tiling(0, 0)

    monkeypatch.setattr(targets, "usual_analysis_tiling", tiling)
    monkeypatch.setattr(targets, "REFERENCE_WINDOW", (3, 4))
    made = targets_of(given, settings, models, networks=networks)
    assert made.z_hat is not None
    for c, kind in enumerate(targets.NETWORKS[networks]):
        planes, network = inputs(given, settings, c, light=False), load_analysis(models.checkpoint(kind))
        hyper = HyperEncoder.of(models.common(c))
        y, z = np.zeros_like(made.y[c]), np.zeros_like(made.z_hat[c])
        for tile in analysis_tiles(picture, c, tiling(picture, c)):
            part = network(np.ascontiguousarray(planes[:, tile.rect.rows, tile.rect.columns]))
            y[:, tile.y.at.rows, tile.y.at.columns] = part[:, tile.y.keep.rows, tile.y.keep.columns]
            z[:, tile.z.at.rows, tile.z.at.columns] = hyper(part)[:, tile.z.keep.rows, tile.z.keep.columns]
        assert np.array_equal(made.y[c], y) and np.array_equal(made.z_hat[c], z)


def test_the_halo_is_no_larger_than_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """One position less on either side changes a latent: so the test above would see a halo that is too small."""
    given, models = source(161, 333), models_of(bundled(), 1)
    whole = targets_of(given, EncodeSettings(), models).y
    monkeypatch.setattr(targets, "WINDOW", (3, 5))
    for before, after in ((1, 0), (0, 1)):

        def less(window: Rect, halo: tuple[int, int], frame: Rect, b: int = before, a: int = after) -> Rect:
            first, last = halo[0] - b, halo[1] - a
            grown = Rect.between(window.x - first, window.y - first, window.right + last, window.bottom + last)
            return grown.intersection(frame)

        monkeypatch.setattr(targets, "_reach", less)
        cut = targets_of(given, EncodeSettings(), models).y
        assert all(not np.array_equal(a, b) for a, b in zip(whole, cut, strict=True))


def test_attention_sees_a_whole_tile() -> None:
    pack = reference_models().pack
    assert load_analysis(pack.checkpoint("VM_hop/encoder_Y", 0)).halo is None
    assert load_analysis(pack.checkpoint("VM_bop/encoder_Y", 0)).halo == (2, 1)


def test_tiles_change_what_attention_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Far from every seam a latent of HOP depends on the tiles of 4.10.6, one of BOP does not."""
    given, models, far = source(130, 211), reference_models(), (slice(None), 0, 0)
    for networks, same in (("bop", True), ("hop", False)):
        whole = targets_of(given, EncodeSettings(), models, networks=networks).y
        with monkeypatch.context() as patched:
            patched.setattr(targets, "usual_analysis_tiling", lambda _, c: Tiling(128 >> c, 64 >> c))
            cut = targets_of(given, EncodeSettings(), models, networks=networks).y
        assert [np.array_equal(a[far], b[far]) for a, b in zip(whole, cut, strict=True)] == [same, same]


def test_which_networks_analyse() -> None:
    bop, sop, hop = Synthesis.BOP, Synthesis.SOP, Synthesis.HOP
    reference = reference_models()
    assert targets.analyses_of(reference) == ("bop", "hop")
    assert [targets.choose_analysis(reference, t) for t in (sop, bop, hop)] == ["bop", "bop", "hop"]
    assert targets.choose_analysis(reference, bop, "hop") == "hop"
    assert targets.choose_analysis(reference, hop, "bop") == "bop"
    with pytest.raises(
        AnalysisMissing, match=r"'light' of model 0 \(analysis/Y_0.002, analysis/UV_0.002\).*: bop, hop"
    ):
        targets.choose_analysis(reference, bop, "light")
    ours = models_of(bundled(), 1)
    assert [targets.choose_analysis(ours, t) for t in (bop, hop)] == ["light", "light"]
    with pytest.raises(AnalysisMissing, match=r"VM_hop/encoder_Y_0\.012"):
        targets.choose_analysis(ours, hop, "hop")
    alone = models_of(seeded_pack(1, [f"VM_hop/encoder_{c}_0.012" for c in ("Y", "UV")]), 1)
    assert [targets.choose_analysis(alone, t) for t in (bop, hop)] == ["hop", "hop"]
    with pytest.raises(AnalysisMissing, match="no analysis networks of model 2"):
        targets.choose_analysis(models_of(seeded_pack(1, []), 2), bop)


def test_a_check_ends_the_analysis() -> None:
    def up() -> None:
        raise TimeIsUp(3)

    with pytest.raises(TimeIsUp):
        targets_of(source(64, 64), EncodeSettings(), models_of(bundled(), 1), check=up)
