"""The decoder never ends, nor does a helper that it has started; the helper's number goes to SUITE/helper.pid."""

import subprocess
import sys
import time
from pathlib import Path

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
Path(sys.argv[3]).joinpath("helper.pid").write_text(str(child.pid))
time.sleep(600)
