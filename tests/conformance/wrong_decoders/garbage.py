"""The decoder says that all went well and writes no picture that anybody can read."""

import sys
from pathlib import Path

Path(sys.argv[2]).write_bytes(b"this is not a picture" * 40)
