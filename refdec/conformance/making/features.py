"""Which clauses a stream is about, by what its headers switch on.

In: headers.  Out: clause numbers.  Code coverage alone cannot tell: a function that scales residuals runs for every
stream, also where the tool that it carries out is off.
"""

from __future__ import annotations

from collections.abc import Callable

from refdec.bitstream.headers import Headers

__all__ = ["FEATURES", "feature_clauses"]

Test = Callable[[Headers], bool]


def _unequal_formats(headers: Headers) -> bool:
    picture = headers.picture
    return (picture.s_ver, picture.s_hor) != (picture.c_ver, picture.c_hor)


def _displays_less(headers: Headers) -> bool:
    picture = headers.picture
    return bool(picture.diff_display_img_width or picture.diff_display_img_height)


FEATURES: tuple[tuple[Test, tuple[str, ...]], ...] = (
    (lambda h: h.picture.num_regions > 1, ("1.6.4", "4.10.1")),
    (
        lambda h: h.picture.num_regions > 1 and not h.picture.independent_regions,
        ("1.4.2", "4.10.2", "4.10.3", "4.10.4"),
    ),
    (lambda h: h.picture.independent_regions, ("1.4.3", "1.8 (4)")),
    (lambda h: any(h.picture.tile_size), ("1.6.6", "4.10.5")),
    (lambda h: max(h.picture.num_threads_r) > 1, ("2.2", "2.3", "2.6.5")),
    (lambda h: h.picture.num_threads_z > 1, ("2.2", "2.3", "2.7.1")),
    (lambda h: bool(h.picture.gain_3D_enable_flag), ("2.8", "3.5.1", "3.5.2")),
    (lambda h: h.picture.num_chs_coded != (160, 96), ("1.6.5",)),
    (lambda h: h.picture.beta_log != (0, 0), ("1.6.3", "3.4.2")),
    (lambda h: any(h.picture.use_cube_flags), ("1.6.5", "3.7.2")),
    (lambda h: any(h.picture.rvs_enable_flag), ("3.6.1", "3.6.2", "3.6.3")),
    (lambda h: any(h.picture.grfs_enable_flag), ("3.6.2", "3.6.3")),
    (lambda h: any(h.tools.lsbs_enable_flag), ("3.9", "6.3.4")),
    (lambda h: h.picture.synthesis_transforms[0] == 2, ("4.2.7", "4.2.8", "6.4.7")),
    (lambda h: len(h.picture.synthesis_transforms) > 1, ("1.6.3", "4.5.3")),
    (lambda h: h.picture.decoder_profile_id != 1, ("1.7.1",)),
    (lambda h: h.picture.level_idc != 52, ("1.7.2",)),
    (_displays_less, ("5.3",)),
    (lambda h: h.picture.img_height % 64 > 0 or h.picture.img_width % 64 > 0, ("4.2.10",)),
    (_unequal_formats, ("5.4", "6.4.8")),
    (lambda h: h.picture.colour_transform_idx == 1, ("5.10", "6.4.13")),
    (lambda h: h.picture.bit_depth != 8, ("5.11", "6.4.14")),
    (lambda h: h.tools.efe_linear is not None, ("5.6.4", "6.4.9")),
    (lambda h: h.tools.icci is not None, ("5.7.1", "6.4.10")),
    (lambda h: h.tools.icci is not None and h.tools.icci.tile_size > 0, ("5.7.4",)),
    (lambda h: h.tools.efe_nonlinear is not None, ("5.8.1", "6.4.11")),
    (lambda h: h.tools.efe_nonlinear is not None and bool(h.tools.efe_nonlinear.mask1), ("5.6.6", "5.8.2")),
    (lambda h: h.tools.lef_ch_idx is not None, ("5.9", "6.4.12")),
    (lambda h: h.rendering is not None and h.rendering.cicp is not None, ("1.5.3", "1.6.8")),
    (lambda h: h.user_data is not None, ("1.5.4",)),
)
"""Tests of headers, and the clauses that a stream is about where they hold."""


def feature_clauses(headers: Headers) -> tuple[str, ...]:
    """Return the clauses of all features that are on, each once."""
    found = [clause for test, clauses in FEATURES if test(headers) for clause in clauses]
    return tuple(dict.fromkeys(found))
