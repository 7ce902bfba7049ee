"""The only module that names wechatpy: WeChat's signatures and its message encryption.

What WeChat signs and seals (developers.weixin.qq.com, 消息加解密说明; WeCom's callbacks are the same):
    signature      sha1 of sorted(token, timestamp, nonce): covers no body
    msg_signature  sha1 of sorted(token, timestamp, nonce, ciphertext)
    ciphertext     base64 of AES-256-CBC(16 random characters, length, text, appid), padded to 32, IV = the key's start
"""
from __future__ import annotations

import binascii
import hmac
import re
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException
from wechatpy.utils import WeChatSigner

from gateway.errors import ConfigError, Refused

_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
# What PrpCrypto.decrypt raises on a wrong key or a spoilt text (measured on 1.8.18): cut base64, length that is no
# multiple of the block, nothing behind the padding, bytes that are no UTF-8, another account's id.
_SPOILT = (ValueError, struct.error, IndexError, OverflowError, InvalidAppIdException)


class BadCallback(Refused):
    """Not a push of WeChat's. `status` 403: not proved; 400: proved, but no message. `why` is for our log alone:
    whoever tries keys or signatures is told nothing but the status."""

    code = "bad_callback"

    def __init__(self, status: int, why: str) -> None:
        super().__init__()
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True)
class Keys:
    """What an account shares with WeChat. `aes_keys`: the EncodingAESKey of 43 characters, behind it those before it,
    as long as WeChat may still use them; () in the clear."""

    appid: str
    token: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The query of a callback that takes part in its signatures."""

    timestamp: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A text that came encrypted, and which of the account's keys opened it: 0 the current one."""

    text: str
    key: int


def signature(*parts: str) -> str:
    """40 hex digits over the parts, in any order."""
    signer = WeChatSigner()
    signer.add_data(*(part.encode("utf-8", "replace") for part in parts))
    return str(signer.signature)


def salt() -> str:
    """16 characters nobody can foresee; wechatpy's own come from `random`."""
    return secrets.token_hex(8)


class Seal:
    """Proves, opens and closes what passes between WeChat and one account."""

    def __init__(self, keys: Keys, salt: Callable[[], str] = salt) -> None:
        """Raises ConfigError for an AES key that is none."""
        self._appid, self._token = keys.appid, keys.token
        self._ciphers = [_cipher(key, salt) for key in keys.aes_keys]

    def proves(self, stamp: Stamp, claimed: str) -> bool:
        """Whether `signature` is the account's, in constant time. It says nothing about the body."""
        return _same(claimed, signature(self._token, stamp.timestamp, stamp.nonce))

    def open(self, sealed: str, stamp: Stamp, claimed: str) -> Opened:
        """The text under the ciphertext, `claimed` being its msg_signature. Raises BadCallback 403, always the same."""
        if not _same(claimed, signature(self._token, stamp.timestamp, stamp.nonce, sealed)):
            raise BadCallback(403, "msg_signature")
        for number, cipher in enumerate(self._ciphers):
            try:
                return Opened(str(cipher.decrypt(sealed, self._appid)), number)
            except _SPOILT:
                continue
        raise BadCallback(403, "no key of the account opens it")

    def close(self, text: str, key: int = 0) -> str:
        """The ciphertext. WeChat wants an answer under the key that opened the push (消息加解密说明)."""
        return bytes(self._ciphers[key].encrypt(text, self._appid)).decode("ascii")

    def sign(self, sealed: str, stamp: Stamp) -> str:
        """The msg_signature of a ciphertext of ours."""
        return signature(self._token, stamp.timestamp, stamp.nonce, sealed)


def _same(claimed: str, ours: str) -> bool:
    return hmac.compare_digest(claimed.encode("utf-8", "replace"), ours.encode())


def _cipher(aes_key: str, salt: Callable[[], str]) -> PrpCrypto:
    if not _AES_KEY.fullmatch(aes_key):
        raise ConfigError("wechat: one of aes_keys is 43 letters, digits, + and /")
    cipher = PrpCrypto(binascii.a2b_base64(aes_key + "="))
    cipher.get_random_string = salt
    return cipher
