"""PPM and PGM (P6, P5), 8 or 16 bits: read, and written row by row.

The convention of 5.11: maxval 2^b - 1, 16-bit samples big-endian, codes not shifted.
"""

from __future__ import annotations

import re

import numpy as np

from refdec.clauses import clause
from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.formats.pictures import CodePicture, Colour, PictureSpec, require_pixels
from refdec.formats.rows import InterleavedWriter
from refdec.formats.sinks import Sink
from refdec.limits import Limits
from refdec.picture.output import Codes, as_codes

__all__ = ["PpmWriter", "read_ppm"]

GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
HEADER = re.compile(rb"P([1-7])" + GAP + rb"(\d{1,9})" + GAP + rb"(\d{1,9})" + GAP + rb"(\d{1,9})\s")
CHANNELS = {b"5": 1, b"6": 3}


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


def read_ppm(data: bytes, *, limits: Limits) -> CodePicture:
    """Read a binary PPM or PGM whose maxval is 2^b - 1.

    Raises PictureDamaged, PictureUnsupported (text variants, PBM, other maxvals) or PictureTooLarge.
    """
    found = HEADER.match(data)
    if found is None:
        raise PictureDamaged("PPM", "its header cannot be read")
    kind, width, height, maxval = found[1], int(found[2]), int(found[3]), int(found[4])
    if kind not in CHANNELS:
        raise PictureUnsupported("PPM", f"the magic number P{kind.decode()}")
    bits = maxval.bit_length()
    if maxval == 0 or maxval != (1 << bits) - 1 or bits > 16:
        raise PictureUnsupported("PPM", f"the maxval {maxval}, which is not one below a power of two")
    if not width or not height:
        raise PictureDamaged("PPM", "it has no samples")
    require_pixels(width, height, limits)
    count = width * height * CHANNELS[kind]
    kind_of_sample: np.dtype[np.unsignedinteger] = np.dtype("u1" if bits <= 8 else ">u2")
    if len(data) - found.end() < count * kind_of_sample.itemsize:
        raise PictureDamaged("PPM", f"it has {len(data) - found.end()} bytes of samples for {count} of them")
    samples = np.frombuffer(data, kind_of_sample, count, found.end()).reshape(height, width, CHANNELS[kind])
    if samples.max() > maxval:
        raise PictureDamaged("PPM", "a sample is above its maxval")
    components = tuple(as_codes(samples[:, :, i], bits) for i in range(CHANNELS[kind]))
    return CodePicture(components, bits, Colour.GRAY if len(components) == 1 else Colour.RGB)
