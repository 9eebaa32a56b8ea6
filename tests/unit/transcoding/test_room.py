"""The memory that a transcode is said to need is an upper bound of what it takes, and not far from it."""

from __future__ import annotations

import pytest

import refdec
from refdec.decoding.opening import open_codestream
from refdec.limits import Limits, TooMuchMemory, TooMuchMemoryToTranscode
from refdec.transcoding import room
from refdec.transcoding.packaging import Packaging, packaged
from refdec.transcoding.recoding import latent_targets, recoded, requantised
from refdec.transcoding.streamsymbols import decoded_symbols
from tests.encodable import bundled, photograph
from tests.memory import peak_of

NEAR = 3


@pytest.mark.parametrize("size", [(64, 64), (512, 768)])
def test_transcoding_stays_below_its_estimates(size: tuple[int, int]) -> None:
    data = refdec.encode(photograph(*size), check=False)
    opened = open_codestream(data, bundled())
    picture = opened.headers.picture
    headers = packaged(opened.headers, Packaging(threads=4))
    needed = room.recoding_bytes(picture, len(data))
    peak = peak_of(lambda: recoded(opened, headers, decoded_symbols(opened)))
    assert peak <= needed <= NEAR * peak + room.FIXED_BYTES

    def coarser() -> object:
        return requantised(latent_targets(opened, opened.headers, decoded_symbols(opened)), (-300, 0))

    needed, peak = room.requantising_bytes(picture, len(data)), peak_of(coarser)
    assert peak <= needed <= NEAR * peak + 3 * room.FIXED_BYTES


def test_memory_is_refused_before_it_is_taken() -> None:
    data = refdec.encode(photograph(64, 64), check=False)
    with pytest.raises(TooMuchMemoryToTranscode) as caught:
        refdec.transcode(data, displacement=-300, limits=Limits(memory_bytes=1 << 20))
    assert "--limit-memory" in caught.value.explain()
    assert isinstance(caught.value, TooMuchMemory)
