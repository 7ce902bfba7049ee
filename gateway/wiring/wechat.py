"""Composition of WeChat: configuration → accounts, clients, routes, sender, the lane that pulls customer service."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import aiohttp
import msgspec
import structlog
from aiohttp import web
from yarl import URL

from channels.wechat import telling
from channels.wechat.accounts import Account, Core
from channels.wechat.calls import Place
from channels.wechat.client import Credentials, WeChatClient
from channels.wechat.contents import CHANNEL
from channels.wechat.fetching import Downloads, Fetcher
from channels.wechat.kf import KfCallbacks, Puller
from channels.wechat.kf_client import KfClient, KfCredentials
from channels.wechat.menus import Menus
from channels.wechat.notices import Plan
from channels.wechat.official import WeChatChannel
from channels.wechat.reach import Terms
from channels.wechat.sending import Voice, WeChatSender
from channels.wechat.taking import Taker
from channels.wechat.telling import Teller
from channels.wechat.videos import Videos
from channels.wechat.wire import Keys, Seal
from gateway.clock import Clock, Ids, to_ms
from gateway.config_wechat import WeChat, WeChatAccount, WeChatKf, WeChatNotice
from gateway.errors import ConfigError, RateLimited, Rejected, SendError, Unavailable
from gateway.messages import Outbound, Upload, encode
from gateway.observe import CALLS
from gateway.outbox import Heard, OutItem, Say, Texter
from gateway.passive import PassiveAnswers, Waiting
from gateway.protocols import Accept, Changes, Emit, LaneStore, Lease, SharedStore
from gateway.quiet import QuietHours
from gateway.store.lanes import Outcome
from gateway.uploads import Uploads

KF_LANE = "kf"
SWEEP_MS = 10 * 60_000  # a callback that never came is made up for by then

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What WeChat stands on. door: the shared store for the callbacks, also while it is away."""

    lanes: LaneStore
    shared: SharedStore
    door: SharedStore
    uploads: Uploads
    accept: Accept
    answers: PassiveAnswers
    clock: Clock
    ids: Ids
    texter: Texter | None = None
    quiet: QuietHours | None = None


@dataclass(slots=True)
class WeChatParts:
    """All accounts of the deployment. To be made while a loop runs; `close` ends its connections."""

    config: WeChat
    ground: Ground
    minis: dict[str, WeChatClient] = field(init=False)
    sender: WeChatSender = field(init=False)
    _http: aiohttp.ClientSession = field(init=False)
    _clients: dict[str, WeChatClient] = field(init=False)
    _kf: dict[str, KfClient] = field(init=False)
    _videos: Videos = field(init=False)
    _core: Core = field(init=False)
    _accounts: list[Account] = field(init=False)
    _companies: list[Account] = field(init=False)
    _pullers: dict[str, Puller] = field(init=False)

    def __post_init__(self) -> None:
        """Raises ConfigError."""
        config, ground = self.config, self.ground
        self._accounts, self._companies = known(config)
        self._http = aiohttp.ClientSession(auto_decompress=True, cookie_jar=aiohttp.DummyCookieJar())
        self._clients = {one.appid: self._client(one) for one in config.accounts}
        self._kf = {one.corpid: self._kf_client(one) for one in config.kf}
        self.minis = {one.appid: self._clients[one.appid] for one in config.miniprogram}
        self.sender = WeChatSender(self._voices(), Menus(ground.shared), ground.clock, ground.texter)
        homes = {_home(one.api_base) for one in config.accounts}
        self._videos = Videos(homes)
        media = Fetcher(self._downloads(), self._keep, self._videos.fetch)
        self._core = Core(ground.accept, self._note, _Answers(ground), media)
        taker = Taker(self._core, ground.shared, ground.clock)
        self._pullers = {
            account.keys.appid: Puller(account, self._kf[account.keys.appid], taker, ground.shared)
            for account in self._companies
        }

    def routes(self) -> Sequence[web.RouteDef]:
        ground = self.ground
        channel = WeChatChannel(self._accounts, self._core, ground.door, ground.clock, self._typing)
        callbacks = KfCallbacks(self._companies, self._wanted, ground.clock)
        return [*callbacks.routes(), *channel.routes()] if self._companies else channel.routes()

    async def start(self) -> None:
        """What came to customer service while nobody was here."""
        for one in self.config.kf:
            for seat in one.open_kfids:
                await self._wanted(one.corpid, seat, f"start {self.ground.ids.unique()}", "")

    async def close(self) -> None:
        await self._http.close()
        await self._videos.close()

    # --- customer service -------------------------------------------------------------------------------------

    async def _wanted(self, corpid: str, open_kfid: str, id_: str, token: str) -> None:
        known = any(one.corpid == corpid and open_kfid in one.open_kfids for one in self.config.kf)
        if not known:
            log.warning("wechat_kf_unknown", corpid=corpid, open_kfid=open_kfid)
            return
        await self.ground.lanes.ingest(KF_LANE, f"{corpid}/{open_kfid}", id_, msgspec.json.encode(token))

    async def pull(self, lease: Lease) -> Changes:
        """Handler of lane `kf`, key `corpid/open_kfid`: everything that is there, under the latest callback's token."""
        corpid, _, open_kfid = lease.key.partition("/")
        tokens = [msgspec.json.decode(msg.body, type=str) for msg in lease.msgs]
        puller = self._pullers.get(corpid)
        if puller is None:  # not configured any more
            return Changes(lease.msgs[-1].seq)
        try:
            await puller.pull(open_kfid, next(filter(None, reversed(tokens)), ""))
        except Rejected as error:  # in a dead letter it would end the sweeps as well
            log.error("wechat_kf_not_pulled", open_kfid=open_kfid, why=error.why)
        due = to_ms(self.ground.clock.now()) + SWEEP_MS
        sweep = Emit(KF_LANE, lease.key, f"sweep {lease.key}", msgspec.json.encode(""), due)
        return Changes(lease.msgs[-1].seq, emits=[sweep])

    # --- the core's side --------------------------------------------------------------------------------------

    async def _note(self, conversation: str, id_: str, note: str) -> None:
        await _store(self.ground.lanes, conversation, f"heard {id_}", Heard(note))

    async def _keep(self, conversation: str, data: bytes) -> Upload:
        info = await self.ground.uploads.keep(conversation, data)
        return Upload(info.id, info.media_type)

    async def _typing(self, appid: str, openid: str) -> None:
        try:
            await self._clients[appid].typing(openid)
        except (SendError, Unavailable) as error:
            log.info("wechat_typing_failed", appid=appid, why=type(error).__name__)

    # --- accounts ---------------------------------------------------------------------------------------------

    def _client(self, one: WeChatAccount) -> WeChatClient:
        credentials = Credentials(one.appid, one.secret, Place(one.api_base))
        return WeChatClient(credentials, self._http, self.ground.shared, self.ground.ids, _count)

    def _kf_client(self, one: WeChatKf) -> KfClient:
        credentials = KfCredentials(one.name, one.corpid, one.secret, Place(one.api_base))
        return KfClient(credentials, self._http, self.ground.shared, self.ground.ids, _count)

    def _downloads(self) -> Mapping[str, Downloads]:
        seats = {seat: self._kf[one.corpid] for one in self.config.kf for seat in one.open_kfids}
        return {**self._clients, **seats}

    def _voices(self) -> Mapping[str, Voice]:
        accounts = {one.appid: self._voice(one) for one in self.config.accounts}
        seats = {
            seat: Voice(
                Teller(telling.kf_ways(self._kf[one.corpid], seat)), Terms("kf"), kf=self._kf[one.corpid],
                seats=one.staff == "wecom",
            )
            for one in self.config.kf for seat in one.open_kfids
        }
        return {**accounts, **seats}

    def _voice(self, one: WeChatAccount) -> Voice:
        client = self._clients[one.appid]
        ways = telling.mini_ways(client) if one.kind == "miniprogram" else telling.official_ways(client)
        lasting = frozenset(notice.template for notice in one.notices if notice.way == "lasting")
        plans = tuple(_plan(one, notice) for notice in one.notices)
        return Voice(Teller(ways, self.ground.quiet), Terms(one.kind, lasting), plans)


@dataclass(frozen=True, slots=True)
class _Answers:
    """channels.wechat.accounts.Answers: the pushes that wait, and what did not fit."""

    ground: Ground

    def expect(self, conversation: str, message_id: str) -> AbstractContextManager[Waiting]:
        return self.ground.answers.expect(conversation, message_id)

    async def overflow(self, conversation: str, message_id: str, parts: Sequence[str]) -> None:
        at = to_ms(self.ground.clock.now())
        for number, text in enumerate(parts):
            id_ = f"{message_id}/{number + 1}"
            await _store(self.ground.lanes, conversation, id_, Say(Outbound(id=id_, at=at, text=text)))


async def _store(lanes: LaneStore, conversation: str, id_: str, item: OutItem) -> None:
    """Raises RateLimited when the mailbox is full: then the push is not acknowledged, and comes again."""
    done = await lanes.ingest("out", conversation, id_, encode(item))
    if done.outcome is Outcome.FULL:
        raise RateLimited("mailbox full", retry_after=5.0)


def known(config: WeChat) -> tuple[list[Account], list[Account]]:
    """The accounts that push messages, and the companies that push news of customer service. Raises ConfigError."""
    ids = [one.appid for one in config.accounts] + [seat for one in config.kf for seat in one.open_kfids]
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twice:
        raise ConfigError(f"wechat: {', '.join(twice)} is there twice")
    accounts = [_account(one) for one in config.accounts]
    companies = [Account(_kf_keys(one), kind="kf") for one in config.kf]
    for account in (*accounts, *companies):
        Seal(account.keys)
    return accounts, companies


def sources(config: WeChat) -> Mapping[str, str]:
    """What work orders call the conversations of accounts that are no official ones (filing.Filer)."""
    minis = {f"{CHANNEL}:{one.appid}": "wechat_mini" for one in config.miniprogram}
    return {**minis, **{f"{CHANNEL}:{seat}": "wechat_kf" for one in config.kf for seat in one.open_kfids}}


def seated(config: WeChat) -> frozenset[str]:
    """The accounts whose conversations WeCom's own seats take over."""
    return frozenset(f"{CHANNEL}:{seat}" for one in config.kf if one.staff == "wecom" for seat in one.open_kfids)


def _account(one: WeChatAccount) -> Account:
    return Account(Keys(one.appid, one.token, one.aes_keys), one.kind, one.mode == "plain", one.menu)


def _kf_keys(one: WeChatKf) -> Keys:
    return Keys(one.corpid, one.token, one.aes_keys)


def _plan(one: WeChatAccount, notice: WeChatNotice) -> Plan:
    appid = notice.mini_appid or (one.appid if one.kind == "miniprogram" else "")
    return Plan(notice.template, notice.way, dict(notice.values), frozenset(notice.tells), notice.page, appid)


def _home(base: str) -> str:
    url = URL(base)
    return f"{url.host}:{url.port}"


def _count(path: str, outcome: str) -> None:
    CALLS.labels(path, outcome).inc()
