"""Markers, substreams and headers of a codestream (chapter 1): every byte outside the entropy-coded data.

`framing` cuts a codestream into substreams, `syntax` walks the field lists of the table to read, write and annotate
headers, `headers` holds them as frozen values, `rules` checks what they say together, `payloads` finds the unit of each
region. Nothing here loads Numba.
"""
