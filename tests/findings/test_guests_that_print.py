"""A plugin that prints, wherever and however: standard output carries the codestream or the JSON, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import refdec

ROOT = Path(__file__).resolve().parents[2]
STREAM = ROOT / "tests" / "golden" / "streams" / "kodim21_m1_+0_64x64.jai"
SOURCE = STREAM.with_name("kodim21_m1_+0_64x64.source.png")
GUEST = '''
import atexit, ctypes, logging, os, subprocess, sys, threading, time

def shout(place):
    """Print in every way there is."""
    print("print", place)
    sys.stdout.write("write " + place + "\\n")
    sys.stdout.buffer.write(b"buffer " + place.encode() + b"\\n")
    sys.__stdout__.write("original " + place + "\\n")
    os.write(1, b"descriptor " + place.encode() + b"\\n")
    subprocess.run([sys.executable, "-c", "print('child')"], check=True)
    libc = ctypes.CDLL(None)
    libc.puts(b"library " + place.encode())
    libc.fflush(None)
    handler.emit(logging.makeLogRecord({"msg": "logged " + place}))
    sys.stderr.write("heard " + place + "\\n")

handler = logging.StreamHandler(sys.stdout)

def for_ever():
    """Print from a thread that outlives the call and the command."""
    for _ in range(200):
        print("thread")
        os.write(1, b"thread\\n")
        time.sleep(0.005)

atexit.register(shout, "exit")
shout("import")
from refdec.plugins.api import Capabilities, CodingSettings, EncodeRequest, Encoder, Scalars, Task, hookimpl

refdec_api_version = "1.0"

class Noisy(Encoder):
    name, version, description = "noisy", "1", "prints"
    capabilities = Capabilities(inputs=("picture",), profiles=("simple", "base", "high"), rate_control=())

    def encode(self, picture, request, core):
        threading.Thread(target=for_ever).start()
        shout("encode")
        with open(os.environ["NOISY_STREAM"], "rb") as file:
            return file.read()

class NoisyTask(Task):
    name, version, description = "noisy", "1", "prints"

    def run(self, bundle, options, core):
        shout("task")
        return Scalars({"one": 1})

@hookimpl
def refdec_encoders():
    shout("factory")
    return [Noisy()]

@hookimpl
def refdec_tasks():
    return [NoisyTask()]
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the noisy plugin and its metadata."""
    site = tmp_path_factory.mktemp("site")
    (site / "noisy_guest.py").write_text(GUEST)
    facts = site / "noisy_guest-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: noisy-guest\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[refdec]\nnoisy = noisy_guest\n")
    return site


def run(site: Path, *arguments: object, shell: str = "") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "refdec.cli", *map(str, arguments)]
    if shell:
        command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))
    environment = os.environ | {"PYTHONPATH": path, "NOISY_STREAM": str(STREAM)}
    return subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, timeout=300)


def heard(done: subprocess.CompletedProcess[bytes], *places: str) -> bool:
    """Tell whether the guest really printed at these places, on standard error."""
    return all(f"{way} {place}".encode() in done.stderr for place in places for way in ("print", "descriptor", "heard"))


def test_a_codestream_in_a_pipe_is_a_codestream(site: Path) -> None:
    done = run(site, "encode", SOURCE, "-", "--encoder", "noisy")
    assert (done.returncode, done.stdout) == (0, STREAM.read_bytes()), done.stderr
    assert heard(done, "import", "factory", "encode", "exit") and b"thread" in done.stderr


def test_also_where_another_plugin_codes_and_where_nobody_listens(site: Path) -> None:
    quiet = run(site, "encode", SOURCE, "-", shell="2>&-")
    assert quiet.returncode == 0 and quiet.stdout == refdec.encode(SOURCE)


@pytest.mark.parametrize(
    "arguments",
    [
        ("plugins", "--json"),
        ("encode", SOURCE, "{}", "--encoder", "noisy", "--json"),
        ("task", "noisy", STREAM, "--json"),
    ],
)
def test_json_is_json(arguments: tuple[object, ...], site: Path, tmp_path: Path) -> None:
    done = run(site, *(tmp_path / "out.jai" if a == "{}" else a for a in arguments))
    assert done.returncode == 0 and json.loads(done.stdout), done.stderr
    assert heard(done, "import", "factory")


def test_workers_print_on_standard_error(site: Path, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.jai").write_bytes(STREAM.read_bytes())
    done = run(site, "task", "noisy", tmp_path, "--json", "--workers", "2")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0 and len(lines) == 3 and heard(done, "task"), done.stderr
    assert all(line["result"]["values"] == {"one": 1} for line in lines), lines


def test_the_help_of_a_task_is_a_result(site: Path) -> None:
    done = run(site, "task", "noisy", "--help")
    assert done.returncode == 0 and b"--workers" in done.stdout and b"noisy 1 (noisy-guest" in done.stdout
    assert b"print import" not in done.stdout
