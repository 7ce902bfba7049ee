"""The gateway's configuration for this carrier: the same number and account at every start.

What Kannel is to be asked with is new each time: its callbacks are not signed, and any page in a browser could know it.
"""
from __future__ import annotations

import secrets

from simulators.smsc.phone import HOTLINE
from simulators.smsc.server import ACCOUNTS, LOOPBACK


def configuration(port: int, gateway: str, sendsms: int | None = None) -> str:
    """TOML for a direct bind to the carrier on `port`; `sendsms`: for a Kannel on that port between the two.

    Nothing waits for the morning or for the next day, so that a visitor sees the whole story at once.
    """
    ((system_id, password),) = ACCOUNTS.items()
    return "\n".join((
        "[sms]", f'carrier = "{"smpp" if sendsms is None else "kannel"}"', f'numbers = ["{HOTLINE}"]',
        'sign = "市民热线"', 'quiet = ["00:00", "00:00"]', "gap_s = 0.0", "a_day = 1000", "",
        "[sms.smpp]", f'host = "{LOOPBACK}"', f"port = {port}", f'system_id = "{system_id}"',
        f'password = "{password}"', "", *([] if sendsms is None else _kannel(sendsms, gateway)),
    ))


def _kannel(port: int, gateway: str) -> list[str]:
    return [
        "[sms.kannel]", f'url = "http://{LOOPBACK}:{port}/cgi-bin/sendsms"', f'callback = "{gateway}"',
        f'password = "{secrets.token_hex(12)}"', f'token = "{secrets.token_hex(20)}"', "",
    ]
