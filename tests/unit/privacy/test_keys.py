"""Keys: files of 32 bytes, passphrases, and what follows from them for one codestream."""

from __future__ import annotations

import base64
import hmac
import pickle

import pytest

from refdec.limits import Limits, TooMuchMemory
from refdec.privacy.errors import KeyFileUnusable, PassphraseMissing
from refdec.privacy.keys import PrivateKey, derived

ZERO = PrivateKey(bytes(32), False)


def test_a_key_passes_through_its_file() -> None:
    key = PrivateKey.new()
    assert PrivateKey.of_text(key.to_text()) == key != PrivateKey.new()
    assert pickle.loads(pickle.dumps(key)) == key


@pytest.mark.parametrize("text", ["", "x", "\ufffd", base64.b64encode(bytes(31)).decode(), "A" * 43 + "!"])
def test_other_texts_are_no_keys(text: str) -> None:
    with pytest.raises(KeyFileUnusable, match=r"my\.key"):
        PrivateKey.of_text(text, "my.key")


def test_neither_text_nor_log_shows_a_key() -> None:
    key = PrivateKey.of_passphrase("open sesame")
    assert "sesame" not in f"{key} {key!r} {[key]}" and "AAAA" not in repr(ZERO)
    with pytest.raises(ValueError, match="passphrase"):
        key.to_text()


def test_spellings_that_look_the_same_are_the_same() -> None:
    assert PrivateKey.of_passphrase("u\u0308ber") == PrivateKey.of_passphrase("\u00fcber")
    with pytest.raises(PassphraseMissing):
        PrivateKey.of_passphrase("")


def test_every_salt_has_its_own_key() -> None:
    first, second = (derived(ZERO, bytes([n]) * 16, Limits()) for n in (0, 1))
    assert {*map(len, first)} == {32, 16} and not {*first} & {*second}
    extracted = hmac.digest(bytes(16), bytes(32), "sha256")
    assert first.key == hmac.digest(extracted, b"refdec-private/1\1", "sha256")


def test_a_passphrase_takes_memory_which_limits_know() -> None:
    with pytest.raises(TooMuchMemory):
        derived(PrivateKey.of_passphrase("p"), bytes(16), Limits(memory_bytes=127 << 20))
    first = derived(PrivateKey.of_passphrase("p"), bytes(16), Limits())
    assert first == derived(PrivateKey.of_passphrase("p"), bytes(16), Limits())
    assert first != derived(PrivateKey(b"p", False), bytes(16), Limits())
