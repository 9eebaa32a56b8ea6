"""What is said of a clip once its frames are decoded: each sentence once, one fingerprint, what fidelity they all have.

In: pictures, or reports of files, frame by frame.  Out: the `DecodeReport` of all.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from refdec.api.decode_report import DecodeReport
from refdec.picture.picture import LOSSLESS, LOSSY

if TYPE_CHECKING:
    from refdec.errors import RefdecError
    from refdec.formats.decoded import Picture

__all__ = ["FrameTally"]


class FrameTally:
    """Adds up what is said of frames."""

    def __init__(self) -> None:
        self._said: dict[str, None] = {}
        self._digest = hashlib.sha256()
        self._kinds: set[str] = set()
        self._fidelities: set[str] = set()
        self._last: Picture | DecodeReport | None = None
        self.first_problem: RefdecError | None = None

    @property
    def all_equal(self) -> bool:
        """Whether all pictures were the same one."""
        return len(self._kinds) == 1

    def add(self, picture: Picture, said: tuple[str, ...], fidelity: str) -> None:
        """Take a picture, and how near to its original it is in the file."""
        from refdec.trace.picture_digest import picture_sha256

        self._said |= dict.fromkeys((*said, *picture.warnings))
        codes = picture_sha256(picture.planes)
        alpha = "" if picture.alpha is None else picture_sha256((picture.alpha.samples,))
        self._kinds.add(codes + alpha)
        self._digest.update(bytes.fromhex(codes))
        self._fidelities.add(fidelity)
        self._last = picture

    def add_report(self, report: DecodeReport) -> None:
        """Take what is said of a file."""
        self._said |= dict.fromkeys(report.warnings)
        self._digest.update(bytes.fromhex(report.fingerprint))
        self._fidelities.add(report.fidelity)
        self._last = report

    def problem(self, problem: RefdecError) -> None:
        """Take a frame that does not decode."""
        self.first_problem = self.first_problem or problem
        self._said[f"left out: {problem.headline()}"] = None
        self._fidelities.add(LOSSY)

    @property
    def fidelity(self) -> str:
        """What is true of every frame: lossless ones are within any bound, and two bounds are none."""
        bounds = self._fidelities - {LOSSLESS}
        return LOSSLESS if not bounds else bounds.pop() if len(bounds) == 1 else LOSSY

    def report(self, name: str, count: int, lost: tuple[str, ...]) -> DecodeReport:
        """Return what is said of all."""
        last = self._last
        assert last is not None, "a clip has frames"
        size = last.width, last.height, last.bit_depth, last.colour
        fingerprint, said = self._digest.hexdigest(), (*self._said, *lost)
        return DecodeReport(name, *size, fingerprint, said, {}, fidelity=self.fidelity, frames=count)
