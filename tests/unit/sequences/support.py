"""Small moving pictures that tests share."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

import refdec
from refdec.heif.boxes import FileBox
from tests.encodable import photograph
from tests.unit.heif.clips import with_clip_box

HEIGHT, WIDTH = 40, 48
MILLISECONDS = (100, 200, 50, 70)
AV1_ENTRY = "moov/trak/mdia/minf/stbl/stsd/av01"
KINDS = {".gif": "GIF", ".png": "PNG", ".webp": "WEBP", ".avif": "AVIF"}


@cache
def pictures(count: int = 4) -> tuple[npt.NDArray[np.uint8], ...]:
    """Return frames of a view that moves to the right."""
    wide = photograph(HEIGHT, WIDTH + 2 * count)
    return tuple(np.ascontiguousarray(wide[:, 2 * index : 2 * index + WIDTH]) for index in range(count))


def alpha(index: int) -> npt.NDArray[np.uint8]:
    """Return transparency: none in the first two frames, a ramp that moves in the others."""
    plane = np.full((HEIGHT, WIDTH), 255, np.uint8)
    if index >= 2:
        plane[5:21, 3 * index : 20 + index] = (np.arange(16) * 17)[:, None]
    return plane


def animation(suffix: str, *, transparent: bool = False, loop: int | None = 3, count: int = 4, **more: Any) -> bytes:
    """Return an animation of those frames as Pillow writes it."""
    frames = [
        PIL.Image.fromarray(np.dstack((picture, alpha(index))) if transparent else picture)
        for index, picture in enumerate(pictures(count))
    ]
    target = io.BytesIO()
    wishes: dict[str, Any] = {"lossless": True} if suffix == ".webp" else {}
    wishes |= {} if loop is None else {"loop": loop}
    times = list(MILLISECONDS[:count])
    frames[0].save(
        target, KINDS[suffix], save_all=True, append_images=frames[1:], **({"duration": times, **wishes} | more)
    )
    return target.getvalue()


def in_av1_entry(data: bytes, *boxes: FileBox) -> bytes:
    """Return an AVIF animation with boxes more in the sample entry of its pictures."""

    def with_more(box: FileBox) -> FileBox:
        return box if box.first("auxi") else replace(box, children=(*box.children, *boxes))

    return with_clip_box(AV1_ENTRY, with_more, data)


@cache
def clip() -> bytes:
    """Return a clip of the frames with transparency: 0.1, 0.2, 0.05 and 0.07 s long, played three times."""
    target = io.BytesIO()
    refdec.encode_clip(animation(".png", transparent=True), target, options=refdec.EncodeOptions(quality=20))
    return target.getvalue()


def y4m(head: str = "W6 H4 F30000:1001 Ip A1:1 C420jpeg XCOLORRANGE=FULL", frames: int = 3, size: int = 36) -> bytes:
    """Return raw video whose frames are all of one code: 10, 20, 30 ..."""
    parts = [b"FRAME\n" + bytes([10 * (index + 1)]) * size for index in range(frames)]
    return b"YUV4MPEG2 " + head.encode() + b"\n" + b"".join(parts)
