"""Lossless layers (chapter 7): originals, coded from the decoded picture, behind a codestream that all can read.

In: the codes of an original, and those of the decoded picture at the same depth.  Out: a `LosslessRecord`, which
`refdec.bitstream.layerrecord` reads and writes; and of that the original.

`layer` cuts pictures into tiles, works on several at a time, and compares digests.  `tiles` codes the planes of a tile
with tables of their own.  `kernels` predicts samples and finds what they are like; `coder_kernels` codes their bits, by
the probabilities of `curves`.  `float_layer` does it with pictures of floats, which `numbers` makes whole (7.8).
`errors` has one class a rule.
"""
