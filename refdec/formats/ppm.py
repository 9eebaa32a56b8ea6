"""PPM and PGM (P6, P5), 8 or 16 bits, written row by row.  Reading is in `pnm_reader`.

The convention of 5.11: maxval 2^b - 1, 16-bit samples big-endian, codes not shifted.
"""

from __future__ import annotations

import numpy as np

from refdec.clauses import clause
from refdec.formats.pictures import Colour, PictureSpec
from refdec.formats.rows import InterleavedWriter
from refdec.formats.sinks import Sink
from refdec.picture.output import Codes

__all__ = ["PpmWriter"]


@clause("5.11", kind="added", reason="the reference software writes no PPM; the convention of this project")
class PpmWriter(InterleavedWriter):
    """(5.11) P6 for RGB, P5 for gray."""

    name = "PPM"

    def __init__(self, sink: Sink, spec: PictureSpec) -> None:
        super().__init__(sink, spec)
        kind = "P5" if spec.colour is Colour.GRAY else "P6"
        self._head: bytes | None = f"{kind}\n{spec.width} {spec.height}\n{(1 << spec.bits) - 1}\n".encode()

    def _put_band(self, samples: Codes) -> None:
        if self._head is not None:
            self._sink.write(self._head)
            self._head = None
        stored = np.ascontiguousarray(samples, dtype="u1" if self.spec.sample_bytes == 1 else ">u2")
        self._sink.write(stored.tobytes())
