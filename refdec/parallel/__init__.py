"""Work in parallel: the units of one picture, and batches of many files.  The standard asks for neither.

One picture.  In: a state that every worker holds, and units.  Out: results in the order of the units.

1. `ordered`: what every pool promises, order and a bounded window.
2. `pool` chooses and runs worker processes; `threads` are pools within one process, with threads or with no worker.
3. `counts` says how many workers there are, and says so where they are fewer than was asked for.
4. `board` hands units to processes, `shared` are arrays that all of them see, `processes` starts and ends workers,
   `failures` brings their exceptions back, `heap` and `refdec.networks.blas_threads` set each up.

Many files.  In: jobs and a function of a job.  Out: a line of a report for each, and a summary.

1. `folders` lists files as jobs; `batch` draws them, no more than workers can be busy with, and `new_folders` takes
   folders away again that stayed empty; `places` says what lies at a path.
2. `crews` runs them: worker processes, or an executor that `executors` finds by its name.
3. `attempts` is one file inside a worker, under the time limit of `deadline`; `outcomes` is what became of it, and
   `typed_names` have its errors name files as they were typed.
4. `report` writes the lines, so that a batch can be resumed; `signals` makes SIGTERM an orderly end.

A first run.  `compiling` is a second process that compiles kernels beside the first.

`clock` is the check that a decode calls between its steps (`Limits.seconds`).  `errors` has one class a failure.
"""
