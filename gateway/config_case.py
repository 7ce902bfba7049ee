"""Settings of the case bridge: section `[casebridge]` of the configuration (gateway/config.py)."""
from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct


class CaseWebhook(Struct, frozen=True, forbid_unknown_fields=True):
    """A case system that takes JSON.

    url         where operations are posted; https, but for a loopback address
    lookup_url  where `/<work_order_id>` is asked for, "" for a system that cannot be asked
    secret      `whsec_…` of 24 bytes or more, signs what we send; a list while one replaces the other
    repeat      what it does with an Idempotency-Key that it has seen: it knows it again (idempotent); it does not, but
                can be asked (lookup); neither
    """

    url: str = ""
    lookup_url: str = ""
    secret: tuple[str, ...] | str = ""
    repeat: Literal["idempotent", "lookup", "neither"] = "idempotent"


class CaseOpen311(Struct, frozen=True, forbid_unknown_fields=True):
    """An Open311 GeoReport v2 server, and where it leaves the standard.

    url          what stands before `/requests.json`
    mapping      the city's file of services, below the city's folder; "" for our templates' own codes
    format       json, xml, or "" where addresses have no ending
    lists        several values of an attribute: attribute[x][]=a, attribute[x]=a repeated, or one text with commas
    updates      it has mySociety's servicerequestupdates: comments, ratings, reworks, and the list of news
    lookup       GET requests shows a new request with its description at once: submissions are looked up before they
                 are repeated; otherwise a doubtful one waits for a person
    page         how many requests one answer lists at most; 1,000 by the standard
    public       everybody may read descriptions: they hold no name, no sensitive field and no link to a file, and
                 numbers are masked
    reading_key  api_key is wanted for reading, too; it then stands in addresses
    nowhere      address_string of an order without a place
    poll_s       how often it is asked for news
    """

    url: str = ""
    api_key: str = ""
    jurisdiction: str = ""
    mapping: str = ""
    format: Literal["json", "xml", ""] = "json"
    lists: Literal["brackets", "repeat", "comma"] = "brackets"
    updates: bool = True
    lookup: bool = False
    page: int = 1000
    public: bool = True
    reading_key: bool = False
    nowhere: str = "未提供地点"
    poll_s: float = 60.0


class CaseRt(Struct, frozen=True, forbid_unknown_fields=True):
    """Request Tracker 5. url: its web address; token: of the user that files; queue: where work orders arrive."""

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
    attachment_days  how long a link lasts by which the case system fetches a file; made anew at each send
    night_hour     of the city's clock: from then on all open cases are compared with the backend's, once a night
    time_scale     every wait of the bridge is multiplied by it; for tests
    """

    backend: Literal["desk", "webhook", "open311", "rt"] = "desk"
    events_secret: tuple[str, ...] | str = ""
    source: tuple[CaseSource, ...] = ()
    attachment_days: int = 7
    night_hour: int = 3
    time_scale: float = 1.0
    webhook: CaseWebhook = msgspec.field(default_factory=CaseWebhook)
    open311: CaseOpen311 = msgspec.field(default_factory=CaseOpen311)
    rt: CaseRt = msgspec.field(default_factory=CaseRt)
