"""Verification of codestreams: are they legal, do they decode, is the result what is expected.

`entropy` finds every unit whose entropy-coded data are wrong, `expectation` reads what a decoder should arrive at,
`check` gives the verdict on one codestream, `files` on files, one or very many.
"""

from __future__ import annotations

from refdec.verification.check import verify_codestream
from refdec.verification.verdict import Comparison, Outcome, Verdict

__all__ = ["Comparison", "Outcome", "Verdict", "verify_codestream"]
