"""What an application may wish: rectangles inside of the picture."""

from __future__ import annotations

from typing import Any

import pytest

from refdec.privacy.errors import PrivateRegionInvalid
from refdec.privacy.regions import PrivateRegions
from refdec.tiling.geometry import Rect


@pytest.mark.parametrize(
    "boxes", [[], [(0, 0, 1, 1)] * 257, [(0, 0, 1)], [(0, 0, 1.5, 1)], [(-1, 0, 2, 2)], [(0, 0, 0, 4)]]
)
def test_other_wishes_are_refused(boxes: Any) -> None:
    with pytest.raises(PrivateRegionInvalid):
        PrivateRegions(boxes, None)


def test_regions_lie_in_the_picture() -> None:
    regions = PrivateRegions([(0, 0, 8, 4), (7, 3, 1, 1)], None)
    assert regions.within(4, 8) == (Rect(0, 0, 8, 4), Rect(7, 3, 1, 1))
    with pytest.raises(PrivateRegionInvalid, match="8 x 3"):
        regions.within(3, 8)
