"""What tests of codestreams ask about payloads."""

from __future__ import annotations

from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.payloads import payload_problems

__all__ = ["check_payloads"]


def check_payloads(codestream: Codestream, headers: Headers) -> None:
    """Raise the first problem with SOZ, SORP, SORS and SOQ."""
    for problem in payload_problems(codestream, headers):
        raise problem
