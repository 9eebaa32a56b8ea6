"""Every error of moving pictures has a cause that raises it, and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import refdec
from refdec.api.clip_encode import encode_source
from refdec.api.clip_options import ClipOptions, refuse_single
from refdec.api.decode_file import decode_to_file
from refdec.api.errors import MaskWrong
from refdec.errors import RefdecError
from refdec.sequences import errors
from tests.unit.heif.clips import clip_data
from tests.unit.heif.support import STREAM
from tests.unit.sequences.support import animation

Cause = Callable[..., object]
DAMAGED = clip_data().replace(STREAM, STREAM[:100] + bytes(200) + STREAM[300:])


def of_two_sizes(folder: Path) -> None:
    frames = [np.zeros((16, 16), np.uint8), np.zeros((16, 17), np.uint8)]
    refdec.encode_clip(frames, folder / "a.jaii", options=refdec.EncodeOptions(quality=20))


def of_a_damaged_picture(folder: Path) -> None:
    (folder / "frames").mkdir(exist_ok=True)
    (folder / "frames" / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    refdec.encode_clip(folder / "frames", folder / "a.jaii")


CAUSES: dict[type[RefdecError], RefdecError | Cause | list[RefdecError | Cause]] = {
    errors.FrameMissing: [
        lambda: refdec.open_clip(clip_data()).frame(5),
        lambda: refdec.open_clip(clip_data()).at(0.2),
        lambda: refdec.open_clip(clip_data()).number_at(Fraction(-1, 2)),
        lambda: list(refdec.open_clip(clip_data()).frames(2, 9)),
    ],
    errors.NotAClip: [
        lambda: refdec.open_clip(STREAM),
        lambda folder: refdec.encode_clip(STREAM, folder / "a.jaii"),
    ],
    errors.ClipFormatUnknown: lambda folder: decode_to_file(clip_data(), folder / "a.jpg"),
    errors.FramesDiffer: of_two_sizes,
    errors.FrameSourceWrong: of_a_damaged_picture,
    errors.FrameRateInvalid: [
        lambda: ClipOptions(fps=Fraction(0)),
        lambda: ClipOptions(plays=-1),
        lambda: ClipOptions(workers=0),
    ],
    errors.NoFrames: lambda folder: refdec.encode_clip(folder, folder / "a.jaii"),
    errors.ClipOption: lambda: refuse_single(refdec.EncodeOptions(max_bytes=1000)),
    errors.RatesDiffer: lambda folder: decode_to_file(clip_data((1, 997, 1, 1, 1)), folder / "a.y4m"),
    errors.FrameDamaged: lambda: refdec.open_clip(DAMAGED).frame(1),
    errors.FrameUnsupported: errors.FrameUnsupported(3, 100, 50, errors.NotAClip("--frame")),
}


def test_every_class_has_a_cause() -> None:
    own = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, RefdecError)}
    assert {kind for kind in own if kind.__module__ == errors.__name__} == set(CAUSES)


def test_a_damaged_picture_of_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.FrameSourceWrong) as caught:
        of_a_damaged_picture(tmp_path)
    assert caught.value.explain().startswith(
        f"{tmp_path / 'frames' / '2.png'}, frame 1: RD0706, This is no sound PNG file"
    )


def test_the_error_of_a_frame_names_it_its_place_and_the_way_on() -> None:
    text = errors.FrameDamaged(3, 1234, 50, errors.NotAClip("--frame")).explain()
    assert "Frame 3 (byte 1234 of the file, 50 bytes)" in text and "--lenient" in text and "--frame 3" in text


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_damaged_frame_of_an_animation_is_named(suffix: str, tmp_path: Path) -> None:
    """Found: it was called a file that is not sound, with neither its name nor the frame."""
    path, data = tmp_path / f"a{suffix}", bytearray(animation(suffix))
    last = data.rindex(b"\x2c\0\0\0\0" if suffix == ".gif" else b"ANMF")
    for at in range(last + 40, len(data) - 2):
        data[at] ^= 0x5A
    path.write_bytes(data)
    for make in (
        lambda: refdec.encode_clip(path, tmp_path / "a.jaii", options=refdec.EncodeOptions(quality=20)),
        lambda: encode_source(path, tmp_path / "a.jai", refdec.EncodeOptions(quality=20, frame=4)),
        lambda: refdec.encode(path, quality=20, frame=4),
    ):
        with pytest.raises(errors.FrameSourceWrong) as caught:
            make()
        assert caught.value.explain().startswith(f"{path}, frame 4: RD0706, This is no sound")


def test_a_damaged_picture_that_is_chosen_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    PIL.Image.new("RGB", (16, 16)).save(tmp_path / "1.png")
    with pytest.raises(errors.FrameSourceWrong) as caught:
        encode_source(str(tmp_path), tmp_path / "a.jai", refdec.EncodeOptions(quality=20, frame=2))
    assert caught.value.explain().startswith(f"{tmp_path / '2.png'}, frame 2: RD0706, This is no sound PNG file")


@pytest.mark.parametrize("target", ["a.jai", "a.jaii"])
def test_a_damaged_mask_is_not_called_a_frame(tmp_path: Path, target: str) -> None:
    """Found: the frame was called damaged; of a single picture nobody said which of the two files it was."""
    folder, mask = tmp_path / "frames", tmp_path / "mask.png"
    folder.mkdir()
    for name in ("1.png", "2.png"):
        PIL.Image.new("RGB", (16, 16)).save(folder / name)
    mask.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    options = refdec.EncodeOptions(quality=20, roi=mask, frame=2 if target == "a.jai" else None)
    with pytest.raises(MaskWrong) as caught:
        encode_source(folder, tmp_path / target, options)
    assert caught.value.explain().startswith(f"The mask of the region of interest, {mask}: RD0706, This is no sound")
