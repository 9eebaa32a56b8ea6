"""The warning that `refdec.encode` gives: bytes have no place for sentences about their source.

In: nothing.  Out: a category for Python's `warnings`, to be filtered or turned into an error by its name.
"""

from __future__ import annotations

__all__ = ["PictureWarning"]


class PictureWarning(UserWarning):
    """Something about a source that a codestream does not show: it was turned, or a part of it is left behind."""
