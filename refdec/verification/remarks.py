"""What a verdict says beside the broken rules: bytes that are no part of the codestream, what could not be checked.

In: the findings of a survey and the problems of a verdict.  Out: sentences; none of them makes a stream illegal.
"""

from __future__ import annotations

from collections.abc import Iterable

from refdec.bitstream.userdata import read_weights_mark
from refdec.clauses import clause
from refdec.entropy.errors import (
    BitStackUnderflow,
    EscapeOutOfRange,
    IntegrityCheckFailed,
    ZEscapeOutOfRange,
)
from refdec.errors import RefdecError
from refdec.inspection.problems import Findings
from refdec.weights.errors import MissingCheckpoint

__all__ = ["remarks_on"]

GARBAGE = (BitStackUnderflow, EscapeOutOfRange, IntegrityCheckFailed, ZEscapeOutOfRange)
"""What entropy-coded data come to where the distributions are those of other weights."""


@clause("1.3", kind="added", reason="bytes after EOC are ignored; who checks a file wants to know of them")
def remarks_on(findings: Findings, problems: Iterable[RefdecError]) -> tuple[str, ...]:
    """(1.3) Return the remarks on a codestream with these problems."""
    said, found = [], tuple(problems)
    trailing = findings.codestream.trailing_bytes if findings.whole else 0
    if trailing:
        at = findings.codestream.end
        said.append(f"bytes after EOC, {trailing} from byte {at} on, are no part of the codestream (clause 1.3)")
    if any(isinstance(problem, MissingCheckpoint) for problem in found) and not findings.problems:
        said.append(
            "framing, headers, profile and level, and the layout of the payloads are legal; the entropy-coded data can "
            "be checked with the stream's weights only: --weights PACK"
        )
    headers = findings.headers
    named = headers is not None and read_weights_mark(headers.user_data) is not None
    if any(isinstance(problem, GARBAGE) for problem in found) and not named:
        said.append("the stream does not say for which weights it was made; with other weights it may be legal")
    return tuple(said)
