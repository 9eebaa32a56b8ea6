"""The picture has a row too many: the coded size is written in the place of the displayed one."""

import numpy as np
from stand_in import decoded, write

picture, out = decoded()
write(picture, out, *(np.concatenate([plane, plane[-1:]]) for plane in picture.components))
