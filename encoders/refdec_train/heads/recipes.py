"""The bundled heads, one row each: from which data each is made, under which licence, and how.

`refdec-train heads --all` walks the table, so that every bundled head can be made again after a change of the codec's
weights: a row whose data is not there is passed over, and said so; a row that was stopped is gone on with.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from refdec.heads.head import HeadFacts
from refdec_train.closed_form import SMALLEST_SIDE, Wish, fit_heads
from refdec_train.heads.making import Material, Workshop, make_heads
from refdec_train.heads.plan import HeadPlan
from refdec_train.pictures import spread_pictures
from refdec_train.scenes import EVENTS
from refdec_train.thumbnails import THUMBNAIL

__all__ = ["RECIPES", "Recipe", "make_all"]

FITTED_ON, FITTED_TO = ("wallpapers", "ccp"), 250
SCENES = "Wallpapers (CC-BY-SA, CC-BY, GPL) and street photographs of Clothing Co-Parsing (Apache-2.0)"
CALTECH = "Caltech-101 (CC BY 4.0)"
TAUGHT = "; a teacher's vectors: MobileNet v1, quantised, trained on ImageNet (Apache-2.0)"
WITHOUT = ("BACKGROUND_Google",)
TEACHER = "teachers/mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
PLACES = HeadPlan(700, batch=8, positions=24, cut=0.2, decay=0.02)
"""How heads are trained that say where something is."""
YUNET = "teachers/yunet_n_dynamic.onnx"
FACE_PLAN = HeadPlan(2800, batch=8, positions=24, cut=0.2, rate=2e-3, noise=0.2)
ABOUT_FACES = "CCP (Apache-2.0) and Caltech-101 (CC BY 4.0); faces by a teacher: YuNet (Apache-2.0)"
ABOUT_CLOTHES = "Clothing Co-Parsing: street photographs and their masks (Apache-2.0)"
FACES_HELD, LABELLED_EVERY = 20, 6
"""Of street photographs every so many are not trained on; of labelled ones every so many are measured on."""
CLOTHES_PLAN = HeadPlan(3000, batch=8, positions=24, cut=0.2, rate=3e-3, decay=0.02, noise=0.2)
CLOTHES_WIDTH = 48
"""Channels of a head of clothes, so that it has less than half a megabyte."""
PER_CLASS, HELD_PER_CLASS, CODINGS = 120, 10, 2
WHOLE = HeadPlan(3200, batch=64, positions=16, cut=0.2, rate=3e-3, halves=True)
"""How heads are trained that look at whole pictures; `classify` begins with the trunk of `embed`."""
FURTHER = replace(WHOLE, steps=3600, rate=2e-3, mixed=0.2)
PHOTOGRAPHS = "ccp/photos"
ABOUT_PHOTOGRAPHS = "CCP (Apache-2.0)"
ABOUT_WALLPAPERS = "; wallpapers of MATE, Lomiri, Plasma and GNOME (CC BY-SA, CC BY, GPL)"
SHARE_OF_PHOTOGRAPHS = 3
"""Of so many photographs one is enough."""
ENHANCING = {"denoise": ("wallpapers",), "lowlight": (), "exposure": (), "colour": (), "superres": ()}
"""The heads of `enhance`, and what each is trained on beside photographs."""
LONGEST = (240, 320, 320, 400)
"""What is in pictures is not always as large as in those of Caltech-101, which have about 300 samples."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A bundled head: `needs` are places below the folder of data; `make` writes `modelN.head` into a folder.

    `name`: of the task, and of its folder in `refdec_tasks`; "enhance/denoise" for one of several.
    `make(data, shop, out)` yields the files.
    """

    name: str
    needs: tuple[str, ...]
    make: Callable[[Path, Workshop, Path], Iterator[Path]]


def _fitted(wish: Wish) -> Callable[[Path, Workshop, Path], Iterator[Path]]:
    """Return how a head in closed form is made."""

    def make(data: Path, shop: Workshop, out: Path) -> Iterator[Path]:
        pictures = spread_pictures([data / name for name in FITTED_ON], FITTED_TO, at_least=SMALLEST_SIDE)
        show = shop.telling(f"{wish.task}: pictures", 50)
        yield from fit_heads(wish, pictures, shop.weights, out, data=SCENES, licence="BSD-3-Clause", show=show)

    return make


def _whole(data: Path, shop: Workshop, make: Callable[..., Material]) -> Material:
    """Return the material of a head that looks at whole pictures."""
    from refdec_train.heads.folders import read_classes

    classes = read_classes(data / "caltech", most=PER_CLASS, held=HELD_PER_CLASS, without=WITHOUT)
    return make(classes, shop, teacher=data / TEACHER, codings=CODINGS, longest=LONGEST)


def _classify(data: Path, shop: Workshop, out: Path) -> Iterator[Path]:
    from refdec_train.heads.whole_pictures import classify_material, embed_material

    facts = HeadFacts("classify", "1.0", "classify", (), licence="CC-BY-4.0", data=CALTECH + TAUGHT)
    material, former = (_whole(data, shop, make) for make in (classify_material, embed_material))
    yield from make_heads(material, FURTHER, facts, shop, out, translate=True, former=("embed", former, WHOLE))


def _embed(data: Path, shop: Workshop, out: Path) -> Iterator[Path]:
    from refdec_train.heads.whole_pictures import embed_material

    facts = HeadFacts("embed", "1.0", "embed", (), licence="CC-BY-4.0", data=CALTECH + TAUGHT)
    yield from make_heads(_whole(data, shop, embed_material), WHOLE, facts, shop, out, translate=True, drop=12)


def _enhancing(name: str, beside: tuple[str, ...]) -> Recipe:
    """Return the row of a head of `enhance`, trained on photographs and what lies in other places."""
    needs, about = (PHOTOGRAPHS, *beside), ABOUT_PHOTOGRAPHS + (ABOUT_WALLPAPERS if beside else "")

    def make(data: Path, shop: Workshop, out: Path) -> Iterator[Path]:
        from refdec_train.enhance.making import clean_pictures, make_enhancers
        from refdec_train.pictures import read_pictures

        some = islice(read_pictures(data / place for place in needs), 0, None, SHARE_OF_PHOTOGRAPHS)
        pictures = list(clean_pictures(picture for _, picture in some))
        facts = HeadFacts(f"enhance-{name}", "1.0", "enhance", (), licence="BSD-3-Clause", data=about)
        yield from make_enhancers(name, pictures, facts, shop, out)

    return Recipe(f"enhance/{name}", needs, make)


def _detect(data: Path, shop: Workshop, out: Path) -> Iterator[Path]:
    from refdec_train.heads.boxes import read_voc
    from refdec_train.heads.placed_pictures import boxes_material

    material = boxes_material(read_voc(data / "bccd"), longest=(0, 576, 704))
    facts = HeadFacts("detect", "1.0", "detect", (), licence="MIT", data="BCCD: blood cells (MIT)")
    yield from make_heads(material, PLACES, facts, shop, out)


def _segment(data: Path, shop: Workshop, out: Path) -> Iterator[Path]:
    from refdec_train.heads.clothes import read_clothes
    from refdec_train.heads.placed_pictures import masks_material

    clothes = read_clothes(data / "ccp")
    material = masks_material(clothes, longest=(0, 640, 480), width=CLOTHES_WIDTH)
    facts = HeadFacts("segment", "1.0", "segment", (), licence="Apache-2.0", data=ABOUT_CLOTHES)
    yield from make_heads(material, CLOTHES_PLAN, facts, shop, out)


def _faces(data: Path, shop: Workshop, out: Path) -> Iterator[Path]:
    from refdec_train.heads.labelled_faces import labelled_faces, teacher_facts
    from refdec_train.heads.placed_pictures import faces_material

    streets, near = sorted((data / "ccp" / "photos").glob("*.jpg")), sorted((data / "caltech" / "Faces").glob("*.jpg"))
    things = [path for path in sorted((data / "caltech").glob("*/*.jpg")) if not path.parent.name.startswith("Faces")]
    pictures = [
        *(path for number, path in enumerate(streets) if number % FACES_HELD),
        *near[: -(len(near) // 5) : 2],
        *things[::6],
    ]
    labelled = labelled_faces(data / "faces", shop.work / "labelled-faces", LABELLED_EVERY)
    material = faces_material(pictures, labelled, data / YUNET, shop)
    known = teacher_facts(data / YUNET, labelled)
    facts = HeadFacts("faces", "1.0", "faces", (), metrics=known, licence="CC-BY-4.0", data=ABOUT_FACES)
    yield from make_heads(material, FACE_PLAN, facts, shop, out, translate=True)


RECIPES = (
    Recipe("thumbnail", FITTED_ON, _fitted(THUMBNAIL)),
    Recipe("events", FITTED_ON, _fitted(EVENTS)),
    Recipe("classify", ("caltech", TEACHER), _classify),
    Recipe("embed", ("caltech", TEACHER), _embed),
    *(_enhancing(name, beside) for name, beside in ENHANCING.items()),
    Recipe("detect", ("bccd",), _detect),
    Recipe("segment", ("ccp/annotations",), _segment),
    Recipe("faces", ("ccp", "caltech", "faces", YUNET), _faces),
)
"""One row a head; a new head adds one."""


def make_all(
    data: Path, out: Path, shop: Workshop, *, names: Iterable[str] = (), recipes: Iterable[Recipe] = RECIPES
) -> Iterator[Path]:
    """Make the heads of all rows, or of those with these names; yield the files, `out/NAME/modelN.head`.

    It is told which row it is at, and what a row took.  Raises Stopped, TrainingError, RefdecError.
    """
    wanted = set(names)
    chosen = [recipe for recipe in recipes if not wanted or recipe.name in wanted]
    for number, recipe in enumerate(chosen, start=1):
        missing = [place for place in recipe.needs if not (data / place).exists()]
        if missing:
            shop.say(f"{recipe.name}: left out, {data} has no {', '.join(missing)}")
            continue
        shop.say(f"{recipe.name}: {number} of {len(chosen)}")
        begun = _processor_minutes()
        yield from recipe.make(data, shop, out / recipe.name)
        shop.say(f"{recipe.name}: made in {_processor_minutes() - begun:.1f} minutes of one core")


def _processor_minutes() -> float:
    """Return for how long this process and those that it started have computed."""
    return sum(os.times()[:4]) / 60
