"""One picture of a TIFF file, opened by tifffile, an optional package, for the samples that Pillow would cut.

In: the bytes of a file and the index of a picture in it.  Out: the package's page, while the file is open.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from refdec.formats.errors import PictureUnsupported
from refdec.formats.foreign_readers import damage_named, without_log

__all__ = ["SAVE_PLAIN", "SEPARATE", "opened_page"]

SEPARATE = 2
"""Value of the tag planar configuration: components lie one behind the other."""
SAVE_PLAIN = "Save it as RGB or gray of 8 or 16 bits, or of floats of 16 or 32, with an image editor."
"""What helps with samples of other kinds."""


@contextmanager
def opened_page(data: bytes, index: int, samples: str) -> Iterator[Any]:
    """Open a picture whose `samples` ("16-bit colour") need the package.

    Raises PictureUnsupported where it is missing, PictureDamaged for what it raises, in the block of the caller too.
    """
    try:
        import tifffile
    except ImportError:
        missing = f"{samples}, as long as tifffile is not installed (pip install 'refdec[tiff]'),"
        raise PictureUnsupported("TIFF", missing) from None
    without_log("tifffile")
    with damage_named("TIFF"), tifffile.TiffFile(io.BytesIO(data)) as file:
        yield file.pages[index].aspage()
