"""The composition root: configuration → objects → aiohttp application. The only file that imports every package."""
from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from channels.web.chat import WebChannel
from channels.web.pages import Pages
from channels.web.sessions import Sessions
from gateway import city as cities
from gateway import control, pressure, templates
from gateway import seal as seals
from gateway.api.site import Api, Front
from gateway.case_decision import Rules
from gateway.cases import Cases
from gateway.check import COMPLAINTS, proofread
from gateway.clock import Clock, Ids
from gateway.config import Config
from gateway.console import Console, ConsoleSettings, StaffTable
from gateway.conversation import Conversation
from gateway.deadlines import Calendar
from gateway.dialogue.catalog import DAY_S, Catalog
from gateway.dialogue.template import Template
from gateway.errors import ConfigError, Forbidden
from gateway.explain import Explainer
from gateway.fellows import Fellows
from gateway.fields.city import City
from gateway.fields.registry import TYPES
from gateway.health import Health
from gateway.http import Network, guard
from gateway.intake import Intake
from gateway.journal import Journal
from gateway.leaving import Leaving
from gateway.mind import Mind as Mind
from gateway.observe import count_refusal
from gateway.outbox import Texter
from gateway.protocols import CodeSender, Handler
from gateway.reloading import Reloader
from gateway.seal import Seal
from gateway.store.files import FolderBlobs
from gateway.store.limits import DAY_MS
from gateway.store.parts import Running
from gateway.uploads import Uploads
from gateway.wiring import keeping
from gateway.wiring.casebridge import CaseGround, CaseParts
from gateway.wiring.handing import HandingOver
from gateway.wiring.pushing import PushGround, Pushing, pacing
from gateway.wiring.serving import access, web_settings
from gateway.wiring.talking import TalkGround
from gateway.wiring.talking import conversation as talking
from gateway.wiring.understanding import ROOT, mind
from gateway.wiring.wechat import KF_LANE, seated
from gateway.workers import TERMS, LaneWorker, Supervisor, Terms, tick

TURNS = 16           # under way together: enough to share the encoder's batches, few enough to take in a storm beside
BODY_CAP = 1 << 20  # bytes; uploads stream past it under a cap of their own
log = structlog.get_logger(__name__)


async def _caller(console: Console, request: web.Request) -> str:
    """The signed-in member of staff who may see more than one department's cases. Raises Unauthorised, Forbidden."""
    user = (await console.sessions().member(request)).user
    if not user.talks:
        raise Forbidden("not for this role")
    return user.name


@dataclass(slots=True)
class Gateway:
    """Everything of one process. `open`, then serve `application`, then `close`."""

    config: Config
    clock: Clock
    ids: Ids
    mind: Mind
    city: City
    store: Running
    blobs: FolderBlobs
    seal: Seal
    sender: CodeSender | None = None
    texter: Texter | None = None
    supervisor: Supervisor = field(default_factory=Supervisor)
    leaving: Leaving = field(init=False)
    _soon: keeping.Soon = field(init=False)
    workers: dict[str, LaneWorker] = field(default_factory=dict)
    fellows: Fellows = field(init=False)
    intake: Intake = field(init=False)
    pushing: Pushing = field(init=False)
    cases: CaseParts = field(init=False)
    handing: HandingOver = field(init=False)
    application: web.Application = field(default_factory=web.Application)
    control: web.Application = field(default_factory=web.Application)

    @classmethod
    def of(cls, config: Config, clock: Clock, ids: Ids, understanding: Mind | None = None) -> Gateway:
        """Builds what needs no I/O beyond reading files. Raises ConfigError."""
        data = Path(config.data.dir)
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        city = cities.load(ROOT / config.city.folder)
        return cls(
            config, clock, ids, understanding or mind(config, clock), city, keeping.store_of(config, clock, ids),
            FolderBlobs(config.data.uploads_folder), seals.load(config.api.lookup_key, data / "lookup.key"),
        )

    def __post_init__(self) -> None:
        self._soon = keeping.Soon(self.supervisor)
        many = self.config.store.many
        self.fellows = Fellows(self.store.shared, many=many)
        self.leaving = Leaving(self.config.server.leave_s if many else 0)  # alone, nobody else could be chosen

    async def open(self) -> None:
        """Opens the store, fits or loads the model, starts the workers. Raises ConfigError."""
        async with AsyncExitStack() as opened:
            await self.store.open()
            opened.push_async_callback(self.store.close)
            opened.push_async_callback(self.supervisor.close)
            await self._join()
            await self.mind.open()
            given = templates.load(ROOT / COMPLAINTS, TYPES)
            catalog = Catalog.of(given, TYPES, self.config.retention.draft_days * DAY_S)
            await self._soon("templates archive", lambda: self._recall(catalog, given))
            await self._build(catalog, given, opened)
            opened.pop_all()

    async def _join(self) -> None:
        """Raises ConfigError: others are there, and we would contradict them; or nobody can say whether we would."""
        told = bool(self.config.api.lookup_key)

        async def join() -> None:
            self.seal = await self.fellows.join(self.seal, self.blobs.mark, told=told)

        if not await self._soon("join", join) and not told:
            raise ConfigError("store.url: Redis is away, and without api.lookup_key its gateways' key is not known")

    async def _recall(self, catalog: Catalog, given: Sequence[Template]) -> None:
        catalog.renew(await templates.archive(self.store.records, given))
        catalog.renew(given)  # what stands in the folder is offered, also after going back to an older version

    async def _build(self, catalog: Catalog, given: Sequence[Template], opened: AsyncExitStack) -> None:
        uploads = Uploads(self.blobs, self.store.records, self.clock, self.ids)
        conversation = talking(self.config, catalog, TalkGround(
            store=self.store, uploads=uploads, mind=self.mind, city=self.city, seal=self.seal, clock=self.clock,
            ids=self.ids, url=self._url,
        ))
        self.cases = CaseParts(self.config, CaseGround(
            store=self.store, clock=self.clock, url=self._url, seal=self.seal, zone=ZoneInfo(self.city.time_zone),
            folder=ROOT / self.config.city.folder, given=given, duty=self.fellows.duty("case news"),
        ))
        opened.push_async_callback(self.cases.close)
        terms = Terms(at_once=TURNS, pressed=pressure.watched(self.supervisor))
        self._work("in", pacing(self.config, conversation, self.store).take_turn, terms)
        self.intake = Intake(self.store.lanes, self.workers["in"])
        self._push(uploads, conversation)
        opened.push_async_callback(self.pushing.close)
        self._work("events", self._cases(catalog).handle)
        scale = self.config.casebridge.time_scale
        self.handing = HandingOver(self.cases.backend, self.store, self.clock, scale, self.cases.former)
        await self._soon("backend gate", self.handing.gate.open)
        self.handing.start(self.supervisor, self.fellows)
        self._work("case", self.handing.handle, self.handing.terms)
        self._work("desk", self.cases.desk.handle)
        self._work("journal", Journal(self.config.retention.case_days * DAY_MS).handle)
        self.supervisor.spawn("fellows", self.fellows.run)
        self.supervisor.spawn("timers", lambda: tick(self.store.lanes))
        keeping.clean(self.supervisor, self.store, self.fellows, lambda: uploads.sweep(self.clock.now()))
        self._watch(catalog)
        await self._serve(catalog, conversation, uploads)
        self.cases.start(self.supervisor)
        await self.pushing.start(self.supervisor)

    def _push(self, uploads: Uploads, conversation: Conversation) -> None:
        """The platforms that have no feed, and the lanes that serve them."""
        self.pushing = Pushing(self.config, PushGround(
            store=self.store, uploads=uploads, conversation=conversation, accept=self.intake.accept, clock=self.clock,
            ids=self.ids, url=self._url, trusted=self._trusted, sender=self.sender, texter=self.texter,
            door=keeping.door_of(self.store),
        ))
        self._work("out", self.pushing.delivery.handle)
        self._work(KF_LANE, self.pushing.wechat.pull)

    def _watch(self, catalog: Catalog) -> None:
        """Take up templates that somebody changes meanwhile."""
        every_s = self.config.templates.reload_s
        if every_s > 0:
            reloader = Reloader(
                ROOT / COMPLAINTS, catalog, self.store.records,
                lambda: proofread(ROOT, self.config, self.clock.now()),
            )
            self.supervisor.spawn("templates", lambda: reloader.watch(every_s))

    def _work(self, lane: str, handler: Handler, terms: Terms = TERMS) -> None:
        worker = LaneWorker(lane, handler, self.store.lanes, self.store.shared, owner=self.ids.unique(), terms=terms)
        self.workers[lane] = worker
        self.supervisor.spawn(f"{lane} worker", worker.run)
        self.supervisor.spawn(f"{lane} leases", worker.renew)

    def _cases(self, catalog: Catalog) -> Cases:
        rating = self.config.rating
        deadlines = cities.load_deadlines(ROOT / self.config.city.folder)
        rules = Rules(
            int(rating.delay_s * 1000), int(rating.change_s * 1000), int(rating.reminder_s * 1000),
            int(rating.expire_s * 1000), rating.max_rounds,
            Calendar(deadlines, ZoneInfo(self.city.time_zone), catalog.newest),
        )
        return Cases(self.store.records, self.clock, rules, self.config.retention.case_days * DAY_MS)

    @property
    def _url(self) -> str:
        server = self.config.server
        return server.public_url or f"http://{server.host}:{server.port}"

    @property
    def _trusted(self) -> tuple[Network, ...]:
        return tuple(ip_network(address) for address in self.config.trusted_proxies)

    async def _serve(self, catalog: Catalog, conversation: Conversation, uploads: Uploads) -> None:
        """Routes and middlewares of everything that is reached over HTTP."""
        config, store, trusted, url = self.config, self.store, self._trusted, self._url
        sessions = Sessions(store.shared, self.clock, self.ids)
        channel = WebChannel(
            self.intake.accept, store.shared, sessions, uploads.owned, self.clock,
            web_settings(config, ZoneInfo(self.city.time_zone), url, trusted),
        )
        console = await self._console(catalog, uploads, trusted)
        parts = {"store": keeping.well(store), "gateway": self.leaving.well}
        health = Health(
            store.lanes, tuple(self.workers), parts, config.observe.metrics_allow, trusted,
            {**keeping.watched(store), **self.pushing.watched, **self.handing.watched},
        )
        api = Api(
            visitors=sessions, staff=partial(_caller, console), uploads=uploads, templates=catalog.newest,
            knowledge=self.mind.knowledge, access=access(config), store=store.shared, trusted=trusted,
            understand=Explainer(conversation.reader, self.clock, self.mind.engine.name).understand,
            front=self._front(catalog, conversation),
        )
        app = web.Application(
            middlewares=[
                self.leaving.middleware, guard(count_refusal, https=url.startswith("https:")), api.middleware(),
            ],
            client_max_size=BODY_CAP,
        )
        app.add_routes([
            *channel.routes(), *self.pushing.routes(), *self.cases.routes(), *Pages(config.web.origins).routes(),
            *api.routes(), *console.routes(), *health.routes(),
        ])
        app.on_shutdown.append(lambda _: channel.close())
        self.application = app

    def _front(self, catalog: Catalog, conversation: Conversation) -> Front:
        config, store = self.config, self.store
        return Front(
            lanes=store.lanes, records=store.records, accept=self.intake.accept, catalog=catalog, city=self.city,
            replies=conversation.writer.replies, clock=self.clock, ids=self.ids, seal=self.seal,
            sender=self.pushing.sender, danger=conversation.reader.danger, minis=self.pushing.wechat.minis,
            codes_per_day=config.api.codes_per_day, keep_ms=config.retention.dedupe_days * DAY_MS,
        )

    async def _console(self, catalog: Catalog, uploads: Uploads, trusted: Sequence[Network]) -> Console:
        config, store = self.config, self.store
        settings = ConsoleSettings(
            config.server.host, config.server.public_url, trusted, self.city.departments, catalog.newest,
            seated(config.wechat),
        )
        console = Console(
            store.lanes, store.records, store.shared, self.intake.accept, self.cases.desk, uploads.open, self.clock,
            self.ids, settings, StaffTable(store.records), self.handing.gate,
        )
        self.control = control.application(console.letters())
        await self._soon("demo staff", partial(self._demo, console))
        return console

    async def _demo(self, console: Console) -> None:
        if self.config.desk.demo_password:
            await console.ensure_demo(self.config.desk.demo_password)
        else:
            await console.staff.remove_demo()

    @property
    def drain_s(self) -> float:
        """What open connections have at a stop, and then turns under way."""
        return max(self.config.server.drain_s - self.leaving.wait_s, 0) / 2

    async def close(self) -> None:
        """Finish the turns under way, give leases back, close the store."""
        await asyncio.gather(*(worker.drain(self.drain_s) for worker in self.workers.values()))
        await self.pushing.close()
        await self.supervisor.close()
        await self.cases.close()
        await self.mind.close()
        await self.store.close()
