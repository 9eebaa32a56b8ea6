"""`edition=` of the library's functions (1.12): what is read, what is written, what a bundle keeps."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.bitstream.edition_errors import HeaderBeforeDraft, HeaderOfOtherEdition
from refdec.bitstream.editions import Edition
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.rewriting import in_edition
from refdec.bundles import LatentBundle
from refdec.decoding.errors import UnknownEdition
from refdec.decoding.options import edition_named
from refdec.plugins.api import CodingSettings
from refdec.plugins.errors import RequestInvalid
from tests.encodable import GOLDEN, photograph
from tests.unit.bitstream.support import resized

ABSENT = Path("there is no such file.jai")
STREAM = GOLDEN / "kodim15_m1_+0_65x79.jai"
PICTURE = photograph(65, 79)
READERS: list[Callable[..., Any]] = [refdec.decode, refdec.read_info, refdec.read_latents, refdec.open_progressive]


@pytest.fixture(scope="module")
def streams() -> dict[str, bytes]:
    """One codestream in both editions."""
    return {str(edition): in_edition(STREAM.read_bytes(), edition) for edition in Edition}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("edition", ["", "Draft", "DIS", "final", None, 1, ["draft"]])
def test_an_edition_that_does_not_exist_is_a_usage_error(read: Callable[..., Any], edition: Any, streams: Any) -> None:
    with pytest.raises(UnknownEdition) as caught:
        read(streams["published"], edition=edition)
    assert caught.value.exit_code == 2 and repr(edition) in caught.value.explain()
    assert "auto, published or draft" in caught.value.explain()


def test_it_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UnknownEdition):
        refdec.decode(ABSENT, edition="final")  # type: ignore[arg-type]


def test_names_of_editions() -> None:
    assert edition_named("auto") is None
    for edition in Edition:
        assert edition_named(edition) is edition_named(str(edition)) is edition  # type: ignore[arg-type]


@pytest.mark.parametrize("read", READERS)
def test_the_other_edition_is_refused_with_advice(read: Callable[..., Any], streams: dict[str, bytes]) -> None:
    for edition in Edition:
        with pytest.raises(HeaderOfOtherEdition, match=f"by {re.escape(edition.words)} this picture header is legal"):
            read(streams[str(edition)], edition=str(edition.other))


@pytest.mark.parametrize("edition", ["auto", "draft"])
def test_a_stream_of_the_draft_is_decoded_like_the_published_one(edition: Any, streams: dict[str, bytes]) -> None:
    expected = refdec.decode(streams["published"])
    assert expected.warnings == ()
    found = refdec.decode(streams["draft"], edition=edition)
    assert np.array_equal(found.array, expected.array)
    assert len(found.warnings) == (edition == "auto")
    assert all("RD0165" in str(warning) for warning in found.warnings)
    part = refdec.decode(streams["draft"], edition=edition, region=(8, 9, 20, 30))
    assert np.array_equal(part.array, expected.array[9:39, 8:28])


@pytest.mark.parametrize("edition", ["auto", "draft"])
def test_previews_of_a_stream_of_the_draft(edition: Any, streams: dict[str, bytes]) -> None:
    expected = refdec.open_progressive(streams["published"]).preview(12, 5)
    found = refdec.open_progressive(streams["draft"], edition=edition).preview(12, 5)
    assert all(np.array_equal(a, b) for a, b in zip(found.planes, expected.planes, strict=True))


def test_summaries_name_the_edition(streams: dict[str, bytes]) -> None:
    for name, data in streams.items():
        for edition in ("auto", name):
            info = refdec.read_info(data, edition=edition)  # type: ignore[arg-type]
            assert (info.edition, info.stream_profile_idc, info.profile) == (name, 0, "base")
            assert info.as_json()["edition"] == name


@pytest.mark.parametrize("stage", ["headers", "symbols", "latent", "picture"])
def test_bundles_keep_the_edition(stage: str, streams: dict[str, bytes]) -> None:
    bundles = {}
    for name, data in streams.items():
        for edition in ("auto", name):
            bundles[name] = bundle = refdec.read_latents(data, stage=stage, edition=edition)  # type: ignore[arg-type]
            assert (bundle.headers.edition, bundle.headers.stream_profile_idc) == (name, 0)
            file = io.BytesIO()
            bundle.save(file)
            assert LatentBundle.load(file.getvalue()).headers == bundle.headers
    both = [bundle.arrays() for bundle in bundles.values()]
    assert both[0].keys() == both[1].keys()
    assert all(np.array_equal(both[0][name], both[1][name]) for name in both[0])


@pytest.mark.parametrize("encoder", ["analysis", "refine"])
def test_pictures_are_encoded_for_the_draft(encoder: str) -> None:
    settings: dict[str, Any] = {"displacement": 0, "encoder": encoder}
    if encoder == "refine":
        settings["options"] = {"steps": 1}
    published = refdec.encode(PICTURE, **settings)
    draft = refdec.encode(PICTURE, **settings, edition="draft")
    assert refdec.encode(PICTURE, **settings, edition="published") == published
    assert read_headers(read_codestream(published)).edition is Edition.PUBLISHED
    assert in_edition(draft, Edition.PUBLISHED) == published and in_edition(published, Edition.DRAFT) == draft
    assert np.array_equal(refdec.decode(draft).array, refdec.decode(published).array)


def test_levels_are_those_of_the_edition() -> None:
    """1.7.2, 1.12: the smallest level for a model depends on the edition, here through the list of allowed models."""
    for edition in Edition:
        data = refdec.encode(PICTURE, displacement=0, edition=str(edition))
        assert refdec.read_info(data).level_idc == 12  # model 1 needs model class 2 in both


@pytest.mark.parametrize("check", [True, False])
def test_codestreams_are_rewritten_by_an_encoder_that_returns_them(check: bool, streams: dict[str, bytes]) -> None:
    """An encoder that gives a finished codestream gives one of the wanted edition, whatever it had at hand."""
    for data in streams.values():
        assert refdec.encode(data, encoder="null", check=check) == streams["published"]
        for wanted, expected in streams.items():
            assert refdec.encode(data, encoder="null", edition=wanted, check=check) == expected


@pytest.mark.parametrize("edition", ["auto", "final", None])
def test_what_is_written_has_one_of_the_two_editions(edition: Any) -> None:
    with pytest.raises(RequestInvalid, match="edition"):
        CodingSettings(edition=edition)
    with pytest.raises(RequestInvalid, match="published or draft"):
        refdec.encode(PICTURE, displacement=0, edition=edition)


def test_headers_before_the_draft_are_refused_by_name(streams: dict[str, bytes]) -> None:
    older = resized(streams["published"], Marker.PIH, lambda payload: bytes.fromhex("01015f0000") + payload[5:])
    for read in READERS:
        with pytest.raises(HeaderBeforeDraft, match=r"VM 7\.0"):
            read(older)
