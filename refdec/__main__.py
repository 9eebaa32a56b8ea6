"""`python -m refdec`: the command `refdec` of this very Python."""

from __future__ import annotations

from refdec.cli.__main__ import command

__all__: list[str] = []

if __name__ == "__main__":
    command()
