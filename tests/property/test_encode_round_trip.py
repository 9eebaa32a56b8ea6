"""Whatever picture and options: the codestream is legal, and decodes to what the encoder expects, bit for bit."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refdec.bitstream.edition_errors import DraftHeader
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Edition, read_headers, write_headers
from refdec.decoding.whole import decode_codestream
from refdec.encoding.draft import EncodeSettings
from refdec.encoding.encoderinput import EncoderInput, input_from_codes
from tests.encodable import bundled, coded_and_made, photograph
from tests.property.strategies import EDITIONS, most_regions

THREADS = st.sampled_from([1, 2, 4, 8, 16])
SIDES = st.tuples(st.integers(64, 300), st.integers(64, 300)) | st.tuples(st.integers(257, 300), st.integers(513, 560))
"""Heights and widths; the second kind has several regions by the published standard too."""


@st.composite
def pictures(draw: st.DrawFn) -> EncoderInput:
    """RGB or YUV pictures of 8 or 10 bits."""
    (height, width), bits = draw(SIDES), draw(st.sampled_from([8, 10]))
    array = photograph(height, width, bits=bits, seed=draw(st.integers(0, 3)))
    ver, hor = draw(st.sampled_from([(1, 1), (1, 2), (2, 2)]))
    if draw(st.booleans()):
        return input_from_codes([array[..., k] for k in range(3)], bits, rgb=True)
    codes = [array[..., 0], array[::ver, ::hor, 1], array[::ver, ::hor, 2]]
    return input_from_codes(codes, bits, rgb=False, subsampling=(ver, hor))


@st.composite
def options(draw: st.DrawFn, source: EncoderInput) -> EncodeSettings:
    """Settings that are legal for a picture."""
    height, width = source.size
    edition = draw(EDITIONS)
    most = most_regions(height, width, edition)
    regions = (draw(st.integers(1, most[0])), draw(st.integers(1, most[1])))
    latent = (-(-height // 16), -(-width // 16))
    quality = None
    if draw(st.booleans()):
        rng = np.random.default_rng(draw(st.integers(0, 99)))
        quality = rng.integers(-8, 9, latent).astype(np.int32)
    formats = [(2, 2), (1, 2), (1, 1)] if source.output == (1, 1) else [source.output]
    transforms = draw(st.sampled_from([None, (0,), (1,), (0, 1)]))
    return EncodeSettings(
        edition=edition,
        synthesis_transforms=transforms,
        # 1.12: the draft's simple profile with SOP, BOP is read as published
        decoder_profile_id=1 if transforms == (0, 1) and edition is Edition.DRAFT else None,
        coded_format=draw(st.sampled_from([None, *formats])),
        regions=regions,
        independent_regions=regions != (1, 1) and draw(st.booleans()),
        threads_z=draw(THREADS),
        threads_r=(draw(THREADS), draw(THREADS)),
        threads_q=draw(THREADS),
        quality_map=quality,
        rvs=draw(st.booleans()),
        grfs=draw(st.booleans()),
        lsbs=draw(st.booleans()),
        cubes=draw(st.booleans()),
        bit_depth=draw(st.sampled_from([None, 8, 10])),
        tile_size=draw(st.sampled_from([None, 0])),
    )


@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_encoder_and_decoder_agree(data: st.DataObject) -> None:
    source = data.draw(pictures())
    chosen = data.draw(options(source))
    beta = data.draw(st.tuples(st.integers(-1400, 900), st.integers(-1400, 900)))
    stream, expected = coded_and_made(source, chosen, beta)
    made = decode_codestream(stream, bundled())
    assert all(np.array_equal(a, b) for a, b in zip(expected, made.planes, strict=True))
    parsed = read_codestream(stream)
    headers = read_headers(parsed)
    assert headers.picture.beta_log == beta
    assert headers.edition is chosen.edition
    assert all(isinstance(warning, DraftHeader) for warning in headers.warnings)
    for marker, payload in write_headers(headers).items():
        part = parsed.only(marker)
        assert part is not None and bytes(part.payload) == payload
