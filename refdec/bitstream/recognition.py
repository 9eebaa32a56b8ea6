"""Which text a picture header was written by (1.12): told from its profile, its transforms and its level.

In: the payload of PIH.  Out: the `Edition`, or that it is older than both.  Only the first 32 bits are looked at.
"""

from __future__ import annotations

from refdec.bitstream import syntax
from refdec.bitstream.edition_errors import DraftHeader, HeaderAmbiguous, HeaderBeforeDraft, HeaderOfOtherEdition
from refdec.bitstream.editions import Edition
from refdec.bitstream.errors import ElementOutOfRange
from refdec.bitstream.framing import Codestream
from refdec.bitstream.levels import MAIN_STREAM_PROFILE, level, profile
from refdec.bitstream.markers import Marker
from refdec.clauses import clause
from refdec.errors import BitOffset, CodestreamError, Placed, RefdecError

__all__ = ["begins_as_vm7", "choose_edition", "edition_of", "in_other_edition", "legal_start", "require_told_apart"]

START_ELEMENTS = (
    "stream_profile_idc",
    "decoder_profile_id",
    "num_synthesis_transforms_minus1",
    "synthesis_transform_id",
    "level_idc",
)
"""The elements that tell: base names, in the order of the published header."""
START_BYTES = 4
"""The longest start: five elements of 4 bits with three transforms, and a level of 8 bits."""
VM7_START = "PIH_VM_7_start"


def _start(payload: bytes | memoryview, name: str) -> dict[str, int] | None:
    """Return the elements of the start of a header by label; None where one is missing or outside its range."""
    records = syntax.survey(name, bytes(payload[:START_BYTES])).records
    values = {}
    for record in records:
        if not record.legal:
            return None
        values[record.name] = record.value
        if record.name == "level_idc":
            return values
    return None


def _known_level(payload: bytes | memoryview, edition: Edition) -> dict[str, int] | None:
    """Return the start of a header whose elements are in their ranges and whose level exists, else None."""
    start = _start(payload, edition.header_list)
    return start if start is not None and level(start["level_idc"], edition) is not None else None


@clause("1.12")
def legal_start(payload: bytes | memoryview, edition: Edition) -> bool:
    """(1.12) Tell whether profile, transforms and level of a picture header are legal in an edition."""
    start = _known_level(payload, edition)
    if start is None or start.get("stream_profile_idc", MAIN_STREAM_PROFILE) != MAIN_STREAM_PROFILE:
        return False
    return start["synthesis_transform_id[0]"] in profile(start["decoder_profile_id"]).synthesis_transforms


@clause("1.12")
def edition_of(payload: bytes | memoryview) -> Edition:
    """(1.12) Return the edition of a picture header: the draft only where no other reading of its start is legal."""
    if not legal_start(payload, Edition.PUBLISHED) and legal_start(payload, Edition.DRAFT):
        return Edition.DRAFT
    return Edition.PUBLISHED


@clause("1.12")
def begins_as_vm7(payload: bytes | memoryview) -> bool:
    """(1.12) Tell whether a header that neither edition can read begins as the one of the software before the draft.

    That one lists different decoder profiles and has a level of 4 bits.  A header that breaks a profile only is none.
    """
    start = _start(payload, VM7_START)
    if start is None or any(_known_level(payload, edition) is not None for edition in Edition):
        return False
    listed = [value for name, value in start.items() if name.startswith("decoder_profile_idc")]
    return len(set(listed)) == len(listed)


@clause("1.12", kind="added", reason="what is written as the draft must be read as the draft")
def require_told_apart(payload: bytes | memoryview, edition: Edition) -> None:
    """(1.12) Raise HeaderAmbiguous where readers would take a picture header that is to be written for another one."""
    if edition is Edition.DRAFT and edition_of(payload) is not edition:
        raise HeaderAmbiguous(at=BitOffset(0))


@clause("1.12")
def choose_edition(codestream: Codestream, wanted: Edition | None) -> tuple[Edition, tuple[CodestreamError, ...]]:
    """(1.12) Return the edition to read a codestream by, and a warning where the draft was found rather than asked for.

    Raises HeaderBeforeDraft where the choice is free and the header is that of older software.
    """
    part = codestream.only(Marker.PIH)
    if wanted is not None or part is None:
        return wanted or Edition.PUBLISHED, ()
    at = BitOffset.of_byte(part.payload_offset)
    if begins_as_vm7(part.payload):
        raise HeaderBeforeDraft(at=at)
    found = edition_of(part.payload)
    return found, () if found is Edition.PUBLISHED else (DraftHeader(at=at),)


@clause("1.12")
def in_other_edition(problem: RefdecError, codestream: Codestream, edition: Edition) -> RefdecError:
    """(1.12) Return the problem; as HeaderOfOtherEdition where the other edition would take the start of the header."""
    part = codestream.only(Marker.PIH)
    name = problem.element if isinstance(problem, Placed) else ""
    if isinstance(problem, ElementOutOfRange):
        name = problem.name
    if part is None or name.partition("[")[0] not in START_ELEMENTS or not legal_start(part.payload, edition.other):
        return problem
    return HeaderOfOtherEdition(problem.explain().splitlines()[0], name, edition, at=problem.at)
