"""One picture of a TIFF file, opened by tifffile, an optional package, for the samples that Pillow would cut.

In: the bytes of a file and the index of a picture in it.  Out: the package's page, while the file is open.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from refdec.formats.array_advice import advice_on_array
from refdec.formats.errors import PictureUnsupported
from refdec.formats.foreign_readers import damage_named, without_log

__all__ = ["SEPARATE", "opened_page", "page_unread"]

SEPARATE = 2
"""Value of the tag planar configuration: components lie one behind the other."""


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


def page_unread(page: Any) -> PictureUnsupported:
    """Return the error for a picture whose samples are of a kind that is not read, with what makes an array of them."""
    kind, channels = page.dtype, int(page.samplesperpixel)
    photometric = getattr(page.photometric, "name", str(page.photometric)).lower()
    what = f"{channels} channel{'s' if channels > 1 else ''} of {kind} ({photometric})"
    advice = "" if kind is None else advice_on_array(kind, tuple(int(n) for n in page.shape), floats=True)
    remedy = f"Encode an array of it in Python: array = tifffile.imread(FILE), then refdec.encode(array).  {advice}"
    return PictureUnsupported("TIFF", what, remedy.rstrip())
