"""Small streams for the tests of this package: built from choices, or damaged in one element."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from refdec.bitstream import syntax
from refdec.bitstream.framing import Codestream, read_codestream, write_codestream
from refdec.bitstream.headers import (
    Edition,
    Headers,
    build_headers,
    environment,
    field_list_name,
    read_headers,
    write_stream,
)
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import assemble_residual
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.tools import EfeFilterSet, EfeLinear, EfeNonlinear, Icci, IcciTile, ToolsHeader
from tests.headers import picture_header

UNIT = b"\x00\x00\x01"
ZERO_SET = EfeFilterSet((0, 0), (0, 0), 0, 65535, (None, None), (None, None))


def payloads_of(headers: Headers) -> dict[Marker, list[bytes]]:
    """Entropy-coded payloads of the right number and layout, without meaning."""
    picture = headers.picture
    residual = assemble_residual([UNIT] * min(picture.num_regions, 256), picture.independent_regions)
    quality = {Marker.SOQ: [UNIT]} if picture.gain_3D_enable_flag else {}
    return {Marker.SORP: residual, Marker.SORS: residual, Marker.SOZ: [UNIT], **quality}


def stream_of(headers: Headers) -> bytes:
    """A whole codestream with these headers."""
    return write_stream(headers, payloads_of(headers))


def stream(tools: ToolsHeader | None = None, width: int = 300, height: int = 280, **choices: Any) -> bytes:
    """A whole codestream, published or of `edition`, from the builder's choices; `changes` replaces header fields."""
    changes: dict[str, Any] = choices.pop("changes", {})
    edition: Edition = choices.pop("edition", Edition.PUBLISHED)
    picture: PictureHeader = replace(picture_header(width, height, **choices), **changes)
    return stream_of(build_headers(picture, tools, edition=edition))


def headers_of(data: bytes) -> tuple[Codestream, Headers]:
    """Codestream and headers, without the rules between elements."""
    codestream = read_codestream(data)
    return codestream, read_headers(codestream, cross_checks=False)


def bits_of(data: bytes) -> np.ndarray:
    return np.unpackbits(np.frombuffer(data, np.uint8))


def patched(data: bytes, element: str, value: int) -> bytes:
    """The stream with another value in one element, of the same width and wherever it lies."""
    codestream, headers = headers_of(data)
    for marker in (Marker.PIH, Marker.TON, Marker.RDI):
        part = codestream.only(marker)
        assert part is not None
        known, name = environment(marker.name, headers.picture, part.payload), field_list_name(marker, headers.edition)
        for record in syntax.annotate(name, part.payload, known, first_byte=part.payload_offset):
            if record.name == element:
                bits = bits_of(data)
                for k in range(record.n_bits):
                    bits[record.bit_offset.bits + k] = (value >> (record.n_bits - 1 - k)) & 1
                return np.packbits(bits).tobytes()
    raise AssertionError(f"{element} is not coded")


def resized(data: bytes, marker: Marker, change: Any) -> bytes:
    """The stream with the payload of one marker's substreams passed through `change` (None: left out)."""
    parts = []
    for part in read_codestream(data).substreams:
        payload = change(bytes(part.payload)) if part.marker is marker else bytes(part.payload)
        if payload is not None:
            parts.append((part.marker, payload))
    return write_codestream(parts)


def main_filter(edge: int = 1) -> EfeFilterSet:
    """A set with one filter for U, 4:4:4."""
    chroma = np.full((1, 1, edge, edge), 32767, np.int32)
    return EfeFilterSet((1, 0), (edge, 0), 0, 65535, (chroma, None), (chroma[:, 0], None))


def linear(alternative: bool = True) -> EfeLinear:
    return EfeLinear((12800, 12800), (main_filter() if alternative else ZERO_SET, main_filter()))


def nonlinear(tiles: int = 1, tile: tuple[int, int] = (280, 300), mask: tuple[int, int] | None = None) -> EfeNonlinear:
    """EFE non-linear for U, tiles of (height, width); with a mask of (rows, columns) blocks of 128."""
    luma = np.arange(tiles, dtype=np.int32)
    masks = None if mask is None else np.ones(mask, np.uint8)
    offsets = np.full((tiles, 8), 32767, np.int32)
    on = int(mask is not None)
    height, width = tile
    return EfeNonlinear(
        0, 65535, on, 0, 128 * on, (masks, None), (1, 0), width, height, luma, luma + 100, (offsets, None)
    )


def icci(size: int, overlap: int, tiles: int) -> Icci:
    return Icci(size, overlap, (IcciTile((1, 1, 0), 0, (9, 3)),) * tiles)
