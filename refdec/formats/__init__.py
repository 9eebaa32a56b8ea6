"""Picture files: PNG, PPM and PGM, raw YUV, NPY; reading, and writing row by row.

Here files are opened; everything below works on bytes and arrays.
"""
