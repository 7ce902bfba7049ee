"""Standard Webhooks: proving who sent a case event, signing what we send. The only door to `standardwebhooks`.

The library computes the signature. Everything around it is ours, because 1.1.0 raises ValueError and
UnicodeDecodeError on malformed headers and bodies, takes secrets of one byte, and reads the clock itself.
"""
from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
LEAST_BYTES = 24      # of a secret (Standard Webhooks, "Signature scheme": between 24 and 64)
WINDOW_S = 300        # a signature of earlier or later is no proof any more
MOST_ID, MOST_SIGNATURES = 256, 4_096


class Secrets:
    """The secrets shared with one other side: several while one replaces the other."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Raises ValueError, which does not repeat the secret."""
        self._hooks = [Webhook(_key(secret)) for secret in secrets]
        if not self._hooks:
            raise ValueError("no secret")

    def headers(self, id_: str, at: datetime, body: bytes) -> dict[str, str]:
        """Of a message of ours, signed with every secret. `body` is UTF-8."""
        signatures = [hook.sign(id_, at.astimezone(UTC), body.decode()) for hook in self._hooks]
        return {
            "webhook-id": id_, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": " ".join(signatures),
        }

    def prove(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """Whether one of the secrets signed exactly these bytes within the last five minutes."""
        id_, told = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        signatures = headers.get("webhook-signature", "")
        if not 0 < len(id_) <= MOST_ID or len(signatures) > MOST_SIGNATURES:
            return False
        at = _moment(told)
        if at is None or abs((now - at).total_seconds()) > WINDOW_S:
            return False
        try:
            expected = [hook.sign(id_, at, body.decode()).encode() for hook in self._hooks]
        except UnicodeError:
            return False
        shown = [one.encode("utf-8", "surrogateescape") for one in signatures.split(" ")]
        return any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in shown)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < LEAST_BYTES:
        raise ValueError(f"a secret is {PREFIX} and {LEAST_BYTES} bytes or more in base64")
    return key


def _moment(told: str) -> datetime | None:
    """Whole seconds since 1970, at most eleven digits."""
    if not (told.isascii() and told.isdigit() and len(told) < 12):
        return None
    return datetime.fromtimestamp(int(told), UTC)
