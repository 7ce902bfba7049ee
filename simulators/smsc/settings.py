"""The gateway's configuration for this carrier: the same number and account at every start.

What Kannel is to be asked with is new each time: its callbacks are not signed, and any page in a browser could know it.
"""
from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from simulators.smsc.phone import HOTLINE
from simulators.smsc.server import ACCOUNTS, LOOPBACK


def configuration(port: int, gateway: str, sendsms: int | None = None) -> str:
    """TOML for a direct bind to the carrier on `port`; `sendsms`: for a Kannel on that port between the two.

    Nothing waits for the morning or for the next day, so that a visitor sees the whole story at once.
    """
    ((system_id, password),) = ACCOUNTS.items()
    account = {"host": LOOPBACK, "port": port, "system_id": system_id, "password": password}
    way = account if sendsms is None else _kannel(sendsms, gateway) | {f"smsc_{key}": account[key] for key in account}
    own = {"name": "hotline", "kind": "smpp" if sendsms is None else "kannel", "numbers": [HOTLINE], "sign": "市民热线"}
    return "\n".join((
        "[[sms]]", *_lines({**own, **way}), "", "[texting]", *_lines({"gap_s": 0.0, "a_day": 1000}), "",
        "[rating]", *_lines({"quiet_hours": ""}), "",
    ))


def _kannel(port: int, gateway: str) -> dict[str, Any]:
    return {
        "url": f"http://{LOOPBACK}:{port}/cgi-bin/sendsms", "callback": gateway, "password": secrets.token_hex(12),
        "tokens": [secrets.token_hex(20)],
    }


def _lines(settings: Mapping[str, Any]) -> list[str]:
    """JSON of such values is TOML."""
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
