"""Whose picture header it is (1.12): every possible start, the recorded streams, random headers, older ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from refdec.bitstream import syntax
from refdec.bitstream.edition_errors import DraftHeader, HeaderBeforeDraft, HeaderOfOtherEdition
from refdec.bitstream.editions import Edition
from refdec.bitstream.errors import ElementOutOfRange
from refdec.bitstream.framing import Codestream, read_codestream
from refdec.bitstream.headers import build_headers, read_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.recognition import begins_as_vm7, choose_edition, edition_of, legal_start
from refdec.bitstream.rule_errors import LevelModelForbidden, ProfileViolated, StreamProfileReserved
from refdec.bitstream.rules import all_problems
from refdec.bitstream.survey import survey_headers
from refdec.errors import RefdecError
from tests.benchmarks.editions import (
    ANY_LIST,
    DRAFT_OPERATING_POINTS,
    USUAL,
    detection_table,
    older_payload,
    random_header,
    table_lines,
)
from tests.unit.bitstream.support import patched, resized, stream

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
PUBLISHED_STREAMS = sorted((GOLDEN / "vectors").glob("*.jai"))
DRAFT_STREAMS = sorted((GOLDEN / "draft").glob("*.jai"))
LEVELS = tuple(10 * size + model for size in range(1, 6) for model in range(3))
BEHIND = 13
"""So many bytes follow a start here; a header needs more than 32 bits in all."""


@dataclass(frozen=True)
class Start:
    """The elements of a header up to level_idc, put together here without the syntax table."""

    profile: int
    transforms: tuple[int, ...]
    level: int

    def payload(self, edition: Edition, behind: int) -> bytes:
        """The start, then `behind`, a number of BEHIND bytes of which the first bits follow the level."""
        nibbles = [self.profile, len(self.transforms) - 1, *self.transforms, self.level >> 4, self.level & 15]
        if edition is Edition.PUBLISHED:
            nibbles = [0, *nibbles]
        digits = "".join(f"{nibble:x}" for nibble in nibbles) + f"{behind:0{2 * BEHIND}x}"
        return bytes.fromhex(digits + "0" * (len(digits) % 2))


def starts() -> Iterator[Start]:
    """Every legal start: 13 lists for each allowed first transform, with 15 levels."""
    for profile in range(3):
        for first in range(profile + 1):
            lists = [(first, *rest) for length in range(3) for rest in product(range(3), repeat=length)]
            assert len(lists) == 13
            yield from (Start(profile, transforms, level) for transforms in lists for level in LEVELS)


STARTS = tuple(starts())


def behinds(count: int = 24) -> list[int]:
    """What may follow a start: zeros, ones, anything."""
    draw = Random(12)
    return [0, (1 << 8 * BEHIND) - 1, *(draw.getrandbits(8 * BEHIND) for _ in range(count))]


def pih(codestream: Codestream) -> bytes:
    part = codestream.only(Marker.PIH)
    assert part is not None
    return bytes(part.payload)


def replaced(payload: bytes) -> bytes:
    """A codestream with this picture header."""
    return resized(stream(), Marker.PIH, lambda _: payload)


def test_there_are_1170_legal_starts_in_each_edition() -> None:
    assert len(STARTS) == len(set(STARTS)) == 1170
    for start in STARTS:
        for edition in Edition:
            assert legal_start(start.payload(edition, 0), edition)


def test_no_other_start_with_one_transform_is_legal() -> None:
    """Every profile, transform and level that the bits can hold, in the draft: 6 lists with 15 levels are legal."""
    legal = {
        (profile, (transform,), level)
        for profile, transform, level in product(range(16), range(16), range(256))
        if legal_start(Start(profile, (transform,), level).payload(Edition.DRAFT, 0), Edition.DRAFT)
    }
    known = {(start.profile, start.transforms, start.level) for start in STARTS if len(start.transforms) == 1}
    assert legal == known and len(known) == 6 * 15


def test_published_starts_are_never_taken_for_the_drafts() -> None:
    for start in STARTS:
        for behind in behinds():
            assert edition_of(start.payload(Edition.PUBLISHED, behind)) is Edition.PUBLISHED


def test_39_starts_of_the_draft_are_read_as_published_whatever_follows() -> None:
    """1.12: the lists [0, 0] and [0, 1] at every level, and three that end with 2 at levels 10 to 12."""
    ambiguous = {Start(0, (0, second), level) for second in (0, 1) for level in LEVELS}
    ambiguous |= {Start(0, (0, second, 2), level) for second in (0, 1, 2) for level in (10, 11, 12)}
    assert len(ambiguous) == 39
    for start in STARTS:
        expected = Edition.PUBLISHED if start in ambiguous else Edition.DRAFT
        for behind in behinds():
            assert edition_of(start.payload(Edition.DRAFT, behind)) is expected, start


def test_what_the_ambiguous_starts_say_when_read_as_published() -> None:
    """1.12: profile 1, the second entry alone; or profile 2, the middle entry, level 32, a width of 41024 at least."""
    for behind in behinds():
        for level in LEVELS:
            for second in (0, 1):
                values = start_values(Start(0, (0, second), level).payload(Edition.DRAFT, behind), "PIH")
                assert values == published_start(1, second, level)
        for level, middle in product((10, 11, 12), (0, 1, 2)):
            payload = Start(0, (0, middle, 2), level).payload(Edition.DRAFT, behind)
            values = start_values(payload, "PIH")
            assert values == published_start(2, middle, 32)
            assert syntax.survey("PIH", payload).records[5].value + 64 >= 41024


def published_start(profile: int, transform: int, level: int) -> dict[str, int]:
    """What a published start with one transform reads as."""
    return {
        "stream_profile_idc": 0,
        "decoder_profile_id": profile,
        "num_synthesis_transforms_minus1": 0,
        "synthesis_transform_id[0]": transform,
        "level_idc": level,
    }


def start_values(payload: bytes, name: str) -> dict[str, int]:
    records = syntax.survey(name, payload).records
    last = next(k for k, record in enumerate(records) if record.name == "level_idc")
    return {record.name: record.value for record in records[: last + 1]}


def test_33_published_starts_are_legal_in_the_draft_too() -> None:
    """1.12: 30 whatever follows, 3 for widths of 41024 to 53311; they matter to who is told to read the draft."""
    always = {Start(1, (first,), level) for first in (0, 1) for level in LEVELS}
    wide = {Start(2, (first,), 32) for first in (0, 1, 2)}
    assert (len(always), len(wide)) == (30, 3)
    rest = (1 << 8 * BEHIND - 16) - 1
    widths = [0, 1, 40959, 40960, 40961, 45000, 53247, 53248, 65535]
    for start in STARTS:
        for width in widths:
            behind = width << (8 * BEHIND - 16) | (rest & Random(width).getrandbits(64))
            legal = legal_start(start.payload(Edition.PUBLISHED, behind), Edition.DRAFT)
            assert legal == (start in always or (start in wide and 41024 <= width + 64 <= 53311)), (start, width)


def test_usual_lists_are_never_ambiguous() -> None:
    usual = {(profile, transforms) for profile, lists in USUAL.items() for transforms in lists}
    for start in STARTS:
        if (start.profile, start.transforms) in usual:
            for behind in behinds():
                for edition in Edition:
                    assert legal_start(start.payload(edition, behind), edition)
                    assert not legal_start(start.payload(edition, behind), edition.other)


@pytest.mark.parametrize("path", PUBLISHED_STREAMS, ids=lambda path: path.stem)
def test_published_vectors_are_told(path: Path) -> None:
    codestream = read_codestream(path.read_bytes())
    assert choose_edition(codestream, None) == (Edition.PUBLISHED, ())
    assert not legal_start(pih(codestream), Edition.DRAFT)
    assert read_headers(codestream).edition is Edition.PUBLISHED


@pytest.mark.parametrize("path", DRAFT_STREAMS, ids=lambda path: path.stem)
def test_draft_vectors_are_told(path: Path) -> None:
    codestream = read_codestream(path.read_bytes())
    found, warnings = choose_edition(codestream, None)
    assert found is Edition.DRAFT and [type(warning) for warning in warnings] == [DraftHeader]
    assert not legal_start(pih(codestream), Edition.PUBLISHED)
    headers = read_headers(codestream)
    assert headers.edition is Edition.DRAFT
    assert [(type(warning), str(getattr(warning, "at", ""))) for warning in headers.warnings] == [(DraftHeader, "6.0")]
    assert read_headers(codestream, edition=Edition.DRAFT).warnings == ()


def test_all_recorded_streams_are_here() -> None:
    assert (len(PUBLISHED_STREAMS), len(DRAFT_STREAMS)) == (111, 12)
    assert {path.name for path in DRAFT_STREAMS} <= {path.name for path in PUBLISHED_STREAMS}


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("lists", [USUAL, DRAFT_OPERATING_POINTS, ANY_LIST], ids=["usual", "operating_points", "any"])
def test_random_legal_headers_are_told(edition: Edition, lists: dict[int, Any]) -> None:
    """600 headers of each kind: read back, element by element, by the edition that the reader finds."""
    draw = Random(f"{edition} {sorted(lists.values())}")
    for _ in range(600):
        header = random_header(draw, edition, lists)
        assert all_problems(build_headers(header, edition=edition)) == []
        payload = syntax.write(edition.header_list, header.to_elements())
        start = Start(header.decoder_profile_id, tuple(header.synthesis_transforms), header.level_idc)
        assert payload.startswith(start.payload(edition, 0)[:2])
        if edition is Edition.DRAFT and legal_start(payload, Edition.PUBLISHED):
            assert start.profile == 0 and (len(start.transforms) == 2 or start.level in (10, 11, 12))
            assert lists is not USUAL
            continue
        assert edition_of(payload) is edition
        assert not begins_as_vm7(payload)
        assert read_headers(read_codestream(replaced(payload)), cross_checks=False).picture == header


def test_the_table_of_the_benchmark_adds_up() -> None:
    table = detection_table(200)
    assert all(sum(found.values()) == 200 for found in table.values())
    for (edition, kind), found in table.items():
        if edition == Edition.PUBLISHED or kind == "usual lists":
            assert found == {edition: 200}
    assert len(table_lines(table)) == len(table) + 1


@pytest.mark.parametrize(
    ("start", "named"),
    [
        ("0005", True),  # one profile, then a level of four bits
        ("0015", True),
        ("01015", True),  # two profiles
        ("01205", True),
        ("020125", True),  # three
        ("022105", True),
        ("01115", False),  # the same profile twice
        ("0035", False),  # there is no decoder profile 3
        ("0301205", False),  # nor are there four of them
        ("1005", False),  # a stream profile that is none
        ("00034", False),  # a published header: profile 0, SOP, level 52
        ("010134", False),  # a header of the draft that breaks its profile: simple, BOP and SOP, level 52
    ],
)
def test_headers_before_the_draft_are_named(start: str, named: bool) -> None:
    """1.12: stream_profile_idc 0, a number of profiles, so many different ones, a level of four bits."""
    payload = bytes.fromhex(start.ljust(40, "0" if not named else "f"))
    assert begins_as_vm7(payload) == named


def test_a_header_before_the_draft_is_refused_by_that_name() -> None:
    payload = bytes.fromhex("01015f0000" + "ab" * 12)
    data = replaced(payload)
    with pytest.raises(HeaderBeforeDraft) as caught:
        read_headers(read_codestream(data))
    assert str(caught.value.at) == "6.0"
    survey = survey_headers(read_codestream(data))
    assert isinstance(survey.problems[0], HeaderBeforeDraft) and survey.headers is None
    for edition in Edition:  # who names an edition gets its problems instead
        with pytest.raises(RefdecError) as other:
            read_headers(read_codestream(data), edition=edition)
        assert not isinstance(other.value, HeaderBeforeDraft)


def test_random_older_headers_are_named_or_read_by_an_edition_that_finds_their_start_legal() -> None:
    draw, named = Random(7), 0
    for _ in range(3000):
        payload = older_payload(draw)
        if begins_as_vm7(payload):
            named += 1
            assert not any(legal_start(payload, edition) for edition in Edition)
    assert named > 2500


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize(
    ("choices", "problem"),
    [
        ({"decoder_profile_id": 0}, ProfileViolated),
        ({"decoder_profile_id": 0, "synthesis_transforms": (1,)}, ProfileViolated),
        ({"decoder_profile_id": 0, "synthesis_transforms": (2, 1, 0)}, ProfileViolated),
        ({"decoder_profile_id": 1, "synthesis_transforms": (2, 0)}, ProfileViolated),
        ({"level_idc": 10, "model_id": 1}, LevelModelForbidden),
    ],
)
def test_a_header_that_breaks_a_profile_only_is_not_older(
    edition: Edition, choices: dict[str, Any], problem: type[RefdecError]
) -> None:
    data = stream(**choices, edition=edition)
    assert not begins_as_vm7(pih(read_codestream(data)))
    with pytest.raises(problem):
        read_headers(read_codestream(data), edition=edition)
    if edition is Edition.PUBLISHED:
        with pytest.raises(problem):
            read_headers(read_codestream(data))


def test_a_broken_profile_that_is_right_in_the_draft_is_read_by_the_draft() -> None:
    """1.12, rule 2: base profile with HOP alone is, as the draft's, simple profile with SOP and HOP."""
    codestream = read_codestream(stream(decoder_profile_id=1, synthesis_transforms=(2,)))
    headers = read_headers(codestream, any_level=True, cross_checks=False)
    assert headers.edition is Edition.DRAFT and headers.picture.synthesis_transforms == (0, 2)
    with pytest.raises(HeaderOfOtherEdition, match="base profile does not support"):
        read_headers(codestream, edition=Edition.PUBLISHED)


def test_a_reserved_stream_profile_is_named_where_the_draft_does_not_fit() -> None:
    data = patched(stream(), "stream_profile_idc", 9)
    with pytest.raises(StreamProfileReserved):
        read_headers(read_codestream(data))
    assert not begins_as_vm7(pih(read_codestream(data)))
    assert read_headers(read_codestream(data), any_level=True).picture.stream_profile_idc == 9


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("transforms", [(0,), (1, 0), (2, 1, 0), (1, 0, 2)])
@pytest.mark.parametrize("level_idc", [12, 22, 52])
def test_the_other_edition_is_advised_where_it_was_not_asked_for(
    edition: Edition, transforms: tuple[int, ...], level_idc: int
) -> None:
    data = stream(synthesis_transforms=transforms, level_idc=level_idc, edition=edition)
    codestream = read_codestream(data)
    with pytest.raises(HeaderOfOtherEdition) as caught:
        read_headers(codestream, edition=edition.other)
    assert caught.value.edition is edition.other and caught.value.at is not None
    assert f"--edition {edition}" in caught.value.explain().splitlines()[-1]
    found = survey_headers(codestream, edition=edition.other)
    assert any(isinstance(problem, HeaderOfOtherEdition) for problem in found.problems)
    assert found.edition is edition.other
    assert survey_headers(codestream, edition=edition).problems == ()


def test_the_other_edition_is_not_advised_where_it_does_not_fit_either() -> None:
    data = patched(stream(), "level_idc", 13)
    for edition in Edition:
        with pytest.raises(RefdecError) as caught:
            read_headers(read_codestream(data), edition=edition)
        assert not isinstance(caught.value, HeaderOfOtherEdition)
    illegal = patched(stream(), "model_id", 9)  # behind the start: the edition has nothing to do with it
    with pytest.raises(ElementOutOfRange):
        read_headers(read_codestream(illegal), edition=Edition.PUBLISHED)


def test_a_draft_stream_without_its_edition_says_so_once() -> None:
    survey = survey_headers(read_codestream(stream(edition=Edition.DRAFT)))
    assert [type(warning) for warning in survey.draft] == [DraftHeader]
    assert survey.headers is not None and survey.headers.warnings == survey.draft
    assert survey.problems == ()


@pytest.mark.parametrize("length", range(4))
def test_starts_that_are_cut_are_legal_in_no_edition(length: int) -> None:
    for edition in Edition:
        payload = Start(1, (1, 0), 52).payload(edition, 0)[: min(length, 2 if edition is Edition.DRAFT else 3)]
        assert not legal_start(payload, edition)
        assert edition_of(payload) is Edition.PUBLISHED
