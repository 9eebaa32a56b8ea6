"""Count how often the edition of random picture headers is told right: `python -m tests.benchmarks.editions`.

`--headers N` headers of each edition and kind.  A header is legal in its edition, rule by rule; it is drawn with the
lists of transforms that writers send, or with any list.  What the software before the draft wrote is drawn too, as far
as its start is known: the bits behind it are random.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from random import Random

from refdec.bitstream import syntax
from refdec.bitstream.bits import BitWriter
from refdec.bitstream.editions import Edition
from refdec.bitstream.levels import levels, profiles
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.recognition import begins_as_vm7, edition_of
from refdec.tiling.geometry import ceil_div
from tests.headers import picture_header

__all__ = [
    "ANY_LIST",
    "DRAFT_OPERATING_POINTS",
    "USUAL",
    "detection_table",
    "older_payload",
    "random_header",
    "table_lines",
]

Lists = Mapping[int, tuple[tuple[int, ...], ...]]
"""Lists of transforms by decoder profile."""

USUAL: Lists = {0: ((0,),), 1: ((1, 0),), 2: ((2, 1, 0),)}
"""(1.7.1) The list of each profile that a typical writer sends."""
DRAFT_OPERATING_POINTS: Lists = {0: ((0, 1, 2),), 1: ((1, 0, 2),), 2: ((2, 1, 0),)}
"""(1.12) The lists of the operating points of the draft's writer."""
ALL_LISTS = [
    (*first, *rest)
    for first in ((0,), (1,), (2,))
    for rest in ((), *((k,) for k in range(3)), *((k, m) for k in range(3) for m in range(3)))
]
ANY_LIST: Lists = {
    row.decoder_profile_id: tuple(chosen for chosen in ALL_LISTS if chosen[0] in row.synthesis_transforms)
    for row in profiles()
}
"""Every list that a profile allows."""
KINDS: Mapping[str, Lists] = {
    "usual lists": USUAL,
    "draft's operating points": DRAFT_OPERATING_POINTS,
    "any lists": ANY_LIST,
}
OLDER = "before the draft"
FORMATS = (((1, 1), (1, 1)), ((1, 1), (1, 2)), ((1, 1), (2, 2)), ((1, 2), (1, 2)), ((2, 2), (2, 2)))
THREADS = (1, 2, 4, 8, 16)
SMALLEST_SIDE, LARGEST_SIDE = 64, 65599
MOST_REGIONS = 128
LEAST_REGION = {Edition.PUBLISHED: (256, 512), Edition.DRAFT: (128, 128)}


def _side(draw: Random, most: int) -> int:
    """Return a side of a picture: small ones are as likely as large ones."""
    return min(most, int(SMALLEST_SIDE * (LARGEST_SIDE / SMALLEST_SIDE) ** draw.random()))


def _size(draw: Random) -> tuple[int, int]:
    """Return width and height of a picture that some level allows."""
    area = max(row.max_luma_samples for row in levels())
    width = _side(draw, LARGEST_SIDE)
    height = _side(draw, min(LARGEST_SIDE, area // width))
    return (width, height) if draw.random() < 0.5 else (height, width)


def _regions(draw: Random, width: int, height: int, edition: Edition) -> tuple[int, int]:
    """Return rows and columns of regions that the edition allows, and whose extensions of 128 samples fit."""
    rows, columns = LEAST_REGION[edition]
    return (
        draw.randint(1, min(MOST_REGIONS, ceil_div(height, rows), 16)),
        draw.randint(1, min(MOST_REGIONS, ceil_div(width, columns), 16)),
    )


def random_header(draw: Random, edition: Edition, lists: Lists = ANY_LIST) -> PictureHeader:
    """Return a picture header that is legal in an edition."""
    width, height = _size(draw)
    model = draw.randrange(4)
    fitting = [row for row in levels(edition) if width * height <= row.max_luma_samples and model in row.models]
    profile = draw.choice(tuple(lists))
    output, coded = draw.choice(FORMATS)
    split = draw.random() < 0.3
    return picture_header(
        max(1, width - draw.randrange(64)),
        max(1, height - draw.randrange(64)),
        coded_size=(width, height),
        model_id=model,
        beta_log=(draw.randrange(-2048, 2048), draw.randrange(-2048, 2048)),
        synthesis_transforms=draw.choice(lists[profile]),
        decoder_profile_id=profile,
        level_idc=draw.choice(fitting).level_idc,
        bit_depth=draw.choice((8, 10)),
        output_format=output,
        coded_format=coded,
        colour_transform_idx=draw.randrange(2),
        threads_z=draw.choice(THREADS),
        threads_r=(draw.choice(THREADS), draw.choice(THREADS)),
        regions=_regions(draw, width, height, edition) if split else None,
        independent_regions=draw.random() < 0.5,
        hd_overlap=1,
        mcm_overlap=4,
        num_chs=(draw.randrange(256), draw.randrange(256)),
        rvs=(draw.random() < 0.5, draw.random() < 0.5),
        tile_size=draw.choice((0, 128, 512, 1024)) if min(width, height) > 64 else 0,
        quality_map_entropy_index=draw.choice((None, 0, 7)),
    )


def older_payload(draw: Random) -> bytes:
    """Return the payload of a picture header before the draft (1.12): its start, then any bits."""
    writer = BitWriter()
    listed = draw.sample(range(3), draw.randint(1, 3))
    for value in (0, len(listed) - 1, *listed, draw.randrange(16)):
        writer.u(value, 4)
    for _ in range(16):
        writer.u(draw.randrange(256), 8)
    return writer.getvalue()


def verdict(payload: bytes) -> str:
    """Return what a reader takes a picture header for, as `recognition.choose_edition` decides."""
    return OLDER if begins_as_vm7(payload) else str(edition_of(payload))


def detection_table(headers: int, seed: int = 1) -> dict[tuple[str, str], Counter[str]]:
    """Return, for each edition and kind of lists, what so many random headers were taken for."""
    table: dict[tuple[str, str], Counter[str]] = {}
    for edition in Edition:
        for kind, lists in KINDS.items():
            draw, found = Random(f"{seed}/{edition}/{kind}"), Counter[str]()
            for _ in range(headers):
                header = random_header(draw, edition, lists)
                found[verdict(syntax.write(edition.header_list, header.to_elements()))] += 1
            table[str(edition), kind] = found
    draw = Random(f"{seed}/{OLDER}")
    table[OLDER, "starts"] = Counter(verdict(older_payload(draw)) for _ in range(headers))
    return table


def table_lines(table: dict[tuple[str, str], Counter[str]]) -> list[str]:
    """Return the table as text."""
    columns = (*map(str, Edition), OLDER)
    lines = [f"{'written as':18}{'transforms':26}" + "".join(f"{'read as ' + name:>26}" for name in columns)]
    for (edition, kind), found in table.items():
        lines.append(f"{edition:18}{kind:26}" + "".join(f"{found[name]:26}" for name in columns))
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--headers", type=int, default=10_000, help="of each edition and kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("\n".join(table_lines(detection_table(given.headers, given.seed))))


if __name__ == "__main__":
    main()
