"""What users found about outputs: files that were there before are not lost, and no error hides another one."""

from __future__ import annotations

import errno
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from refdec.cli.decode import decode
from refdec.cli.errors import InputAsTarget, OutputExists
from refdec.formats.errors import FileUnwritable
from refdec.formats.files import write_bytes
from refdec.formats.sinks import _Device, sink_of

STREAM = Path(__file__).resolve().parents[1] / "golden" / "streams" / "kodim21_m1_+0_64x64.jai"


def refdec(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "refdec", *map(str, arguments)], capture_output=True, check=False)


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="this system has no path of standard output")
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_paths_of_standard_output_are_standard_output(name: str) -> None:
    usual, named = (refdec("decode", STREAM, out, "--format", "ppm") for out in ("-", name))
    assert (named.returncode, named.stdout, named.stderr) == (0, usual.stdout, b"")
    assert usual.stdout.startswith(b"P6\n64 64\n255\n") and len(usual.stdout) == 13 + 3 * 64 * 64


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="this system has no path of standard output")
def test_what_is_written_beside_the_result_can_go_to_standard_output_too(tmp_path: Path) -> None:
    done = refdec("decode", STREAM, "--out", tmp_path / "pictures", "--report", "/dev/stdout")
    assert json.loads(done.stdout)["status"] == "done" and b"1 done" in done.stderr
    done = refdec("decode", STREAM, tmp_path / "a.png", "--trace", "/dev/stdout", "-q")
    assert "symbols.Y[160,4,4]" in json.loads(done.stdout)["sha256"]


def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"precious")
    target.chmod(0o444)
    with pytest.raises(FileUnwritable, match="read-only"):
        write_bytes(target, b"new")
    assert (target.read_bytes(), [path.name for path in tmp_path.iterdir()]) == (b"precious", ["a.png"])


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_a_replaced_file_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    target.chmod(mode)
    write_bytes(target, b"new")
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"new", mode)


class Full(io.BytesIO):
    """A stream that has no room for what is still buffered when it is closed."""

    def close(self) -> None:
        super().close()
        raise OSError(errno.ENOSPC, "No space left on device")


def device() -> _Device:
    """A sink of a full device."""
    sink = _Device.__new__(_Device)
    sink._stream, sink._name = Full(), "pipe"
    return sink


def test_giving_up_a_full_device_raises_nothing() -> None:
    device().discard()


def test_a_device_that_is_full_at_the_end_is_unwritable() -> None:
    with pytest.raises(FileUnwritable, match="No space"):
        device().commit()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_the_full_device_of_the_system_is_unwritable() -> None:
    sink = sink_of("/dev/full")
    with pytest.raises(FileUnwritable):
        sink.write(b"x" * 100_000)
        sink.commit()
    sink.discard()


def test_a_picture_of_the_default_name_is_not_overwritten(tmp_path: Path) -> None:
    source, picture = tmp_path / "photo.jai", tmp_path / "photo.png"
    picture.write_bytes(b"the original")
    with pytest.raises(OutputExists, match=r"photo\.png") as caught:
        decode([str(source)])
    assert "--overwrite" in caught.value.explain() and caught.value.exit_code == 2
    assert picture.read_bytes() == b"the original"


def test_a_second_codestream_is_not_taken_for_the_output(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jai", tmp_path / "b.jai"
    second.write_bytes(b"the second")
    with pytest.raises(InputAsTarget, match="--out DIR"):
        decode([str(first), str(second)])
    assert second.read_bytes() == b"the second"
