"""Observers of a decode, and what they leave: nothing here changes a sample.

In: every stage under its name (6.5 item 4), as `refdec.observation` puts it together.  Out: a fingerprint, a dump
or a time for each.

`names` has the one set of names, and reads those of before.  `fingerprints` takes the SHA-256 of every stage,
`picture_digest` that of the codes of a picture, `dump` keeps the arrays, `timings` when each was finished.
`tracefile` writes and reads fingerprints as JSON.

Comparing: `stage_differences` finds the first stage where two traces part, `samples` where two arrays do, and by
how much.  `errors` is a trace that cannot be read.
"""
