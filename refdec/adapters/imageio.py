"""JPEG AI in imageio: after `import refdec.adapters.imageio`, `imageio.v3.imread("x.jai")` and `imwrite` work.

In: requests as imageio hands them over.  Out: uint8 or uint16 [rows, columns, 3], of gray and with transparency other
shapes; codestreams.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from types import EllipsisType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from imageio.config import known_extensions, known_plugins
from imageio.config.extensions import FileExtension, extension_list
from imageio.config.plugins import PluginConfig
from imageio.core.request import URI_BYTES, InitializationError, IOMode, Request
from imageio.core.v3_plugin_api import ImageProperties, PluginV3

from refdec.adapters.pixels import os_errors, shown_channels, shown_pixels
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.formats.kinds import CODESTREAM_SUFFIXES, HEIF_SUFFIX, START_BYTES, is_jpeg_ai

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.inspection.summary import Info

__all__ = ["PLUGIN", "JpegAiPlugin", "register"]

PLUGIN = "refdec"
ONE_PICTURE = "a JPEG AI file holds one picture: write each to a file of its own"
PICTURES_AXES = 4
"""Of an array of several pictures with channels."""
Index: TypeAlias = "int | EllipsisType | None"


class JpegAiPlugin(PluginV3):
    """One file, one picture; keywords of `read` are those of `refdec.decode`, of `write` those of `refdec.encode`."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self._written = False
        if request.mode.io_mode is IOMode.write:
            if request.extension not in CODESTREAM_SUFFIXES:
                raise InitializationError(f"refdec writes {', '.join(CODESTREAM_SUFFIXES)} files")
            return
        if not is_jpeg_ai(request.get_file().read(START_BYTES)):
            raise InitializationError("this is no JPEG AI codestream")
        request.get_file().seek(0)
        self._data: bytes = request.get_file().read()

    def read(self, *, index: Index = 0, **arguments: Any) -> npt.NDArray[Any]:
        """Return the picture [rows, columns, 3], of gray [rows, columns]; with transparency [rows, columns, 4 or 2].

        `index` ... gives it a first axis of length 1.
        """
        from refdec.api.decode import decode
        from refdec.api.gray import colour_to_show

        _require_first(index)
        with os_errors():
            options, others = _split(arguments)
            info = self._info(options)
            colour = options.colour
            if colour is None and others.get("scale") is None:  # small pictures come in their own colours
                options = replace(options, colour=colour_to_show(info, options, lossy=bool(others.get("lossy"))))
            picture = decode(self._data, options=options, **others)
            array = shown_pixels(picture, info.gray_components if colour is None else 1)
        return array[None] if index is ... else array

    def write(self, ndimage: Any, *, is_batch: bool | None = None, **arguments: Any) -> bytes | None:
        """Encode one picture, uint8 or uint16 [rows, columns] or [rows, columns, 3], to .jaii also with transparency.

        `is_batch`: the first axis counts pictures; None: it does in a list of one and of four axes.  The target
        "<bytes>" gets the codestream as the result.  Raises OSError for a second picture: a codestream holds one, and
        the first one is written already.
        """
        from refdec.api.encode import encode

        if self._written:
            raise OSError(ONE_PICTURE)
        array = np.asarray(_only_picture(ndimage, is_batch))
        if self.request.extension == HEIF_SUFFIX:
            arguments.setdefault("container", HEIF_SUFFIX[1:])
        with os_errors():
            data = encode(array, **arguments)
        self.request.get_file().write(data)
        self._written = True
        return data if self.request._uri_type == URI_BYTES else None

    def iter(self, **arguments: Any) -> Iterator[npt.NDArray[Any]]:
        """Yield the one picture; keywords are those of `read`."""
        yield self.read(**arguments)

    def properties(self, index: Index = 0) -> ImageProperties:
        """Return shape and type that `read` gives without keywords, from the headers alone."""
        from refdec.api.beside import beside_in

        _require_first(index)
        with os_errors():
            info, beside = self._info(DEFAULT_OPTIONS), beside_in(self._data)
        width, height = beside.shown_size(info.width, info.height)
        channels = shown_channels(info, beside)
        shape = (height, width, *(() if channels == 1 else (channels,)))
        bits = info.bit_depth if info.layer_form is None else info.layer_form[0]
        dtype = np.dtype(np.uint8 if bits <= 8 else np.uint16)
        batch = index is ...
        return ImageProperties(shape=(1, *shape) if batch else shape, dtype=dtype, n_images=1, is_batch=batch)

    def metadata(self, index: Index = 0, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what the headers say."""
        _require_first(index)
        with os_errors():
            found: dict[str, Any] = self._info(DEFAULT_OPTIONS).as_json()
        return found

    def _info(self, options: DecodeOptions) -> Info:
        """Return what the headers say to a reader with these options."""
        from refdec.api.info import read_info

        edition = cast("EditionName", options.edition or "auto")
        reading = {"lenient": options.lenient, "any_level": options.any_level}
        return read_info(self._data, limits=options.limits, edition=edition, **reading)


def _require_first(index: Index) -> None:
    """Raise ValueError, imageio's word for the end of the pictures, for any but the one there is."""
    if index not in (0, None, ...):
        raise ValueError(f"there is no index {index}, a file is one picture here; refdec.open_clip reads clips")


def _only_picture(ndimage: Any, is_batch: bool | None) -> Any:
    """Return the picture of a batch or list of one, and anything else as it is.  Raises OSError for several."""
    listed = isinstance(ndimage, list | tuple)
    if is_batch is False or not (is_batch or listed or np.ndim(ndimage) == PICTURES_AXES):
        return ndimage
    if len(ndimage) == 1:
        return ndimage[0]
    if is_batch or (listed and len({np.shape(each) for each in ndimage}) > 1):  # no array can be made of these
        raise OSError(ONE_PICTURE)
    return ndimage


def _split(arguments: dict[str, Any]) -> tuple[DecodeOptions, dict[str, Any]]:
    """Return the options that keywords of `decode` stand for, and the other keywords.  Raises OptionsTwice."""
    from refdec.api.inputs import goes_beyond_level, said_once

    others = dict(arguments)
    wishes = {each.name: others.pop(each.name) for each in fields(DecodeOptions) if each.name in others}
    wishes["any_level"] = goes_beyond_level(wishes.get("any_level", False), others.pop("level_check", True))
    return said_once(others.pop("options", None), DecodeOptions(**wishes)), others


def register() -> None:
    """Make imageio know the plugin; importing this module does it."""
    known_plugins[PLUGIN] = PluginConfig(PLUGIN, "JpegAiPlugin", "refdec.adapters.imageio", is_legacy=False)
    for suffix in CODESTREAM_SUFFIXES:
        if suffix not in known_extensions:
            extension = FileExtension(extension=suffix, priority=[PLUGIN], name="JPEG AI")
            extension_list.append(extension)
            known_extensions[suffix] = [extension]


register()
