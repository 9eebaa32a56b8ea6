"""How suites are made: the same files from the same seed.

In: a seed and a size.  Out: streams with what the reference makes of each, and streams that must be refused.

1. `plan_picture` (1.5.1, 1.6), `plan_tools` (1.6.4, 1.6.6, 1.6.7, 4.10, 5.6 to 5.9) and `plan_pairs` say which
   streams there are; `pairs` finds a short list in which every two values meet, `tool_drafts` draws parameters of
   tools.
2. `recipe` makes a stream of headers and symbols (1.9); `drawn_symbols` draws the symbols from a generator, levels
   and mask being the decoder's.
3. `negative` breaks a rule of headers in each stream (1.8, 2.3), `negative_entropy` one of the entropy coder
   (2.6.4, 2.7.3, 2.10, 3.5.2); `damage` has the ways to do it.
4. `suite_maker` decodes every stream, writes it with what came out, and stops at a recipe that does not do what it
   should.  `features` names the clauses that a stream is about, `checkpoints` the weights that it needs.
"""
