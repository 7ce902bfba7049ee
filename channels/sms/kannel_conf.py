"""Kannel's configuration file, written from settings: loopback only, a spool for what is queued, one carrier over SMPP.

Facts, measured with 1.4.5 [SMS.md, "Kannel 1.4.5, what bites"]: an empty line ends a group; every interface listens on
all addresses unless told otherwise; smsbox keeps a message that waits for its retry in memory alone, for as often as
http-request-retry says; max-messages 0 keeps our answer from being sent to the citizen.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field

from gateway.errors import ConfigError

Group = tuple[str, dict[str, str | int | bool]]

_SAFE = re.compile(r'[^"\\\x00-\x1f\x7f]*')
LOOPBACK = "127.0.0.1"
FAR = 100_000            # retries; after them a citizen's message would be gone
DLR_TTL_S = 4 * 86_400
QUIET = 2                # warnings; at 1, "info", the logs have every text with its number; our token they have at any


@dataclass(frozen=True, slots=True)
class Ports:
    """Kannel's own, each on loopback."""

    admin: int = 13000
    boxes: int = 13001
    sendsms: int = 13013


@dataclass(frozen=True, slots=True)
class Upstream:
    """The carrier. tps: submissions a second; window: submissions without an answer."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    tps: int = 50
    window: int = 32


@dataclass(frozen=True, slots=True)
class KannelBox:
    """admin and password: of the admin page and of sendsms; arrivals: our address for messages, its token included;
    redis: host and port where receipts wait; None: in memory, and open ones are lost when Kannel is."""

    folder: str
    upstream: Upstream
    sender: str
    username: str
    password: str = field(repr=False)
    admin: str = field(repr=False)
    arrivals: str = field(repr=False)
    ports: Ports = Ports()
    redis: tuple[str, int] | None = None
    retry_s: int = 10


def written(box: KannelBox) -> str:
    """The whole file. Raises ConfigError for a value that would end its line."""
    groups = [_core(box), *_receipts(box), _smsc(box), _smsbox(box), _user(box), _service(box)]
    return "\n\n".join(map(_group, groups)) + "\n"


def _group(group: Group) -> str:
    name, values = group
    return "\n".join([f"group = {name}", *(f"{key} = {_value(key, value)}" for key, value in values.items())])


def _value(key: str, value: str | int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if not _SAFE.fullmatch(value):
        raise ConfigError(f"kannel: {key} holds a character that its configuration cannot")
    return f'"{value}"'


def _core(box: KannelBox) -> Group:
    return "core", {
        "admin-port": box.ports.admin, "admin-interface": LOOPBACK, "admin-password": box.admin,
        "status-password": box.admin, "admin-deny-ip": "*.*.*.*", "admin-allow-ip": LOOPBACK,
        "smsbox-port": box.ports.boxes, "smsbox-interface": LOOPBACK,
        "box-deny-ip": "*.*.*.*", "box-allow-ip": LOOPBACK,
        "log-file": f"{box.folder}/bearerbox.log", "log-level": QUIET,
        "dlr-storage": "redis" if box.redis else "internal",
        "store-type": "spool", "store-location": f"{box.folder}/spool",
        "sms-combine-concatenated-mo": True, "sms-combine-concatenated-mo-timeout": 300,
        "sms-resend-freq": 30, "sms-resend-retry": 10,
    }


def _receipts(box: KannelBox) -> list[Group]:
    if box.redis is None:
        return []
    host, port = box.redis
    return [
        ("redis-connection", {"id": "receipts", "host": host, "port": port, "database": 0, "max-connections": 2}),
        ("dlr-db", {
            "id": "receipts", "table": "dlr", "ttl": DLR_TTL_S, "field-smsc": "smsc", "field-timestamp": "ts",
            "field-destination": "destination", "field-source": "source", "field-service": "service",
            "field-url": "url", "field-mask": "mask", "field-status": "status", "field-boxc-id": "boxc",
        }),
    ]


def _smsc(box: KannelBox) -> Group:
    upstream = box.upstream
    return "smsc", {
        "smsc": "smpp", "smsc-id": "carrier1", "host": upstream.host, "port": upstream.port,
        "transceiver-mode": True, "smsc-username": upstream.system_id, "smsc-password": upstream.password,
        "system-type": "", "interface-version": 34, "source-addr-autodetect": True,
        "dest-addr-ton": 1, "dest-addr-npi": 1, "throughput": upstream.tps, "max-pending-submits": upstream.window,
        "enquire-link-interval": 30, "reconnect-delay": 5,
    }


def _smsbox(box: KannelBox) -> Group:
    return "smsbox", {
        "bearerbox-host": LOOPBACK, "sendsms-port": box.ports.sendsms, "sendsms-interface": LOOPBACK,
        "global-sender": box.sender, "log-file": f"{box.folder}/smsbox.log", "log-level": QUIET,
        "mo-recode": True, "http-request-retry": FAR, "http-queue-delay": box.retry_s, "http-timeout": 15,
        "max-pending-requests": 64,
    }


def _user(box: KannelBox) -> Group:
    return "sendsms-user", {
        "username": box.username, "password": box.password, "default-smsc": "carrier1", "max-messages": 255,
        "concatenation": True, "user-deny-ip": "*.*.*.*", "user-allow-ip": LOOPBACK,
    }


def _service(box: KannelBox) -> Group:
    return "sms-service", {
        "name": "hotline", "keyword": "default", "catch-all": True, "max-messages": 0, "omit-empty": True,
        "send-sender": True, "post-url": f"{box.arrivals}&id=%I&ts=%T",
    }
