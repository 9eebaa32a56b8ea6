"""Files of several pictures: a codestream holds one, so the user chooses; none is left out without a word.

In: how many pictures there are, and the wish.  Out: an index.
"""

from __future__ import annotations

from refdec.formats.errors import NoSuchPicture, PictureUnsupported, SeveralPictures

__all__ = ["MOST_PICTURES", "chosen_picture", "require_countable"]

MOST_PICTURES = 10000
"""Pictures of a file that are counted: what is kept of each must not be more than the file itself."""


def chosen_picture(format_name: str, count: int, frame: int | None) -> int:
    """Return the index, from 0, of the picture that is wanted: `frame` counts from 1, None is the only one.

    Raises SeveralPictures where nobody chose, NoSuchPicture.
    """
    if frame is None:
        if count > 1:
            raise SeveralPictures(format_name, count)
        return 0
    if frame not in range(1, count + 1):
        raise NoSuchPicture(format_name, count, frame)
    return frame - 1


def require_countable(format_name: str, count: int) -> None:
    """Raise PictureUnsupported where a file has more pictures than are counted."""
    if count > MOST_PICTURES:
        raise PictureUnsupported(
            format_name, f"more than {MOST_PICTURES} pictures", "Put those that are meant into a file of their own."
        )
