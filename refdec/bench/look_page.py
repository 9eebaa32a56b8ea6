"""One self-contained page to look at pictures and what codecs made of them, and to score them blindly.

In: pictures with their renditions.  Out: the text of an HTML file that needs no network and may use none: its content
security policy allows only what is inside.  Pictures are lossless data URLs, so the page shows the very samples.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
from collections.abc import Sequence
from typing import Any

from refdec.arithmetic.types import UInt8Array
from refdec.bench.look import CLOSE, LookedAt, Rendition
from refdec.bench.look_scores import FORMAT, REFERENCE, SCHEMA, t_quantile

__all__ = ["render_look_page"]

MOST_FREEDOM = 200
"""The page holds quantiles of t up to here; beyond, it takes the last one, which is 0.6 % too careful at most."""


def render_look_page(pictures: Sequence[LookedAt], *, version: str, told: Sequence[tuple[str, str]]) -> str:
    """Return the page; `told` are the codecs, each with what it was told beside its quality."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("refdec", "bench/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = [_picture(picture) for picture in pictures]
    identity = hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]
    material = {
        "format": FORMAT,
        "schema": SCHEMA,
        "page": identity,
        "pictures": shown,
        "t95": [round(t_quantile(freedom), 5) for freedom in range(1, MOST_FREEDOM + 1)],
    }
    page: str = environment.get_template("look.html").render(
        names=[picture.name for picture in pictures],
        trials=sum(len(picture.renditions) + 1 for picture in pictures),
        told=told,
        close=f"{100 * CLOSE:g} %",
        version=version,
        material=json.dumps(material, separators=(",", ":")).replace("<", "\\u003c"),
    )
    return page


def _picture(picture: LookedAt) -> dict[str, Any]:
    """Return a picture and its renditions, the original first."""
    height, width = picture.rgb.shape[:2]
    original = {"codec": REFERENCE, "wanted": 0, "url": _data_url(picture.rgb), "bytes": picture.rgb.size}
    return {
        "name": picture.name,
        "width": width,
        "height": height,
        "images": [original, *(_image(rendition) for rendition in picture.renditions)],
    }


def _image(rendition: Rendition) -> dict[str, Any]:
    figures = rendition.figures
    return {
        "codec": rendition.codec,
        "wanted": rendition.wanted_bpp,
        "told": rendition.told,
        "url": _data_url(rendition.rgb),
        "bytes": rendition.size_bytes,
        "bpp": round(rendition.bpp, 5),
        "off": round(rendition.off, 5),
        "unequal": abs(rendition.off) > CLOSE,
        "luma": _decibels(figures.luma_psnr),
        "rgb": _decibels(figures.rgb_psnr),
        "msssim": None if figures.ms_ssim is None else round(figures.ms_ssim, 5),
        "edges": None if figures.edge_ssim is None else round(figures.edge_ssim, 5),
    }


def _decibels(value: float) -> float | str:
    """Return dB for JSON, which knows no infinity."""
    return "equal" if math.isinf(value) else round(value, 3)


def _data_url(rgb: UInt8Array) -> str:
    """Return a lossless picture: WebP, a quarter smaller, where this Pillow has it, else PNG."""
    from PIL import Image, features

    buffer = io.BytesIO()
    kind = "webp" if features.check("webp") else "png"
    Image.fromarray(rgb).save(buffer, kind.upper(), **({"lossless": True, "quality": 60} if kind == "webp" else {}))
    return f"data:image/{kind};base64," + base64.b64encode(buffer.getvalue()).decode()
