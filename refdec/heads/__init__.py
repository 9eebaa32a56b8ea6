"""Heads: small networks that answer a question about a picture from its latents, in whole numbers.

In: a head file, and the latents of a codestream (`refdec.bundles`).  Out: labels, maps, vectors, the same on every
machine.  A head is data: `head` is the value, with its facts, its steps and its integer weights; `operations` is the
table of what a step may be; `plan` checks a head before anything runs and says what it costs; `network` walks the steps
on refdec's integer kernels, with those of `kernels` for what the codec's networks do not have, on a large picture as
`cutting` cuts it; `trunk` puts BOP's own layers before a head that reads what they make.  `headfile` reads and writes
head files, `making` makes heads out of floating-point arrays, `onnx` runs what others trained, not exactly.  `answers`
makes rectangles and maps of classes of outputs.  `errors` are what can be wrong.  Guests reach all of it through
`core.heads` (`refdec.plugins`).
"""
