"""What the HTTP side follows from the configuration: who may question the engine, whose pages may open a chat."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from channels.web.doors import allowed_origins
from channels.web.visit import WebSettings
from gateway.config import Config
from gateway.errors import ConfigError
from gateway.http import Network
from gateway.observe import count_refusal

# How often each visitor's feed is looked at although nothing was hinted. A process by itself loses no hint, and 800
# looks a second cost a tenth of a core (measured).
SWEEP_S, ALONE_S = 1.0, 10.0


def access(config: Config) -> Literal["staff", "open"]:
    """Anybody may question the engine only where nobody else can reach it. Raises ConfigError."""
    loopback = config.server.host in ("127.0.0.1", "::1", "localhost")
    if config.api.understand == "open" and (not loopback or config.trusted_proxies):
        raise ConfigError("api.understand: open is for a loopback address without trusted proxies")
    return config.api.understand


def web_settings(config: Config, zone: ZoneInfo, url: str, trusted: Sequence[Network]) -> WebSettings:
    ours = config.web
    return WebSettings(
        allowed_origins(url, ours.origins), trusted, zone, per_ms=60_000 // ours.messages_per_minute,
        per_address=ours.per_address, sweep_s=SWEEP_S if config.store.many else ALONE_S, count=count_refusal,
    )
