"""What a file says of colours, and what is said where it cannot."""

from __future__ import annotations

from refdec.bitstream.rendering import Cicp, ContentLight, DynamicMetadata, RenderingInfo
from refdec.formats.colours import COLOUR_OF_SUFFIX, colour_tags, lost_colours, lost_light
from refdec.formats.files import WRITERS


def rendering(primaries: int, transfer: int) -> RenderingInfo:
    return RenderingInfo(Cicp(primaries, transfer, 0, 1, 0))


def test_every_format_has_a_colour() -> None:
    assert set(COLOUR_OF_SUFFIX) == set(WRITERS)


def test_tags_are_the_code_points() -> None:
    assert colour_tags(None) == colour_tags(RenderingInfo()) == colour_tags(rendering(2, 2)) == (None, None)
    assert colour_tags(rendering(1, 13)) == ((1, 13), 45455)
    assert colour_tags(rendering(9, 16)) == ((9, 16), None)


def test_a_warning_names_what_a_format_cannot_say() -> None:
    losing = {suffix for suffix in WRITERS if lost_colours(rendering(9, 16), suffix)}
    assert losing == set(WRITERS) - {".png"}
    (warning,) = lost_colours(rendering(9, 16), ".jpg")
    assert "jpg" in warning and "BT.2020" in warning and "PQ" in warning and "png" in warning
    assert {suffix for suffix in WRITERS if lost_colours(rendering(12, 13), suffix)} == {
        *(".ppm", ".pgm", ".pnm", ".yuv", ".npy")
    }
    for assumed in ((2, 2), (1, 13), (1, 1), (2, 13)):
        assert not any(lost_colours(rendering(*assumed), suffix) for suffix in WRITERS)


def test_light_that_a_format_has_no_place_for_is_named() -> None:
    said = RenderingInfo(clli=ContentLight(1000, 400))
    assert {suffix for suffix in WRITERS if lost_light(said, suffix)} == set(WRITERS) - {".png"}
    (warning,) = lost_light(said, ".tif")
    assert warning == "tif has no place for the content light level of this picture; png has"
    (dynamic,) = lost_light(RenderingInfo(dynamic=DynamicMetadata(1, b"x")), ".png")
    assert dynamic == "png has no place for dynamic metadata of this picture"
    assert lost_light(None, ".tif") == lost_light(RenderingInfo(), ".tif") == ()
