"""Keys as they are typed: the name of a key file, or a passphrase from the environment or the keyboard.

In: options.  Out: a `PrivateKey` or `PrivateRegions`.  A passphrase never stands on the command line, where other
users of the machine and the shell's history would have it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from refdec.cli.options import numbers
from refdec.privacy.errors import KeyOrLeaveOut, PassphraseMissing

if TYPE_CHECKING:
    from refdec.privacy.keys import PrivateKey
    from refdec.privacy.regions import PrivateRegions

__all__ = ["opening_key", "private_regions"]

FACES = "faces"

PASSPHRASE_VARIABLE = "REFDEC_PASSPHRASE"


def private_regions(
    texts: Sequence[str], key: Path | None, *, passphrase: bool, leave_out: bool
) -> PrivateRegions | None:
    """Return the private regions of texts "X,Y,W,H" or "faces", None without any.

    Raises WrongNumbers, KeyOrLeaveOut, PrivateRegionInvalid, and what `opening_key` raises.
    """
    ways = [key is not None, passphrase, leave_out].count(True)
    if not texts and not ways:
        return None
    if not texts or ways != 1:
        raise KeyOrLeaveOut
    from refdec.privacy.regions import PrivateRegions

    boxes = [numbers("--private", "X,Y,W,H", text) for text in texts if text != FACES]
    regions = PrivateRegions([(x, y, w, h) for x, y, w, h in boxes], None, FACES in texts)
    return regions if leave_out else replace(regions, key=opening_key(key, passphrase=passphrase, twice=True))


def opening_key(key: Path | None, *, passphrase: bool, twice: bool = False) -> PrivateKey | None:
    """Return the key of a file, or of a passphrase, None where neither is given; `twice`: it is typed twice.

    Raises KeyOrLeaveOut for both, KeyFileUnusable, FileUnreadable, PassphraseMissing.
    """
    if key is None and not passphrase:
        return None
    if key is not None and passphrase:
        raise KeyOrLeaveOut
    from refdec.api.privacy import read_key_file
    from refdec.privacy.keys import PrivateKey

    return PrivateKey.of_passphrase(_passphrase(twice)) if key is None else read_key_file(key)


def _passphrase(twice: bool) -> str:
    """Return the passphrase of the environment, or what is typed.  Raises PassphraseMissing."""
    said = os.environ.get(PASSPHRASE_VARIABLE)
    if said is not None:
        return said
    if not sys.stdin.isatty():
        raise PassphraseMissing
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True))
