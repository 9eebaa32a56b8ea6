"""Tasks measured: is it worth it to answer from latents?  The work of `refdec bench tasks`.

In: folders of data, one for each task.  Out: `figures`: accuracy at four rates from latents, from the decoded picture,
and of the original, with CPU time, memory and products from bytes to answer.

`ground` is what every measurement stands on: the core, rates, what a run costs.  `data_sets` reads pictures with what
is known of them, `per_picture` measures a task that answers one picture at a time.

A task's benchmark is one entry of `entries`: `thumbnail`; `near_duplicates`; `events` on what `fixed_camera` makes of
pictures, beside `classic` on pixels; `enhance` on what `spoilt` makes of pictures, beside `rivals` on pixels;
`whole_pictures` beside `teachers`, networks that others trained; `pair`, one network that was trained twice, on latents
and on patches of decoded pictures; `segment`, `detect` and `faces`.  `tables` shows the rows, `errors` has what can
keep them from being made.
"""
