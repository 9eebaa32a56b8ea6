"""An HTTP service that decodes JPEG AI: POST a codestream to /decode, get a PNG or a JSON error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from io import BytesIO

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

import refdec
from refdec.api.gray import colour_to_show

LIMITS = refdec.Limits(pixels=4_000_000, memory_bytes=400 << 20, seconds=20)  # of one decode
MOST_BYTES = 4 << 20  # of a body
AT_ONCE = 2  # decodes: about one a core
WAITING = 256  # requests that may wait for their turn; more are told to come back

turns = asyncio.Semaphore(AT_ONCE)
inside = 0


def to_png(data: bytes) -> bytes:
    """Decode to RGB or gray of the depth it has, with transparency and metadata; this runs in a thread."""
    colour = colour_to_show(refdec.read_info(data, limits=LIMITS))
    picture = refdec.decode(data, colour=colour, limits=LIMITS)
    file = BytesIO()
    picture.save(file, format="png")
    return file.getvalue()


def problem(status: int, error: refdec.RefdecError | str) -> JSONResponse:
    """Say what is wrong: the code, the clause and the sentence of an error of refdec."""
    if isinstance(error, str):
        return JSONResponse({"message": error}, status)
    return JSONResponse({"code": error.code, "clause": error.clause, "message": error.headline()}, status)


async def body_of(request: Request) -> bytes | None:
    """Read a body, None as soon as it is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Decode once before the first request: kernels and weights are loaded, or compiled, now."""
    demo = resources.files("refdec").joinpath("data", "demo.jai").read_bytes()
    await asyncio.to_thread(to_png, demo)
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/decode")
async def decode(request: Request) -> Response:
    """Return the picture, 413 for what is too large or takes too long, 422 for what is no legal stream, 503 if full."""
    global inside
    if inside >= AT_ONCE + WAITING:
        return JSONResponse({"message": "too many requests at once"}, 503, {"Retry-After": "1"})
    inside += 1
    try:
        data = await body_of(request)
        if data is None:
            return problem(413, f"a codestream may have {MOST_BYTES} bytes")
        async with turns:
            png = await asyncio.to_thread(to_png, data)
    except refdec.LimitExceeded as error:
        return problem(413, error)
    except refdec.RefdecError as error:
        return problem(422, error)
    finally:
        inside -= 1
    return Response(png, media_type="image/png")
