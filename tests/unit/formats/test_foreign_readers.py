"""What readers that are not ours raise and log."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import pytest

from refdec.errors import LimitExceeded
from refdec.formats.errors import PictureDamaged
from refdec.formats.foreign_readers import damage_named, without_console, without_log
from refdec.limits import Limits


def test_what_they_raise_becomes_one_error() -> None:
    with pytest.raises(PictureDamaged, match="no sound TIFF file: it is broken"), damage_named("TIFF"):
        raise ValueError("it is broken")
    with pytest.raises(PictureDamaged, match="no sound TIFF file: ZeroDivisionError"), damage_named("TIFF"):
        raise ZeroDivisionError
    with pytest.raises(MemoryError), damage_named("TIFF"):
        raise MemoryError
    with pytest.raises(LimitExceeded), damage_named("TIFF"):
        Limits().require("rows", 2, 1)


def test_what_they_log_stays_off_the_console() -> None:
    program = (
        "import logging\nfrom refdec.formats.foreign_readers import without_log\n"
        "logging.getLogger('a.reader').error('before')\nwithout_log('a.reader')\nwithout_log('a.reader')\n"
        "logging.getLogger('a.reader.part').error('after')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "before\n"
    without_log("another.reader")
    without_log("another.reader")
    assert [type(one) for one in logging.getLogger("another.reader").handlers] == [logging.NullHandler]


def test_what_a_reader_prints_stays_off_the_console(capfd: pytest.CaptureFixture[str]) -> None:
    with without_console():
        os.write(2, b"a library says why")
        print("and so does its door")
    os.write(2, b"heard")
    print("again")
    assert capfd.readouterr() == ("again\n", "heard")
    with pytest.raises(OSError, match="its own"), without_console():
        raise OSError("its own")
