"""What one socket of one visitor is, and the limits it lives under."""
from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from channels.web.line import Line
from channels.web.sessions import Session
from gateway.http import Count, Network


def uncounted(code: str) -> None:
    """Where nobody reads the figures."""


@dataclass(frozen=True, slots=True)
class WebSettings:
    """A visitor may send `burst` messages at once and one every `per_ms` after that; `strikes` refusals in a row
    close the socket. New sessions per address go by the `session_` pair. The feed is swept every `sweep_s` seconds,
    every `rest_s` once the visitor has been silent for `lively_s`, and less often where more than `sweeps_per_s` a
    second would come together. `count` is told the code of every refusal."""

    origins: frozenset[str]
    trusted: Sequence[Network] = ()
    zone: tzinfo = UTC
    hello_s: float = 5.0
    send_s: float = 10.0
    sweep_s: float = 1.0
    rest_s: float = 10.0
    lively_s: float = 60.0
    sweeps_per_s: int = 500
    typing_s: float = 0.3
    per_ms: int = 500
    burst: int = 20
    strikes: int = 20
    session_per_ms: int = 1_000
    session_burst: int = 300
    per_address: int = 100
    in_all: int = 10_000
    count: Count = uncounted


@dataclass(slots=True, eq=False)
class Visit:
    """`after` is the last feed item sent, `shown` how many were; `active` the monotonic second of the last frame."""

    line: Line
    token: str
    session: Session
    after: str | None
    active: float
    shown: int = 0
    strikes: int = 0
    typing: asyncio.Task[None] | None = None
