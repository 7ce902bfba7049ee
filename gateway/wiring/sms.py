"""Composition of SMS: configuration → carrier, routes, sender, the taking of what comes, codes, news of other channels.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import aiohttp

from channels.sms.channel import SmsChannel
from channels.sms.codes import SmsCodes
from channels.sms.notes import Note, Wished, write
from channels.sms.sending import CHANNEL as CHANNEL
from channels.sms.sending import SmsPace, SmsSender, silent
from channels.sms.smpp import SmppLink
from channels.sms.taking import Core, Limits, Remark, Standing, Taker
from channels.sms.text import brackets, units
from channels.sms.traffic import WatchedCarrier
from gateway.brevity import Room
from gateway.clock import Clock, Ids
from gateway.config import Config
from gateway.config_sms import Sms
from gateway.dialogue.draft import Dialogue, load
from gateway.errors import RateLimited
from gateway.handover import Invitations
from gateway.health import Check
from gateway.http import Network
from gateway.messages import Inbound, Outbound, encode
from gateway.observe import INBOUND
from gateway.outbox import Heard, OutItem, Pace, Say
from gateway.protocols import Accept, SharedStore
from gateway.recipient import load as recipient
from gateway.replies import Replies
from gateway.store.lanes import Outcome
from gateway.store.parts import Store
from gateway.wiring.sms_carriers import carrier, checked, terms, voice
from gateway.wiring.sms_lines import Ear, Switchboard
from gateway.wiring.texting import CaseTexter
from gateway.workers import Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsGround:
    """What SMS stands on. public: our address as the world has it, without a path; trusted: our proxies; door: the
    shared store for the callbacks, also while it is away."""

    store: Store
    accept: Accept
    replies: Replies
    clock: Clock
    ids: Ids
    zone: ZoneInfo
    public: str
    door: SharedStore
    trusted: tuple[Network, ...] = ()

    @property
    def shared(self) -> SharedStore:
        return self.store.shared


@dataclass(slots=True)
class SmsParts:
    """Every way of sending that the configuration names. To be made while a loop runs; `close` ends its connections."""

    config: Config
    ground: SmsGround
    ears: list[Ear] = field(init=False)
    sender: Switchboard = field(init=False)
    codes: SmsCodes = field(init=False)
    channel: SmsChannel = field(init=False)
    texter: CaseTexter = field(init=False)
    _http: aiohttp.ClientSession = field(init=False)
    _ways: dict[str, WatchedCarrier] = field(init=False)

    def __post_init__(self) -> None:
        """Raises ConfigError."""
        config, ground = self.config, self.ground
        checked(config.sms, config.texting)
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self.ears = [self._ear(one) for one in config.sms]
        opened = [carrier(one, self._http, ground, ear.hands) for one, ear in zip(config.sms, self.ears, strict=True)]
        self._ways = {one.name: way for one, (way, _) in zip(config.sms, opened, strict=True)}
        self.channel = SmsChannel([route for _, routes in opened for route in routes])
        rules = terms(config.texting, config.rating.quiet(ground.zone))
        voices = {one.name: voice(one, rules) for one in config.sms}
        senders = {
            name: SmsSender(way, ground.shared, ground.clock, voices[name]) for name, way in self._ways.items()}
        first = config.sms[0].name
        self.sender = Switchboard(
            senders[first], {number: senders[one.name] for one in config.sms for number in one.numbers})
        self.codes = SmsCodes(self._ways[first], voices[first], ground.ids, self._code)
        self.texter = CaseTexter(
            ground.store.lanes, ground.store.records, SmsPace(rules, ground.clock), ground.clock)

    @property
    def watched(self) -> Mapping[str, Check]:
        """By `sms.<name>`: whether messages leave there."""
        return {f"sms.{name}": way.well for name, way in self._ways.items()}

    def start(self, supervisor: Supervisor) -> None:
        """Carriers' links are kept up until `close`."""
        for name, link in self._links():
            supervisor.spawn(f"smpp {name}", link.run)

    async def close(self) -> None:
        for _, link in self._links():
            await link.close()
        await self._http.close()

    def _links(self) -> list[tuple[str, SmppLink]]:
        return [(name, way) for name, way in self._ways.items() if isinstance(way, SmppLink)]

    def _ear(self, one: Sms) -> Ear:
        limits = Limits(self.config.texting.per_phone, self.config.texting.in_all)
        taker = Taker(
            self._core(), self.ground.shared, self.ground.clock, one.numbers, limits, self.ground.door)
        return Ear(one.name, one.numbers, taker)

    # --- the core's side --------------------------------------------------------------------------------------

    def _core(self) -> Core:
        return Core(self.ground.accept, self._note, self._standing, self._wished, _remark)

    async def _note(self, conversation: str, id_: str, note: Note) -> None:
        await self._store(conversation, f"heard {id_}", Heard(write(note)))

    async def _standing(self, conversation: str) -> Standing:
        state = await self._dialogue(conversation)
        engaged = state.draft is not None or state.asked is not None or state.rating is not None or state.mode != "bot"
        return Standing(engaged, silent(await self._reach(conversation)))

    async def _wished(self, conversation: str, wished: Wished) -> None:
        """Once to whoever says it twice."""
        stop, known = wished.wish == "stop", silent(await self._reach(conversation))
        language = (await self._dialogue(conversation)).language
        text = "" if known == stop else self.ground.replies.render(language, CHANNEL, f"sms.{wished.wish}", {})
        wish = Invitations(not stop, wished.said, text)
        await self.ground.accept(Inbound(f"{wished.wish} {wished.id}", conversation, CHANNEL, wished.at, wish))
        await self._note(conversation, wished.id, wished)
        if not text:
            return
        message = Outbound(id=f"wish {wished.id}", at=wished.at, text=text, language=language)
        await self._store(conversation, message.id, Say(message, (wished.id,)))

    async def _store(self, conversation: str, id_: str, item: OutItem) -> None:
        """Raises RateLimited when the mailbox is full: then the carrier comes again."""
        done = await self.ground.store.lanes.ingest("out", conversation, id_, encode(item))
        if done.outcome is Outcome.FULL:
            raise RateLimited("mailbox full", retry_after=5.0)

    async def _dialogue(self, conversation: str) -> Dialogue:
        return load((await self.ground.store.lanes.state("in", conversation))[0])

    async def _reach(self, conversation: str) -> str:
        return recipient((await self.ground.store.lanes.state("out", conversation))[0]).reach

    def _code(self, language: str, code: str) -> str:
        return self.ground.replies.render(language, CHANNEL, "sms.code", {"code": code})


def paces(config: Config, zone: ZoneInfo, clock: Clock) -> Mapping[str, Pace]:
    """When news may go to a phone; nothing waits without SMS. Raises ConfigError, a fault a line."""
    checked(config.sms, config.texting)
    return {CHANNEL: SmsPace(terms(config.texting, config.rating.quiet(zone)), clock)} if config.sms else {}


def rooms(config: Config) -> Mapping[str, Room]:
    """How much a turn may say. Whoever adds the sign, it counts: the longest, for a turn does not know its channel."""
    signs = ["" if one.sign_mode == "none" else brackets(one.sign) for one in config.sms]
    return {CHANNEL: Room(config.texting.segments, max((units(sign, "ucs2") for sign in signs), default=0))}


def _remark(what: Remark) -> None:
    INBOUND.labels(CHANNEL, what).inc()
