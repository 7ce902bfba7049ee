"""The seal: only what WeChat made is opened, whatever the fault is, and what we make WeChat can open."""
from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from channels.wechat.wire import BadCallback, Keys, Seal, Stamp, signature
from gateway.errors import ConfigError
from tests.channels.wechat.house import APPID, KEY, OLD_KEY, TOKEN
from tests.tables import table

STAMP = Stamp("1700000000", "nonce")
SEAL = Seal(Keys(APPID, TOKEN, (KEY, OLD_KEY)))


def ciphertext(text: str, *, key: str = KEY, appid: str = APPID) -> str:
    return Seal(Keys(appid, TOKEN, (key,))).close(text)


@settings(max_examples=40)
@given(st.text(min_size=1))
def test_what_is_closed_is_opened_by_us_and_by_wechatpy(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    if not text:
        return
    sealed = SEAL.close(text)
    claimed = SEAL.sign(sealed, STAMP)
    assert SEAL.open(sealed, STAMP, claimed).text == text
    peer = WeChatCrypto(TOKEN, KEY, APPID)
    assert peer.decrypt_message({"Encrypt": sealed}, claimed, STAMP.timestamp, STAMP.nonce) == text


def test_the_previous_key_opens_and_is_named_so_that_the_answer_uses_it() -> None:
    for number, key in enumerate((KEY, OLD_KEY)):
        sealed = ciphertext("你好", key=key)
        assert SEAL.open(sealed, STAMP, SEAL.sign(sealed, STAMP)).key == number
        answer = SEAL.close("好", number)
        assert Seal(Keys(APPID, TOKEN, (key,))).open(answer, STAMP, SEAL.sign(answer, STAMP)).text == "好"


def test_no_two_ciphertexts_of_one_text_are_alike() -> None:
    assert len({SEAL.close("同一句话") for _ in range(20)}) == 20


SPOILT = [
    ("another key", ciphertext("x", key="x" * 42 + "A")),
    ("another account", ciphertext("x", appid="wx9")),
    ("cut in a block", base64.b64encode(base64.b64decode(ciphertext("x" * 99))[:-7]).decode()),
    ("cut between blocks", base64.b64encode(base64.b64decode(ciphertext("x" * 99))[:-16]).decode()),
    ("one block", base64.b64encode(b"\0" * 16).decode()),
    ("zeros", base64.b64encode(b"\0" * 64).decode()),
    ("cut base64", ciphertext("x")[:-3]),
    ("no base64", "不是密文"),
    ("nothing", ""),
]


@table(("what", "sealed"), SPOILT)
def test_every_fault_under_a_good_signature_is_one_and_the_same_403(what: str, sealed: str) -> None:
    with pytest.raises(BadCallback) as bad:
        SEAL.open(sealed, STAMP, SEAL.sign(sealed, STAMP))
    assert (bad.value.status, str(bad.value)) == (403, "bad_callback"), what


def test_a_wrong_msg_signature_is_refused_as_well() -> None:
    sealed = ciphertext("x")
    for claimed in ("", "0" * 40, SEAL.sign(sealed, STAMP).upper(), SEAL.sign(sealed, Stamp("1700000001", "nonce"))):
        with pytest.raises(BadCallback) as bad:
            SEAL.open(sealed, STAMP, claimed)
        assert (bad.value.status, str(bad.value)) == (403, "bad_callback")


class Told(bytes):
    """Says when it is compared in a way that ends at the first difference."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared byte by byte")

    __hash__ = bytes.__hash__


class Claimed(str):
    """A signature as it came, which only `hmac.compare_digest` may look at."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared character by character")

    __hash__ = str.__hash__

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return Told(super().encode(encoding, errors))


def test_how_long_a_refusal_takes_tells_nothing_of_the_signature() -> None:
    sealed = ciphertext("x")
    for claimed in (signature(TOKEN, STAMP.timestamp, STAMP.nonce), "0" * 40):
        assert SEAL.proves(STAMP, Claimed(claimed)) is (claimed != "0" * 40)
    assert SEAL.open(sealed, STAMP, Claimed(SEAL.sign(sealed, STAMP))).text == "x"


@settings(max_examples=40)
@given(st.text(), st.text(), st.text())
def test_no_signature_is_guessed_and_no_word_breaks_the_check(timestamp: str, nonce: str, claimed: str) -> None:
    assert not SEAL.proves(Stamp(timestamp, nonce), claimed)


def test_a_wrong_aes_key_stops_the_start() -> None:
    for key in ("short", "k" * 44, "好" * 43, "k" * 42 + "="):
        with pytest.raises(ConfigError):
            Seal(Keys(APPID, TOKEN, (key,)))


def test_secrets_are_not_shown() -> None:
    assert TOKEN not in repr(Keys(APPID, TOKEN, (KEY, OLD_KEY)))
    assert KEY not in repr(Keys(APPID, TOKEN, (KEY, OLD_KEY)))
