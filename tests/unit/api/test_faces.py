"""Faces of pictures and codestreams, and what is done with them before a picture is encoded.

What the bundled head finds is tested with the task; here a head of drawn weights "finds" places in any picture.
"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import refdec
from refdec import PrivateRegions
from refdec.api.faces import faces_in, faces_of_picture, in_words
from refdec.bundles import Stage
from refdec.formats.orientation import stored_rect, turned
from refdec.plugins.core import Core
from refdec.plugins.source_picture import SourcePicture
from refdec.privacy.errors import NoFaceFound, PrivateRegionInvalid
from refdec.tiling.geometry import Rect
from refdec.weights.bundled import bundled_pack
from tests.encodable import GOLDEN, photograph
from tests.found_faces import faces_are_found

STREAM = GOLDEN / "kodim14_m1_+0_96x333.jai"
BACK = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
"""For each orientation the one that undoes it."""


def rects_in(data: bytes) -> list[Rect]:
    return [Rect(*map(int, text.split(","))) for text in refdec.read_info(data).private_regions]


def test_largest_faces_come_first_and_have_a_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    faces_are_found(monkeypatch, -1.5)
    core = Core(bundled_pack())
    bundle = core.read(STREAM.read_bytes(), Stage.LATENT)
    rects, wider = faces_in(bundle, core), faces_in(bundle, core, more=16)
    areas = [rect.w * rect.h for rect in rects]
    assert areas == sorted(areas, reverse=True) and len(rects) > 1
    assert len(wider) == len(rects) and sum(rect.w for rect in wider) > sum(rect.w for rect in rects)


@pytest.mark.parametrize("orientation", BACK)
def test_a_picture_on_its_side_is_looked_at_upright(orientation: int, monkeypatch: pytest.MonkeyPatch) -> None:
    faces_are_found(monkeypatch, -2.0)
    core, picture = Core(bundled_pack()), SourcePicture.from_rgb(photograph(96, 128))
    first, second, third = (turned(plane, BACK[orientation]) for plane in picture.planes)
    stored = SourcePicture((first, second, third))
    upright = faces_of_picture(picture, 1, core)
    assert upright and faces_of_picture(stored, orientation, core) == tuple(
        stored_rect(rect, orientation, stored.height, stored.width) for rect in upright
    )


def test_it_is_never_said_that_these_are_all() -> None:
    assert in_words(0, "blurred").startswith("no face was found, and nothing is blurred; there may be faces")
    assert in_words(1, "blurred").startswith("1 face was found and blurred; there may be faces")
    assert in_words(3, "made private").startswith("3 faces were found and made private; there may be faces")


def test_faces_become_private_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    faces_are_found(monkeypatch, -1.5)
    picture = photograph(96, 128)
    with pytest.warns(refdec.PictureWarning, match="found and made private"):
        data = refdec.encode(picture, model=1, displacement=-200, private=PrivateRegions((), None, faces=True))
    rects = rects_in(data)
    assert rects and all(Rect(0, 0, 128, 96).contains(rect) for rect in rects)
    named = PrivateRegions([(rect.x, rect.y, rect.w, rect.h) for rect in rects], None)
    same = refdec.encode(picture, model=1, displacement=-200, private=named)
    assert data == same, "as if the rectangles had been named"
    with pytest.warns(refdec.PictureWarning):
        more = refdec.encode(picture, model=1, private=PrivateRegions([(0, 0, 8, 8)], None, faces=True))
    assert rects_in(more) == [Rect(0, 0, 8, 8), *rects]


def test_a_picture_without_faces_is_not_encoded_as_if_it_were_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    faces_are_found(monkeypatch, -15.0)
    with pytest.raises(NoFaceFound):
        refdec.encode(photograph(96, 128), model=1, private=PrivateRegions((), None, faces=True))
    with pytest.warns(refdec.PictureWarning, match="no face was found"):
        refdec.encode(photograph(96, 128), private=PrivateRegions([(0, 0, 8, 8)], None, faces=True))
    with pytest.raises(PrivateRegionInvalid):
        PrivateRegions((), None)


def test_rectangles_are_of_the_upright_picture(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A HEIF file keeps a picture as it was stored; what is private is what the reader sees at that place."""
    path, exif = tmp_path_factory.mktemp("turned") / "a.png", Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photograph(96, 128)).save(path, exif=exif)
    plain = refdec.decode(refdec.encode(path, container="jaii", model=1, displacement=0))
    private = PrivateRegions([(8, 100, 40, 24)], None)
    with pytest.warns(refdec.PictureWarning, match="previews"):
        data = refdec.encode(path, container="jaii", model=1, displacement=0, private=private)
    shown = refdec.decode(data)
    assert shown.array.shape == plain.array.shape == (128, 96, 3)
    far = np.abs(shown.array.astype(int) - plain.array).max(axis=2)
    assert far[104:120, 12:44].mean() > 5 * far[:80].mean(), "painted over there, and nowhere else"
    assert shown.array[104:120, 12:44].std() < plain.array[104:120, 12:44].std() / 2
