"""The me-tANS coder of chapter 2: residual, hyper latent z and quality map, in both directions.

No name here loads Numba: the kernels are imported by the functions that run them.
"""
