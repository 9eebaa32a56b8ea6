"""The picture is written from right to left."""

import numpy as np
from stand_in import decoded, write

picture, out = decoded()
write(picture, out, *(np.ascontiguousarray(plane[:, ::-1]) for plane in picture.components))
