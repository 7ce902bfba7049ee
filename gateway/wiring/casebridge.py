"""Composition of the case bridge: the configured backend, what is heard from it, and who else may speak of cases."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import structlog
from aiohttp import web

from casebridge import rt, webhook
from casebridge.attachments import Link, Linking
from casebridge.calling import Caller, session
from casebridge.desk import Desk
from casebridge.events import EventsDoor, Source
from casebridge.inbox import EventInbox
from casebridge.polls import Plan, Polling
from casebridge.signing import Secrets
from gateway.case_decision import FINAL
from gateway.case_events import STATUS
from gateway.clock import Clock
from gateway.config import Config
from gateway.dialogue.template import Template
from gateway.errors import ConfigError
from gateway.file_links import FileLinks
from gateway.observe import CASES_DROPPED
from gateway.polling import ALONE, CasePoller, Duty
from gateway.protocols import CaseBackend
from gateway.seal import Seal
from gateway.store.parts import Store
from gateway.wiring import open311
from gateway.wiring.addresses import address
from gateway.workers import Supervisor

NIGHTLY_S = 600.0  # how often one looks whether it is night
LONGEST_DAYS = 90  # of a link to a file

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGround:
    """What it stands on. url: our public address; seal: signs links to files; folder: of the city; given: the
    templates; duty: to ask for news."""

    store: Store
    clock: Clock
    url: str
    seal: Seal
    zone: ZoneInfo
    folder: Path
    given: Iterable[Template]
    duty: Duty = ALONE


@dataclass(frozen=True, slots=True)
class _Made:
    """A backend, and how it is asked what happened; `calls`: it tells by itself, and is asked at night alone."""

    backend: CaseBackend
    poller: CasePoller | None = None
    every_s: float = 0.0
    calls: bool = False


@dataclass(slots=True)
class CaseParts:
    """To be made while a loop runs; `close` ends its connections. The desk is there whatever the backend: it keeps the
    cases that it has."""

    config: Config
    ground: CaseGround
    desk: Desk = field(init=False)
    backend: CaseBackend = field(init=False)
    _http: aiohttp.ClientSession = field(init=False)
    _inbox: EventInbox = field(init=False)
    _door: EventsDoor | None = field(init=False)
    _polling: Polling | None = field(init=False)

    def __post_init__(self) -> None:
        """Raises ConfigError."""
        store, clock = self.ground.store, self.ground.clock
        checked(self.config)
        sources = _sources(self.config)
        self.desk = Desk(store.lanes, store.records, clock)
        self._inbox = EventInbox(store.lanes, store.records, clock)
        self._door = EventsDoor(sources, self._inbox, store.records, clock) if sources else None
        self._http = session()
        made = _BUILDERS[self.config.casebridge.backend](self)
        self.backend = made.backend if made.backend is self.desk else Linking(made.backend, self._link())
        self._polling = self._asking(made) if made.poller else None
        if self.former and (made.poller is None or made.calls) and not self.config.casebridge.events_secret:
            log.warning("no_case_events", backend=self.backend.name, key="casebridge.events_secret")

    @property
    def former(self) -> Sequence[CaseBackend]:
        """Backends that keep the cases they have, whatever is configured now."""
        return () if self.backend is self.desk else (self.desk,)

    def routes(self) -> Sequence[web.RouteDef]:
        return self._door.routes() if self._door else ()

    def start(self, supervisor: Supervisor) -> None:
        if self._polling:
            supervisor.spawn("case news", self._polling.run)

    async def close(self) -> None:
        await self._http.close()

    def _asking(self, made: _Made) -> Polling:
        assert made.poller is not None
        bridge, ground = self.config.casebridge, self.ground
        plan = Plan(
            made.every_s, ground.zone, STATUS, _still_open(STATUS), hour=bridge.night_hour, scale=bridge.time_scale
        )
        return Polling(made.poller, self._inbox, ground.store.records, ground.clock, plan, ground.duty)

    def _link(self) -> Link:
        """Staff read files at the desk; another system fetches them from our public address."""
        ground, life = self.ground, timedelta(days=self.config.casebridge.attachment_days)
        links = FileLinks(ground.seal, ground.clock)
        return lambda upload, since: ground.url.rstrip("/") + links.path(upload, since, life)

    # --- backends ---------------------------------------------------------------------------------------------

    def _desk(self) -> _Made:
        return _Made(self.desk)

    def _webhook(self) -> _Made:
        clock = self.ground.clock
        caller = Caller(self._http, webhook.NAME, clock)
        site = _site(self.config, self.ground.url)
        return _Made(webhook.WebhookBackend(caller, site, clock, lambda one: _alarm(webhook.NAME, one)))

    def _open311(self) -> _Made:
        ground = self.ground
        backend, news = open311.backend(
            self.config, self._http, ground.clock, ground.given, ground.folder, ground.zone
        )
        return _Made(backend, news, self.config.casebridge.open311.poll_s)

    def _rt(self) -> _Made:
        rest = rt.Rest(Caller(self._http, rt.NAME, self.ground.clock), _access(self.config))
        backend = rt.Rt(rest, self.ground.url, lambda one: _alarm(rt.NAME, one))
        return _Made(backend, rt.Nights(rest), NIGHTLY_S, calls=True)


_BUILDERS: Mapping[str, Callable[[CaseParts], _Made]] = {
    "desk": CaseParts._desk, "webhook": CaseParts._webhook, "open311": CaseParts._open311,
    "rt": CaseParts._rt,
}


def checked(config: Config) -> None:
    """What the types of the settings do not say. Raises ConfigError with the key."""
    _sources(config)
    if config.casebridge.backend == "webhook":
        _site(config, "")
    if config.casebridge.backend == "rt":
        _access(config)
    if not 0 <= config.casebridge.night_hour <= 23:
        raise ConfigError("casebridge.night_hour: 0 to 23")
    if not 1 <= config.casebridge.attachment_days <= LONGEST_DAYS:
        raise ConfigError(f"casebridge.attachment_days: 1 to {LONGEST_DAYS}")


def _site(config: Config, source: str) -> webhook.Site:
    """`source`: our public address."""
    settings, key = config.casebridge.webhook, "casebridge.webhook"
    if settings.repeat == "lookup" and not settings.lookup_url:
        raise ConfigError(f"{key}.lookup_url: missing, with repeat = \"lookup\"")
    lookup_url = address(f"{key}.lookup_url", settings.lookup_url) if settings.lookup_url else ""
    secrets = _secrets(f"{key}.secret", settings.secret)
    return webhook.Site(address(f"{key}.url", settings.url), lookup_url, source, secrets, settings.repeat)


def _access(config: Config) -> rt.Access:
    settings, key = config.casebridge.rt, "casebridge.rt"
    for name in ("token", "queue"):
        if not getattr(settings, name):
            raise ConfigError(f"{key}.{name}: missing")
    return rt.Access(address(f"{key}.url", settings.url).rstrip("/"), settings.token, settings.queue)


def _sources(config: Config) -> list[Source]:
    """Who may send events. Raises ConfigError."""
    bridge = config.casebridge
    names = [bridge.backend, *(one.name for one in bridge.source)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"casebridge.source: {twice[0]} is there twice, or the configured backend")
    others = [
        Source(one.name, _secrets(f"casebridge.source {one.name}: secret", one.secret), frozenset(one.departments))
        for one in bridge.source
    ]
    if not bridge.events_secret:
        return others
    return [Source(bridge.backend, _secrets("casebridge.events_secret", bridge.events_secret)), *others]


def _secrets(key: str, told: tuple[str, ...] | str) -> Secrets:
    try:
        return Secrets((told,) if isinstance(told, str) else told)
    except ValueError as error:
        raise ConfigError(f"{key}: {error}") from error


def _alarm(backend: str, template: str) -> None:
    CASES_DROPPED.labels(backend, template).inc()


def _still_open(stands: Mapping[str, str]) -> Sequence[str]:
    """Statuses of cases that the backend may yet end; those of an event, and what a case is before the first."""
    return ("submitted", *sorted(set(stands.values()) - FINAL))
