"""The decoder dies of a segmentation fault, as native code does."""

import os
import signal

os.kill(os.getpid(), signal.SIGSEGV)
