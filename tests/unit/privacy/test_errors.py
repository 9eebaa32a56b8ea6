"""Every error of private regions has a cause that raises it, and says what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from refdec.api.encode_options import EncodeOptions
from refdec.api.privacy import new_key_file, open_private, read_key_file
from refdec.api.transcode import transcode
from refdec.bitstream.privaterecord import with_user_data
from refdec.cli.keys import private_regions
from refdec.errors import RefdecError
from refdec.limits import DEFAULT_LIMITS
from refdec.privacy import errors
from refdec.privacy.keys import PrivateKey, require_cryptography
from refdec.privacy.regions import PrivateRegions
from refdec.privacy.sealing import left_out
from tests.unit.privacy.test_sealing import BOXES, KEY, PUBLIC, WHOLE, changed, made, user_data

Cause = Callable[[], object] | Callable[[Path], object]


def without_the_package() -> None:
    with mock.patch.dict(sys.modules, {"cryptography.hazmat.primitives.ciphers.aead": None}):
        require_cryptography()


def taken(folder: Path) -> None:
    new_key_file(folder / "a.key")
    new_key_file(folder / "a.key")


def unusable(folder: Path) -> None:
    (folder / "a.key").write_bytes(bytes(2000))
    read_key_file(folder / "a.key")


CAUSES: dict[type[RefdecError], Cause] = {
    errors.KeyFileTaken: taken,
    errors.KeyFileUnusable: unusable,
    errors.KeyOrLeaveOut: lambda: private_regions(["0,0,8,8"], None, passphrase=False, leave_out=False),
    errors.NoFaceFound: lambda: PrivateRegions([], None, faces=True).with_faces([]),
    errors.NoPrivateRegions: lambda: open_private(PUBLIC, KEY),
    errors.OtherCodestream: lambda: open_private(changed(WHOLE, lambda _: user_data(made())), KEY),
    errors.PassphraseMissing: lambda: PrivateKey.of_passphrase(""),
    errors.PrivacyExtraMissing: without_the_package,
    errors.PrivatePartDamaged: lambda: open_private(changed(made(), lambda payload: payload[:-1]), KEY),
    errors.PrivatePartInTheWay: lambda: transcode(made(), threads=2),
    errors.PrivateRate: lambda: EncodeOptions(bpp=1, private=PrivateRegions([(0, 0, 8, 8)], None)),
    errors.PrivateRegionInvalid: lambda: PrivateRegions([(0, 0, 8, 8)], None).within(4, 4),
    errors.UserDataTaken: lambda: left_out(with_user_data(PUBLIC, b"mine"), BOXES, DEFAULT_LIMITS),
    errors.WrongKey: lambda: open_private(made(), PrivateKey.new()),
}
