"""From one codestream to another through its latents: nothing is synthesised, nothing analysed anew.

In: a codestream, and what is to be different about it.  Out: a codestream; as much of the old one as can stay, byte for
byte.

1. `packaging` says what may be different without touching a latent (edition, profile, level, regions, threads, tiles),
   and makes headers of it.
2. `streamsymbols` decodes a codestream as far as its symbols, and from there to its latents.
3. `recoding` makes the new codestream: of payloads as they are where only headers differ, of the same symbols where
   threads differ, of the latents quantised again where regions or the rate do.
4. `choice` decides which symbols are worth their bits at another rate.
5. `ratesearch` finds the displacement that meets a rate or a size.  `room` says what memory that needs.
"""
