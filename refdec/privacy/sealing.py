"""What a public codestream does not show, encrypted into its user data, and opened again (1.5.4).

In: a public and a whole codestream, a key.  Out: the public one with a sealed part; and from that and the key the whole
one, byte for byte.  AES-256-GCM under a key of this codestream alone (fresh salt, fresh nonce); the sealed part is
bound to the SHA-256 of the public codestream, to the rectangles, and to all else in its record.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.privaterecord import PrivateRecord, Sealed, private_part, read_private_record, with_user_data
from refdec.bitstream.userdata import marks_end
from refdec.limits import Limits
from refdec.privacy.errors import (
    NoPrivateRegions,
    OtherCodestream,
    PrivatePartDamaged,
    UserDataTaken,
    WrongKey,
)
from refdec.privacy.keys import PrivateKey, derived
from refdec.privacy.patch import patch_between, patched
from refdec.tiling.geometry import Rect

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["dropped", "left_out", "opened", "sealed"]

SALT_BYTES, NONCE_BYTES, TAG_BYTES = 16, 12, 16


def sealed(public: bytes, whole: bytes, rectangles: tuple[Rect, ...], key: PrivateKey, limits: Limits) -> bytes:
    """Return the public codestream with what makes the whole one of it, for who has the key.

    Raises PrivacyExtraMissing, UserDataTaken, and what `read_codestream` raises.
    """
    marks = _marks(public, limits)
    public = with_user_data(public, marks, limits=limits)
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    own = derived(key, salt, limits)
    box = Sealed(key.passphrase, sha256(public).digest(), salt, nonce, own.check, b"")
    record, patch = PrivateRecord(rectangles, box), patch_between(public, whole, limits=limits)
    ciphertext = _cipher(own.key).encrypt(nonce, patch, record.head(len(patch) + TAG_BYTES))
    record = replace(record, sealed=replace(box, ciphertext=ciphertext))
    return with_user_data(public, marks + record.to_bytes(), limits=limits)


def left_out(data: bytes, rectangles: tuple[Rect, ...], limits: Limits) -> bytes:
    """Return a codestream that says which rectangles it does not show, and holds no more of them.

    Raises UserDataTaken, and what `read_codestream` raises.
    """
    return with_user_data(data, _marks(data, limits) + PrivateRecord(rectangles).to_bytes(), limits=limits)


def dropped(data: bytes, limits: Limits) -> bytes:
    """Return a codestream without its sealed part, which still says which rectangles it does not show.

    A record that cannot be read is dropped whole.  Raises NoPrivateRegions, and what `read_codestream` raises.
    """
    found = read_codestream(data, limits=limits).only(Marker.UDI)
    user_data = None if found is None else bytes(found.payload)
    marks, part = private_part(user_data)
    if part is None:
        raise NoPrivateRegions(left_out=False)
    record = read_private_record(user_data)
    kept = b"" if record is None else replace(record, sealed=None).to_bytes()
    return with_user_data(data, marks + kept, limits=limits)


def opened(data: bytes, key: PrivateKey, limits: Limits) -> bytes:
    """Return the whole codestream.

    Raises NoPrivateRegions, WrongKey, OtherCodestream, PrivatePartDamaged, PrivacyExtraMissing, TooMuchMemory, and what
    `read_codestream` raises.
    """
    found = read_codestream(data, limits=limits).only(Marker.UDI)
    user_data = b"" if found is None else bytes(found.payload)
    marks, part = private_part(user_data)
    if part is None:
        raise NoPrivateRegions(left_out=False)
    record = read_private_record(user_data)
    if record is None:
        raise PrivatePartDamaged("its record is cut, or of no known form")
    if (box := record.sealed) is None:
        raise NoPrivateRegions(left_out=True)
    public = with_user_data(data, marks, limits=limits)
    if box.passphrase != key.passphrase:
        raise WrongKey(box.passphrase, key.passphrase)
    own = derived(key, box.salt, limits)
    if not hmac.compare_digest(own.check, box.key_check):
        raise WrongKey(box.passphrase, key.passphrase)
    if sha256(public).digest() != box.public_sha256:
        raise OtherCodestream
    from cryptography.exceptions import InvalidTag

    try:
        patch = _cipher(own.key).decrypt(box.nonce, box.ciphertext, record.head(len(box.ciphertext)))
    except InvalidTag:
        raise PrivatePartDamaged("its seal does not hold") from None
    return patched(public, patch, limits=limits)


def _marks(data: bytes, limits: Limits) -> bytes:
    """Return the user data of a codestream in front of a record of private regions.  Raises UserDataTaken."""
    found = read_codestream(data, limits=limits).only(Marker.UDI)
    marks, _ = private_part(None if found is None else bytes(found.payload))
    if marks_end(marks) != len(marks):
        raise UserDataTaken
    return marks


def _cipher(key: bytes) -> AESGCM:
    """Return AES-256-GCM under a key; `derived` has found the package."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
