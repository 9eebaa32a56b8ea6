"""Codes of more than 8 bits stand in the high bits of raw files, as PNG has them."""

import numpy as np
from stand_in import decoded, write, write_raw

picture, out = decoded()
if out.suffix == ".yuv" and picture.bits > 8:
    write_raw(out, *(plane.astype("<u2") << np.uint16(16 - picture.bits) for plane in picture.components))
else:
    write(picture, out)
