"""The decoder refuses everything."""

import sys

sys.exit("unsupported")
