"""Latents of pictures, made once by refdec and kept: what heads are trained and measured on.

In: picture files and codings.  Out: float16 [256, h, w] in units of the latent, luma first, on disk.  A file's name is
the digest of all that it depends on: the bytes of the picture, the weights, the model, the coding; so nothing stale is
ever read, and a cache can be shared by all heads.  No picture is decoded: 0.07 s of one core for 300 x 200 samples.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from refdec.api.decode import decode
from refdec.api.encode import encode
from refdec.api.latents import read_latents
from refdec.api.patches import patches_of
from refdec.api.weights import load_weights
from refdec_train.errors import PictureUnreadable
from refdec_train.heads.subjects import Coding, Subject, longer_side

if TYPE_CHECKING:
    from refdec.weights.pack import WeightPack

__all__ = [
    "POINTS",
    "Example",
    "LatentStore",
    "Show",
    "coded_at",
    "digest_of",
    "fingerprint_of",
    "make_examples",
    "read_rgb",
    "usual_coding",
    "write_array",
]

T = TypeVar("T")
Latents: TypeAlias = npt.NDArray[np.float16]
Picture: TypeAlias = npt.NDArray[np.uint8]
ONE = 1 << 18
POINTS = ((-1090, -790), (-800, -500), (-450, -150), (0, 300), (300, 600), (590, 800))
"""Displacements of luma and chroma that pictures are coded at: the qualities 10 to 90 of a model, as encoders choose
them.  With model 1 that is 0.1 to 1.5 bits for each sample of a small photograph.
"""
Wish: TypeAlias = tuple[Path, Coding]
Show: TypeAlias = Callable[[int, int], None]


def usual_coding(subject: Subject[Any], number: int = 0, longest: Sequence[int] = (0,)) -> Coding:
    """Return a coding of a picture, drawn by chance from its name, for heads that look at whole pictures.

    A picture that is trained on is coded at one of all rates, mirrored or not, its longer side brought to one of
    `longest` (0: as it is); one that is held back is coded as it is.  `number`: for further codings of a picture.
    """
    name = f"{subject.path.name}{subject.path.parent.name}{number or ''}"
    chance = int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()[:4], "big")
    chance, rate = divmod(chance, len(POINTS))
    if subject.held:
        return Coding(POINTS[rate])
    chance, mirrored = divmod(chance, 2)
    return Coding(POINTS[rate], bool(mirrored), longest[chance % len(longest)])


def read_rgb(path: Path) -> Picture:
    """Return a picture as uint8 [rows, columns, 3].  Raises PictureUnreadable."""
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise PictureUnreadable(path, str(problem)) from problem


def coded_picture(picture: Picture, coding: Coding) -> Picture:
    """Return the picture that is coded: of the wanted size, mirrored or not."""
    rows, columns = longer_side((picture.shape[0], picture.shape[1]), coding.longest)
    if (rows, columns) != picture.shape[:2]:
        picture = np.asarray(Image.fromarray(picture).resize((columns, rows), Image.Resampling.BICUBIC))
    return np.ascontiguousarray(picture[:, ::-1] if coding.mirrored else picture)


def coded_at(picture: Picture, pack: WeightPack, model: int, point: tuple[int, int]) -> bytes:
    """Return a picture coded by a model at displacements of luma and chroma."""
    luma_rate, chroma_rate = point
    return encode(
        picture,
        weights=pack,
        encoder="analysis",
        model=model,
        displacement=luma_rate,
        chroma_displacement=chroma_rate,
        check=False,
    )


def _latents(picture: Picture, pack: WeightPack, model: int, point: tuple[int, int]) -> tuple[Latents, str]:
    """Return the latents of a picture coded at a rate, and the fingerprint of the weights that they are of."""
    bundle = read_latents(coded_at(picture, pack, model, point), weights=pack)
    luma, chroma = bundle.luma.latent_q18, bundle.chroma.latent_q18
    assert luma is not None and chroma is not None
    latents = (np.concatenate([luma, chroma]) / ONE).astype(np.float16)
    return latents, bundle.headers.weights_fingerprint


def _patches(picture: Picture, pack: WeightPack, model: int, point: tuple[int, int]) -> Latents:
    """Return the decoded picture as patches, in the shape of latents."""
    return patches_of(decode(coded_at(picture, pack, model, point), weights=pack, colour="RGB", bit_depth=8).array)


def fingerprint_of(pack: WeightPack, model: int) -> str:
    """Return the fingerprint that a head of this model names: found out by coding a gray square."""
    return _latents(np.full((64, 64, 3), 128, np.uint8), pack, model, (0, 0))[1]


@dataclass(frozen=True, slots=True)
class LatentStore:
    """A folder of latents of one model of a pack; `weights` None: the bundled pack.

    `pixels`: it holds the decoded pictures in place of them, as patches, for a network to compare with.
    """

    folder: Path
    weights: Path | None
    model: int
    pixels: bool = False

    def file_of(self, path: Path, coding: Coding) -> Path:
        """Return where the latents of a picture file are kept, whether they are there or not."""
        facts = {
            "format": 1,
            "picture": digest_of(path),
            "weights": _pack(self.weights).fingerprint,
            "model": self.model,
            "coding": asdict(coding),
        }
        if self.pixels:
            facts["patches"] = 1
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return self.folder / digest[:2] / f"{digest[2:]}.npy"

    def make(self, path: Path, coding: Coding) -> Path:
        """Return the file of a picture's latents, made if need be.  Raises PictureUnreadable, RefdecError."""
        file = self.file_of(path, coding)
        if not file.is_file():
            picture = coded_picture(read_rgb(path), coding)
            pack = _pack(self.weights)
            if self.pixels:
                write_array(file, _patches(picture, pack, self.model, coding.point))
            else:
                write_array(file, _latents(picture, pack, self.model, coding.point)[0])
        return file


@cache
def digest_of(path: Path) -> str:
    """Return SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _pack(weights: Path | None) -> WeightPack:
    return load_weights(weights)


def write_array(file: Path, values: npt.NDArray[Any]) -> None:
    """Write an array, whole or not at all, however many processes do."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}.part")
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    part.write_bytes(buffer.getvalue())
    part.replace(file)


@dataclass(frozen=True, slots=True)
class Example(Generic[T]):
    """A coded picture: what is known of it, how it was coded, sizes (rows, columns) of file and of coded picture."""

    subject: Subject[T]
    coding: Coding
    file: Path
    picture: tuple[int, int]
    coded: tuple[int, int]

    def latents(self) -> Latents:
        """Return luma and chroma, float16 [256, h, w]."""
        return np.asarray(np.load(self.file, allow_pickle=False))


def _size(path: Path) -> tuple[int, int]:
    """Return rows and columns of a picture file.  Raises PictureUnreadable."""
    try:
        with Image.open(path) as image:
            return image.height, image.width
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise PictureUnreadable(path, str(problem)) from problem


def _made(store: LatentStore, wishes: Sequence[Wish], workers: int) -> Iterator[Path]:
    if workers <= 1:
        yield from (store.make(*wish) for wish in wishes)
        return
    with ProcessPoolExecutor(workers) as pool:
        paths, codings = zip(*wishes, strict=True) if wishes else ((), ())
        yield from pool.map(store.make, paths, codings, chunksize=8)


def make_examples(
    store: LatentStore,
    wanted: Iterable[tuple[Subject[T], Coding]],
    *,
    workers: int = 1,
    show: Show = lambda done, total: None,
) -> list[Example[T]]:
    """Return an example for each subject and coding, in their order; what is not in the store is made now.

    Stop it when you like: what was made is kept.  `show(done, total)` is called after each.  Raises PictureUnreadable,
    RefdecError.
    """
    wishes = list(wanted)
    files = _made(store, [(subject.path, coding) for subject, coding in wishes], workers)
    examples = []
    for number, ((subject, coding), file) in enumerate(zip(wishes, files, strict=True)):
        size = _size(subject.path)
        examples.append(Example(subject, coding, file, size, longer_side(size, coding.longest)))
        show(number + 1, len(wishes))
    return examples
