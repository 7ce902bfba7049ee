"""Composition of the conversation: templates, wording, understanding, filing, and how each channel is talked to."""
from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gateway import city as cities
from gateway.callers import Callers
from gateway.citizens import Citizens
from gateway.clock import Clock, Ids
from gateway.config import Config
from gateway.conversation import Conversation
from gateway.dialogue.catalog import Catalog
from gateway.evidence import WeighingUnderstander
from gateway.fields.city import City
from gateway.filing import Filer
from gateway.links import Links
from gateway.mind import Mind
from gateway.replies import Replies
from gateway.seal import Seal
from gateway.store.limits import DAY_MS
from gateway.store.parts import Store
from gateway.understanding import Reader
from gateway.uploads import Uploads
from gateway.wiring.sms import CHANNEL as SMS
from gateway.wiring.sms import rooms
from gateway.wiring.understanding import ROOT
from gateway.wiring.wechat import sources
from gateway.writing import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkGround:
    """What the conversation stands on. url: our public address."""

    store: Store
    uploads: Uploads
    mind: Mind
    city: City
    seal: Seal
    clock: Clock
    ids: Ids
    url: str


def conversation(config: Config, catalog: Catalog, ground: TalkGround) -> Conversation:
    """Raises ConfigError."""
    store, keep = ground.store, config.retention
    weighing = WeighingUnderstander(ground.mind.engine, catalog)
    reader = Reader(catalog, ground.city, weighing, ground.mind.knowledge, ground.mind.sentinel)
    citizens = Citizens(store.records, store.shared, ground.ids)
    return Conversation(
        catalog, reader, _writer(config, catalog, ground), ground.clock, ZoneInfo(ground.city.time_zone),
        int(config.server.burst_hold_s * 1000), Callers((SMS,), citizens, store.lanes, keep.case_days * DAY_MS))


def _writer(config: Config, catalog: Catalog, ground: TalkGround) -> Writer:
    keep, replies = config.retention, Replies(ROOT / "templates/replies")
    filer = Filer(
        ground.city, cities.load_deadlines(ROOT / config.city.folder), replies, ground.ids, ground.uploads,
        keep.case_days, sources(config.wechat),
    )
    links = Links(ground.store.shared, ground.ids, ground.url.rstrip("/")) if config.sms else None
    return Writer(
        catalog, replies, filer, ground.seal, keep.transcript_days, keep.case_days, keep.dedupe_days,
        pushed=("wechat", SMS), rooms=rooms(config), pages=links,
    )
