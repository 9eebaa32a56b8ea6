"""JPEG AI in imageio: after `import refdec.adapters.imageio`, `imageio.v3.imread("x.jai")` and `imwrite` work.

In: requests as imageio hands them over.  Out: uint8 or uint16 [rows, columns, 3]; codestreams.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType
from typing import Any

import numpy as np
import numpy.typing as npt
from imageio.config import known_extensions, known_plugins
from imageio.config.extensions import FileExtension, extension_list
from imageio.config.plugins import PluginConfig
from imageio.core.request import URI_BYTES, InitializationError, IOMode, Request
from imageio.core.v3_plugin_api import ImageProperties, PluginV3

from refdec.errors import RefdecError
from refdec.formats.kinds import CODESTREAM_SUFFIXES, HEIF_SUFFIX, START_BYTES, is_jpeg_ai

__all__ = ["PLUGIN", "JpegAiPlugin", "register"]

PLUGIN = "refdec"


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

    def read(self, *, index: int | EllipsisType | None = 0, **arguments: Any) -> npt.NDArray[Any]:
        """Return the picture [rows, columns, 3], of gray [rows, columns].

        `index` ... gives it a first axis of length 1.
        """
        from refdec.api.decode import decode
        from refdec.api.gray import colour_to_show, shown_array
        from refdec.api.info import read_info

        if index not in (0, None, ...):
            raise ValueError(f"a JPEG AI file holds one picture, there is no index {index}")
        try:
            info = read_info(self._data)
            picture = decode(self._data, **{"colour": colour_to_show(info), **arguments})
            array = shown_array(picture, info.gray_components)
        except RefdecError as problem:
            raise OSError(problem.headline()) from problem
        return array[None] if index is ... else array

    def write(self, ndimage: Any, **arguments: Any) -> bytes | None:
        """Encode one picture, uint8 or uint16 [rows, columns] or [rows, columns, 3].

        The target "<bytes>" gets the codestream as the result.  Raises OSError for a second picture: a codestream
        holds one, and the first one is written already.
        """
        from refdec.api.encode import encode

        if self._written:
            raise OSError("a JPEG AI file holds one picture: write each to a file of its own")
        array = np.asarray(ndimage[0] if isinstance(ndimage, list) and len(ndimage) == 1 else ndimage)
        if self.request.extension == HEIF_SUFFIX:
            arguments.setdefault("container", HEIF_SUFFIX[1:])
        try:
            data = encode(array, **arguments)
        except RefdecError as problem:
            raise OSError(problem.headline()) from problem
        self.request.get_file().write(data)
        self._written = True
        return data if self.request._uri_type == URI_BYTES else None

    def iter(self) -> Iterator[npt.NDArray[Any]]:
        """Yield the one picture."""
        yield self.read()

    def properties(self, index: int | EllipsisType | None = 0) -> ImageProperties:
        """Return shape and type, from the headers alone."""
        from refdec.api.beside import beside_in

        info = self.metadata()
        width, height = beside_in(self._data).shown_size(info["width"], info["height"])
        shape = (height, width, *(() if info["gray_components"] == 1 else (3,)))
        dtype = np.dtype(np.uint8 if info["bit_depth"] <= 8 else np.uint16)
        batch = index is ...
        return ImageProperties(shape=(1, *shape) if batch else shape, dtype=dtype, n_images=1, is_batch=batch)

    def metadata(self, index: int | EllipsisType | None = 0, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what the headers say."""
        from refdec.api.info import read_info

        found: dict[str, Any] = read_info(self._data).as_json()
        return found


def register() -> None:
    """Make imageio know the plugin; importing this module does it."""
    known_plugins[PLUGIN] = PluginConfig(PLUGIN, "JpegAiPlugin", "refdec.adapters.imageio", is_legacy=False)
    for suffix in CODESTREAM_SUFFIXES:
        if suffix not in known_extensions:
            extension = FileExtension(extension=suffix, priority=[PLUGIN], name="JPEG AI")
            extension_list.append(extension)
            known_extensions[suffix] = [extension]


register()
