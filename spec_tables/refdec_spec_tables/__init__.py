"""Normative tables of JPEG AI as data: MANIFEST.json lists each with its clause, SHA-256, shape and unit.

There is no code here, so that any implementation can use the tables; refdec reads them through `refdec.tables`.
"""

__version__ = "1.0"
