"""WeChat's signature and envelope, written from the platform's description alone: the oracle of the channel's crypto.

Facts: developers.weixin.qq.com, 消息加解密说明. The key is base64 of 32 bytes without its last "="; AES-256-CBC whose
vector is the first half of the key; the plain text is 16 chance bytes, the length as 4 bytes big-endian, the message
and the receiver's id (appid, or corpid for kf), padded by PKCS#7 to blocks of 32 bytes, not 16.
"""
from __future__ import annotations

import base64
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
CHANCE = 16


class BadEnvelope(ValueError):
    """It does not open with this key, or it is addressed to somebody else."""


def signature(*parts: str) -> str:
    """Lower-case hex SHA-1 of the parts in order of their characters, joined without anything between."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


class Envelope:
    """Seals and opens what goes between WeChat and one receiver under one key of 43 characters."""

    def __init__(self, aes_key: str, receiver: str) -> None:
        key = base64.b64decode(aes_key + "=")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        self._receiver = receiver.encode()

    def seal(self, plain: str, chance: bytes | None = None) -> str:
        """Base64. `chance` is 16 bytes, drawn anew unless a test hands them in."""
        message = plain.encode()
        inner = (chance or secrets.token_bytes(CHANCE)) + struct.pack(">I", len(message)) + message + self._receiver
        padding = BLOCK - len(inner) % BLOCK
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(inner + bytes([padding]) * padding) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> str:
        """The message. Raises BadEnvelope whatever is wrong with it."""
        try:
            inner = self._unpad(self._decrypt(base64.b64decode(sealed, validate=True)))
            (length,) = struct.unpack(">I", inner[CHANCE:CHANCE + 4])
            message, receiver = inner[CHANCE + 4:CHANCE + 4 + length], inner[CHANCE + 4 + length:]
            if receiver != self._receiver:
                raise BadEnvelope("it is addressed to somebody else")
            return message.decode()
        except (ValueError, struct.error) as wrong:
            raise BadEnvelope(str(wrong)) from wrong

    def _decrypt(self, secret: bytes) -> bytes:
        if not secret or len(secret) % 16:
            raise BadEnvelope("not whole blocks")
        decryptor = self._cipher.decryptor()
        return decryptor.update(secret) + decryptor.finalize()

    @staticmethod
    def _unpad(padded: bytes) -> bytes:
        padding = padded[-1]
        if not 1 <= padding <= BLOCK or padded[-padding:] != bytes([padding]) * padding:
            raise BadEnvelope("wrong padding")
        return padded[:-padding]
