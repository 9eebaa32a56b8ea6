"""Two bugs: pictures of more than 8 bits are upside down, and streams with user data end in a crash."""

import os
import signal
import sys

import numpy as np
from stand_in import decoded, write

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.errors import RefdecError
from refdec.formats.files import read_bytes

try:
    if read_headers(read_codestream(read_bytes(sys.argv[1]))).user_data is not None:
        os.kill(os.getpid(), signal.SIGSEGV)
except RefdecError:
    pass
picture, out = decoded()
turned = picture.bits > 8
write(picture, out, *(np.ascontiguousarray(plane[::-1]) if turned else plane for plane in picture.components))
