"""How many bytes an original takes without loss: refdec's codestream with its layer, beside PNG, WebP and JPEG XL.

In: pictures of 8 bits.  Out: sizes, and how fast layers are coded and decoded by one core; the work of `refdec bench
lossless`.  Every file is decoded again and compared; JPEG XL is measured where its program `cjxl` is installed.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.bench.errors import LossFound
from refdec.bench.pictures import read_rgb
from refdec.observation import Progress, no_progress

if TYPE_CHECKING:
    from refdec.formats.files import Source
    from refdec.lossless.layer import Planes
    from refdec.weights.pack import WeightPack

__all__ = ["ROWS", "LosslessSizes", "means", "measure_lossless"]

JPEG_XL = "cjxl"
EFFORT = "7"
ROWS = ("png", "webp", "jpeg_xl", "refdec", "lossy")


@dataclass(frozen=True, slots=True)
class LosslessSizes:
    """Bits per pixel of one picture; `refdec` is the whole codestream, of which `lossy` are the lossy picture.

    `jpeg_xl` None: there is no program for it.  `encode_megapixels`, `decode_megapixels`: of layers, a second of one
    core, without the lossy picture.
    """

    picture: str
    png: float
    webp: float
    jpeg_xl: float | None
    refdec: float
    lossy: float
    encode_megapixels: float
    decode_megapixels: float

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self)


def measure_lossless(
    pictures: Sequence[Path],
    *,
    quality: int | None = None,
    weights: WeightPack | Source | None = None,
    progress: Progress = no_progress,
) -> list[LosslessSizes]:
    """Return the sizes of pictures; `quality`: of the lossy picture, None: the usual one below a layer.

    Raises NotEightBits, LossFound, and what encoding raises.
    """
    rows = []
    for number, path in enumerate(pictures):
        rows.append(_measured(path, quality, weights))
        progress((number + 1) / len(pictures))
    return rows


def means(rows: Sequence[LosslessSizes]) -> dict[str, float | None]:
    """Return the mean of each size, None where a picture has none."""
    found: dict[str, float | None] = {}
    for name in ROWS:
        values = [getattr(row, name) for row in rows]
        found[name] = None if None in values else fmean(values)
    return found


def _measured(path: Path, quality: int | None, weights: WeightPack | Source | None) -> LosslessSizes:
    """Return the sizes of one picture."""
    from refdec.api.decode import decode
    from refdec.api.encode import encode
    from refdec.bitstream.layerrecord import with_layer

    rgb = read_rgb(path)
    data = encode(rgb, lossless=True, quality=quality, weights=weights, check=False)
    speeds = _speeds(rgb, decode(data, weights=weights, lossy=True, colour="RGB").planes, path)
    rate = 8 / (rgb.shape[0] * rgb.shape[1])
    png, webp = (rate * _pillow_bytes(rgb, path, kind, wishes) for kind, wishes in PILLOW)
    other = _jpeg_xl_bytes(rgb)
    return LosslessSizes(
        picture=path.name,
        png=png,
        webp=webp,
        jpeg_xl=None if other is None else rate * other,
        refdec=rate * len(data),
        lossy=rate * len(with_layer(data, b"")),
        encode_megapixels=speeds[0],
        decode_megapixels=speeds[1],
    )


PILLOW: tuple[tuple[str, dict[str, Any]], ...] = (
    ("PNG", {"optimize": True}),
    ("WEBP", {"lossless": True, "quality": 100, "method": 6}),
)


def _pillow_bytes(rgb: UInt8Array, path: Path, kind: str, wishes: dict[str, Any]) -> int:
    """Return the bytes of a file that Pillow writes without loss.  Raises LossFound."""
    from PIL import Image

    target = io.BytesIO()
    Image.fromarray(rgb).save(target, kind, **wishes)
    if not np.array_equal(np.asarray(Image.open(io.BytesIO(target.getvalue())).convert("RGB")), rgb):
        raise LossFound(kind, str(path))
    return len(target.getvalue())


def _jpeg_xl_bytes(rgb: UInt8Array) -> int | None:
    """Return the bytes of a JPEG XL file without loss at effort 7, None where there is no program for it."""
    program = shutil.which(JPEG_XL)
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.ppm"), Path(folder, "a.jxl")
        source.write_bytes(b"P6\n%d %d\n255\n" % (rgb.shape[1], rgb.shape[0]) + rgb.tobytes())
        command = [program, "-d", "0", "-e", EFFORT, str(source), str(target)]
        subprocess.run(command, check=True, capture_output=True)
        return target.stat().st_size


def _speeds(rgb: UInt8Array, base: Planes, path: Path) -> tuple[float, float]:
    """Return megapixels a second of coding and decoding a layer, by the time of this thread.  Raises LossFound."""
    from refdec.lossless.layer import decode_layer, encode_layer

    original = tuple(np.ascontiguousarray(rgb[..., n]) for n in range(3))
    began = time.thread_time()
    record = encode_layer(original, base, 8)
    coded = time.thread_time()
    made = decode_layer(record, base)
    ended = time.thread_time()
    if not np.array_equal(np.stack(made, axis=-1), rgb):
        raise LossFound("refdec", str(path))
    megapixels = rgb.shape[0] * rgb.shape[1] / 1e6
    return megapixels / (coded - began), megapixels / (ended - coded)
