"""The verdict on a clip: that on each of its frames, and what its boxes say otherwise.

In: a `Clip`.  Out: `Verdict`, whose problems name frame and byte.
"""

from __future__ import annotations

from dataclasses import replace

from refdec.api.clips import Clip, frame_error
from refdec.errors import BitOffset, CodestreamError, LimitExceeded, RefdecError, UnsupportedError
from refdec.formats.stream_files import stream_in
from refdec.heif.clipfile import CLIP_BRAND
from refdec.heif.errors import PropertyDisagrees
from refdec.sequences.timing import seconds_in_words
from refdec.verification.boxes import with_boxes
from refdec.verification.check import verify_codestream
from refdec.verification.verdict import Verdict

__all__ = ["verify_clip"]

MOST_REMARKS = 16


def verify_clip(clip: Clip, *, workers: int | None = 1) -> Verdict:
    """Verify every frame of a clip, on several processes if wished for; equal frames once."""
    problems: list[RefdecError] = list(_of_file(clip))
    said: dict[str, None] = {}
    before: Verdict | None = None
    decoded = 0
    for number, verdict in clip.mapped(_verify_frame, range(1, len(clip) + 1), workers=workers):
        if isinstance(verdict, RefdecError):
            verdict = Verdict("", (verdict,))  # noqa: PLW2901 - the same thing, in one form
        if verdict is not before:
            problems += [frame_error(clip, number, problem) for problem in verdict.problems]
            said |= dict.fromkeys((*verdict.warnings, *verdict.remarks))
        before, decoded = verdict, decoded + bool(verdict.picture)
    file = clip.found.file
    remarks = [*list(said)[:MOST_REMARKS], *(f"not looked at: {what}" for what in file.others)]
    if file.picture.entries[0].first("jaiC") is None:
        remarks.append("the sample entry has no box jaiC (layout provisional)")
    size = f"{clip.width} x {clip.height}, {seconds_in_words(clip.seconds)} s"
    picture = f"{decoded} of {len(clip)} frames of {size}" if decoded else ""
    return Verdict(clip.name, tuple(problems), picture=picture, remarks=tuple(remarks))


def _verify_frame(clip: Clip, number: int) -> Verdict:
    """Return the verdict on one frame, its transparency and its sample entry."""
    options = replace(clip.options, workers=1)
    try:
        found = stream_in(clip.still(number), limits=options.limits)
        verdict = verify_codestream(found.codestream, clip.pack, name=f"frame {number}", options=options)
        assert found.file is not None, "it was made as a file"
        return with_boxes(verdict, found.file, found.codestream, options.limits)
    except (CodestreamError, UnsupportedError, LimitExceeded) as problem:
        return Verdict(f"frame {number}", (problem,))


def _of_file(clip: Clip) -> list[RefdecError]:
    """Return what the file says of the whole clip that cannot be."""
    found: list[RefdecError] = []
    brands = clip.found.file.brands
    if not any(brand in brands for brand in (CLIP_BRAND, "jaii")):
        found.append(PropertyDisagrees("ftyp", f"the brands {', '.join(brands) or 'none'}", f"{CLIP_BRAND} among them"))
    if clip.found.cut:
        last = clip.found.bytes
        found.append(
            PropertyDisagrees(
                "mdat", "more bytes than there are", f"at most {len(last)}", at=BitOffset.of_byte(len(last))
            )
        )
    return found
