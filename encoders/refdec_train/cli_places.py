"""The commands `refdec-train head detect`, `segment` and `faces`: heads that say where something is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refdec_train.cli_heads import (
    Batch,
    Codings,
    Data,
    Heads,
    Licence,
    Longest,
    Models,
    Pixels,
    Rate,
    Seed,
    Steps,
    Weights,
    Work,
    Workers,
    name_of,
    workshop,
)
from refdec_train.cli_options import require_places

__all__ = ["detect", "faces", "segment"]

Positions = Annotated[
    int, typer.Option(min=4, metavar="N", help="What a step sees of a picture, in squares of 16 samples.")
]
CUT, DECAY, FACE_NOISE = 0.2, 0.02, 0.2
LARGEST_NUMBER = 254


def detect(
    boxes: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE.json", help="Pictures with VOC XML files, or COCO JSON beside them.")
    ],
    out: Heads,
    label: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Learn this label; repeatable.")] = None,
    work: Work = Path("heads-work"),
    weights: Weights = None,
    model: Models = None,
    steps: Steps = 700,
    batch: Batch = 8,
    positions: Positions = 24,
    rate: Rate = 2e-3,
    seed: Seed = 1,
    codings: Codings = 2,
    longest: Longest = None,
    workers: Workers = 1,
    pixels: Pixels = False,
    data: Data = "",
    licence: Licence = "",
) -> None:
    """Train a head that draws boxes, from pictures with boxes; `refdec task detect --option head=FILE` runs it.

    Held back are the pictures of ImageSets/Main/test.txt, or every fifth.  Stop it when you like (Ctrl-C): the same
    command goes on where it stopped.
    Example: refdec-train head detect animals/ --out heads
    """
    from refdec.heads.head import HeadFacts
    from refdec_train.heads.boxes import read_coco, read_voc
    from refdec_train.heads.making import make_heads
    from refdec_train.heads.placed_pictures import boxes_material
    from refdec_train.heads.plan import HeadPlan

    require_places([boxes], into=[out, work])
    found = (read_voc if boxes.is_dir() else read_coco)(boxes, labels=label or ())
    material = boxes_material(found, longest=longest or (0,), codings=codings)
    name = name_of("detect", pixels)
    facts = HeadFacts(name, "1.0", name, (), licence=licence, data=data)
    with workshop(work, weights, model, workers, pixels=pixels) as shop:
        for path in make_heads(material, HeadPlan(steps, batch, positions, CUT, rate, DECAY, seed), facts, shop, out):
            typer.echo(str(path))


def _classes(texts: list[str]) -> dict[str, list[int]]:
    """Return labels and the numbers of a mask that stand for each, of texts NAME=0,3,4."""
    classes: dict[str, list[int]] = {}
    for text in texts:
        name, equals, numbers = text.partition("=")
        parts = numbers.split(",")
        if not equals or not name or not all(part.isdecimal() and int(part) <= LARGEST_NUMBER for part in parts):
            raise typer.BadParameter(f"{text!r} is not of the form NAME=0,3,4, with numbers 0 to {LARGEST_NUMBER}")
        classes[name] = [int(part) for part in parts]
    return classes


def _listed(file: Path) -> list[str]:
    """Return the names without folders and suffix of a list: the first word of each line."""
    words = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return [Path(first).stem for first, *_ in filter(None, words)]


def segment(
    pictures: Annotated[Path, typer.Argument(metavar="PICTURES", help="Folder of pictures.")],
    masks: Annotated[Path, typer.Argument(metavar="MASKS", help="Folder of masks: PNG (or .mat) with the same names.")],
    out: Heads,
    label: Annotated[
        list[str],
        typer.Option("--class", metavar="NAME=0,3", help="A class, and its numbers in a mask; repeatable, in order."),
    ],
    held: Annotated[
        Path | None, typer.Option(metavar="LIST", help="Text file: the pictures to measure on, one a line.")
    ] = None,
    work: Work = Path("heads-work"),
    weights: Weights = None,
    model: Models = None,
    steps: Steps = 700,
    batch: Batch = 8,
    positions: Positions = 24,
    rate: Rate = 2e-3,
    seed: Seed = 1,
    codings: Codings = 1,
    longest: Longest = None,
    workers: Workers = 1,
    pixels: Pixels = False,
    data: Data = "",
    licence: Licence = "",
) -> None:
    """Train a head that says what each part of a picture is; `refdec task segment --option head=FILE` runs it.

    Numbers of no class are not learnt; held back is what --held names, or every tenth picture.  Stop it when you like
    (Ctrl-C): the same command goes on where it stopped.
    Example: refdec-train head segment photos/ masks/ --class sky=1 --class rest=0,2,3 --out heads
    """
    from refdec.heads.head import HeadFacts
    from refdec_train.heads.making import make_heads
    from refdec_train.heads.masks import read_masks
    from refdec_train.heads.placed_pictures import masks_material
    from refdec_train.heads.plan import HeadPlan

    require_places([pictures, masks, *([held] if held else [])], into=[out, work])
    found = read_masks(pictures, masks, _classes(label), held=_listed(held) if held else None)
    material = masks_material(found, longest=longest or (0,), codings=codings)
    name = name_of("segment", pixels)
    facts = HeadFacts(name, "1.0", name, (), licence=licence, data=data)
    with workshop(work, weights, model, workers, pixels=pixels) as shop:
        for path in make_heads(material, HeadPlan(steps, batch, positions, CUT, rate, DECAY, seed), facts, shop, out):
            typer.echo(str(path))


def faces(
    pictures: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Pictures, with faces or without.")],
    out: Heads,
    teacher: Annotated[Path, typer.Option(metavar="MODEL.onnx", help="YuNet, which says where faces are.")],
    labelled: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Pictures with VOC XML files of faces, to measure on.")
    ],
    scenes: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many scenes are put together of these pictures.")
    ] = 3200,
    work: Work = Path("heads-work"),
    weights: Weights = None,
    model: Models = None,
    steps: Steps = 2800,
    batch: Batch = 8,
    positions: Positions = 24,
    rate: Rate = 2e-3,
    seed: Seed = 1,
    codings: Codings = 1,
    workers: Workers = 1,
    pixels: Pixels = False,
    data: Data = "",
    licence: Licence = "",
) -> None:
    """Train a head that finds faces, from pictures in which a teacher finds them; `--option head=FILE` runs it.

    Stop it when you like (Ctrl-C): the same command goes on where it stopped.
    Example: refdec-train head faces photos/ --teacher yunet.onnx --labelled faces/ --out heads
    """
    from refdec.heads.head import HeadFacts
    from refdec_train.heads.boxes import pictures_below
    from refdec_train.heads.labelled_faces import labelled_faces, teacher_facts
    from refdec_train.heads.making import make_heads
    from refdec_train.heads.placed_pictures import faces_material
    from refdec_train.heads.plan import HeadPlan

    require_places([*pictures, teacher, labelled], into=[out, work])
    found = [path for folder in pictures for path in pictures_below(folder)]
    plan = HeadPlan(steps, batch, positions, CUT, rate, seed=seed, noise=FACE_NOISE)
    name = name_of("faces", pixels)
    with workshop(work, weights, model, workers, pixels=pixels) as shop:
        held = labelled_faces(labelled, work / "labelled-faces")
        material = faces_material(found, held, teacher, shop, scenes=scenes, codings=codings)
        known = teacher_facts(teacher, held)
        facts = HeadFacts(name, "1.0", name, (), metrics=known, licence=licence, data=data)
        for path in make_heads(material, plan, facts, shop, out):
            typer.echo(str(path))
