"""Measurements of refdec; nothing here decodes for anybody.

In: pictures or codestreams, and what to measure.  Out: plain values for JSON, tables, plots.

Speed: `speed` times decoding (steady state, workers, sizes, start-up) on the `streams` that it makes from a real
one, `pairs` one thread and two, one worker and two in turn; `memory` watches a command with all its processes, `bound`
says how long the products of a decode alone take, `machine` what it was measured on, `speed_plot` draws;
`encode_speed` times encoding, as a whole and by its steps.

Rate and distortion: `pictures` and `codecs` are what is compared, `rd` measures, `rd_summary` forms means and
BD-rates and keeps them in a file, `rd_tables` and `rd_plot` show them; `plotted` writes what is
drawn.  `qualities` says what a quality gives.

Looking: `equal_rate` finds the quality that gives a rate, `look` codes pictures at equal rates, `look_page` makes one
page of them, to compare and to score blindly, `look_sheet` one picture, and `look_scores` merges what viewers scored.

Generations: `generations` codes pictures again and again, `generations_plot` draws what is lost.

Without loss: `lossless` weighs originals that come back, beside other formats; `icons` very small pictures.

Kept: `kept` sends picture files there and back, and tells what came back, by the comparisons of `kept_features`.

Retrieval: `retrieval` finds re-encoded, cropped and mirrored pictures again by their latents.

Tasks: `tasks` measures the bundled ones from latents, from decoded pictures and on originals.

`errors` has one class a reason why a benchmark cannot be run or shown.
"""
