"""The encoder: the decoder's own functions in the other direction (3.B.5, 6.7).

In: a source picture, settings, a pack of weights.  Out: a codestream, and the latents and luma that a decoder will
make of it.  What a decoder repeats is computed by `refdec.decoding`, so that both arrive at the same integers.

1. `encoder` is the order of operations, one call a step: `prepare` knows no displacement, `code` does, `write`
   makes bytes.  `draft` is the picture header that settings ask for, checked before anything is computed.
2. `encoderinput` forms any window of the planes (6.7, 5.14.1); `targets` runs the analysis networks and the hyper
   encoder on windows (4.6, 4.10.6).
3. `hyperwindows` gives scale indices and psi of any window at any displacement (3.2, 4.10.3).
4. `components` makes symbols of latents, region by region and phase by phase: prediction, quantisation, cube flags
   (3.B.3, 3.B.4, 4.4.4); `quantiser` holds what it looks up in a window.
5. `codestream` codes the units (2.6.7, 2.7.3) and puts headers around them (1.9); `content` sums up what was put in,
   and what a decoder finds in the bytes.
6. `outcome` is what a decoder will have of it: symbols, latents, luma.  `room` says what memory all of it needs.

The whole picture is one window: there is one implementation, whose windows are as large as memory allows, and the bytes
do not depend on them.

`values` are what the steps hand on.  `ratecontrol` searches the model and the displacement that meet a rate or a
PSNR, `rategoal` says where it looks next; `quality` is the scale 1..100 and the search for a size.

`again` finds the latents of a picture that was decoded from a codestream; `rounded_away` tells how large they were
before they were rounded.

`enhancement` chooses the decoder's filters for a codestream that is there (5.14.2).
"""
