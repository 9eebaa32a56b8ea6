"""Verification of codestreams: are they legal, do they decode, is the result what is expected.

In: codestreams, and what a decoder should arrive at, if that is known.  Out: a verdict on each.

1. `expectation` reads a picture (exact, or within a tolerance) or the fingerprints of stages (6.5 item 4).
2. `check` gives the verdict on one codestream: the problems of its headers (1.8), its decode, the comparison.
   `entropy` finds every unit whose entropy-coded data are wrong (2.3, 2.6 to 2.8, 2.10), where a decoder stops at
   the first.
   `shown` is what a decoder shows of a file, `depths` brings what is expected to its depth,
   `expected_pairs` compares both.
3. `verdict` is the verdict; `remarks` are what it says beside the broken rules, `boxes` what a HEIF file says of its
   codestream, `clips` goes through the frames of a clip, `tiled_files` those of a picture made of tiles.
4. `files` does this for files, one or folders of them through `refdec.parallel.batch`; `recorded` reads the
   verdicts of an earlier run from its report.

`errors` has one class a request that cannot be met.
"""

from __future__ import annotations

from refdec.verification.check import verify_codestream

__all__ = ["verify_codestream"]
