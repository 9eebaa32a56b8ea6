"""JPEG AI in Pillow: after `import refdec.adapters.pillow`, `Image.open("x.jai")` and `im.save("x.jai", bpp=0.5)` work.

In: files and images as Pillow hands them over.  Out: RGB images of 8 bits; codestreams.  Opening reads the headers
only, and needs no weights; decoding happens when pixels are asked for.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

import numpy as np
from PIL import Image, ImageFile

from refdec.errors import RefdecError
from refdec.formats.kinds import CODESTREAM_SUFFIXES, is_codestream

__all__ = ["FORMAT", "JpegAiImageFile", "register"]

FORMAT = "JPEGAI"
MODES = ("RGB", "L")


class JpegAiImageFile(ImageFile.ImageFile):
    """A JPEG AI file in Pillow; `info` holds `bit_depth`, `profile` and `model_id` of the codestream."""

    format = FORMAT
    format_description = "JPEG AI (ISO/IEC 6048-1)"

    def _open(self) -> None:
        """Read the headers.  Raises SyntaxError, Pillow's word for "not mine", where they are no JPEG AI headers."""
        from refdec.api.info import read_info

        assert self.fp is not None
        self._codestream: bytes | None = self.fp.read()
        try:
            values = read_info(self._codestream).as_json()
        except RefdecError as problem:
            raise SyntaxError(problem.headline()) from problem
        self._mode = "RGB"
        self._size = values["width"], values["height"]
        self.info = {name: values[name] for name in ("bit_depth", "profile", "model_id") if name in values}

    def load(self) -> Any:
        """Decode with the bundled weights.  Raises OSError where the codestream does not decode."""
        if self._codestream is not None:
            self.fp = BytesIO(_rgb(self._codestream).tobytes())
            self.tile = [ImageFile._Tile("raw", (0, 0, *self.size), 0, "RGB")]
            self._codestream = None
        return super().load()


def _rgb(codestream: bytes) -> Any:
    """Return the decoded picture, uint8 [rows, columns, 3]."""
    from refdec.api.decode import decode

    try:
        return np.ascontiguousarray(decode(codestream, colour="RGB", bit_depth=8).array)
    except RefdecError as problem:
        raise OSError(problem.headline()) from problem


def _save(image: Image.Image, file: IO[bytes], filename: str | bytes) -> None:
    """Write an image; the keywords of `save` are those of `refdec.encode` (bpp, psnr, encoder ...)."""
    from refdec.api.encode import encode

    if image.mode not in MODES:
        raise OSError(f"cannot write mode {image.mode} as JPEG AI: convert it to {' or '.join(MODES)} first")
    try:
        data = encode(np.asarray(image), **getattr(image, "encoderinfo", {}))
    except RefdecError as problem:
        raise OSError(problem.headline()) from problem
    file.write(data)


def register() -> None:
    """Make Pillow know the format; importing this module does it."""
    Image.register_open(FORMAT, JpegAiImageFile, is_codestream)
    Image.register_save(FORMAT, _save)
    Image.register_extensions(FORMAT, list(CODESTREAM_SUFFIXES))


register()
