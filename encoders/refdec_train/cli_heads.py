"""The commands `refdec-train head TASK` and `refdec-train heads`: heads of one's own, and all bundled heads anew."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refdec_train.cli_options import Half, Pictures, require_places, stopping

if TYPE_CHECKING:
    from refdec_train.closed_form import Wish
    from refdec_train.heads.making import Workshop

__all__ = ["all_heads", "name_of", "one", "workshop"]

one = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Make the heads of tasks: small networks on latents.",
)

Heads = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for the head files, one for each model.")]
Weights = Annotated[
    Path | None, typer.Option(metavar="PACK", help="Pack whose latents it shall read; default: the bundled one.")
]
Data = Annotated[str, typer.Option(help="What the pictures are, and their licence, for the head file.")]
Licence = Annotated[str, typer.Option(help="Licence that the head bears.")]
Classes = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder for each class, named after it.")]
Work = Annotated[
    Path, typer.Option(metavar="FOLDER", help="Folder for latents and states; a training in it is gone on with.")
]
Models = Annotated[
    list[int] | None, typer.Option("--model", min=0, max=3, help="Make heads of this model only; repeatable.")
]
Steps = Annotated[int, typer.Option(min=1, help="Steps of the training.")]
Batch = Annotated[int, typer.Option(min=2, help="Pictures in a step.")]
Rate = Annotated[float, typer.Option(help="First learning rate; the last one is a fiftieth of it.")]
Seed = Annotated[int, typer.Option(help="Seed of first weights and batches.")]
Spread = Annotated[int, typer.Option("--most", min=1, help="Take that many pictures, evenly spread over those given.")]
Most = Annotated[int, typer.Option(min=0, help="Train on so many pictures of a class; 0: all.")]
Held = Annotated[int, typer.Option(min=1, help="Hold back so many pictures of a class, to measure on.")]
Codings = Annotated[int, typer.Option(min=1, help="Code each picture so many times: rates, sizes, mirrored or not.")]
Longest = Annotated[
    list[int] | None,
    typer.Option(min=0, metavar="SAMPLES", help="Bring the longer side to this, 0: leave it; repeatable, by chance."),
]
Workers = Annotated[int, typer.Option(min=1, help="Processes that make latents.")]
Pixels = Annotated[
    bool, typer.Option("--pixels", help="Train the same network on decoded pictures, for refdec bench tasks.")
]
Without = Annotated[list[str] | None, typer.Option(metavar="NAME", help="A folder that is no class; repeatable.")]


def name_of(task: str, pixels: bool) -> str:
    """Return what a head, its task and the folder of its states are called: a network on pixels is another."""
    return f"{task}-pixels" if pixels else task


@contextmanager
def workshop(
    work: Path, weights: Path | None, models: Iterable[int] | None, workers: int, *, pixels: bool = False
) -> Iterator[Workshop]:
    """Give where heads are made, which tells stderr where it is; Ctrl-C stops it, and is said."""
    from refdec_train.heads.making import Stopped, Workshop

    with stopping() as wanted:
        try:
            chosen, say = tuple(models or ()), lambda text: typer.echo(text, err=True)
            yield Workshop(work, weights, chosen, workers, say, wanted, pixels)
        except Stopped as stopped:
            typer.echo(f"{stopped}: stopped; the same command goes on", err=True)
            sys.exit(130)


@one.command()
def thumbnail(
    pictures: Pictures,
    out: Heads,
    weights: Weights = None,
    most: Spread = 250,
    data: Data = "",
    licence: Licence = "",
) -> None:
    """Fit the heads of the task thumbnail, by least squares: minutes, without PyTorch, the same each time.

    Example: refdec-train head thumbnail photos/ --out heads
    """
    from refdec_train.thumbnails import THUMBNAIL

    _fit(THUMBNAIL, pictures, out, weights, most, data, licence)


@one.command()
def events(
    pictures: Pictures,
    out: Heads,
    weights: Weights = None,
    most: Spread = 250,
    data: Data = "",
    licence: Licence = "",
) -> None:
    """Fit the heads of the task events, by least squares: minutes, without PyTorch, the same each time.

    Example: refdec-train head events photos/ --out heads
    """
    from refdec_train.scenes import EVENTS

    _fit(EVENTS, pictures, out, weights, most, data, licence)


def _fit(wish: Wish, pictures: list[Path], out: Path, weights: Path | None, most: int, data: str, licence: str) -> None:
    """Fit the heads that a wish describes, and print their files."""
    from refdec_train.closed_form import SMALLEST_SIDE, fit_heads
    from refdec_train.pictures import spread_pictures

    require_places(pictures, into=[out])
    chosen = spread_pictures(pictures, most, at_least=SMALLEST_SIDE)

    def show(done: int, total: int) -> None:
        if done % 25 == 0:
            typer.echo(f"{done}/{total} pictures", err=True)

    for path in fit_heads(wish, chosen, weights, out, data=data, licence=licence, show=show):
        typer.echo(str(path))


@one.command()
def classify(
    folder: Classes,
    out: Heads,
    work: Work = Path("heads-work"),
    teacher: Annotated[
        Path | None, typer.Option(metavar="MODEL", help="TFLite or ONNX model whose first output helps to learn.")
    ] = None,
    weights: Weights = None,
    model: Models = None,
    steps: Steps = 2400,
    batch: Batch = 32,
    rate: Rate = 2e-3,
    halves: Half = False,
    seed: Seed = 1,
    most: Most = 0,
    held: Held = 10,
    codings: Codings = 2,
    longest: Longest = None,
    without: Without = None,
    workers: Workers = 1,
    pixels: Pixels = False,
    data: Data = "",
    licence: Licence = "",
) -> None:
    """Train a head that says which class a picture shows, from folders of classes.

    Stop it when you like (Ctrl-C): the same command goes on where it stopped.
    Example: refdec-train head classify animals/ --out heads
    """
    from refdec.heads.head import HeadFacts
    from refdec_train.heads.folders import read_classes
    from refdec_train.heads.making import make_heads
    from refdec_train.heads.plan import HeadPlan
    from refdec_train.heads.whole_pictures import classify_material

    require_places([folder, *([teacher] if teacher else [])], into=[out, work])
    classes = read_classes(folder, most=most, held=held, without=without or ())
    name = name_of("classify", pixels)
    facts = HeadFacts(name, "1.0", name, (), licence=licence, data=data)
    with workshop(work, weights, model, workers, pixels=pixels) as shop:
        material = classify_material(classes, shop, teacher=teacher, codings=codings, longest=longest or (0,))
        plan = HeadPlan(steps, batch, rate=rate, seed=seed, halves=halves)
        for path in make_heads(material, plan, facts, shop, out, translate=True):
            typer.echo(str(path))


@one.command()
def embed(
    folder: Classes,
    out: Heads,
    teacher: Annotated[Path, typer.Option(metavar="MODEL", help="TFLite or ONNX model whose first output is learnt.")],
    work: Work = Path("heads-work"),
    weights: Weights = None,
    model: Models = None,
    steps: Steps = 2400,
    batch: Batch = 32,
    rate: Rate = 2e-3,
    halves: Half = False,
    seed: Seed = 1,
    most: Most = 0,
    held: Held = 10,
    codings: Codings = 2,
    longest: Longest = None,
    without: Without = None,
    workers: Workers = 1,
    data: Data = "",
    licence: Licence = "",
) -> None:
    """Train a head that describes a picture by 128 numbers, as a teacher does; classes only measure it.

    Stop it when you like (Ctrl-C): the same command goes on where it stopped.
    Example: refdec-train head embed animals/ --out heads --teacher mobilenet.tflite
    """
    from refdec.heads.head import HeadFacts
    from refdec_train.heads.folders import read_classes
    from refdec_train.heads.making import make_heads
    from refdec_train.heads.plan import HeadPlan
    from refdec_train.heads.whole_pictures import embed_material

    require_places([folder, teacher], into=[out, work])
    classes = read_classes(folder, most=most, held=held, without=without or ())
    facts = HeadFacts("embed", "1.0", "embed", (), licence=licence, data=data)
    with workshop(work, weights, model, workers) as shop:
        material = embed_material(classes, shop, teacher=teacher, codings=codings, longest=longest or (0,))
        plan = HeadPlan(steps, batch, rate=rate, seed=seed, halves=halves)
        for path in make_heads(material, plan, facts, shop, out, translate=True):
            typer.echo(str(path))


@one.command()
def enhance(
    what: Annotated[str, typer.Argument(help="denoise, for instance: a row of the table of what can be trained.")],
    pictures: Pictures,
    out: Heads,
    work: Work = Path("heads-work"),
    weights: Weights = None,
    model: Models = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps; default: those of the table.")] = None,
    data: Data = "",
    licence: Licence = "",
) -> None:
    """Train a head that makes pictures better, from good pictures, which it spoils: 200 of 256 x 256 are a start.

    Pictures are made smaller first, so that they are better still.  Stop it when you like (Ctrl-C): the same command
    goes on where it stopped.  Example: refdec-train head enhance denoise photos/ --out heads
    """
    from dataclasses import replace

    from refdec.heads.head import HeadFacts
    from refdec_train.enhance.making import clean_pictures, make_enhancers
    from refdec_train.enhance.recipes import RECIPES
    from refdec_train.pictures import read_pictures

    if what not in RECIPES:
        raise typer.BadParameter(f"{what!r} is none of {', '.join(RECIPES)}")
    require_places(pictures, into=[out, work])
    recipe = RECIPES[what] if steps is None else replace(RECIPES[what], steps=steps)
    good = list(clean_pictures(picture for _, picture in read_pictures(pictures)))
    facts = HeadFacts(f"enhance-{what}", "1.0", "enhance", (), licence=licence, data=data)
    with workshop(work, weights, model, 1) as shop:
        for path in make_enhancers(what, good, facts, shop, out, recipe=recipe):
            typer.echo(str(path))


def all_heads(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder with the data sets in it, by their names.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for the heads: OUT/TASK/modelN.head.")],
    names: Annotated[list[str] | None, typer.Argument(metavar="[TASK]...", help="Heads to make.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Make all of them.")] = False,
    work: Work = Path("heads-work"),
    weights: Weights = None,
    model: Models = None,
    workers: Workers = 1,
) -> None:
    """Make the bundled heads anew, unattended: after a change of the codec's weights they must be.

    A head whose data is not there is left out, and said so.  Stop it when you like: the same command goes on.
    Example: refdec-train heads --all --data sets/ --out tasks/refdec_tasks
    """
    from refdec_train.heads.recipes import RECIPES, make_all

    known = [recipe.name for recipe in RECIPES]
    if unknown := [name for name in names or () if name not in known]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(known)}")
    if bool(names) == everything:
        raise typer.BadParameter(f"name heads ({', '.join(known)}), or give --all")
    require_places([data], into=[out, work])
    with workshop(work, weights, model, workers) as shop:
        for path in make_all(data, out, shop, names=names or ()):
            typer.echo(str(path))
