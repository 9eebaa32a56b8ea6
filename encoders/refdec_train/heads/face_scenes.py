"""Scenes with many faces, put together of parts of photographs: what a head of faces is trained on.

In: pictures in which a teacher has found faces, some without any.  Out: PNG files, and subjects with boxes.  A
photograph of a person has one face, in its middle, of one size; a scene has faces of many sizes everywhere, bright and
dark, tilted, behind masks and glasses, beside things that are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from refdec_train.heads.boxes import TrueBox, Truth
from refdec_train.heads.examples import read_rgb
from refdec_train.heads.subjects import Subject

__all__ = ["SIDE", "face_scenes"]

Picture: TypeAlias = npt.NDArray[np.uint8]
Colour: TypeAlias = tuple[int, int, int]
SIDE = 384
TILES = (1, 1, 2, 2, 2, 3, 3, 4, 6)
"""Tiles along a side of a scene, one of these by chance."""
WITH_FACES = 0.65
"""Share of tiles that are drawn around a face."""
SMALLEST, LARGEST_SHARE, ENLARGED = 12.0, 0.8, 4.0
"""Heights of faces: from so many samples to this share of a tile, and to so many times what they were."""
NARROW, WIDE = 0.75, 1.3
SEEN, HIDDEN = 0.7, 0.1
"""A face of which a tile shows the first share is learnt; one of which it shows less than the second is none."""
TRIES = 12
TILT, ROOM = 9.0, 1.2
"""Largest tilt in degrees, and what is cut out around a tile for it."""
MASKED, SHADED, GRAY = 0.35, 0.06, 0.07
"""Shares of faces with a mask and with dark glasses, and of tiles without colour."""
MASK = ((0.02, 0.5), (0.5, 0.42), (0.98, 0.5), (0.92, 0.82), (0.66, 1.0), (0.34, 1.0), (0.08, 0.82))
GLASSES = ((0.1, 0.28), (0.9, 0.28), (0.88, 0.46), (0.6, 0.46), (0.5, 0.36), (0.4, 0.46), (0.12, 0.46))
"""Outlines, in shares of a face's box."""
CLOTH: tuple[Colour, ...] = (
    (235, 238, 240),
    (235, 238, 240),
    (150, 190, 215),
    (120, 165, 205),
    (25, 25, 28),
    (90, 92, 96),
)
DARK: Colour = (20, 20, 24)
FINER, SHADE = 4, (0.75, 1.1)
BLURRED, DETAIL = 0.4, (0.35, 0.9)
"""Share of tiles that are enlarged from fewer samples, and from how many."""


class _Window(NamedTuple):
    """A part of a picture, in its samples."""

    left: float
    top: float
    right: float
    bottom: float


def _between(low: float, high: float, draw: np.random.Generator) -> float:
    """Return a number by chance, every ratio alike."""
    return float(np.exp(draw.uniform(np.log(low), np.log(max(high, low)))))


def _window(size: tuple[int, int], face: TrueBox | None, side: int, draw: np.random.Generator) -> _Window:
    """Return a part of a picture of `size` (rows, columns) for a tile, around a face or anywhere, inside of it."""
    rows, columns = size
    if face is None:
        high = _between(0.25, 1.0, draw) * min(size)
        middle_x, middle_y = draw.uniform(0, columns), draw.uniform(0, rows)
    else:
        large = max(face.bottom - face.top, face.right - face.left)
        high = large * side / _between(SMALLEST, min(LARGEST_SHARE * side, ENLARGED * large), draw)
        room = max(high - large, 0.0) / 2
        middle_x, middle_y = (
            (low + far) / 2 + draw.uniform(-room, room)
            for low, far in ((face.left, face.right), (face.top, face.bottom))
        )
    high = min(high, rows)
    wide = min(high * _between(NARROW, WIDE, draw), columns)
    left, top = (
        min(max(middle - part / 2, 0.0), whole - part)
        for middle, part, whole in ((middle_x, wide, columns), (middle_y, high, rows))
    )
    return _Window(left, top, left + wide, top + high)


def _placed(truth: Truth, window: _Window, side: int) -> list[TrueBox] | None:
    """Return the faces that a tile shows, in its samples; None if it shows a part of one only, or one too small."""
    across, down = side / (window.right - window.left), side / (window.bottom - window.top)
    found = []
    for face in truth:
        x0, x1 = max(face.left, window.left), min(face.right, window.right)
        y0, y1 = max(face.top, window.top), min(face.bottom, window.bottom)
        seen = max(x1 - x0, 0) * max(y1 - y0, 0) / ((face.right - face.left) * (face.bottom - face.top))
        if seen < HIDDEN:
            continue
        if seen < SEEN or (y1 - y0) * down < SMALLEST / 2:
            return None
        edges = (x0 - window.left) * across, (y0 - window.top) * down
        found.append(TrueBox(0, *edges, (x1 - window.left) * across, (y1 - window.top) * down))
    return found


def _cut(picture: Picture, window: _Window, side: int, tilt: float, draw: np.random.Generator) -> Image.Image:
    """Return a part of a picture as a tile, tilted around its middle, and sharp or not."""
    down, across = ((ROOM - 1) / 2 * (far - low) for low, far in (window[1::2], window[::2]))
    pad = int(max(down, across)) + 1
    around = np.pad(picture, ((pad, pad), (pad, pad), (0, 0)), mode="symmetric")
    box = (
        window.left + pad - across,
        window.top + pad - down,
        window.right + pad + across,
        window.bottom + pad + down,
    )
    large = round(side * ROOM)
    fewer = round(large * draw.uniform(*DETAIL)) if draw.random() < BLURRED else large
    tile = Image.fromarray(around).resize((fewer, fewer), Image.Resampling.BICUBIC, box=box)
    edge = (large - side) // 2
    tile = tile.resize((large, large), Image.Resampling.BICUBIC).rotate(tilt, Image.Resampling.BICUBIC)
    return tile.crop((edge, edge, edge + side, edge + side))


def _tilted(face: TrueBox, side: int, tilt: float) -> TrueBox | None:
    """Return a box whose middle has gone with a tilt, as far as the tile goes; None if too little of it is left."""
    angle, x, y = np.radians(tilt), (face.left + face.right - side) / 2, (face.top + face.bottom - side) / 2
    right, down = float(np.cos(angle) * x + np.sin(angle) * y - x), float(np.cos(angle) * y - np.sin(angle) * x - y)
    edges = (face.left + right, face.top + down, face.right + right, face.bottom + down)
    left, top, far, low = (min(max(edge, 0.0), float(side)) for edge in edges)
    whole = (face.right - face.left) * (face.bottom - face.top)
    return TrueBox(0, left, top, far, low) if (far - left) * (low - top) >= SEEN * whole else None


def _covered(
    tile: Image.Image, face: TrueBox, outline: Sequence[tuple[float, float]], colour: Colour, draw: np.random.Generator
) -> None:
    """Draw a cloth over a part of a face."""
    wide, high = face.right - face.left, face.bottom - face.top
    lower = draw.normal(0, 0.04)
    moved = [(x + draw.normal(0, 0.03), y + lower + draw.normal(0, 0.03)) for x, y in outline]
    points = [(FINER * (face.left + x * wide), FINER * (face.top + y * high)) for x, y in moved]
    shape = Image.new("L", (FINER * tile.width, FINER * tile.height))
    ImageDraw.Draw(shape).polygon(points, fill=255)
    shade = np.clip(np.linspace(draw.uniform(*SHADE), draw.uniform(*SHADE), tile.height), 0, 1)[:, None, None]
    cloth = np.clip(np.array(colour) * shade + draw.normal(0, 3, (tile.height, tile.width, 1)), 0, 255)
    tile.paste(Image.fromarray(cloth.astype(np.uint8)), mask=shape.resize(tile.size, Image.Resampling.BOX))


def _lit(tile: Picture, draw: np.random.Generator) -> Picture:
    """Return a tile in another light."""
    values = (tile / 255.0) ** _between(0.65, 1.5, draw) * _between(0.75, 1.25, draw) * draw.uniform(0.92, 1.08, 3)
    if draw.random() < GRAY:
        values = np.broadcast_to(values.mean(axis=2, keepdims=True), values.shape)
    return np.asarray(np.clip(values * 255 + 0.5, 0, 255).astype(np.uint8))


def _tile(
    faces: Mapping[Path, Truth], paths: Sequence[Path], people: Sequence[Path], side: int, draw: np.random.Generator
) -> tuple[Picture, list[TrueBox]]:
    """Return a tile of `side` x `side` samples, and the faces in it."""
    chosen = people if people and draw.random() < WITH_FACES else paths
    for _ in range(TRIES):
        path = chosen[int(draw.integers(len(chosen)))]
        picture, found = read_rgb(path), faces[path]
        face = found[int(draw.integers(len(found)))] if found and chosen is people else None
        window, tilt = _window((picture.shape[0], picture.shape[1]), face, side, draw), draw.uniform(-TILT, TILT)
        placed = _placed(found, window, side)
        if placed is None:
            continue
        turned = [box for each in placed if (box := _tilted(each, side, tilt)) is not None]
        if len(turned) < len(placed):
            continue
        tile = _cut(picture, window, side, tilt, draw)
        for each in turned:
            if draw.random() < MASKED:
                _covered(tile, each, MASK, CLOTH[int(draw.integers(len(CLOTH)))], draw)
            if draw.random() < SHADED:
                _covered(tile, each, GLASSES, DARK, draw)
        return _lit(np.asarray(tile), draw), turned
    return np.full((side, side, 3), int(draw.integers(256)), np.uint8), []


def _scene(faces: Mapping[Path, Truth], draw: np.random.Generator) -> tuple[Picture, Truth]:
    """Return a scene, and the faces in it."""
    paths = list(faces)
    people = [path for path in paths if faces[path]]
    tiles = int(draw.choice(TILES))
    side = SIDE // tiles
    scene, truth = np.zeros((SIDE, SIDE, 3), np.uint8), list[TrueBox]()
    for y in range(0, SIDE, side):
        for x in range(0, SIDE, side):
            scene[y : y + side, x : x + side], found = _tile(faces, paths, people, side, draw)
            truth += [TrueBox(0, box.left + x, box.top + y, box.right + x, box.bottom + y) for box in found]
    return scene, tuple(truth)


def face_scenes(faces: Mapping[Path, Truth], folder: Path, count: int, *, seed: int = 1) -> list[Subject[Truth]]:
    """Write `count` scenes of SIDE x SIDE samples into a folder, and return them with their faces.

    The same pictures and seed give the same scenes.  Raises PictureUnreadable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    subjects = []
    for number in range(count):
        scene, truth = _scene(faces, np.random.default_rng((seed, number)))
        path = folder / f"{number:04}.png"
        Image.fromarray(scene).save(path, compress_level=1)
        subjects.append(Subject(path, truth))
    return subjects
