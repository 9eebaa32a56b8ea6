"""TIFF: what is written reads back, in Pillow and sample by sample, in classic files and in BigTIFF."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest

from refdec.formats import tiff
from refdec.formats.files import open_writer, write_picture
from refdec.formats.icc_writer import icc_profile
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.transparency import at_depth
from refdec.picture.output import png_samples
from tests.unit.formats.support import picture

FORMS = {1: "B", 2: "c", 3: "H", 4: "I", 7: "B", 16: "Q"}


def written(made: CodePicture, step: int | None = None) -> bytes:
    target = io.BytesIO()
    with open_writer(target, ".tif", made.spec(cicp=(9, 1))) as writer:
        height = made.components[0].shape[0]
        for top in range(0, height, step or height):
            writer.write_rows(*(plane[top : top + (step or height)] for plane in made.components))
    return target.getvalue()


def parsed(data: bytes) -> tuple[dict[int, tuple[int, ...]], npt.NDArray[Any]]:
    """Tags and samples, by the TIFF 6.0 text alone."""
    big = data[2] == 43
    word, entry, count_form = (8, 20, "<Q") if big else (4, 12, "<H")
    (at,) = struct.unpack_from("<Q" if big else "<I", data, 8 if big else 4)
    (count,) = struct.unpack_from(count_form, data, at)
    tags: dict[int, tuple[int, ...]] = {}
    for n in range(count):
        place = at + (8 if big else 2) + entry * n
        tag, kind = struct.unpack_from("<HH", data, place)
        many = int.from_bytes(data[place + 4 : place + 4 + word], "little")
        form = f"<{many}{FORMS[kind]}"
        held = place + 4 + word
        if struct.calcsize(form) > word:
            held = int.from_bytes(data[held : held + word], "little")
            assert held % 2 == 0
        tags[tag] = struct.unpack_from(form, data, held)
    strips = b"".join(data[a : a + n] for a, n in zip(tags[273], tags[279], strict=True))
    assert tags[273][-1] + tags[279][-1] == len(data)
    dtype = "u1" if tags[258][0] == 8 else "<u2"
    return tags, np.frombuffer(strips, dtype).reshape(tags[257][0], tags[256][0], tags[277][0])


@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
@pytest.mark.parametrize("bits", [8, 10, 16])
@pytest.mark.parametrize("size", [(1, 1), (37, 5), (600, 301)])
@pytest.mark.parametrize("big", [False, True])
def test_what_is_written_is_there(
    size: tuple[int, int], bits: int, colour: Colour, big: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if big:
        monkeypatch.setattr(tiff, "LARGEST_CLASSIC", 0)
    made = picture(*size, bits=bits, colour=colour)
    data = written(made)
    tags, samples = parsed(data)
    assert data[2] == (43 if big else 42)
    assert np.array_equal(samples, png_samples(np.stack(made.components, axis=-1), bits))
    assert bytes(tags[34675]) == icc_profile(9, 1, gray=colour is Colour.GRAY)
    assert written(made, 7) == data


@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
@pytest.mark.parametrize("bits", [1, 4, 7])
def test_few_bits_are_spread_over_the_range_of_8(bits: int, colour: Colour) -> None:
    made = picture(37, 5, bits=bits, colour=colour)
    codes = np.stack(made.components, axis=-1)
    _, samples = parsed(written(made))
    assert np.array_equal(samples, at_depth(codes, bits, 8)) and np.array_equal(samples >> (8 - bits), codes)


@pytest.mark.parametrize("colour", [Colour.RGB, Colour.GRAY])
def test_pillow_reads_it(colour: Colour) -> None:
    made = picture(600, 301, colour=colour)
    with PIL.Image.open(io.BytesIO(written(made))) as image:
        assert image.mode == ("RGB" if colour is Colour.RGB else "L")
        assert np.array_equal(np.asarray(image), np.squeeze(np.stack(made.components, axis=-1)))
        assert image.info["icc_profile"] == icc_profile(9, 1, gray=colour is Colour.GRAY)


def test_the_file_of_4_gigabytes_is_the_first_big_one() -> None:
    def magic(height: int) -> int:
        made = picture(1, 60000)
        spec = made.spec()
        return tiff._head_of(type(spec)(((height, 60000),) * 3, 8, Colour.RGB))[2]

    assert (magic(23000), magic(24000)) == (42, 43)


def test_without_colours_there_is_no_profile() -> None:
    target = io.BytesIO()
    write_picture(target, picture(4, 4), suffix=".tiff")
    assert 34675 not in parsed(target.getvalue())[0]
