"""The me-tANS coder of chapter 2, in both directions: residual, hyper latent z, quality map.

In: the unit of a region from `refdec.bitstream.payloads`, and, for the residual, levels and mask of each position.
Out: int16 symbols, int8 z_hat, the int32 quality map.  A writer goes the same way back.

1. `threads` opens a unit: thread directory, bit stacks, initial states (2.2, 2.3, 1.4.1); at the end it checks that
   every stack is empty and every state 0 (2.10).
2. `tans` makes the tables of a distribution from its masses (2.4, 2.6.1).
3. `qualitymap` decodes the quality map (2.8), `hyper` z of both components (2.7), `residual` the symbols of a
   region, in one piece or in slices (2.5, 2.6).
4. The loops: `kernels` decodes, `encoder_kernels` encodes from the last symbol to the first.

`cost` says what symbols cost, for encoders (2.10).  `errors` has one class a rule.  No name here loads Numba: the
kernels are imported by the functions that run them.  Levels and mask come from `refdec.latent`, handed in by the
caller: this room imports no networks.
"""
