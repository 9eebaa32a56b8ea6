"""Markers, substreams and headers of a codestream (chapter 1): every byte outside the entropy-coded data.

`framing` cuts a codestream into substreams, `syntax` walks the field lists of the table to read, write and annotate
headers, `headers` holds them as frozen values, `rules` checks what they say together, `payloads` finds the unit of each
region. Nothing here loads Numba.
"""

from __future__ import annotations

from refdec.bitstream.framing import Codestream, Substream, read_codestream, write_codestream
from refdec.bitstream.headers import (
    Headers,
    PictureHeader,
    RenderingInfo,
    ToolsHeader,
    build_headers,
    picture_header,
    read_headers,
    write_headers,
    write_stream,
)
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import (
    RegionUnit,
    assemble_residual,
    check_payloads,
    hyper_unit,
    quality_map_unit,
    residual_units,
)
from refdec.bitstream.rules import all_problems, check_headers

__all__ = [
    "Codestream",
    "Headers",
    "Marker",
    "PictureHeader",
    "RegionUnit",
    "RenderingInfo",
    "Substream",
    "ToolsHeader",
    "all_problems",
    "assemble_residual",
    "build_headers",
    "check_headers",
    "check_payloads",
    "hyper_unit",
    "picture_header",
    "quality_map_unit",
    "read_codestream",
    "read_headers",
    "residual_units",
    "write_codestream",
    "write_headers",
    "write_stream",
]
