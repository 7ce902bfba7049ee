"""From `[sms]` to one way of sending, and what is wrong with its settings."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import time
from ipaddress import ip_network
from typing import Protocol
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from channels.sms.clouds import Aliyun, CloudSettings, Tencent
from channels.sms.gate import LEAST_TOKEN, Door, Gate
from channels.sms.kannel import Kannel, KannelSettings
from channels.sms.ledger import Terms
from channels.sms.sending import LONGEST, Voice
from channels.sms.signed import Signed, SignedSettings
from channels.sms.smpp import SmppLink, SmppSettings
from channels.sms.smpp_inbox import Inbox
from channels.sms.smpp_pdus import Account
from channels.sms.traffic import Carrier, Hands
from channels.sms.twilio import API, Twilio, TwilioSettings
from channels.sms.webhook import Profile, Webhook
from gateway.clock import Clock, Ids
from gateway.config_sms import Sms
from gateway.errors import ConfigError
from gateway.http import Network
from gateway.protocols import SharedStore

# What each way needs to be told.
NEEDS: Mapping[str, Sequence[str]] = {
    "kannel": ("kannel.url", "kannel.username", "kannel.password", "kannel.token"),
    "smpp": ("smpp.host", "smpp.system_id", "smpp.password"),
    "generic": ("webhook.url", "webhook.secret"),
    "twilio": ("webhook.account", "webhook.secret"),
    "aliyun": ("webhook.key_id", "webhook.secret", "webhook.template", "webhook.token", "sign"),
    "tencent": ("webhook.key_id", "webhook.secret", "webhook.template", "webhook.app", "webhook.token", "sign"),
}
CLOUDS = ("aliyun", "tencent")

Routes = Sequence[web.RouteDef]


class Ground(Protocol):
    """What every way stands on. public: our address as the world has it, without a path; trusted: our proxies."""

    @property
    def public(self) -> str: ...

    @property
    def trusted(self) -> tuple[Network, ...]: ...

    @property
    def shared(self) -> SharedStore: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def ids(self) -> Ids: ...


def voice(config: Sms, zone: ZoneInfo) -> Voice:
    """Raises ConfigError."""
    begins, ends = _quiet(config.quiet)
    notice, rating = int(config.notice_s * 1000), int(config.rating_s * 1000)
    terms = Terms(zone, int(config.gap_s * 1000), config.a_day, (begins, ends),
                  {"notice": notice, "invitation": rating, "reminder": rating})
    return Voice(terms, config.numbers, config.sign, config.sign_mode, config.china)


def carrier(config: Sms, http: aiohttp.ClientSession, ground: Ground, hands: Hands) -> tuple[Carrier, Routes]:
    """The way out, and the routes by which it comes in. Raises ConfigError."""
    checked(config)
    if config.carrier == "smpp":
        return _smpp(config, ground, hands), ()
    if config.carrier == "kannel":
        kannel = Kannel(_kannel(config, ground), http, ground.shared, hands, ground.clock)
        return kannel, kannel.routes()
    webhook = Webhook(_profile(config, ground), http, ground.shared, hands, ground.clock)
    return webhook, webhook.routes()


# --- one way each ---------------------------------------------------------------------------------------------

def _smpp(config: Sms, ground: Ground, hands: Hands) -> SmppLink:
    one = config.smpp
    account = Account(one.system_id, one.password, one.system_type)
    settings = SmppSettings(
        "smpp", one.host, one.port, account, config.numbers[0], one.source_ton, one.tps, one.window, config.china,
        one.wide, one.ids)
    inbox = Inbox(settings.name, hands, ground.shared, ground.clock, ground.ids)
    return SmppLink(settings, inbox, ground.shared, ground.ids)


def _kannel(config: Sms, ground: Ground) -> KannelSettings:
    one = config.kannel
    door = _door("kannel", (one.token, one.previous_token), one.sources, ground)
    return KannelSettings(
        one.url, one.username, one.password, one.callback or ground.public, door, config.numbers[0], config.china)


def _profile(config: Sms, ground: Ground) -> Profile:
    one = config.webhook
    secrets = tuple(filter(None, (one.secret, one.previous_secret)))
    if one.profile == "generic":
        return Signed(SignedSettings(one.url, secrets, config.numbers[0]), ground.clock, ground.ids)
    if one.profile == "twilio":
        return Twilio(TwilioSettings(one.account, secrets, ground.public, config.numbers[0], one.api or API))
    gate = Gate(_door("webhook", (one.token, one.previous_token), one.sources, ground), ground.shared)
    made: Callable[[CloudSettings, Gate, Ids], Profile] = Aliyun if one.profile == "aliyun" else Tencent
    sign = config.sign.strip("【】")
    settings = CloudSettings((one.key_id, one.secret), sign, one.template, one.variable, one.app, one.region, one.api)
    return made(settings, gate, ground.ids)


def _door(section: str, tokens: Sequence[str], sources: Sequence[str], ground: Ground) -> Door:
    try:
        networks = tuple(ip_network(source) for source in sources)
    except ValueError as error:
        raise ConfigError(f"sms.{section}.sources: {error}") from error
    return Door(tuple(filter(None, tokens)), networks, ground.trusted)


# --- what is wrong ----------------------------------------------------------------------------------------------

def checked(config: Sms) -> None:
    """Raises ConfigError, a fault a line."""
    faults = [f"sms.{fault}" for fault in _faults(config)] if config.carrier else []
    if faults:
        raise ConfigError("\n".join(faults))


def _faults(config: Sms) -> Iterator[str]:
    way = config.webhook.profile if config.carrier == "webhook" else config.carrier
    for key in NEEDS[way]:
        section, _, name = key.rpartition(".")
        if not getattr(getattr(config, section) if section else config, name):
            yield f"{key}: is needed for {way}"
    if not config.numbers:
        yield "numbers: there is none to write from"
    if config.sign_mode == "ours" and not config.sign:
        yield 'sign: is to stand in front of every message; or sign_mode is "provider" or "none"'
    if way in CLOUDS and config.sign_mode != "provider":
        yield f'sign_mode: {way} puts the sign there itself: "provider"'
    if not 1 <= config.segments <= LONGEST:
        yield f"segments: 1 to {LONGEST}"
    for name in ("a_day", "per_phone", "in_all"):
        if getattr(config, name) < 1:
            yield f"{name}: at least 1"
    yield from _of_callbacks(config, way)
    try:
        _quiet(config.quiet)
    except ConfigError as error:
        yield str(error).removeprefix("sms.")


def _of_callbacks(config: Sms, way: str) -> Iterator[str]:
    """Of the ways that cannot sign."""
    if way not in (*CLOUDS, "kannel"):
        return
    section = "kannel" if way == "kannel" else "webhook"
    one = config.kannel if way == "kannel" else config.webhook
    for name in ("token", "previous_token"):
        if 0 < len(getattr(one, name)) < LEAST_TOKEN:
            yield f"{section}.{name}: at least {LEAST_TOKEN} random characters"
    for source in one.sources:
        try:
            ip_network(source)
        except ValueError as error:
            yield f"{section}.sources: {error}"


def _quiet(hours: Sequence[str]) -> tuple[time, time]:
    """Raises ConfigError."""
    try:
        begins, ends = (time.fromisoformat(hour) for hour in hours)
    except ValueError as error:
        raise ConfigError(f"sms.quiet: two times of day, \"21:00\" and \"08:00\" ({error})") from error
    return begins, ends
