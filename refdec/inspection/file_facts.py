"""What a HEIF file holds beside its codestream, in plain values.

In: a file as it was read.  Out: a dictionary of numbers, texts and lists.
"""

from __future__ import annotations

from typing import Any

from refdec.heif.heiffile import HeifFile
from refdec.heif.picturefile import metadata_of, picture_orientation

__all__ = ["file_facts"]


def file_facts(file: HeifFile, file_bytes: int) -> dict[str, Any]:
    """Return brands, the orientation 1..8 of the stored samples, names of metadata, and the items with their bytes."""
    return {
        "bytes": file_bytes,
        "brands": [file.major_brand, *(brand for brand in file.brands if brand != file.major_brand)],
        "orientation": picture_orientation(file),
        "metadata": list(metadata_of(file).names()),
        "items": [
            {
                "id": item.id,
                "type": item.content_type or item.kind,
                "bytes": len(item.data),
                "refers": " ".join(each.kind for each in file.references if each.source == item.id),
            }
            for item in file.items
        ],
    }
