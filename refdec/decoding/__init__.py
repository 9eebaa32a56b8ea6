"""Decoding: from a codestream to planes, in any window, by one implementation of each step (3.2, 4.7, 5.2, 6.5).

In: a codestream, a pack of weights, a caller's wishes.  Out: rows of codes, planes, a rectangle, previews.

Read it in the order of the stream:

1. `options`: what a caller wishes, one frozen object; `errors`: what cannot be wished.
2. `opening`: headers are read, limits and weights asked, the transform and the colour chosen; every way of decoding
   begins here.  `models`: the networks of one model of a pack, each built when it is first asked for.
3. `decoder`: the list of steps, in the standard's order of operations; the rest of the room is what it calls.
   - `hyper`: quality map and hyper latents (2.7, 2.8), and what follows of them: psi (4.10.3)
   - `scales`: scale indices of any window, from the small layers of the hyper-scale decoder (3.2 steps 1 to 4)
   - `symbols`: levels, masks and the residual, in slices (2.6, 3.2 steps 4 to 6)
   - `latents`: residual, prediction, LSBS of any window (4.7 steps 1 to 3)
   - `synthesis`: planes of any window, tile by tile (4.10.5)
   - then `refdec.picture`: assembly, filters, colour (5.2)
4. Who calls the steps: `rows` (what decodes a picture; `plan` says how it is cut for its workers: `cuts` where, and
   `schedule` in which order; `work` is what a worker does), `whole` (rows put together, with every stage shown),
   `region` (a rectangle), `previews` (more and more channels of one open stream).
5. `memory`: what all of that needs, known before the first large array is made.

What watches a decode (`refdec.observation`) sees every value where it is made; it cannot change any.
"""
