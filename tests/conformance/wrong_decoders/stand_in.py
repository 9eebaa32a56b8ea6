"""What the wrong decoders share: a decoder that is right, because it looks the picture up in the suite.

Each script is called as `SCRIPT IN OUT SUITE`, does one thing wrong, and stands in for a decoder with that bug.  The
name of the case is the name of the stream.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from refdec.formats.files import read_picture, write_picture
from refdec.formats.pictures import CodePicture
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
