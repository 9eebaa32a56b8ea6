"""What users found about the tools around the decoder: conformance runs, verdicts, adapters, foreign formats."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import refdec
from refdec.cli.conform import run
from refdec.conformance.errors import CommandCannotStart, CommandUnreadable
from refdec.conformance.runner import RunOptions, run_suite
from refdec.conformance.suite import open_suite
from refdec.conformance.verdicts import CaseVerdict
from refdec.formats.errors import PictureTooLarge, PictureUnsupported
from refdec.formats.files import read_picture
from refdec.limits import Limits
from refdec.parallel.batch import BatchOptions
from refdec.plugins.errors import SourcePictureInvalid
from refdec.plugins.source_picture import SourcePicture
from refdec.verification.files import VerifyRequest, verify_files
from refdec.verification.recorded import RecordedVerdicts
from tests.encodable import photograph

DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"
BROKEN = "bad_no_start"


def test_a_decoder_that_does_not_exist_refuses_nothing() -> None:
    with pytest.raises(CommandCannotStart, match="nosuchprog") as caught:
        run(builtin=True, patterns=["bad_*"], decoder="nosuchprog {in} {out}")
    assert caught.value.exit_code == 2


def test_a_decoder_that_is_no_program_refuses_nothing(tmp_path: Path) -> None:
    program = tmp_path / "decoder"
    program.write_bytes(b"\x00no program")
    for mode in (0o644, 0o755):
        program.chmod(mode)
        with pytest.raises(CommandCannotStart):
            run_suite(open_suite(None), RunOptions(f"{program} {{in}} {{out}}", patterns=(BROKEN,)))


@pytest.mark.parametrize(
    ("code", "verdict"), [(1, CaseVerdict.REFUSED), (126, CaseVerdict.CRASH), (127, CaseVerdict.CRASH)]
)
def test_what_a_shell_could_not_start_refused_nothing(code: int, verdict: CaseVerdict) -> None:
    decoder = f"{sys.executable} -c 'raise SystemExit({code})' {{in}} {{out}}"
    found = run_suite(open_suite(None), RunOptions(decoder, patterns=(BROKEN,))).results[0]
    assert (found.verdict, found.exit_code) == (verdict, code)


def test_a_quote_that_is_never_closed_is_a_mistake_of_usage() -> None:
    with pytest.raises(CommandUnreadable, match="quotation") as caught:
        run(builtin=True, patterns=["bad_*"], decoder='x " {in} {out}')
    assert caught.value.exit_code == 2


def test_verdicts_of_an_earlier_report_count(tmp_path: Path) -> None:
    report, broken = tmp_path / "r.jsonl", tmp_path / "broken.jai"
    broken.write_bytes(DEMO.read_bytes()[:200])
    first = verify_files([broken], VerifyRequest(), batch=BatchOptions(workers=1, resume=False), report=report)
    again = verify_files([broken], VerifyRequest(), batch=BatchOptions(workers=1, resume=True), report=report)
    third = verify_files([broken], VerifyRequest(), batch=BatchOptions(workers=1, resume=True), report=report)
    assert first.exit_code == again.exit_code == third.exit_code == 3
    assert first.verdicts == again.verdicts == third.verdicts
    assert "1 skipped" in again.explain() and "could not be verified" not in again.explain()


def test_the_latest_of_several_recorded_verdicts_counts() -> None:
    def line(name: str, status: str, details: object) -> bytes:
        return json.dumps({"input": name, "status": status, "details": details}).encode() + b"\n"

    broken, sound = {"verdict": "broken", "exit_code": 3}, {"verdict": "sound", "exit_code": 0}
    found = RecordedVerdicts.of(
        [
            *(line(name, "done", broken) for name in "ab"),
            line("a", "done", sound),
            line("c", "failed", None),
            line("a", "skipped", None),
            line("d", "done", {"codes": 1}),
        ]
    )
    assert [found.find(Path(name)) for name in "abcd"] == [("sound", 0), ("broken", 3), None, None]
    assert RecordedVerdicts.of([]).find(Path("a")) is None


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_an_array_in_the_order_of_fortran_is_read(shape: tuple[int, ...], dtype: type) -> None:
    array: npt.NDArray[Any] = np.arange(np.prod(shape)).astype(dtype).reshape(shape)
    stream = io.BytesIO()
    np.save(stream, np.asfortranarray(array))
    assert b"'fortran_order': True" in stream.getvalue()
    planes = read_picture(stream.getvalue(), suffix=".npy").components
    assert all(plane.flags.c_contiguous for plane in planes)
    assert np.array_equal(np.stack(planes, axis=-1), array.reshape(4, 6, -1))


def test_an_array_of_another_type_is_refused_in_one_sentence() -> None:
    stream = io.BytesIO()
    np.save(stream, np.zeros((2, 3), np.float64))
    with pytest.raises(PictureUnsupported) as caught:
        read_picture(stream.getvalue(), suffix=".npy")
    assert caught.value.explain() == (
        "NPY with an array of float64 and of the shape (2, 3), "
        "not uint8, uint16, float16 or float32 [rows, columns] or [rows, columns, 1 to 4], is not read here.\n"
        "lossless=True keeps singles: array.astype(np.float32); codes are np.rint(array * 255).astype(np.uint8)\n"
        "Then write it anew: np.save(FILE, array)"
    )


def test_imageio_returns_the_bytes_that_it_is_asked_for() -> None:
    iio = pytest.importorskip("imageio.v3")
    import refdec.adapters.imageio

    picture = photograph(64, 64)
    assert iio.imwrite("<bytes>", picture, extension=".jai") == refdec.encode(picture)


def test_a_source_above_the_limit_is_refused_as_a_stream_above_it(tmp_path: Path) -> None:
    source = tmp_path / "a.npy"
    np.save(source, np.zeros((4, 4), np.uint8))
    with pytest.raises(PictureTooLarge) as caught:
        read_picture(source, limits=Limits(pixels=10))
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("shape", [(1, 70000), (70000, 1), (0, 4)])
def test_sides_that_cannot_be_coded_are_named_with_what_can(shape: tuple[int, int]) -> None:
    with pytest.raises(SourcePictureInvalid) as caught:
        SourcePicture.from_gray(np.zeros(shape, np.uint8))
    said = f"it has {shape[0]} rows and {shape[1]} columns, not 1 to 65599 of each"
    assert said in caught.value.explain()


def test_a_chroma_plane_of_the_wrong_size_is_named_with_the_right_one() -> None:
    luma, chroma = np.zeros((4, 6), np.uint8), np.zeros((4, 3), np.uint8)
    with pytest.raises(SourcePictureInvalid, match=r"plane 1 has the shape \(4, 3\), not \(2, 3\)"):
        SourcePicture((luma, chroma, chroma), 8, "YUV", (2, 2))
