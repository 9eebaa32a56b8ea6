"""Keys: 32 random bytes in a file, or a passphrase; and the keys of single codestreams that follow from them.

In: a file's text, a passphrase.  Out: `PrivateKey`; `derived` makes of it and of a codestream's salt the key that
encrypts (HKDF with SHA-256; of a passphrase scrypt first, n = 2^17, r = 8, p = 1: 128 MiB and a third of a second).
Needs the extra `private` (cryptography), which is imported when it is used.
"""

from __future__ import annotations

import base64
import binascii
import os
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from refdec.arithmetic.argument_kinds import TEXT, require_kinds
from refdec.limits import Limits
from refdec.privacy.errors import KeyFileUnusable, PassphraseMissing, PrivacyExtraMissing

__all__ = ["DerivedKey", "PrivateKey", "derived", "require_cryptography"]

KEY_BYTES, CHECK_BYTES = 32, 16
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 17, 8, 1
SCRYPT_BYTES = 128 * SCRYPT_N * SCRYPT_R
PURPOSE = b"refdec-private/1"


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKey:
    """What seals and opens private regions; `repr` does not show it.  `secret`: 32 bytes, or a passphrase in UTF-8."""

    secret: bytes
    passphrase: bool

    @classmethod
    def new(cls) -> PrivateKey:
        """Return a key that nobody has yet, from the random numbers of the system."""
        return cls(os.urandom(KEY_BYTES), False)

    @classmethod
    def of_text(cls, text: str, name: str = "The text") -> PrivateKey:
        """Return the key of a key file: the base64 of 32 bytes.  Raises KeyFileUnusable."""
        require_kinds({"text": text}, {"text": TEXT})
        try:
            secret = base64.b64decode(text.strip().encode(), validate=True)
        except (binascii.Error, ValueError):
            raise KeyFileUnusable(name) from None
        if len(secret) != KEY_BYTES:
            raise KeyFileUnusable(name)
        return cls(secret, False)

    @classmethod
    def of_passphrase(cls, passphrase: str) -> PrivateKey:
        """Return the key of a passphrase; spellings that look the same are the same.  Raises PassphraseMissing."""
        require_kinds({"passphrase": passphrase}, {"passphrase": TEXT})
        if not passphrase:
            raise PassphraseMissing
        return cls(unicodedata.normalize("NFC", passphrase).encode(), True)

    def to_text(self) -> str:
        """Return what a key file holds; a passphrase is for no file.  Raises ValueError for one."""
        if self.passphrase:
            raise ValueError("a passphrase is not written into a file")
        return base64.b64encode(self.secret).decode() + "\n"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: a {'passphrase' if self.passphrase else 'key'}>"


class DerivedKey(NamedTuple):
    """The key of one codestream, and what tells a wrong key from damage."""

    key: bytes
    check: bytes


def require_cryptography() -> None:
    """Raise PrivacyExtraMissing where the package that encrypts is not installed."""
    try:
        import cryptography.hazmat.primitives.ciphers.aead  # noqa: F401
    except ImportError:
        raise PrivacyExtraMissing from None


def derived(key: PrivateKey, salt: bytes, limits: Limits) -> DerivedKey:
    """Return the key of the codestream with this salt.  Raises PrivacyExtraMissing, TooMuchMemory."""
    require_cryptography()
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    secret = key.secret
    if key.passphrase:
        limits.require_memory(SCRYPT_BYTES)
        secret = Scrypt(salt=salt, length=KEY_BYTES, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(secret)
    made = HKDF(algorithm=SHA256(), length=KEY_BYTES + CHECK_BYTES, salt=salt, info=PURPOSE).derive(secret)
    return DerivedKey(made[:KEY_BYTES], made[KEY_BYTES:])
