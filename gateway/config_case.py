"""Settings of the case bridge: section `[casebridge]` of the configuration (gateway/config.py)."""
from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct


class CaseWebhook(Struct, frozen=True, forbid_unknown_fields=True):
    """A case system that takes JSON. url: where operations are posted; secret: `whsec_…`, signs them."""

    url: str = ""
    secret: str = ""


class CaseOpen311(Struct, frozen=True, forbid_unknown_fields=True):
    """An Open311 GeoReport v2 server. url: the base of `requests`; mapping: the city's file of services."""

    url: str = ""
    api_key: str = ""
    jurisdiction: str = ""
    mapping: str = ""
    poll_s: float = 60.0


class CaseRt(Struct, frozen=True, forbid_unknown_fields=True):
    """Request Tracker 5. url: its web address; token: of the user that files; queue: where cases go."""

    url: str = ""
    token: str = ""
    queue: str = ""


class CaseSource(Struct, frozen=True, forbid_unknown_fields=True):
    """Another system that may send events, about the cases that were handed to it: those of its `departments`."""

    name: str
    secret: tuple[str, ...] | str
    departments: tuple[str, ...] = ()


class CaseBridge(Struct, frozen=True, forbid_unknown_fields=True):
    """Where work orders go.

    events_secret  `whsec_…` of 24 bytes or more; a list while one replaces the other; "" for no events
    source         [[casebridge.source]]
    time_scale     every wait of the bridge is multiplied by it; for tests
    """

    backend: Literal["desk"] = "desk"
    events_secret: tuple[str, ...] | str = ""
    source: tuple[CaseSource, ...] = ()
    time_scale: float = 1.0
    webhook: CaseWebhook = msgspec.field(default_factory=CaseWebhook)
    open311: CaseOpen311 = msgspec.field(default_factory=CaseOpen311)
    rt: CaseRt = msgspec.field(default_factory=CaseRt)
