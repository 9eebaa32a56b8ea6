"""The scale path and the latents of chapter 3, and its encoder side (3.B, 6.7).

In: s0 of the hyper-scale decoder, the header's gains and tools, symbols.  Out: what the entropy coder needs to read
symbols (levels, mask), the residual int32 Q18, the corrected latent int32 Q18.  Arrays are [channel, row, column]
of a component, of a slice of channels, or of a window that begins at a block corner.

1. `qualitysteps`: the quality map as offsets and factors (3.5.2).
2. `sigma`: s1 = s0 + gain + beta + quality, s2 = s1 + offset of the class, level of s2 (3.2, 3.4).
3. `variance`: the mean of each 8x8 block of s1 chooses the class of RVS and GRFS (3.6).
4. `skip`: the mask of coded positions, from s1 and the cube flags (3.7).
5. `dequant`: symbols to the residual, one quotient rounded once (6.3.3, in place of 3.8).
6. `lsbs`: the latent corrected before synthesis (6.3.4, in place of 3.9).

Encoders quantise with `quantise` (6.7, 3.B.3, 3.B.4).  `kernels` are the loops of all these, `choice_kernels` those
for encoders that choose symbols themselves.  `errors` is what a stream, weights or a caller can get wrong.
"""
