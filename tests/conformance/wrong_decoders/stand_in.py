"""What the wrong decoders share: a decoder that is right, because it looks the picture up in the suite.

Each script is called as `SCRIPT IN OUT SUITE`, does one thing wrong, and stands in for a decoder with that bug.  The
name of the case is the name of the stream.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from refdec.formats.files import read_picture, write_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.yuv import YuvLayout

REFUSED = 3


def arguments() -> tuple[dict[str, Any], Path, Path]:
    """The case's manifest, its folder, and where the picture goes."""
    stream, out, suite = (Path(word) for word in sys.argv[1:4])
    folder = suite / stream.stem
    return json.loads((folder / "case.json").read_text()), folder, out


def decoded() -> tuple[CodePicture, Path]:
    """The right picture of a legal stream; ends the process with exit code 3 for a broken one."""
    case, folder, out = arguments()
    if case["error"] is not None:
        print(f"refused: {case['error']['name']}", file=sys.stderr)
        sys.exit(REFUSED)
    told = case["picture"]
    layout = YuvLayout(told["width"], told["height"], told["bits"], told["chroma"])
    bits = told["bits"] if told["bits"] > 8 else None
    return read_picture(folder / told["file"], layout=layout, bits=bits), out


def write(picture: CodePicture, out: Path, *planes: np.ndarray[Any, Any]) -> None:
    """Write a picture with other planes, where some are given."""
    shown = CodePicture(tuple(planes), picture.bits, picture.colour) if planes else picture
    write_picture(out, shown)


def write_raw(out: Path, *planes: np.ndarray[Any, Any]) -> None:
    """Write planes as they are, one after the other."""
    out.write_bytes(b"".join(plane.tobytes() for plane in planes))


LUMA = np.array([0.2126, 0.7152, 0.0722])
TO_YCC = np.stack([LUMA, (np.array([0, 0, 1]) - LUMA) / 1.8556, (np.array([1, 0, 0]) - LUMA) / 1.5748])


def in_chroma(picture: CodePicture, change: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]) -> list[Any]:
    """Change both chroma planes, of an RGB picture before the colour transform."""
    if picture.colour is not Colour.RGB:
        return [picture.components[0], *(change(plane) for plane in picture.components[1:])]
    y, cb, cr = np.tensordot(TO_YCC, np.stack(picture.components).astype(np.float64), axes=1)
    back = np.tensordot(np.linalg.inv(TO_YCC), np.stack([y, change(cb), change(cr)]), axes=1)
    kind = picture.components[0].dtype
    return list(np.clip(np.rint(back), 0, (1 << picture.bits) - 1).astype(kind))
