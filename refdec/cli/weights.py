"""`refdec weights`: list, import, show and verify packs of weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.options import JsonFlag, OneOutOption
from refdec.errors import first_of

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="List, import, show and verify packs of weights.")
CHECKPOINT_SUFFIXES = (".pth", ".npz")
PackArgument = Annotated[Path | None, typer.Argument(metavar="[PACK]", help="Pack file; default: the bundled pack.")]


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with checkpoint files, .pth or .npz.")],
    pack: Annotated[Path | None, typer.Argument(metavar="PACK", help="Pack file to write.")] = None,
    out: OneOutOption = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="A line about the pack.")] = "",
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Licence of the weights.")] = "",
    beside: Annotated[
        Path | None,
        typer.Option(metavar="PACK", help="Pack whose other models come into the new one as they are."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Read checkpoint files without PyTorch, quantise them to integers, and write a pack.

    Any subset of models and synthesis transforms will do; files of the published set are recognised by their content
    (SHA-256 or MD5).  The last lines say what the pack decodes, and which files are missing for the rest.  The quality
    scale of several models is measured on a small photograph, and written into the pack.

    Example: refdec weights import checkpoints/ my.pack
    """
    from refdec.api.packs import import_weights, missing_rows
    from refdec.cli.outputs import output_of, require_distinct
    from refdec.weights.completeness import abilities

    pack = Path(output_of(pack, out))
    require_distinct({"an input": folder}, {"the pack": pack}, below=CHECKPOINT_SUFFIXES)
    with console.progress(f"importing {folder}") as show:
        imported = import_weights(folder, pack, title=title, licence=licence, beside=beside, on_progress=show)
    rows = [
        (row.file, row.checkpoint or "-", "published" if row.published else "", row.remark) for row in imported.rows
    ]
    for row in imported.rows:
        if row.unexpected:
            console.say(f"refdec: warning: {row.file} holds tensors that no network uses: {first_of(row.unexpected)}")
    decodes, missing = abilities(imported.pack.names()), missing_rows(imported.pack)
    if json:
        files = [dict(zip(("file", "checkpoint", "published", "remark"), row, strict=True)) for row in rows]
        found = {"pack": str(pack), "fingerprint": imported.pack.fingerprint}
        console.show_json({**found, "files": files, "decodes": decodes, "missing": missing})
        return
    console.show_table(str(pack), ("file", "checkpoint", "known", "remark"), rows)
    console.result(f"fingerprint {imported.pack.fingerprint}")
    for line in (*decodes, *(row["message"] for row in missing)):
        console.result(line)


@app.command("list")
def list_(pack: PackArgument = None, json: JsonFlag = False) -> None:
    """List the checkpoints of a pack and what can be decoded with them."""
    from refdec.api.packs import describe_pack

    found = describe_pack(pack)
    if json:
        console.show_json(found)
        return
    console.show_mapping({name: found[name] for name in ("pack", "title", "licence", "fingerprint", "bytes")})
    for line in found["decodes"]:
        console.result(line)
    for part in found["scale"]:
        console.result(f"quality scale: model {part['model_id']}, displacements {part['low']} to {part['high']}")


@app.command()
def show(pack: PackArgument = None, json: JsonFlag = False) -> None:
    """Show every checkpoint of a pack with its fingerprint and origin."""
    from refdec.api.packs import describe_pack

    found = describe_pack(pack)
    if json:
        console.show_json(found["checkpoints"])
        return
    columns = ("name", "fingerprint", "file", "published")
    console.show_table(found["pack"], columns, [[part[c] for c in columns] for part in found["checkpoints"]])


@app.command()
def verify(pack: PackArgument = None, json: JsonFlag = False) -> None:
    """Read every tensor of a pack and recompute all fingerprints."""
    from refdec.api.packs import verify_pack

    with console.progress("verifying") as show_progress:
        names = verify_pack(pack, on_progress=show_progress)
    if json:
        console.show_json({"verified": names})
    else:
        console.result(f"{len(names)} checkpoints, all tensors and fingerprints as recorded")
