"""JPEG AI in Pillow: after `import refdec.adapters.pillow`, `Image.open("x.jai")` and `im.save("x.jai", bpp=0.5)` work.

In: files and images as Pillow hands them over.  Out: RGB or gray images of 8 bits; codestreams.  Opening reads the
headers only, and needs no weights; decoding happens when pixels are asked for.

Pillow asks no entry points, so a process has to import this module; a worker that is spawned does it when it is given
`register` as its initializer.
"""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from PIL import Image, ImageFile

from refdec.adapters.pixels import os_errors, shown_channels, shown_pixels
from refdec.errors import RefdecError
from refdec.formats.kinds import CODESTREAM_SUFFIXES, HEIF_MEDIA_TYPE, HEIF_SUFFIX, MEDIA_TYPE, is_jpeg_ai

if TYPE_CHECKING:
    from refdec.inspection.summary import Info
    from refdec.picture.output import Codes

__all__ = ["FORMAT", "JpegAiImageFile", "register"]

FORMAT = "JPEGAI"
BITS = 8
MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""What Pillow calls pixels of so many samples."""


class JpegAiImageFile(ImageFile.ImageFile):
    """A JPEG AI file in Pillow; `info` holds `bit_depth`, `profile` and `model_id` of the codestream, `icc_profile`
    where it states colours that one can say, and `private_regions` (X,Y,W,H each) where the picture is the public one.

    Pickled and copied like other images: a copy holds the pixels.
    """

    format = FORMAT
    format_description = "JPEG AI (ISO/IEC 6048-1)"
    _about: Info | None = None
    """What its headers say."""
    _scale: int | None = None
    _codestream: bytes | None = None
    """What is to be decoded, bare or in its HEIF file; None once it is, and in unpickled images."""

    def _open(self) -> None:
        """Read the headers.  Raises SyntaxError, Pillow's word for "not mine", where they are no JPEG AI headers."""
        from refdec.api.beside import beside_in
        from refdec.api.info import read_info
        from refdec.formats.files import read_bytes

        assert self.fp is not None
        try:
            self._codestream = read_bytes(cast(BinaryIO, self.fp))
            info = read_info(self._codestream)
            beside = beside_in(self._codestream)
        except RefdecError as problem:
            raise SyntaxError(problem.headline()) from problem
        self._about, values = info, info.as_json()
        self._mode = MODES[shown_channels(info, beside)]
        self._size = beside.shown_size(info.width, info.height)
        self.info = {name: values[name] for name in ("bit_depth", "profile", "model_id") if name in values}
        if values["private_regions"]:
            self.info["private_regions"] = tuple(values["private_regions"])
        known = beside.metadata
        profile = known.icc or _profile(values["rendering"], gray=self.mode in ("L", "LA"))
        found = {"icc_profile": profile, "exif": known.exif, "xmp": known.xmp}
        self.info |= {name: data for name, data in found.items() if data}

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> tuple[str, tuple[int, int, float, float]] | None:
        """Decode to an eighth or a sixteenth of the size where that is not below `size`; None: nothing has changed.

        Pixels then come straight from the latents, near to the area averages of the picture; of one with transparency,
        or made of tiles, there are none.  `Image.thumbnail` asks for it.  `mode` changes nothing.
        """
        from refdec.api.scaled import SCALES

        if self._codestream is None or size is None or self._scale is not None or self.mode.endswith("A"):
            return None
        if self._about is None or "tiles" in (self._about.file or {}):
            return None
        width, height = self.size
        fitting = [scale for scale in SCALES if width // scale >= size[0] and height // scale >= size[1]]
        if not fitting:
            return None
        self._scale = max(fitting)
        self._size = -(-width // self._scale), -(-height // self._scale)
        return self.mode, (0, 0, width / self._scale, height / self._scale)

    def load(self) -> Any:
        """Decode with the bundled weights.  Raises OSError where the codestream does not decode."""
        if self._codestream is not None and self._about is not None:
            if self._exclusive_fp and self.fp is not None:
                self.fp.close()  # it has been read
            self.fp = None
            image = Image.fromarray(_pixels(self._codestream, self._about, self._scale))
            self.im, self._mode = image.im, image.mode
            self._codestream = None
            self.readonly = 0
        return super().load()

    def close(self) -> None:
        """Close the file and forget the picture, decoded or not."""
        self._codestream = None
        super().close()


def _profile(rendering: Mapping[str, Any] | None, *, gray: bool) -> bytes | None:
    """Return the ICC profile of the colours that the codestream states, None where there is none."""
    from refdec.formats.icc_writer import icc_profile

    cicp = (rendering or {}).get("cicp")
    if cicp is None:
        return None
    return icc_profile(cicp["colour_primaries"], cicp["transfer_characteristics"], gray=gray)


def _pixels(codestream: bytes, info: Info, scale: int | None) -> Codes:
    """Return the decoded picture, uint8, with a scale the small one; an original of any depth is brought to 8 bits."""
    from refdec.api.decode import decode
    from refdec.api.gray import colour_to_show

    with os_errors():
        if scale is not None:
            picture = decode(codestream, scale=scale)
        else:
            bits = BITS if info.lossless_layer is None else None  # where another depth is named, no original is given
            picture = decode(codestream, colour=colour_to_show(info), bit_depth=bits)
        return shown_pixels(picture, info.gray_components, BITS)


def _save(image: Image.Image, file: IO[bytes], filename: str | bytes) -> None:
    """Write an image, to a name with .jaii as a HEIF file; the keywords of `save` are those of `refdec.encode`.

    Its orientation and colours are taken along as those of a file; of an animation at its first frame nothing is
    written, unless `frame` chooses.
    """
    from refdec.api.encode import encode

    wishes = dict(getattr(image, "encoderinfo", {}))
    if Path(os.fsdecode(filename)).suffix.lower() == HEIF_SUFFIX:
        wishes.setdefault("container", HEIF_SUFFIX[1:])
    with os_errors():
        data = encode(image, **wishes)
    file.write(data)


def _save_all(image: Image.Image, file: IO[bytes], filename: str | bytes) -> None:
    """Write an image of one frame as `_save` does; there is no place for more.  Raises OSError for several."""
    frames = getattr(image, "n_frames", 1) + len(list(image.encoderinfo.pop("append_images", None) or ()))
    if frames > 1:
        raise OSError(f"a JPEG AI codestream holds one picture, not {frames}: save each to a file of its own")
    _save(image, file, filename)


def register() -> None:
    """Make Pillow know the format, and Python its media type; importing this module does it."""
    Image.register_open(FORMAT, JpegAiImageFile, is_jpeg_ai)
    Image.register_save(FORMAT, _save)
    Image.register_save_all(FORMAT, _save_all)
    Image.register_extensions(FORMAT, list(CODESTREAM_SUFFIXES))
    Image.register_mime(FORMAT, MEDIA_TYPE)
    for suffix in CODESTREAM_SUFFIXES:
        if suffix != ".bits" and mimetypes.guess_type(f"a{suffix}", strict=False)[0] is None:
            mimetypes.add_type(HEIF_MEDIA_TYPE if suffix == HEIF_SUFFIX else MEDIA_TYPE, suffix)


register()
