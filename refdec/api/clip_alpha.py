"""The transparency of a clip that is made: a track of its own, without loss, where a frame is not opaque everywhere.

In: the planes of frames, one by one.  Out: their codes, handed to who keeps them, and the track.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from refdec.heif.clipwriting import NewTrack, alpha_entry
from refdec.heif.heiffile import Property, Reference
from refdec.heif.parts import AlphaPlane
from refdec.heif.uncompressed import alpha_item
from refdec.plugins.source_picture import SourcePicture
from refdec.sequences.errors import FramesDiffer

__all__ = ["AlphaTrack"]

ANY_NUMBER = 2
"""Of an item that lends its layout to samples."""


class AlphaTrack:
    """The transparency of a clip, without loss: none until the first frame that is not opaque everywhere."""

    def __init__(self, append: Callable[[bytes], tuple[int, int]]) -> None:
        self._append = append
        self._known: dict[bytes, tuple[int, int]] = {}
        self._layout: tuple[Property, ...] = ()
        self._bits = 0
        self.first: AlphaPlane | None = None
        self.premultiplied = False
        self.places: list[tuple[int, int]] = []

    def add(self, plane: AlphaPlane | None, number: int, picture: SourcePicture) -> None:
        """Take the transparency of a frame, None where it is opaque.  Raises FramesDiffer."""
        if plane is None and not self.places:
            return
        if not self.places:
            assert plane is not None, "an opaque frame adds nothing yet"
            self._bits, self.premultiplied = plane.bits, plane.premultiplied
            before = [_opaque(picture, plane)] * (number - 1)
            self.first = before[0] if before else plane
            for each in before:
                self._put(each)
        if plane is None:
            assert self.first is not None, "there is one before"
            plane = _opaque(picture, self.first)
        if (plane.bits, plane.premultiplied) != (self._bits, self.premultiplied):
            kinds = [
                f"transparency of {bits} bits{', multiplied in' if prem else ''}"
                for bits, prem in ((plane.bits, plane.premultiplied), (self._bits, self.premultiplied))
            ]
            raise FramesDiffer(number, *kinds)
        self._put(plane)

    def _put(self, plane: AlphaPlane) -> None:
        digest = hashlib.sha256(np.ascontiguousarray(plane.samples).tobytes()).digest()
        if digest not in self._known:
            item = alpha_item(ANY_NUMBER, plane, ())
            self._layout = self._layout or item.properties
            self._known[digest] = self._append(bytes(item.data))
        self.places.append(self._known[digest])

    def tracks(self, size: tuple[int, int]) -> tuple[NewTrack, ...]:
        """Return the track, none where all is opaque."""
        if not self.places:
            return ()
        entry = alpha_entry(self._layout, size)
        return (NewTrack((entry,), [0] * len(self.places), self.places, "auxv", (Reference("auxl", 2, (1,)),)),)


def _opaque(picture: SourcePicture, like: AlphaPlane) -> AlphaPlane:
    samples = np.full((picture.height, picture.width), (1 << like.bits) - 1, like.samples.dtype)
    return replace(like, samples=samples)
