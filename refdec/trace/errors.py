"""Errors of traces."""

from __future__ import annotations

from refdec.errors import InputError

__all__ = ["TraceUnreadable"]


class TraceUnreadable(InputError):
    """A file should hold fingerprints by stage, and does not."""

    code, clause = "RD1610", "6.5"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return f"{self.name} is no trace: {self.reason}.\nA trace is made by: refdec decode FILE --trace TRACE.json"
