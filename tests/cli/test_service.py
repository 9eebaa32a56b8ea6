"""The service of docs/service.md, as it stands there, behind a real server: 200 requests at once, good and hostile."""

from __future__ import annotations

import http.client
import json
import os
import runpy
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import refdec
from tests.encodable import layered_ycc, photograph
from tests.unit.bitstream.support import patched

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "docs" / "service" / "app.py"
VECTORS = ROOT / "tests" / "golden" / "vectors"
REQUESTS, TIMEOUT_S = 200, 240
GROWTH_BYTES = 96 << 20
"""How much more the server may hold at the end than after as many requests: threads' heaps, and nothing by request."""


def test_the_page_shows_the_app_that_is_tested() -> None:
    page = (ROOT / "docs" / "service.md").read_text()
    assert f"```python\n{APP.read_text()}```" in page


class Server:
    """A server in a process of its own, on a port of 127.0.0.1 that it was given open."""

    def __init__(self) -> None:
        pytest.importorskip("fastapi")
        pytest.importorskip("uvicorn")
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        command = [sys.executable, "-m", "uvicorn", "app:app", "--app-dir", str(APP.parent), "--log-level", "warning"]
        command += ["--fd", str(listening.fileno())]
        paths = [str(ROOT), *(str(ROOT / name) for name in ("spec_tables", "encoders", "tasks"))]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        self._process = subprocess.Popen(command, env=environment, pass_fds=[listening.fileno()])
        listening.close()

    def post(self, body: bytes) -> tuple[int, str, bytes]:
        """Return status, content type, content."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", "/decode", body)
            answer = connection.getresponse()
            return answer.status, answer.getheader("content-type", ""), answer.read()
        finally:
            connection.close()

    def resident_bytes(self) -> int:
        """Return the memory that the server holds."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) << 10
        raise AssertionError("no VmRSS")

    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> int:
        """Ask the server to end; return its exit code."""
        self._process.terminate()
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    try:
        yield running
    finally:
        running.stop()


def mixture() -> list[tuple[str, bytes, set[int]]]:
    """Return (name, body, statuses that are right) of good and hostile requests."""
    rng = np.random.default_rng(7)
    picture = rng.integers(0, 255, (48, 64, 3), dtype=np.uint8)
    good = refdec.encode(picture)
    flipped = bytearray(good)
    flipped[-9] ^= 0x55
    demo = (ROOT / "refdec" / "data" / "demo.jai").read_bytes()
    return [
        ("good", good, {200}),
        ("good and larger", demo, {200}),
        ("good", good, {200}),
        ("nothing", b"", {422}),
        ("noise", rng.bytes(3000), {422}),
        ("a PNG", b"\x89PNG\r\n\x1a\n" + rng.bytes(200), {422}),
        ("cut in the header", good[:12], {422}),
        ("cut", good[: len(good) * 2 // 3], {422}),
        ("a bit is wrong", bytes(flipped), {200, 422}),
        ("other weights", (VECTORS / "bop_off_64x64.jai").read_bytes(), {422}),
        ("too many pixels", huge(good), {413}),
        ("too many bytes", bytes((4 << 20) + 1), {413}),
    ]


def huge(data: bytes) -> bytes:
    """Return the stream with a header that claims 3600 megapixels."""
    return patched(patched(data, "img_width_minus64", 60_000), "img_height_minus64", 60_000)


def round_of(server: Server, requests: list[tuple[str, bytes, set[int]]]) -> list[tuple[str, int, str, bytes]]:
    """Send all requests at the same moment, each from a thread of its own; return what came back."""
    ready = threading.Barrier(len(requests), timeout=TIMEOUT_S)
    answers: list[tuple[str, int, str, bytes]] = []

    def send(name: str, body: bytes) -> None:
        ready.wait()
        try:
            answers.append((name, *server.post(body)))
        except OSError as error:
            answers.append((name, -1, "", repr(error).encode()))

    threads = [threading.Thread(target=send, args=(name, body), daemon=True) for name, body, _ in requests]
    for thread in threads:
        thread.start()
    end = time.monotonic() + TIMEOUT_S
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return answers


def test_200_requests_at_once_good_and_hostile(server: Server) -> None:
    kinds = mixture()
    right = {name: statuses for name, _, statuses in kinds}
    requests = [kinds[n % len(kinds)] for n in range(REQUESTS)]
    assert len(round_of(server, requests)) == REQUESTS
    before = server.resident_bytes()
    answers = round_of(server, requests)
    after = server.resident_bytes()
    assert len(round_of(server, requests)) == len(answers) == REQUESTS
    after = min(after, server.resident_bytes())  # heaps of threads come and go by 80 MiB; what is kept by request stays
    wrong = [(name, status, content[:200]) for name, status, _, content in answers if status not in right[name]]
    assert wrong == []
    for name, status, kind, content in answers:
        if status == 200:
            assert kind == "image/png"
            assert Image.open(BytesIO(content)).size == ((768, 512) if name == "good and larger" else (64, 48))
        else:
            assert json.loads(content)["message"], name
    same = {content for name, _, _, content in answers if name == "good"}
    assert len(same) == 1, "the same stream gives the same picture, whatever runs beside it"
    assert after - before < GROWTH_BYTES
    assert server.alive()


def test_a_refusal_names_code_and_clause(server: Server) -> None:
    status, kind, content = server.post(b"no codestream at all")
    assert (status, kind) == (422, "application/json")
    assert set(json.loads(content)) == {"code", "clause", "message"}


def to_png(data: bytes) -> Image.Image:
    """Return the picture that the app answers with, without a server around it."""
    pytest.importorskip("fastapi")
    made = runpy.run_path(str(APP))["to_png"](data)
    assert isinstance(made, bytes)
    return Image.open(BytesIO(made))


@pytest.mark.parametrize("subsampling", ["420", "444"])
def test_ycbcr_is_shown_as_rgb(subsampling: str) -> None:
    """4:2:0 was a status 500, and 4:4:4 had Y, U and V for R, G and B."""
    count = 64 * 64 * 3 if subsampling == "444" else 64 * 64 * 3 // 2
    raw = np.random.default_rng(5).integers(0, 255, count, dtype=np.uint8).tobytes()
    data = refdec.encode(raw, format="yuv", size=(64, 64), subsampling=subsampling, quality=30, check=False)
    assert np.array_equal(np.asarray(to_png(data)), refdec.decode(data, colour="RGB").array)


@pytest.mark.parametrize("shape", [(64, 70), (64, 70, 3)])
def test_what_was_gray_is_shown_without_a_tint(shape: tuple[int, ...]) -> None:
    plane = np.tile(np.arange(70, dtype=np.uint8) * 3, (64, 1))
    data = refdec.encode(plane if len(shape) == 2 else np.stack([plane] * 3, axis=-1), quality=30, check=False)
    assert np.array_equal(np.asarray(to_png(data)), refdec.decode(data).array)


@pytest.mark.parametrize(("channels", "mode"), [(2, "LA"), (4, "RGBA")])
def test_transparency_is_kept(channels: int, mode: str) -> None:
    picture = np.random.default_rng(6).integers(0, 255, (64, 64, channels), dtype=np.uint8)
    shown = to_png(refdec.encode(picture, container="jaii", quality=30, check=False))
    assert shown.mode == mode
    assert np.array_equal(np.asarray(shown)[..., -1], picture[..., -1])


def test_a_lossless_layer_gives_the_original() -> None:
    picture = np.random.default_rng(7).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    assert np.array_equal(np.asarray(to_png(refdec.encode(picture, quality=30, lossless=True))), picture)


@pytest.mark.parametrize("subsampling", ["420", "444"])
def test_a_lossless_layer_gives_the_original_behind_ycbcr(subsampling: str) -> None:
    picture = photograph(64, 64)
    assert np.array_equal(np.asarray(to_png(layered_ycc(picture, subsampling))), picture)


def test_a_server_ends_when_it_is_asked_to() -> None:
    running = Server()
    try:
        assert running.post(b"")[0] == 422
    finally:
        code = running.stop()
    assert code in {0, -15}
