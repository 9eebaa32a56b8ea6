"""Originals in floats behind a codestream (7.8): their layers made, and given back with a picture for viewing.

In: floats and what is decoded for viewing, at 16 bits.  Out: the bytes of a layer; and of them the floats again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refdec.api.lossless import (
    Restored,
    hindrance,
    layer_base,
    layer_window,
    require_layer_size,
)
from refdec.bitstream.floatrecord import BASE_BITS
from refdec.clauses import clause
from refdec.lossless.float_layer import (
    decode_float_layer,
    encode_float_layer,
    float_layer_memory,
    places_apart,
)
from refdec.lossless.layer import TILE_LOG2
from refdec.picture.picture import PictureCodes

if TYPE_CHECKING:
    from refdec.api.inputs import Inputs
    from refdec.bitstream.floatrecord import FloatRecord
    from refdec.bitstream.headers import Headers
    from refdec.decoding.options import DecodeOptions
    from refdec.picture.floats import FloatPlanes

__all__ = ["NOT_HELD", "float_layer", "restored_floats"]

NOT_HELD = "the picture for viewing, not the original, which has floats: exr, pfm, tif and npy hold them"


@clause("7.8")
def float_layer(inputs: Inputs, floats: FloatPlanes, options: DecodeOptions, *, max_error: int, check: bool) -> bytes:
    """(7.8) Return the layer of an original; `check`: it is decoded again before it is believed.

    Raises MaxErrorOutOfRange, TooMuchMemory, and what decoding raises.
    """
    workers, clock = options.workers, inputs.check
    needed = float_layer_memory(floats.width, floats.height, len(floats.planes), TILE_LOG2, workers)
    options.limits.require_memory(needed)
    base = layer_base(inputs, options, len(floats.colours), BASE_BITS)
    record = encode_float_layer(floats, base, max_error=max_error, workers=workers, check=clock)
    if check:
        far = places_apart(decode_float_layer(record, base, workers=workers, check=clock), floats)
        if far > record.form.max_error:
            raise RuntimeError(f"a sample that the layer gives is {far} places off")
    return record.to_bytes()


@clause("7.8")
def restored_floats(
    inputs: Inputs, headers: Headers, options: DecodeOptions, record: FloatRecord, *, asked_for: bool
) -> Restored:
    """(7.8) Return the original in floats, with what was decoded for viewing; nothing where floats are not asked for.

    Raises LayerDamaged, LayerOfOtherPicture, and what decoding raises.
    """
    form = record.form
    if not asked_for:
        return Restored(None, said=(NOT_HELD,))
    if why := hindrance(BASE_BITS, form.colours, options):
        return Restored(None, said=(f"the picture for viewing, not the original: {why}",))
    size = require_layer_size(headers, record.width, record.height)
    window = layer_window(headers, options)
    options.limits.require_memory(float_layer_memory(*size, form.components, record.tile_log2, options.workers))
    base = layer_base(inputs, options, form.colours, BASE_BITS)
    floats = decode_float_layer(record, base, window=window, workers=options.workers, check=inputs.check)
    seen = base if window is None else tuple(plane[window.rows, window.columns] for plane in base)
    colour = "gray" if len(base) == 1 else "RGB"
    known = (1, 1), headers.rendering
    return Restored(PictureCodes(seen, BASE_BITS, colour, *known, floats=floats, max_error=form.max_error))
