"""The picture begins one sample too far right: the crop takes its margin from the wrong side."""

import numpy as np
from stand_in import decoded, write

picture, out = decoded()
write(picture, out, *(np.ascontiguousarray(np.roll(plane, -1, axis=1)) for plane in picture.components))
