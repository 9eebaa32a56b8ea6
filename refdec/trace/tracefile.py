"""Trace files: JSON with the fingerprints of one decoding, or of many by name.

In: the text of a file.  Out: fingerprints by stage.  Three forms are read: {"sha256": {...}} as `refdec decode --trace`
writes it, {"cases": {NAME: {"sha256": {...}}}} as the conformance vectors come, and the bare mapping.  Old names of
stages are read as those of today.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from refdec.trace.errors import TraceUnreadable
from refdec.trace.names import stage_name

__all__ = ["read_trace", "write_trace"]


def read_trace(data: bytes, name: str, case: str = "") -> dict[str, str]:
    """Return fingerprints by stage; `case` chooses one of a file with many.  Raises TraceUnreadable."""
    try:
        found: Any = json.loads(data)
    except (ValueError, RecursionError) as reason:
        raise TraceUnreadable(name, f"it is not JSON ({reason})") from None
    if isinstance(found, dict) and isinstance(found.get("cases"), dict):
        if case not in found["cases"]:
            raise TraceUnreadable(name, f"it holds many cases, and none is called {case!r}")
        found = found["cases"][case]
    if isinstance(found, dict) and "sha256" in found:
        found = found["sha256"]
    if not isinstance(found, dict) or not found or not all(isinstance(value, str) for value in found.values()):
        raise TraceUnreadable(name, "it has no fingerprints by stage")
    return {stage_name(stage): digest for stage, digest in found.items()}


def write_trace(stream: str, sha256: Mapping[str, str]) -> bytes:
    """Return the bytes of a trace file."""
    return (json.dumps({"stream": stream, "sha256": dict(sha256)}, indent=1) + "\n").encode()
