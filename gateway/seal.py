"""The gateway's one secret key: look-up codes and links to files follow from it, one-time codes are hashed with it.

A look-up code is derived, never stored: a turn that is repeated, and a POST that is sent again, give the same code.
"""
from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from gateway.errors import ConfigError

LENGTH = 32          # bytes; as many as SHA-256 gives
SHORTEST = 24        # characters of a key that an operator hands in
HIDDEN = "******"    # how a look-up code stands wherever it is not told to its citizen


class Seal:
    def __init__(self, key: bytes) -> None:
        self.key = key

    def lookup_code(self, work_order_id: str) -> str:
        """Six digits."""
        return f"{int(self.mac('lookup', work_order_id)[:16], 16) % 1_000_000:06d}"

    def mac(self, *parts: str) -> str:
        """HMAC-SHA-256 in hex; parts are set apart, so that no two lists of them are alike."""
        text = "\0".join(parts).encode("utf-8", "replace")
        return hmac.new(self.key, text, hashlib.sha256).hexdigest()


def load(secret: str, file: Path) -> Seal:
    """The key that the configuration names, else the one in `file`, which the first start makes. Raises ConfigError."""
    if secret:
        if len(secret) < SHORTEST:
            raise ConfigError(f"api.lookup_key: at least {SHORTEST} characters")
        return Seal(secret.encode())
    return Seal(kept(file))


def kept(file: Path) -> bytes:
    """The random bytes in `file`, which whoever comes first makes. Raises ConfigError."""
    try:
        if not file.exists():
            _make(file)
        key = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from error
    if len(key) < LENGTH:
        raise ConfigError(f"{file}: at least {LENGTH} bytes are expected")
    return key


def _make(file: Path) -> None:
    """Whole or not at all, and never over another process's key: a link to a name that is taken fails."""
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(secrets.token_bytes(LENGTH))
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
