"""The Netpbm family, read: PBM, PGM and PPM, binary (P4 to P6) and as text (P1 to P3), and PAM (P7).

The convention of 5.11: maxval 2^b - 1, 16-bit samples big-endian, codes not shifted.  Files of several pictures, one
after the other, are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from refdec.formats.description import SourceDescription, bytes_after
from refdec.formats.errors import AlphaNotSupported, PictureDamaged, PictureUnsupported
from refdec.formats.frames import chosen_picture, require_countable
from refdec.formats.pictures import CodePicture, Colour, require_pixels, split_alpha
from refdec.limits import Limits
from refdec.picture.output import Codes, as_codes
from refdec.tiling.geometry import ceil_div

__all__ = ["read_pnm"]

GAP = rb"(?:\s+|#[^\r\n]*[\r\n])++"
"""Possessive: a gap of megabytes is passed over once, and no place in it is kept to come back to."""
NUMBER = GAP + rb"(\d{1,9})"
BITMAP_HEADER = re.compile(rb"P([14])" + NUMBER + NUMBER + rb"\s")
HEADER = re.compile(rb"P([2356])" + NUMBER + NUMBER + NUMBER + rb"\s")
PAM_HEADER = re.compile(rb"P7[ \t]*\n((?:[^\n]*\n){1,64}?)ENDHDR[^\n]*\n")
PAM_FIELD = re.compile(rb"^(WIDTH|HEIGHT|DEPTH|MAXVAL)[ \t]+(\d{1,9})\s*$", re.MULTILINE)
START = re.compile(rb"\s*(?=P[1-7]\s)")
CHANNELS = {1: 1, 2: 1, 3: 3, 4: 1, 5: 1, 6: 3}
BITMAPS, TEXTS = (1, 4), (1, 2, 3)
SPACE = re.compile(rb"\s+")
NUMBERS = re.compile(rb"[\d\s]*")
COMMENT = re.compile(rb"#[^\r\n]*")

MAXVALS = "Write it with the maxval 255 or 65535, or another one of 2, 4, 8 ... 65536 less one."


@dataclass(frozen=True, slots=True)
class _NetpbmHead:
    """One picture of a file: magic number, size, samples a pixel, maxval, and where its samples begin."""

    kind: int
    width: int
    height: int
    channels: int
    maxval: int
    begin: int

    @property
    def bits(self) -> int:
        return self.maxval.bit_length()

    @property
    def count(self) -> int:
        return self.width * self.height * self.channels

    @property
    def stored_bytes(self) -> int:
        """Bytes of a binary picture."""
        if self.kind in BITMAPS:
            return ceil_div(self.width, 8) * self.height
        return self.count * (1 if self.bits <= 8 else 2)


def read_pnm(data: bytes, *, limits: Limits, frame: int | None = None, keep_alpha: bool = False) -> CodePicture:
    """Read a picture whose maxval is 2^b - 1; `frame` chooses, from 1, of several one after the other.

    Raises PictureDamaged, PictureUnsupported (other maxvals), PictureTooLarge, AlphaNotSupported, SeveralPictures or
    NoSuchPicture.
    """
    heads = [_head(data, 0, limits)]
    end = _end(data, heads[0])
    while again := START.match(data, end):
        heads.append(_head(data, again.end(), limits))
        require_countable("PNM", len(heads))
        end = _end(data, heads[-1])
    head = heads[chosen_picture("PNM", len(heads), frame)]
    samples = _samples(data, head)
    if int(samples.max()) > head.maxval:
        raise PictureDamaged("PPM", "a sample is above its maxval")
    samples, alpha = split_alpha(samples, head.bits)
    if alpha is not None and not keep_alpha:
        raise AlphaNotSupported("PAM")
    components = tuple(as_codes(samples[:, :, i], head.bits) for i in range(samples.shape[2]))
    left = bytes_after(len(data[end:].strip()))
    if COMMENT.search(data, 0, heads[0].begin):
        left = ("the comment in its header", *left)
    description = SourceDescription(left_behind=left)
    return CodePicture(components, head.bits, Colour.GRAY if len(components) == 1 else Colour.RGB, description, alpha)


def _head(data: bytes, at: int, limits: Limits) -> _NetpbmHead:
    """Return the head of the picture that begins at a place; nothing is allocated for its samples yet."""
    head = _pam_head(data, at) if data.startswith(b"P7", at) else _pnm_head(data, at)
    if head.maxval == 0 or head.maxval & (head.maxval + 1) or head.bits > 16:
        raise PictureUnsupported("PPM", f"the maxval {head.maxval}, which is not one below a power of two", MAXVALS)
    if not head.width or not head.height:
        raise PictureDamaged("PPM", "it has no samples")
    require_pixels(head.width, head.height, limits)
    return head


def _pnm_head(data: bytes, at: int) -> _NetpbmHead:
    if found := BITMAP_HEADER.match(data, at):
        return _NetpbmHead(int(found[1]), int(found[2]), int(found[3]), 1, 1, found.end())
    if found := HEADER.match(data, at):
        kind = int(found[1])
        return _NetpbmHead(kind, int(found[2]), int(found[3]), CHANNELS[kind], int(found[4]), found.end())
    raise PictureDamaged("PPM", "its header cannot be read")


def _pam_head(data: bytes, at: int) -> _NetpbmHead:
    found = PAM_HEADER.match(data, at)
    fields = dict(PAM_FIELD.findall(found[1])) if found else {}
    if found is None or len(fields) != 4:
        raise PictureDamaged("PAM", "its header cannot be read")
    width, height, channels, maxval = (int(fields[name]) for name in (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL"))
    if channels not in range(1, 5):
        raise PictureUnsupported("PAM", f"{channels} samples a pixel", "Gray has 1, RGB 3, and transparency one more.")
    return _NetpbmHead(7, width, height, channels, maxval, found.end())


def _end(data: bytes, head: _NetpbmHead) -> int:
    """Return where the samples of a picture end.  Raises PictureDamaged where there are fewer."""
    if head.kind in TEXTS:
        return len(data)  # a file of text holds one picture
    if len(data) - head.begin < head.stored_bytes:
        raise PictureDamaged("PPM", f"it has {len(data) - head.begin} bytes of samples for {head.count} of them")
    return head.begin + head.stored_bytes


def _samples(data: bytes, head: _NetpbmHead) -> Codes:
    """Return the samples [rows, columns, channels]; a bitmap's 1, which is black, becomes 0."""
    shape = (head.height, head.width, head.channels)
    if head.kind in TEXTS:
        return _numbers(data[head.begin :], head).reshape(shape)
    if head.kind in BITMAPS:
        stored = np.frombuffer(data, np.uint8, head.stored_bytes, head.begin).reshape(head.height, -1)
        return 1 - np.unpackbits(stored, axis=1, count=head.width).reshape(shape)
    kind: np.dtype[np.unsignedinteger] = np.dtype("u1" if head.bits <= 8 else ">u2")
    return np.frombuffer(data, kind, head.count, head.begin).reshape(shape)


def _numbers(text: bytes, head: _NetpbmHead) -> Codes:
    """Return the samples of a picture that is written as text."""
    plain = COMMENT.sub(b"", text)
    if head.kind in BITMAPS:  # digits need no space between them
        digits = np.frombuffer(SPACE.sub(b"", plain), np.uint8)
        sound = bool(np.all((digits == ord("0")) | (digits == ord("1"))))
        found = ord("1") - digits.astype(np.int64)
    else:
        sound = NUMBERS.fullmatch(plain) is not None
        found = np.fromstring(plain, np.int64, sep=" ") if sound else np.empty(0, np.int64)
    if not sound or found.size != head.count:
        raise PictureDamaged("PPM", f"its text does not hold {head.count} numbers")
    return np.minimum(found, 65535).astype(np.uint16)
