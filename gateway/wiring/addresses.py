"""Addresses of other systems, as a city's configuration names them."""
from __future__ import annotations

from yarl import URL

from gateway.errors import ConfigError

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def address(key: str, told: str) -> str:
    """https, or http on loopback; nothing in it that a log must not show. Raises ConfigError."""
    try:
        url = URL(told)
    except ValueError as error:
        raise ConfigError(f"{key}: not an address") from error
    if url.scheme != "https" and not (url.scheme == "http" and url.host in LOOPBACK):
        raise ConfigError(f"{key}: an https address is expected, or http on a loopback address")
    if not url.host or url.user is not None or url.password is not None or url.fragment:
        raise ConfigError(f"{key}: a host without user, password and fragment is expected")
    return told
