"""Conformance: suites of streams, and how a decoder is run over them.

In: a suite, a folder or an archive with one folder a case, and a decoder.  Out: a verdict on each case.

1. `suite` opens a suite, `case` is its manifest and that of each case; `storage` is where a new one is written.
   `adding` puts a case of one's own into one.
2. `runner` runs a decoder over it: `own` is refdec in this process or in workers, which compares every stage;
   `foreign` is any other decoder, a command that writes a picture.
3. `expected` is what refdec makes of a stream, `compare` compares pictures, `verdicts` are the verdicts and what they
   mean.  What a wrong picture looks like is told by `resemblance`, `colour_mixtures` and `sizes`.
4. `stream_features` says what a stream is like, `common_features` what failed cases have in
   common, `run_result` is a whole run.
5. `report` writes JSON, JUnit XML and HTML, with the titles of clauses of `clause_titles`.

`coverage` says which clauses of `docs/spec` a decode reaches, `elements` which syntax elements a suite takes to the
ends of their ranges (1.5).  `errors` has one class a rule.  Suites are made in `making`, a room of its own.
"""

from __future__ import annotations

__all__: list[str] = []
