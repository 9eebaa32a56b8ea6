"""What the tests of the choice of filters share: pictures before their filters that no codestream had to make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.headers import build_headers, read_headers, write_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.tools import ToolsHeader
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.hyper import HyperSide
from refdec.decoding.models import Models, models_of
from refdec.encoding.draft import EncodeSettings, draft_header
from refdec.encoding.encoderinput import EncoderInput
from refdec.encoding.enhancement.before import Unfiltered
from refdec.encoding.enhancement.worth import Worth, squared_error, to_fine
from refdec.picture.filters.chain import apply_filters
from refdec.picture.planes import Planes
from refdec.tiling.geometry import Rect
from tests.encodable import bundled

FORMATS = {"444": (1, 1), "422": (1, 2), "420": (2, 2)}
BITS = 16
TOP = (1 << BITS) - 1


@dataclass(frozen=True)
class Scales:
    """Scale indices of luma that a test makes up, [160, h, w]."""

    values: Int32Array

    def scale_index(self, channel: int, window: Rect) -> Int32Array:
        return np.ascontiguousarray(self.values[channel, window.rows, window.columns])


def waves(height: int, width: int, output: str = "444", seed: int = 0) -> Planes:
    """Three planes of waves and grain, 30 to 220, on the grid of 1/64."""
    rng = np.random.default_rng(seed)
    ver, hor = FORMATS[output]
    made = []
    for k, (v, h) in enumerate(((1, 1), (ver, hor), (ver, hor))):
        rows, columns = -(-height // v), -(-width // h)
        y, x = np.mgrid[0:rows, 0:columns]
        values = 125 + 45 * np.sin(x * h / (5 + 3 * k) + k) * np.cos(y * v / (9 - 2 * k))
        values += 20 * ((x * h + 2 * y * v) % 53 > 30) + rng.normal(0, 6, values.shape)
        made.append((np.rint(np.clip(values, 30, 220) * 64).astype(np.int32)) << 12)
    return Planes(*made)


def before(
    decoded: Planes,
    target: Planes,
    output: str = "444",
    coded: str | None = None,
    *,
    scales: Int32Array | None = None,
    models: Models | None = None,
) -> Unfiltered:
    """A picture of which a decoder has `decoded` before its filters, while the source is `target`."""
    codes = [np.rint(np.clip(plane / 2**18, 0, 255) * TOP / 255).astype(np.uint16) for plane in target.as_tuple()]
    source = EncoderInput((codes[0], codes[1], codes[2]), BITS, False, FORMATS[output])
    settings = EncodeSettings(coded_format=FORMATS[coded or output])
    header = draft_header(source, settings, 1)
    decoder = PictureDecoder(build_headers(header), models or models_of(bundled(), 1), 1, filters=False)
    empty = np.zeros((160, header.lat_h, header.lat_w), np.int32)
    hyper = cast(HyperSide, Scales(empty if scales is None else scales))
    y, u, v = (to_fine(plane).astype(np.int16) for plane in decoded.as_tuple())
    return Unfiltered(decoder, hyper, source, (y, u, v), 0)


def after(given: Unfiltered, tools: ToolsHeader) -> Planes:
    """What a decoder makes of it with tools that went through a codestream."""
    picture = given.picture
    headers = build_headers(picture, tools)
    payloads = write_headers(headers)
    parts = [(marker, payloads[marker]) for marker in (Marker.PIH, Marker.TON)]
    read = read_headers(read_codestream(write_codestream(parts)))
    assert read.tools == tools, "every element that was written is read back"
    return apply_filters(
        given.window(given.decoder.shown),
        picture,
        read.tools,
        transform=given.decoder.transform,
        load_icci=given.decoder.models.eicci,
        scale_index=given.hyper.scale_index,
    )


def errors(given: Unfiltered, planes: Planes) -> tuple[int, int, int]:
    """The squared errors of the planes against the source, unit 2^-12."""
    target = given.target(given.decoder.shown)
    y, u, v = (squared_error(a, b) for a, b in zip(planes.as_tuple(), target.as_tuple(), strict=True))
    return y, u, v


def error(given: Unfiltered, planes: Planes, worth: Worth) -> int:
    """What the errors count together."""
    return worth.error(errors(given, planes))


CHEAP = Worth(1 << 12, (100, 100, 100))
"""A bit has to save a squared error of 1: nearly nothing."""
