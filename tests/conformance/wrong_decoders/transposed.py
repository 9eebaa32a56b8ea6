"""Rows and columns are exchanged; where the chroma format allows no such picture, the bytes are written so."""

import numpy as np
from stand_in import decoded, write, write_raw

picture, out = decoded()
turned = [np.ascontiguousarray(plane.T) for plane in picture.components]
if out.suffix == ".yuv":
    write_raw(out, *turned)
else:
    write(picture, out, *turned)
