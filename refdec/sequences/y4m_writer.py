"""Writing y4m: the planes of Y'CbCr or gray pictures of full range, frame by frame.

In: planes.  Out: a file that appears whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from refdec.bitstream.chroma import ChromaFormat
from refdec.formats.errors import FormatCannotHold
from refdec.formats.sinks import Sink
from refdec.picture.output import Codes

__all__ = ["Y4mLayout", "Y4mWriter"]

SUBSAMPLINGS = {chroma.value: chroma.digits for chroma in ChromaFormat}
DEPTHS = (8, 9, 10, 12, 14, 16)


@dataclass(frozen=True, slots=True)
class Y4mLayout:
    """Width, height, rate in frames a second, bits of a sample, and chroma (None: gray)."""

    width: int
    height: int
    rate: Fraction
    bits: int
    subsampling: tuple[int, int] | None

    def line(self) -> bytes:
        """Return the first line of the file.  Raises FormatCannotHold."""
        if self.bits not in DEPTHS:
            raise FormatCannotHold("y4m", f"samples of {self.bits} bits", "Decode at 8 or 10 bits: --bit-depth 8")
        deep = self.bits > DEPTHS[0]
        if self.subsampling is None:
            layout = f"mono{self.bits}" if deep else "mono"
        else:
            chroma = SUBSAMPLINGS[self.subsampling]
            layout = f"{chroma}p{self.bits}" if deep else "420jpeg" if chroma == "420" else chroma
        rate = f"F{self.rate.numerator}:{self.rate.denominator}"
        return f"YUV4MPEG2 W{self.width} H{self.height} {rate} Ip A1:1 C{layout} XCOLORRANGE=FULL\n".encode()


class _HasPlanes(Protocol):
    @property
    def planes(self) -> Sequence[Codes]: ...


class Y4mWriter:
    """Writes frames to a sink, which its owner commits."""

    def __init__(self, sink: Sink, layout: Y4mLayout) -> None:
        self._sink = sink
        self._kind = np.dtype("u1" if layout.bits <= DEPTHS[0] else "<u2")
        sink.write(layout.line())

    def put(self, picture: _HasPlanes, times: int) -> None:
        """Write a frame, `times` times one after the other."""
        data = b"".join(np.ascontiguousarray(plane, self._kind).tobytes() for plane in picture.planes)
        for _ in range(times):
            self._sink.write(b"FRAME\n")
            self._sink.write(data)
