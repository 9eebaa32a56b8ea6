"""Whether a picture that is coded was decoded before: then its latents are found again, where that can be (6.7).

In: a first coding, and what the core analysed last.  Out: the better coding, None where there is nothing to find.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from refdec.arithmetic.types import Int32Array
from refdec.encoding.again import coded_again, decoded_before
from refdec.encoding.encoder import Coded
from refdec.encoding.room import again_bytes
from refdec.limits import Check, Limits, TooMuchMemoryToEncode

__all__ = ["Analysed", "again_if_decoded"]

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """What was analysed last: luma's latent, by which it is known again, and the networks that it is of."""

    luma: Int32Array
    networks: str


def again_if_decoded(coded: Coded, analysed: Analysed | None, limits: Limits, check: Check) -> Coded | None:
    """Return the latents that a decoded picture was made of, coded; None for any other picture.

    None, too, for latents that the core did not analyse, for gray pictures, and where the codestream has another depth:
    what is decoded is then not what was given.  Raises TooMuchMemoryToEncode.
    """
    source = coded.prepared.source
    if analysed is None or coded.prepared.y[0] is not analysed.luma or source.gray_components is not None:
        return None
    if source.bits != coded.headers.picture.bit_depth or not decoded_before(coded):
        return None
    codes, cubes = sum(plane.nbytes for plane in source.components), coded.prepared.settings.cubes
    needed = again_bytes(coded.headers.picture, codes, networks=analysed.networks, cubes=cubes)
    limits.require_memory(needed, TooMuchMemoryToEncode)
    LOG.info("the picture was decoded from a codestream: its latents are found again")
    return coded_again(coded, networks=analysed.networks, limits=limits, check=check)
