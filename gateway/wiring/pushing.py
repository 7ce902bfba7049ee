"""Composition of the channels that push: WeChat, SMS, and lane `out` for both."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web

from gateway.clock import Clock, Ids
from gateway.config import Config
from gateway.conversation import Conversation
from gateway.delivery import Delivery, kept
from gateway.errors import Unavailable
from gateway.health import Check
from gateway.http import Network
from gateway.messages import Outbound
from gateway.outbox import Sender, Texter
from gateway.pacing import Pacing
from gateway.passive import PassiveAnswers
from gateway.passive_shared import SharedAnswers
from gateway.protocols import Accept, CodeSender, Handler, LaneStore, SharedStore
from gateway.store.parts import Store
from gateway.uploads import Uploads
from gateway.versions import Versions
from gateway.wiring import sms, wechat
from gateway.workers import Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class PushGround:
    """What they stand on. url: our public address; trusted: our proxies; sender and texter: in place of SMS; door:
    for whoever proves and counts what platforms bring, also while the store is away."""

    store: Store
    uploads: Uploads
    conversation: Conversation
    accept: Accept
    clock: Clock
    ids: Ids
    url: str
    trusted: tuple[Network, ...]
    sender: CodeSender | None
    texter: Texter | None
    door: SharedStore


@dataclass(slots=True)
class Pushing:
    """To be made while a loop runs; `close` ends its connections."""

    config: Config
    ground: PushGround
    wechat: wechat.WeChatParts = field(init=False)
    sms: sms.SmsParts | None = field(init=False)
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        """Raises ConfigError."""
        config, ground = self.config, self.ground
        store = ground.store
        told = partial(_told, store.lanes) if config.store.many and config.store.spool else partial(kept, store.lanes)
        answers = (
            SharedAnswers(told, ground.clock, ground.door) if config.store.many else PassiveAnswers(told, ground.clock)
        )
        self.sms = sms.SmsParts(config, sms.SmsGround(
            store=store, accept=ground.accept, replies=ground.conversation.writer.replies, clock=ground.clock,
            ids=ground.ids, zone=ground.conversation.time_zone, public=ground.url, trusted=ground.trusted,
            door=ground.door,
        )) if config.sms else None
        self.wechat = wechat.WeChatParts(config.wechat, wechat.Ground(
            lanes=store.lanes, shared=store.shared, door=ground.door, uploads=ground.uploads, accept=ground.accept,
            answers=answers, clock=ground.clock, ids=ground.ids,
            texter=ground.texter or (self.sms.texter if self.sms else None),
            quiet=config.rating.quiet(ground.conversation.time_zone),
        ))
        senders: dict[str, Sender] = {"wechat": self.wechat.sender}
        if self.sms:
            senders[sms.CHANNEL] = self.sms.sender
        self.delivery = Delivery(senders, answers, ground.clock)

    @property
    def sender(self) -> CodeSender | None:
        """Of one-time codes."""
        return self.ground.sender or (self.sms.codes if self.sms else None)

    @property
    def watched(self) -> Mapping[str, Check]:
        """What `/readyz` tells of and is ready without."""
        return self.sms.watched if self.sms else {}

    def routes(self) -> Sequence[web.RouteDef]:
        return [*self.wechat.routes(), *(self.sms.channel.routes() if self.sms else ())]

    async def start(self, supervisor: Supervisor) -> None:
        if self.sms:
            self.sms.start(supervisor)
        await self.wechat.start()

    async def close(self) -> None:
        if self.sms:
            await self.sms.close()
        await self.wechat.close()


async def _told(lanes: LaneStore, conversation: str, id_: str) -> tuple[bool, Outbound | None]:
    """A repeat of what waits in the spool was told nothing yet."""
    try:
        return await kept(lanes, conversation, id_)
    except Unavailable:
        return False, None


def pacing(config: Config, conversation: Conversation, store: Store) -> Pacing:
    """The turn's handler, with news that waits for its hour."""
    paces = sms.paces(config, conversation.time_zone, conversation.clock)
    turn: Handler = conversation.take_turn
    if config.store.many:
        turn = Versions(conversation.catalog, store.records).before(turn)
    return Pacing(turn, paces, store.lanes, store.records, conversation.clock)
