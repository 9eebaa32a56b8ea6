"""Conformance: suites of streams, how they are made, and how a decoder is run over them.

`case` is the manifest, `make` builds a suite from seeded weights, `runner` runs refdec or any other decoder over one,
`report` writes JSON, JUnit XML and HTML, `coverage` tells which clauses of `docs/spec` a suite reaches.
"""

from __future__ import annotations

__all__: list[str] = []
