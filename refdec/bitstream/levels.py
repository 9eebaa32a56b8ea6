"""Profiles and levels (1.7): what a decoder of each must be able to do.

In: tables/profiles_levels.json.  Out: the limits of a level, the transforms of a profile, the smallest of each for a
picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from refdec import tables
from refdec.bitstream.editions import Edition
from refdec.clauses import clause

__all__ = [
    "DEFAULT_LEVEL",
    "MAIN_STREAM_PROFILE",
    "Level",
    "Profile",
    "level",
    "levels",
    "profile",
    "profile_named",
    "profiles",
    "smallest_level",
    "smallest_profile",
]

DEFAULT_LEVEL = 52
"""The level that writers send by default (1.7.2)."""
MAIN_STREAM_PROFILE = 0
"""stream_profile_idc of the only stream profile there is, "Main" (1.7.1)."""


@clause("1.7.1")
@dataclass(frozen=True, slots=True)
class Profile:
    """(1.7.1) A decoder profile: the synthesis transforms it supports and the list that a typical writer sends.

    `aliases`: names that people may use for it too.
    """

    decoder_profile_id: int
    name: str
    aliases: tuple[str, ...]
    synthesis_transforms: tuple[int, ...]
    writer_list: tuple[int, ...]


@clause("1.7.2")
@dataclass(frozen=True, slots=True)
class Level:
    """(1.7.2) A level: the largest coded picture, in luma samples (inclusive), and the models it allows."""

    level_idc: int
    max_luma_samples: int
    models: tuple[int, ...]


@cache
def profiles() -> tuple[Profile, ...]:
    """Return all profiles; the index is decoder_profile_id."""
    return tuple(
        Profile(
            row["decoder_profile_id"],
            row["name"],
            tuple(row["aliases"]),
            tuple(row["allowed_synthesis_transform_id"]),
            tuple(row["writer_list"]),
        )
        for row in tables.profiles_levels()["profiles"]
    )


@cache
def levels(edition: Edition = Edition.PUBLISHED) -> tuple[Level, ...]:
    """Return all levels of an edition in ascending order: each size class with each model class."""
    table = tables.profiles_levels()
    models = "models" if edition is Edition.PUBLISHED else "models_draft"
    return tuple(
        Level(
            10 * size["size_class"] + kind["model_class"],
            size["max_pic_size_luma_samples"],
            tuple(kind[models]),
        )
        for size in table["size_classes"]
        for kind in table["model_classes"]
    )


def profile(decoder_profile_id: int) -> Profile:
    """Return the profile with this number, 0..2."""
    return profiles()[decoder_profile_id]


def profile_named(name: str) -> Profile | None:
    """Return the profile with this name or alias, None if there is none."""
    return next((row for row in profiles() if name in (row.name, *row.aliases)), None)


def level(level_idc: int, edition: Edition = Edition.PUBLISHED) -> Level | None:
    """Return the level with this number, None if there is none."""
    return next((row for row in levels(edition) if row.level_idc == level_idc), None)


@clause("1.7.2")
def smallest_level(luma_samples: int, model_id: int, edition: Edition = Edition.PUBLISHED) -> int | None:
    """(1.7.2) Return the smallest level_idc for a coded size and model; None if the picture is too large for all.

    The size class comes first: of two levels that fit, the one for smaller pictures is the smaller.
    """
    rows = levels(edition)
    fitting = (row.level_idc for row in rows if luma_samples <= row.max_luma_samples and model_id in row.models)
    return next(fitting, None)


@clause("1.7.1")
def smallest_profile(synthesis_transforms: tuple[int, ...]) -> int:
    """(1.7.1) Return the smallest decoder_profile_id whose set holds the first, preferred transform of a list."""
    return next(row.decoder_profile_id for row in profiles() if synthesis_transforms[0] in row.synthesis_transforms)
