"""Encoding to files, as the command line and scripts of files do it.

In: a picture, a target file, the arguments of `refdec.encode`.  Out: a codestream file, and an `EncodeReport`.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refdec.api.sources import Encodable
    from refdec.formats.sinks import Target

__all__ = ["EncodeReport", "encode_to_file"]


@dataclass(frozen=True, slots=True)
class EncodeReport:
    """What was encoded: sizes, the rate, and the operating point that was used."""

    output: str
    encoder: str
    width: int
    height: int
    bytes: int
    bits_per_pixel: float
    model: int
    displacement: int
    chroma_displacement: int

    def as_json(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self)


def encode_to_file(source: Encodable, target: Target, *, encoder: str = "analysis", **arguments: Any) -> EncodeReport:
    """Encode to a file, which appears complete or not at all; the arguments are those of `encode`."""
    from refdec.api.encode import encode
    from refdec.bitstream.framing import read_codestream
    from refdec.bitstream.headers import read_headers
    from refdec.formats.files import name_of, write_bytes

    data = encode(source, encoder=encoder, **arguments)
    write_bytes(target, data)
    header = read_headers(read_codestream(data)).picture
    width, height = header.display_width, header.display_height
    name = os.fspath(target) if isinstance(target, str | Path) else name_of(target)
    return EncodeReport(
        name, encoder, width, height, len(data), 8 * len(data) / (width * height), header.model_id, *header.beta_log
    )
