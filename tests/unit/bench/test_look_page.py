"""The page as text: complete, offline, lossless, and safe whatever the pictures are called."""

from __future__ import annotations

import base64
import io
import json
import math
import re
from typing import Any

import numpy as np
import pytest

from refdec.bench.look import Figures, LookedAt, Rendition
from refdec.bench.look_page import render_look_page
from refdec.bench.look_scores import t_quantile


def picture(name: str = "p", psnr: float = 30.0) -> LookedAt:
    rgb = np.random.default_rng(3).integers(0, 256, (9, 13, 3), np.uint8)
    return LookedAt(name, rgb, (Rendition("jpeg", 2.0, "quality 5", 30, 255 - rgb, Figures(psnr, psnr, None, None)),))


def material(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="material">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def render(*pictures: LookedAt) -> str:
    return render_look_page(pictures, version="1.2", told=[("jpeg", "Pillow JPEG")])


def test_samples_are_kept() -> None:
    from PIL import Image

    one = picture()
    (shown,) = material(render(one))["pictures"]
    for image, rgb in zip(shown["images"], (one.rgb, one.renditions[0].rgb), strict=True):
        data = base64.b64decode(image["url"].partition("base64,")[2])
        with Image.open(io.BytesIO(data)) as opened:
            assert np.array_equal(np.asarray(opened.convert("RGB")), rgb)


def test_without_webp_pictures_are_png(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.features.check", lambda name: False)
    assert material(render(picture()))["pictures"][0]["images"][0]["url"].startswith("data:image/png;base64,")


def test_nothing_comes_from_elsewhere() -> None:
    page = render(picture())
    assert "default-src 'none'; img-src data:;" in page
    assert not re.findall(r"""(?:src|href|action)\s*=\s*["'](?!data:)""", page)
    assert not re.findall(r"https?://|@import|url\(", page)


def test_names_and_figures_that_json_or_html_do_not_know() -> None:
    page = render(picture("</script><b>", math.inf))
    assert "<b>" not in page
    (shown,) = material(page)["pictures"]
    assert shown["name"] == "</script><b>" and shown["images"][1]["luma"] == "equal"


def test_the_page_is_known_by_what_is_on_it() -> None:
    first, again, other = (material(render(picture(name)))["page"] for name in ("a", "a", "b"))
    assert first == again != other
    assert material(render(picture()))["t95"][:2] == pytest.approx([t_quantile(1), t_quantile(2)], abs=1e-5)
