"""Every error of lossless layers has a cause that raises it, and says what to do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refdec.api.enclosing import enclosed, headers_of
from refdec.api.encode_options import EncodeOptions
from refdec.api.lossless import add_lossless, drop_lossless
from refdec.bitstream.privaterecord import with_user_data
from refdec.errors import RefdecError
from refdec.formats.float_view import picture_of_floats
from refdec.heif.parts import PictureParts
from refdec.lossless import errors
from refdec.lossless.layer import decode_layer, encode_layer
from refdec.picture.floats import FloatPlanes
from refdec.plugins.source_picture import SourcePicture
from refdec.privacy.regions import PrivateRegions
from tests.encodable import GOLDEN
from tests.unit.lossless.test_layer import RED, RED_BASE

Cause = Callable[[], object]
STREAM = (GOLDEN / "kodim21_m1_+0_64x64.jai").read_bytes()
GRAY = np.zeros((64, 64), np.uint8)
HALVES = FloatPlanes((np.zeros((8, 8), np.uint16),) * 2, 16)
SEE_THROUGH = picture_of_floats(HALVES, "sdr", 1, "OpenEXR")


def planes_of_another_picture() -> None:
    decode_layer(encode_layer(RED, RED_BASE, 8), RED)


def of_another_shape() -> None:
    decode_layer(encode_layer(RED, RED_BASE, 8), RED_BASE[:1])


def turned_file() -> bytes:
    """Return a HEIF file whose picture is to be turned by half a turn before it is shown."""
    return enclosed(STREAM, headers_of(STREAM, None), PictureParts(orientation=3))


CAUSES: dict[type[RefdecError], Cause | list[Cause]] = {
    errors.LayerDamaged: of_another_shape,
    errors.LayerMissing: lambda: drop_lossless(STREAM),
    errors.LayerOfOtherPicture: planes_of_another_picture,
    errors.LayerPlaceTaken: lambda: add_lossless(with_user_data(STREAM, b"mine"), GRAY),
    errors.LosslessWithPrivate: lambda: EncodeOptions(lossless=True, private=PrivateRegions([(0, 0, 8, 8)], None)),
    errors.LosslessTwice: lambda: EncodeOptions(lossless=True, max_error=2),
    errors.MaxErrorOutOfRange: [
        lambda: EncodeOptions(max_error=-1),
        lambda: encode_layer(RED, RED_BASE, 8, max_error=256),
    ],
    errors.FloatAlphaNeedsLayer: lambda: EncodeOptions().picture_of(SEE_THROUGH),
    errors.OriginalNotRgb: lambda: add_lossless(STREAM, SourcePicture((GRAY, GRAY, GRAY), colour="YUV")),
    errors.OriginalTurned: lambda: add_lossless(turned_file(), GRAY),
    errors.OriginalSizeDiffers: lambda: add_lossless(STREAM, GRAY[1:]),
}


def test_every_class_has_a_cause() -> None:
    own = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, RefdecError)}
    assert {kind for kind in own if kind.__module__ == errors.__name__} == set(CAUSES)
