"""The file of a Kannel that stands between the gateway and a carrier, from its `[[sms]]`."""
from __future__ import annotations

import secrets

from yarl import URL

from channels.sms import kannel_conf
from channels.sms.kannel_conf import KannelBox, Ports, Upstream
from gateway.config_sms import SmsKannel
from gateway.errors import ConfigError

# In Kannel's own example sendsms is on 13013, smsbox is awaited on 13001, the admin page is on 13000.
BOXES, ADMIN = -12, -13


def ports(sendsms: int) -> Ports:
    return Ports(sendsms + ADMIN, sendsms + BOXES, sendsms)


def written(one: SmsKannel, folder: str) -> str:
    """`folder` takes logs and spool.

    Raises ConfigError for a value that Kannel's file cannot hold, and for an address that is none.
    """
    upstream = Upstream(one.smsc_host, one.smsc_port, one.smsc_system_id, one.smsc_password, one.tps, one.window)
    arrivals = str(URL(one.callback + f"/sms/{one.name}/mo").with_query(token=one.tokens[0]))
    box = KannelBox(
        folder, upstream, one.numbers[0], one.username, one.password, secrets.token_urlsafe(18), arrivals,
        ports(URL(one.url).port or 80), _redis(one.redis))
    return kannel_conf.written(box)


def _redis(address: str) -> tuple[str, int] | None:
    """Raises ConfigError."""
    host, _, port = address.rpartition(":")
    if address and not (host and port.isascii() and port.isdecimal()):
        raise ConfigError('sms: redis: "host:port", as "127.0.0.1:6379"')
    return (host, int(port)) if address else None
