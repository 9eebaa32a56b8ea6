"""Legal streams come out right; of broken ones the decoder makes a gray picture instead of refusing them."""

import numpy as np
from stand_in import arguments, decoded, write

from refdec.formats.pictures import CodePicture, Colour

case, folder, out = arguments()
if case["error"] is None:
    write(*decoded())
else:
    gray = np.full((64, 64), 128, np.uint8)
    write(CodePicture((gray, gray, gray), 8, Colour.RGB), out)
