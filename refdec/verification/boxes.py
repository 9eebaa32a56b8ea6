"""The verdict on a HEIF file: that on its codestream, and what its boxes say otherwise.

In: the verdict on the codestream, and the file.  Out: `Verdict`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from refdec.api.enclosing import headers_of
from refdec.errors import RefdecError
from refdec.heif.checks import disagreements, file_remarks
from refdec.verification.verdict import Verdict

if TYPE_CHECKING:
    from refdec.heif.heiffile import HeifFile
    from refdec.limits import Limits

__all__ = ["with_boxes"]


def with_boxes(verdict: Verdict, file: HeifFile, codestream: bytes, limits: Limits) -> Verdict:
    """Return the verdict with what is wrong in the boxes; nothing of them where the headers do not read."""
    try:
        headers = headers_of(codestream, limits)
    except RefdecError:
        return verdict
    problems = disagreements(file, headers, limits)
    remarks = (*verdict.remarks, *file_remarks(file, headers))
    return replace(verdict, problems=(*verdict.problems, *problems), remarks=remarks)
