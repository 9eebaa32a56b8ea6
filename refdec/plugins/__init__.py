"""The plugin door: encoders and tasks of others, and of refdec itself, come in here (`docs/plugins.md`).

Guests import `refdec.plugins.api` and nothing else.  Hosts (the command line, `refdec.encode`) use `manager` to
find guests and `calls` to run them.

The guests' side.  `api` re-exports all that a guest may use.  `hookspecs` has the hooks on one page, `encoder` and
`task_base` the base classes, `guest_options` their options.  An encoder gets a `source_picture` and a request of
`requests` with one of the `rate_targets`, and answers with `target_latents` (6.7, 3.B).  A task gets a latent bundle
and answers with a result of `results`, of `places` in the picture, or a `table`, all on the base of `result`; `drawing`
makes pictures of them. `services` is what the core offers a guest, `head_services` the part of it that runs networks on
latents, `shown_planes` brings what a task has made to the colours of the picture, and `other_latents` makes the picture
of latents that it has changed.

The hosts' side.

1. `manager` loads the entry points, sorted, each in its own `try`; `admission` has the rules of who is let in;
   `registry` is what is installed and what was refused.
2. `core` is `services` carried out on a pack of weights, on top of `core_reading`, which reads and writes nothing;
   `coding_settings` says what a guest asks for in the encoder's words; `rate_run` is its search for a rate,
   `quality_scale` the scale of qualities, `decoded_again` knows a picture that was decoded before, `filtering` is what
   it adds to a finished codestream, as far as a `filterwish` allows.
3. `calls` checks the request before and the result after, and names the guest in what it raises; `guest_facts` is
   what a guest says about itself.

`errors` and `core_errors` have one class a rule.
"""
