"""Writing a picture row by row: what all writers share.

In: codes, any number of rows at a time, from the top.  Out: bytes in a sink, committed by `close` when all rows are
there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

import numpy as np

from refdec.formats.errors import FormatCannotHold, RowsDoNotFit
from refdec.formats.pictures import Colour, PictureSpec
from refdec.formats.sinks import Sink
from refdec.formats.transparency import at_depth
from refdec.picture.output import Codes, png_samples

__all__ = ["NARROW", "InterleavedWriter", "RowWriter"]

BAND_SAMPLES = 1 << 20
NARROW, DEEP = 8, 16


class RowWriter(ABC):
    """Takes rows of every component and ends in a file; use it in a `with` block, or call `close` or `abort`.

    After an error nothing is left: the sink is discarded, and further calls are refused.
    """

    def __init__(self, sink: Sink, spec: PictureSpec) -> None:
        self._sink, self.spec = sink, spec
        self._rows = [0] * len(spec.sizes)
        self._open = True

    def write_rows(self, *components: Codes) -> None:
        """Append rows: one array [n, width] of codes per component (n may differ where the format stores planes apart).

        Raises RowsDoNotFit, or FileUnwritable.
        """
        try:
            self._check(components)
            self._put(components)
        except BaseException:
            self.abort()
            raise
        self._rows = [done + rows.shape[0] for done, rows in zip(self._rows, components, strict=True)]

    def close(self) -> None:
        """Finish the file.  Raises RowsDoNotFit if rows are missing, or FileUnwritable; a second call does nothing."""
        if not self._open:
            return
        try:
            for i, (done, (height, _)) in enumerate(zip(self._rows, self.spec.sizes, strict=True)):
                if done != height:
                    raise RowsDoNotFit(f"component {i} has {done} of {height} rows")
            self._finish()
            self._sink.commit()
        except BaseException:
            self.abort()
            raise
        self._open = False

    def abort(self) -> None:
        """Give up: no file is left."""
        if self._open:
            self._open = False
            self._sink.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _check(self, components: tuple[Codes, ...]) -> None:
        if not self._open:
            raise RowsDoNotFit("the writer is closed")
        if len(components) != len(self.spec.sizes):
            raise RowsDoNotFit(f"{len(components)} components instead of {len(self.spec.sizes)}")
        for i, (rows, (height, width)) in enumerate(zip(components, self.spec.sizes, strict=True)):
            if rows.dtype not in (np.uint8, np.uint16) or rows.ndim != 2 or rows.shape[1] != width:
                raise RowsDoNotFit(f"component {i} came as {rows.dtype} {rows.shape}, its rows have {width} codes")
            if self._rows[i] + rows.shape[0] > height:
                raise RowsDoNotFit(f"component {i} has only {height} rows")
            if rows.dtype.itemsize * 8 > self.spec.bits and rows.size and int(rows.max()) >> self.spec.bits:
                raise RowsDoNotFit(f"component {i} has a code above {self.spec.bits} bits")

    @abstractmethod
    def _put(self, components: tuple[Codes, ...]) -> None:
        """Store rows that fit."""

    def _finish(self) -> None:  # noqa: B027 - most formats end with their last row
        """Write what follows the last row."""


class InterleavedWriter(RowWriter):
    """A writer whose format stores the components of a sample side by side; all components have one size.

    Raises FormatCannotHold for YUV: such formats mean RGB (or gray).
    """

    name = ""
    takes_yuv = False

    def __init__(self, sink: Sink, spec: PictureSpec) -> None:
        if spec.colour is Colour.YUV and not (self.takes_yuv and spec.one_size):
            sink.discard()
            what = "Y'CbCr planes" if not self.takes_yuv else "chroma planes that are smaller than luma"
            raise FormatCannotHold(self.name, what, "Convert to RGB first, or write .yuv.")
        super().__init__(sink, spec)

    def _put(self, components: tuple[Codes, ...]) -> None:
        counts = {rows.shape[0] for rows in components}
        if len(counts) != 1:
            raise RowsDoNotFit(f"{self.name} takes the same rows of all components at a time")
        step = max(1, BAND_SAMPLES // self.spec.width)
        for top in range(0, counts.pop(), step):
            band: list[Codes] = [rows[top : top + step] for rows in components]
            self._put_band(band[0][:, :, None] if len(band) == 1 else np.stack(band, axis=-1))

    def _over_the_range(self, samples: Codes) -> Codes:
        """Return codes of less than 8 bits over the range of 8, as viewers take them; a shift gives the codes back."""
        return samples if self.spec.bits >= NARROW else at_depth(samples, self.spec.bits, NARROW)

    def _in_high_bits(self, samples: Codes) -> Codes:
        """Return samples as PNG and TIFF hold them (5.11): above 8 bits in the high bits of 16; 0 of alpha stays 0.

        Below 8 bits they are spread over the range of 8.
        """
        stored = png_samples(self._over_the_range(samples), self.spec.bits)
        if self.spec.alpha is not None and self.spec.bits > NARROW:
            stored[:, :, -1] = at_depth(samples[:, :, -1], self.spec.bits, DEEP)
        return stored

    @abstractmethod
    def _put_band(self, samples: Codes) -> None:
        """Store some rows [n, width, components]."""
