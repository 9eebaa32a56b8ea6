"""`refdec bench look` and `look-scores`: a page to compare codecs by eye, and what blind sessions on it say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from refdec.cli import console
from refdec.cli.bench_codecs import codecs_of
from refdec.cli.errors import WrongNumbers
from refdec.cli.idle import refuse_idle
from refdec.cli.options import JsonFlag, WeightsOption, numbers
from refdec.cli.plugins import ENVIRONMENT_VARIABLE

__all__ = ["look", "look_scores"]

COLUMNS = ("codec", "bpp", "trials", "difference", "95 % interval")


def look(
    inputs: Annotated[list[Path], typer.Argument(metavar="PICTURE.png...", help="Pictures, or folders of them.")],
    codecs: Annotated[
        str, typer.Option(metavar="A,B", help="Encoders of refdec, and jpeg, webp, avif.")
    ] = "refine,avif,webp,jpeg",
    bpp: Annotated[str, typer.Option(metavar="R,R", help="Bits per pixel that every codec gets.")] = "0.25,0.5",
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.html", help="The page.")] = Path("look.html"),
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="A picture too: originals and codecs beside each other, with figures."),
    ] = None,
    part: Annotated[
        str | None, typer.Option(metavar="X,Y,W,H", help="What the sheet shows of each picture; default: all.")
    ] = None,
    enlarge: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=16, help="Squares of N x N for samples of the sheet.")
    ] = None,
    time_budget: Annotated[
        float | None, typer.Option(metavar="S", help="Seconds that an encoder may improve one picture.")
    ] = None,
    weights: WeightsOption = None,
    json: JsonFlag = False,
) -> None:
    """Write one page to compare codecs by eye at equal rates, and to score them blindly; it needs no network.

    Examples:
      refdec bench look photo.png --codecs refine,avif,jpeg --bpp 0.25,0.5 --out look.html
      refdec bench look photo.png --bpp 0.15 --sheet sheet.png --part 60,150,240,160 --enlarge 2
    """
    from refdec import __version__
    from refdec.api.task_pictures import picture_suffix
    from refdec.bench.codecs import EncoderCodec
    from refdec.bench.look import CLOSE, look_at
    from refdec.bench.look_page import render_look_page
    from refdec.bench.look_sheet import SheetPlan, look_sheet, write_sheet
    from refdec.bench.pictures import picture_files, read_rgb
    from refdec.cli.outputs import require_distinct, require_writable
    from refdec.cli.startup import prepare_process
    from refdec.formats.files import write_text
    from refdec.tiling.geometry import Rect

    if sheet is None:
        refuse_idle("needs --sheet FILE.png, the picture that it is about", {"--part": part, "--enlarge": enlarge})
    plan = SheetPlan(None if part is None else Rect(*numbers("--part", "X,Y,W,H", part)), enlarge or 1)
    rates = _rates(bpp)
    template = EncoderCodec(
        "", weights=weights, plugins=os.environ.get(ENVIRONMENT_VARIABLE), time_budget_seconds=time_budget
    )
    chosen = codecs_of(codecs, template, {})
    pictures = picture_files(inputs)
    require_distinct({"an input": pictures, "--weights": weights}, {"--out": out, "--sheet": sheet})
    require_writable((out, sheet))
    if sheet is not None:
        picture_suffix(sheet)
        plan.require([read_rgb(path).shape[:2] for path in pictures], codecs=len(chosen), rates=len(rates))
    prepare_process()
    with console.progress("coding") as show:
        seen = look_at(pictures, chosen, rates, done=show)
    told = [(codec.name, codec.description) for codec in chosen]
    write_text(out, render_look_page(seen, version=__version__, told=told))
    if sheet is not None:
        write_sheet(sheet, look_sheet(seen, plan))
    unequal = sum(abs(one.off) > CLOSE for picture in seen for one in picture.renditions)
    if json:
        told_of = {"page": str(out), "bytes": out.stat().st_size, "pictures": len(seen), "unequal": unequal}
        console.show_json(told_of if sheet is None else {**told_of, "sheet": str(sheet)})
        return
    if unequal:
        console.say(f"refdec: {unequal} files are more than {100 * CLOSE:g} % off their rate; the page marks them")
    console.result(f"{out}: {out.stat().st_size} bytes; open it in a browser")
    if sheet is not None:
        console.result(f"{sheet}: {len(seen)} pictures beside what codecs made of them")


def look_scores(
    files: Annotated[list[Path], typer.Argument(metavar="SCORES.json...", help="Scores that the page has saved.")],
    json: JsonFlag = False,
) -> None:
    """Merge the scores of blind sessions on one page: mean differences with 95 % confidence intervals.

    Example: refdec bench look-scores look-anna-1.json look-ben-2.json
    """
    from dataclasses import asdict

    from refdec.bench.look_scores import REFERENCE, merged_scores, read_session, same_page, viewers_of

    sessions = {str(path): read_session(path) for path in files}
    page = same_page(sessions)
    rows = merged_scores(list(sessions.values()))
    if json:
        viewers = [session.viewer for session in sessions.values()]
        console.show_json({"page": page, "viewers": viewers, "rows": [asdict(row) for row in rows]})
        return
    texts = []
    for row in rows:
        half = row.half_width
        interval = "-" if half is None else f"{row.mean - half:.1f} to {row.mean + half:.1f}"
        name = "original against itself" if row.codec == REFERENCE else row.codec
        texts.append((name, f"{row.bpp:g}" if row.bpp else "-", row.trials, f"{row.mean:.1f}", interval))
    basis = "viewers" if len(viewers_of(list(sessions.values()))) > 1 else "the pictures of one viewer"
    console.show_table(f"Score of the hidden original less the codec's; intervals over {basis}", COLUMNS, texts)


def _rates(text: str) -> tuple[float, ...]:
    """Return the rates of "R,R", each once, growing.  Raises WrongNumbers."""
    try:
        found = sorted({float(part) for part in text.split(",")})
    except ValueError:
        found = [0.0]
    if not all(0 < rate < 1000 for rate in found):
        raise WrongNumbers("--bpp", "bits per pixel above 0 (0.25,0.5)", text)
    return tuple(found)
