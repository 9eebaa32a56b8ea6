"""The command `refdec-train`: codec, synthesis, export, head.

Nothing of refdec imports this package; it imports refdec to write packs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refdec.errors import ExitCode, RefdecError
from refdec_train import cli_heads as heads
from refdec_train import cli_places as places
from refdec_train.cli_options import Half, Pictures, require_places, stopping
from refdec_train.errors import DeviceUnusable, TrainingError

if TYPE_CHECKING:
    from refdec_train.codec import Codec
    from refdec_train.plan import Plan
    from refdec_train.training import Progress

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Train weights for refdec: the codec, its syntheses, and the pack that refdec decodes with.",
)

for train in (places.detect, places.segment, places.faces):
    heads.one.command()(train)
app.add_typer(heads.one, name="head")
app.command("heads")(heads.all_heads)


def _device(name: str) -> str:
    """Refuse a device that cannot train, before anything is read or written."""
    from refdec_train.devices import device_of

    try:
        device_of(name)
    except DeviceUnusable as problem:
        raise typer.BadParameter(str(problem)) from problem
    return name


Out = Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for states; a training in it is gone on with.")]
Start = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Weights to begin with: .npz or .pt of an earlier training.")
]
Held = Annotated[
    list[Path] | None,
    typer.Option("--held", metavar="PLACE", help="Pictures to measure on, never trained on; repeatable."),
]
Steps = Annotated[int, typer.Option(min=1, help="Steps in all.")]
Batch = Annotated[int, typer.Option(min=1, help="Crops in a step.")]
Crop = Annotated[int, typer.Option(min=64, help="Side of a crop in samples, a multiple of 64.")]
Rate = Annotated[float, typer.Option(help="First learning rate; the last one is a thirtieth of it.")]
Device = Annotated[str, typer.Option(callback=_device, help="cpu, cuda, or cuda:N for one of several.")]
Seed = Annotated[int, typer.Option(help="Seed of crops, displacements and noise.")]
HeldEvery = Annotated[int, typer.Option(min=1, help="Steps between two measurements on the pictures held back.")]


@app.command()
def codec(
    pictures: Pictures,
    out: Out,
    start: Start = None,
    held: Held = None,
    price: Annotated[
        float, typer.Option("--lambda", help="Price of distortion: 0.012 middle rates, 0.06 high.")
    ] = 0.012,
    luma: Annotated[float, typer.Option(help="Weight of the squared error of luma.")] = 0.75,
    chroma: Annotated[float, typer.Option(help="Weight of the squared error of chroma.")] = 0.5,
    ms_ssim: Annotated[float, typer.Option(min=0, max=1, help="Share of MS-SSIM in luma's distortion.")] = 0.0,
    displacements: Annotated[int, typer.Option(min=0, max=2047, help="Rates from -N to N are trained.")] = 600,
    steps: Steps = 20_000,
    batch: Batch = 4,
    crop: Crop = 256,
    rate: Rate = 3e-4,
    device: Device = "cpu",
    half: Half = False,
    seed: Seed = 1,
    held_every: HeldEvery = 1000,
) -> None:
    """Train analysis, entropy model and BOP synthesis, from scratch or from weights.

    Stop it when you like (Ctrl-C): the same command goes on where it stopped.
    Example: refdec-train codec photos/ --out run --held kodak/
    """
    from refdec_train.codec import Goal
    from refdec_train.plan import Plan

    plan = Plan(
        Goal(price, luma, chroma, ms_ssim),
        steps,
        batch=batch,
        crop=_crop(crop),
        rate=rate,
        displacements=displacements,
        half=half,
        seed=seed,
        held_every=held_every,
    )
    _run(plan, pictures, out, start, held, device)


@app.command()
def synthesis(
    transform: Annotated[str, typer.Argument(help="sop, bop or hop.")],
    pictures: Pictures,
    out: Out,
    start: Annotated[Path, typer.Option(metavar="FILE", help="Weights of the codec whose latents it shall decode.")],
    held: Held = None,
    luma: Annotated[float, typer.Option(help="Weight of the squared error of luma.")] = 0.75,
    chroma: Annotated[float, typer.Option(help="Weight of the squared error of chroma.")] = 0.5,
    steps: Steps = 5_000,
    batch: Batch = 4,
    crop: Crop = 256,
    rate: Rate = 3e-4,
    device: Device = "cpu",
    half: Half = False,
    seed: Seed = 1,
    held_every: HeldEvery = 1000,
) -> None:
    """Train one synthesis transform on latents that stay as they are; other syntheses of the start come along.

    Example: refdec-train synthesis hop photos/ --start run/weights.npz --out run-hop
    """
    from refdec_train.codec import Goal
    from refdec_train.plan import Plan
    from refdec_train.synthesis import SYNTHESES

    if transform not in SYNTHESES:
        raise typer.BadParameter(f"{transform!r} is none of {', '.join(SYNTHESES)}")
    plan = Plan(
        Goal(1.0, luma, chroma),
        steps,
        batch=batch,
        crop=_crop(crop),
        rate=rate,
        synthesis=transform,
        half=half,
        seed=seed,
        held_every=held_every,
    )
    _run(plan, pictures, out, start, held, device)


@app.command()
def export(
    models: Annotated[
        list[str], typer.Argument(metavar="ID=FILE...", help="Weights of each model_id: 1=run/weights.npz.")
    ],
    pack: Annotated[Path, typer.Option(metavar="FILE.pack", help="Pack to write; refdec decodes with it.")],
    checkpoints: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for the checkpoint files.")],
    transforms: Annotated[
        str, typer.Option(metavar="A,B", help="Syntheses to take; default: all that the weights hold.")
    ] = "",
    beside: Annotated[
        Path | None,
        typer.Option(metavar="FILE.pack", help="Pack whose other models come into the new one as they are."),
    ] = None,
    title: Annotated[str, typer.Option(help="Title that the pack bears.")] = "",
    licence: Annotated[str, typer.Option(help="Licence that the pack bears.")] = "",
) -> None:
    """Write weights as checkpoints with the names of the standard, and as a pack.

    Example: refdec-train export 1=run/weights.npz --pack mine.pack --checkpoints checkpoints/
    """
    from refdec_train.export import MODEL_NAMES, export_pack
    from refdec_train.synthesis import SYNTHESES
    from refdec_train.weights import codec_with, read_weights

    asked = tuple(transforms.split(",")) if transforms else ()
    codecs: dict[int, Codec] = {}
    if unknown := [name for name in asked if name not in SYNTHESES]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(SYNTHESES)}")
    for wish in models:
        number, _, path = wish.partition("=")
        if not path or number not in {str(each) for each in range(len(MODEL_NAMES))}:
            raise typer.BadParameter(f"{wish!r} is not of the form ID=FILE, ID 0 to {len(MODEL_NAMES) - 1}")
        require_places([Path(path)], into=[checkpoints])
        codecs[int(number)], taken = codec_with(read_weights(Path(path)), asked)
        for sentence in taken.sentences():
            _say(sentence)
    for name in export_pack(codecs, checkpoints, pack, title=title, licence=licence, beside=beside):
        typer.echo(name)


def _crop(crop: int) -> int:
    if crop % 64:
        raise typer.BadParameter(f"{crop} is no multiple of 64")
    return crop


def _run(plan: Plan, pictures: list[Path], out: Path, start: Path | None, held: list[Path] | None, device: str) -> None:
    """Read the pictures and train, printing where it is."""
    from refdec_train.pictures import Collection, read_pictures
    from refdec_train.training import train

    require_places([*pictures, *(held or []), *([start] if start else [])], into=[out])
    collection = Collection.of((picture for _, picture in read_pictures(pictures, at_least=plan.crop)), plan.crop)
    held_back = [picture for _, picture in read_pictures(held or [])]
    typer.echo(f"{len(collection.pictures)} pictures, {len(held_back)} held back", err=True)
    with stopping() as wanted:
        train(plan, collection, out, start=start, held=held_back, device=device, watch=_show, say=_say, wanted=wanted)
    typer.echo(str(out / "weights.npz"))


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _show(progress: Progress) -> None:
    """Print a line of a training's progress, and one for each measurement."""
    numbers = ", ".join(f"{name} {value:.4g}" for name, value in progress.numbers.items())
    typer.echo(f"{progress.step}/{progress.steps}  {progress.seconds_a_step:.3f} s  {numbers}", err=True)
    for point in progress.held:
        typer.echo(
            f"  held, displacement {point['displacement']:+.0f}: {point['bits_per_pixel']:.4f} bpp, luma "
            f"{point['luma_psnr']:.2f} dB, RGB {point['rgb_psnr']:.2f} dB",
            err=True,
        )


def main() -> None:
    """Run the command; errors are one sentence and what to do, and exit codes those of refdec."""
    try:
        app()
    except TrainingError as problem:
        _say(f"refdec-train: {problem}")
        sys.exit(ExitCode.IO)
    except RefdecError as problem:
        _say("\n".join((f"refdec-train: {problem.headline()}", *(f"  {hint}" for hint in problem.hints()))))
        sys.exit(problem.exit_code)
    except OSError as problem:
        _say(f"refdec-train: {problem.strerror or problem}" + (f": {problem.filename}" if problem.filename else ""))
        sys.exit(ExitCode.IO)
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        _say("refdec-train: training needs PyTorch.\nInstall it: pip install 'refdec[train]'")
        sys.exit(ExitCode.IO)


if __name__ == "__main__":
    main()
