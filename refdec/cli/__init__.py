"""The command line: each command parses, calls one library function, and prints.

`__main__` runs the command and turns errors into a sentence and an exit code; `app` finds the command by its name
and imports that module alone.

    command           module                what it calls
    ----------------  --------------------  -----------------------------------
    decode            `decode`              refdec.api
    encode            `encode`              refdec.api
    transcode         `transcode`           refdec.api
    info, view, diff  `info` `view` `diff`  refdec.api, refdec.inspection, refdec.trace
    latents           `latents`             refdec.api, refdec.bundles
    verify            `verify`              refdec.verification
    task, plugins     `task` `plugins`      refdec.api, refdec.plugins
    demo, warm        `demo` `startup`      refdec.api, refdec.startup
    private           `private`             refdec.api, refdec.privacy
    lossless          `lossless`            refdec.api, refdec.lossless
    weights           `weights`             refdec.api, refdec.weights
    conform           `conform`             refdec.conformance
    bench             `bench`               refdec.bench: `bench_speed`, `bench_rd`, `bench_quality`, `bench_retrieval`,
                                             `bench_look`, `bench_generations`, `bench_lossless`, `bench_icons`,
                                             `bench_kept`, `bench_tasks`; `bench_codecs` are those asked for

`help` makes the pages of --help, with what `guest_help` knows of encoders and tasks; `verbosity` is -q and -v.
`conversions` leaves values alone that need none. `encode_options` are the options of `encode`, `encode_words` what it
says of what it made, `task_words` what `task` says of results. `options` are options that several commands share,
`keys` those of private regions, `batches` tells one input from many and runs the many, `clips` what becomes a clip,
`outputs` checks files about to be written, `console` is the only place that prints, `progress_lines` says how far a run
is, `warnings` the warnings of commands whose results have no place for them, and `idle` refuses options that do
nothing without another one.  `hints` keeps of what helps the lines that a command has the options for. `deadline`
and `interruption` end a command in time or in order, and `leaving` its process without delay. `errors` has the errors
of the command line itself.
"""
