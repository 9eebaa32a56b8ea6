"""`refdec private`: keys for private regions, and codestreams that have some."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import KeyOption, OneOutOption, PassphraseFlag

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Keys for private regions; open or drop what is sealed.")
StreamArgument = Annotated[str, typer.Argument(metavar="IN.jai", help="Codestream; - reads standard input.")]
TargetArgument = Annotated[str | None, typer.Argument(metavar="OUT.jai", help="Codestream to write; - is a pipe.")]


@app.command("key")
def key_(path: Annotated[Path, typer.Argument(metavar="KEYFILE", help="New file for the key.")]) -> None:
    """Make a key of 32 random bytes, in a file that only you can read.

    Who loses it cannot open what is sealed with it.  `refdec encode --private` and `refdec decode` take it as --key.

    Example: refdec private key my.key
    """
    from refdec.api.privacy import new_key_file

    new_key_file(path)
    console.ending(f"{path}: a new key; keep a copy, and keep it from others")


@app.command("open")
def open_(
    source: StreamArgument,
    target: TargetArgument = None,
    out: OneOutOption = None,
    key: KeyOption = None,
    passphrase: PassphraseFlag = False,
) -> None:
    """Write the whole codestream, which shows everything to everybody.

    It is byte for byte what the encoder made of the picture, and can be transcoded or handed to tasks.
    """
    from refdec.api.privacy import open_private
    from refdec.cli.keys import opening_key
    from refdec.cli.outputs import PIPE, output_of, require_distinct
    from refdec.formats.files import write_bytes
    from refdec.privacy.errors import KeyOrLeaveOut

    target = output_of(target, out)
    require_distinct({"the input": source, "--key": key}, {"the codestream": target})
    chosen = opening_key(key, passphrase=passphrase)
    if chosen is None:
        raise KeyOrLeaveOut
    write_bytes(target, open_private(source, chosen))
    if target != PIPE:
        console.ending(f"{target}: the whole codestream, not sealed")


@app.command("drop")
def drop(source: StreamArgument, target: TargetArgument = None, out: OneOutOption = None) -> None:
    """Write the codestream without its sealed part, which no key brings back.

    The public picture stays as it is.
    """
    from refdec.api.privacy import drop_private
    from refdec.cli.outputs import PIPE, output_of, require_distinct
    from refdec.formats.files import write_bytes

    target = output_of(target, out)
    require_distinct({"the input": source}, {"the codestream": target})
    write_bytes(target, drop_private(source))
    if target != PIPE:
        console.ending(f"{target}: the public codestream alone")
