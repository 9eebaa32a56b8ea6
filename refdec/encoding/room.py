"""How much memory an encode needs, known from its header draft before the first large array is made.

In: a draft, how it is coded, and the bytes of the source's codes.  Out: an upper bound in bytes of the arrays that are
alive at a time, the source's included; program, weights and prepared networks (about 0.3 GB) are not counted.  The
figures are measured (a test compares them with the real peak) and rounded up.
"""

from __future__ import annotations

from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.encoding.hyperwindows import KEPT_POSITIONS
from refdec.encoding.quantiser import WINDOW as CODING_WINDOW
from refdec.encoding.targets import HYPER_WINDOW, LATENT_SAMPLES, REFERENCE_WINDOW, WINDOW
from refdec.tiling.analysis import usual_analysis_tiling

__all__ = ["again_bytes", "analysis_bytes", "bundle_bytes", "coding_bytes"]

REASON = "an upper bound on memory; the text sets none"
FIXED_BYTES = 32 << 20
"""Blocks of the networks' products, slices of the entropy coder, and everything else that does not grow."""
TARGET_BYTES = 1024
"""y int32 of 256 channels; this and what follows per latent position (256 samples)."""
HYPER_BYTES, KEPT_BYTES = 64, 2048
"""z_hat and trunks; s0 and psi of small pictures."""
SYMBOL_BYTES = 640
"""Symbols int16 of luma, after the first pass and once more where somebody asks for all of them."""
HYPER_ENCODER_BYTES, CODING_BYTES, BUNDLE_BYTES = 4096, 7168, 16384
"""Temporaries of a window of the hyper encoder; of the quantiser; whole bundles, which guests are given."""
LIGHT_BYTES, REFERENCE_BYTES, HOP_BYTES = 88, 640, 640
"""Temporaries of the analysis networks, per luma sample of a window; of HOP's, whose attention spans it, of a tile."""
HALO = 8
"""Latent positions beside a window, both sides together, at most: of the networks."""
CODING_HALO, DECIDING_HALO = 12, 96
"""The same of the quantiser, and while cube flags are decided."""


def _positions(picture: PictureHeader, window: tuple[int, int], halo: int) -> int:
    """Return the latent positions of a window with its halo, at most the picture's."""
    return min(picture.lat_h, window[0] + halo) * min(picture.lat_w, window[1] + halo)


def _largest_tile(picture: PictureHeader) -> int:
    """Return the luma samples of the largest analysis tile; those of independent regions grow by their overlap."""
    tiling = usual_analysis_tiling(picture, 0)
    grown = tiling.size + (tiling.overlap if picture.independent_regions else 0)
    edge = grown if tiling.size else max(picture.img_height, picture.img_width)
    return min(edge, picture.img_height) * min(edge, picture.img_width)


def _held(picture: PictureHeader) -> int:
    """Return the bytes of what holds at every displacement: y, and what follows from hyper latents."""
    positions = picture.lat_h * picture.lat_w
    kept = KEPT_BYTES if positions <= KEPT_POSITIONS else 0
    return (TARGET_BYTES + HYPER_BYTES + kept) * positions


@clause("1.8 (7)", kind="added", reason=REASON)
def analysis_bytes(picture: PictureHeader, codes_bytes: int, *, networks: str) -> int:
    """(1.8 (7)) The bytes of an analysis by the light networks of a pack, or by those of BOP or HOP."""
    if networks == "hop":
        per_sample, samples = HOP_BYTES, _largest_tile(picture)
    else:
        window, per_sample = (WINDOW, LIGHT_BYTES) if networks == "light" else (REFERENCE_WINDOW, REFERENCE_BYTES)
        samples = LATENT_SAMPLES**2 * _positions(picture, window, HALO)
    hyper = HYPER_ENCODER_BYTES * _positions(picture, (4 * HYPER_WINDOW[0], 4 * HYPER_WINDOW[1]), 12)
    return FIXED_BYTES + codes_bytes + _held(picture) + max(per_sample * samples, hyper)


@clause("1.8 (7)", kind="added", reason=REASON)
def coding_bytes(picture: PictureHeader, codes_bytes: int, *, cubes: bool, whole: bool) -> int:
    """(1.8 (7)) The bytes of quantising and coding; `whole`: a chooser is asked about regions at once."""
    positions = picture.lat_h * picture.lat_w
    at_once = positions if whole else _positions(picture, CODING_WINDOW, DECIDING_HALO if cubes else CODING_HALO)
    hyper = HYPER_ENCODER_BYTES * _positions(picture, (4 * HYPER_WINDOW[0], 4 * HYPER_WINDOW[1]), 12)
    return FIXED_BYTES + codes_bytes + _held(picture) + max(SYMBOL_BYTES * positions + CODING_BYTES * at_once, hyper)


@clause("1.8 (7)", kind="added", reason=REASON)
def again_bytes(picture: PictureHeader, codes_bytes: int, *, networks: str, cubes: bool) -> int:
    """(1.8 (7)) The bytes of finding the latents of a decoded picture: two analyses, symbols and codes at a time."""
    coding = coding_bytes(picture, codes_bytes, cubes=cubes, whole=False)
    analysis = analysis_bytes(picture, codes_bytes, networks=networks) - _held(picture)
    held = (2 * TARGET_BYTES + SYMBOL_BYTES) * picture.lat_h * picture.lat_w
    return coding + held + analysis


@clause("1.8 (7)", kind="added", reason=REASON)
def bundle_bytes(picture: PictureHeader, codes_bytes: int, *, cubes: bool, whole: bool) -> int:
    """(1.8 (7)) The bytes of coding for a guest that is given all latents and symbols at once."""
    coding = coding_bytes(picture, codes_bytes, cubes=cubes, whole=whole)
    return coding + BUNDLE_BYTES * picture.lat_h * picture.lat_w
