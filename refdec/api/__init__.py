"""The Python interface, one module a verb: `refdec.decode`, `encode`, `read_info`, `read_latents`, `open_progressive`.

`refdec` itself names what is public; here it is carried out.
"""
