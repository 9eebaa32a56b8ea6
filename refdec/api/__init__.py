"""The Python interface, one module a verb: `refdec.decode`, `encode`, `read_info`, `read_latents`, `open_progressive`.

`refdec` itself names what is public; here it is carried out.  Beside the verbs: `options` and `arguments` check what a
caller wants, `sources` says what can be encoded, `weights` finds the pack.  What a command does with files is in
`refdec.commands`.
"""
