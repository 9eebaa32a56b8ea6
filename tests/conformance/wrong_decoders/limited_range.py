"""Every plane is squeezed into 16..235, as displays of television want it."""

import numpy as np
from stand_in import decoded, write

picture, out = decoded()
top = (1 << picture.bits) - 1
squeezed = (np.rint(plane * (219 / 255) + top * 16 / 255) for plane in picture.components)
write(picture, out, *(plane.astype(picture.components[0].dtype) for plane in squeezed))
