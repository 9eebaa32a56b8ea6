"""What a verdict says beside the broken rules: bytes that are no part of the codestream, what could not be checked.

In: the findings of a survey and the problems of a verdict.  Out: sentences; none of them makes a stream illegal.
"""

from __future__ import annotations

from collections.abc import Iterable

from refdec.bitstream.floatrecord import layer_in_words
from refdec.bitstream.layerrecord import layer_part
from refdec.bitstream.privaterecord import private_part, read_private_record
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

__all__ = ["remarks_on", "worker_remarks"]

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
    if headers is not None:
        said += private_remarks(headers.user_data)
        said += layer_remarks(headers.user_data)
    if any(isinstance(problem, GARBAGE) for problem in found) and not named:
        said.append("the stream does not say for which weights it was made; with other weights it may be legal")
    return tuple(said)


def worker_remarks(user_data: bytes | None, workers: int | None) -> tuple[str, ...]:
    """Return what there is to say of a number of workers that one codestream has no work for, None: nobody gave one."""
    if workers is None or workers == 1 or layer_part(user_data)[1] is not None:
        return ()
    return (
        "one worker did it, since every stage of a codestream is looked at: others share files, frames, tiles, and a "
        "lossless layer",
    )


@clause("1.5.4", kind="added", reason="a legal codestream need not show the whole picture; who checks it wants to know")
def private_remarks(user_data: bytes | None) -> tuple[str, ...]:
    """(1.5.4) Return what user data say about private regions; whether a seal holds, its key alone tells."""
    if private_part(user_data)[1] is None:
        return ()
    record = read_private_record(user_data)
    if record is None:
        return ("user data have a record of private regions that cannot be read (UDI)",)
    count = len(record.rectangles)
    if record.sealed is None:
        return (f"private regions, {count}, are left out of the picture (UDI)",)
    return (f"private regions, {count}, are sealed (UDI): what is checked is the public picture",)


@clause("7.2", kind="added", reason="who checks a codestream wants to know that it holds more than the picture")
def layer_remarks(user_data: bytes | None) -> tuple[str, ...]:
    """(7.2) Return what user data say about a lossless layer."""
    layer = layer_part(user_data)[1]
    if layer is None:
        return ()
    return (f"a lossless layer of {len(layer)} bytes gives the original (UDI): {layer_in_words(layer)}",)
