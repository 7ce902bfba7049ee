"""Standard Webhooks 1.0.0, from its specification: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`."""
from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

TOLERANCE_S = 300


def sign(secret: str, id_: str, timestamp: int, body: bytes) -> dict[str, str]:
    return {
        "webhook-id": id_, "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{_signature(secret, id_, str(timestamp), body)}",
    }


def fault(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """What is wrong with a signed message; empty for one that is proved."""
    try:
        id_, timestamp, shown = (headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        return f"no header {missing}"
    if not timestamp.isdigit() or abs(int(timestamp) - now) > TOLERANCE_S:
        return "too old or too new"
    expected = _signature(secret, id_, timestamp, body)
    versions = (one.partition(",") for one in shown.split(" "))
    proved = any(name == "v1" and hmac.compare_digest(expected, told) for name, _, told in versions)
    return "" if proved else "no signature of ours"


def _signature(secret: str, id_: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((id_.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
