"""What was put into a codestream is what a decoder finds in it, and that is enough to know the picture (3.2)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.bitstream.headers import Edition
from refdec.decoding.opening import open_codestream
from refdec.encoding.content import Content, content_of, read_content, symbols_sum
from refdec.encoding.draft import EncodeSettings
from refdec.encoding.encoder import Coded, with_parts, written
from refdec.encoding.outcome import latents_of, scales_of, symbols_of
from refdec.encoding.values import KeptSymbols
from refdec.latent.quantise import prediction_error, quantise_residual
from refdec.latent.sigma import scaler_q10
from refdec.limits import TimeIsUp
from tests.encodable import bundled, encode_picture, source

QUALITY = np.tile(np.array([-8, -3, 0, 6, 8, 2, -1, 4], np.int32), (17, 5))[:17, :34]
SIZE = (270, 530)
SETTINGS = {
    "plain": EncodeSettings(),
    "dependent": EncodeSettings(regions=(2, 2)),
    "independent": EncodeSettings(regions=(2, 2), independent_regions=True),
    "tools": EncodeSettings(quality_map=QUALITY, rvs=True, grfs=True, lsbs=True, cubes=True, threads_z=2, threads_r=4),
    "few_channels_draft": EncodeSettings(coded_format=(2, 2), num_chs=(50, 20), edition=Edition.DRAFT),
}


def made(name: str) -> Coded:
    return encode_picture(source(*SIZE), SETTINGS[name], bundled(), 1, (-200, 100))


def found(data: bytes) -> Content:
    return read_content(open_codestream(data, bundled()))


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_decoder_finds_what_was_put_in(name: str) -> None:
    one = written(made(name))
    assert found(one.data) == one.content
    assert one.content.differs_in(found(one.data)) == ""


def test_every_part_is_compared() -> None:
    coded = made("plain")
    whole = written(coded).content
    luma, chroma = coded.parts
    changed = symbols_of(coded, 0).copy()
    changed[3, 2, 1] += 1
    other_luma = with_parts(coded.prepared, (-200, 100), (replace(luma, symbols=KeptSymbols(changed)), chroma))
    assert whole.differs_in(written(other_luma).content) == "symbols of luma"
    fewer = symbols_of(coded, 1).copy()
    fewer[0, 0, 0] -= 1
    other_chroma = with_parts(coded.prepared, (-200, 100), (luma, replace(chroma, symbols=KeptSymbols(fewer))))
    assert whole.differs_in(written(other_chroma).content) == "symbols of chroma"
    assert whole.differs_in(written(with_parts(coded.prepared, (-200, 101), coded.parts)).content) == "headers"
    latents = coded.prepared.hyper.latents
    z_luma, z_chroma = (part.copy() for part in latents.z_hat)
    z_chroma[-1, -1, -1] ^= 1
    other_z = replace(latents, z_hat=(z_luma, z_chroma))
    assert whole.differs_in(content_of(coded.headers, other_z, whole.symbols)) == "hyper latents"
    mapped = replace(latents, quality_map=np.zeros((17, 34), np.int32))
    assert whole.differs_in(content_of(coded.headers, mapped, whole.symbols)) == "hyper latents"


def test_the_sum_of_symbols_follows_their_order() -> None:
    first, second = np.arange(4, dtype=np.int16).reshape(1, 2, 2), np.arange(4, 8, dtype=np.int16).reshape(1, 2, 2)
    assert symbols_sum([first, second]) != symbols_sum([second, first])


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_what_the_encoder_predicted_is_what_a_decoder_predicts(name: str) -> None:
    """Quantising what is left of the targets beside the decoder's own prediction gives the symbols again.

    So nothing drifts, and a check may end at the symbols.  Beside the seams of dependent regions the two may be a step
    apart (4.10.4): a region is predicted from the symbols of others before those were coded for the last time.
    """
    coded = made(name)
    prepared, picture = coded.prepared, coded.headers.picture
    for c, latent in enumerate(latents_of(coded)):
        mean = latent.before_lsbs - latent.residual
        skip = scales_of(coded, c)[1]
        maps = coded.hyper.sigma(c, coded.frame).maps
        again = quantise_residual(
            prediction_error(prepared.y[c], mean, picture.num_chs_coded[c]),
            skip,
            maps.likely,
            maps.variance,
            scaler_q10(prepared.models.gain(c), picture.beta_log[c]),
            prepared.hyper.latents.quality_steps,
        )
        apart = (again != symbols_of(coded, c)).any(axis=0)
        if name == "dependent":
            assert apart.mean() < 0.03
            apart[8:24] = apart[:, 8:24] = False  # the seams are at 16
        assert not apart.any()


def test_a_check_ends_the_reading() -> None:
    def up() -> None:
        raise TimeIsUp(3)

    with pytest.raises(TimeIsUp):
        read_content(open_codestream(written(made("plain")).data, bundled()), check=up)
