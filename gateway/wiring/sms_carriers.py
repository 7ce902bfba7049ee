"""From each `[[sms]]` to its way of sending, and what is wrong with its settings."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Protocol

import aiohttp
from aiohttp import web

from channels.sms.baidu import Baidu
from channels.sms.clouds import Aliyun, CloudSettings, Tencent
from channels.sms.forms import VONAGE_API, FormSettings, Jasmin, Vonage
from channels.sms.gate import LEAST_TOKEN, Door, Gate
from channels.sms.kannel import Kannel, KannelSettings
from channels.sms.ledger import Terms
from channels.sms.outgoing import Outgoing
from channels.sms.sending import LONGEST, Voice
from channels.sms.signed import Signed, SignedSettings
from channels.sms.smpp import SmppLink, SmppSettings
from channels.sms.smpp_inbox import Inbox
from channels.sms.smpp_pdus import Account
from channels.sms.traffic import Hands, WatchedCarrier
from channels.sms.turns import Turns
from channels.sms.twilio import API, Twilio, TwilioSettings
from channels.sms.webhook import Profile, Webhook
from gateway.clock import Clock, Ids
from gateway.config_sms import Sms, SmsKannel, SmsSmpp, SmsWebhook, Texting
from gateway.errors import ConfigError
from gateway.http import Network
from gateway.protocols import SharedStore
from gateway.quiet import QuietHours

# What each way needs to be told.
NEEDS: Mapping[str, Sequence[str]] = {
    "kannel": ("url", "username", "password", "tokens"),
    "smpp": ("host", "system_id", "password"),
    "generic": ("url", "secrets"),
    "twilio": ("account", "secrets"),
    "aliyun": ("key_id", "secrets", "template", "tokens", "sign"),
    "tencent": ("key_id", "secrets", "template", "app", "tokens", "sign"),
    "baidu": ("key_id", "secrets", "template", "app", "tokens", "sign"),
    "vonage": ("key_id", "secrets", "tokens"),
    "jasmin": ("api", "key_id", "secrets", "tokens"),
}
CLOUDS: Mapping[str, Callable[[CloudSettings, Gate, Ids], Profile]] = {
    "aliyun": Aliyun, "tencent": Tencent, "baidu": Baidu}
FORMS: Mapping[str, Callable[[FormSettings, Gate], Profile]] = {"vonage": Vonage, "jasmin": Jasmin}
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

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


def terms(config: Texting, quiet: QuietHours) -> Terms:
    notice, rating = int(config.notice_s * 1000), int(config.rating_s * 1000)
    return Terms(quiet.zone, int(config.gap_s * 1000), config.a_day, (quiet.begins, quiet.ends),
                 {"notice": notice, "invitation": rating, "reminder": rating})


def voice(config: Sms, terms: Terms) -> Voice:
    return Voice(terms, config.numbers, config.sign, config.sign_mode, config.china)


def carrier(config: Sms, http: aiohttp.ClientSession, ground: Ground, hands: Hands) -> tuple[WatchedCarrier, Routes]:
    """The way out, and the routes by which it comes in. Raises ConfigError."""
    match config:
        case SmsSmpp():
            return _smpp(config, ground, hands), ()
        case SmsKannel():
            kannel = Kannel(_kannel(config, ground), http, ground.shared, hands, ground.clock)
            return Outgoing(kannel, Turns(ground.shared, config.name, config.tps)), kannel.routes()
        case SmsWebhook():
            profile = _profile(config, ground)
            webhook = Webhook(profile, http, ground.shared, hands, ground.clock, config.name)
            return Outgoing(webhook, Turns(ground.shared, config.name, config.tps)), webhook.routes()


# --- one way each ---------------------------------------------------------------------------------------------

def _smpp(one: SmsSmpp, ground: Ground, hands: Hands) -> SmppLink:
    account = Account(one.system_id, one.password, one.system_type)
    settings = SmppSettings(
        one.name, one.host, one.port, account, one.numbers[0], one.source_ton, one.tps, one.window, one.china,
        one.wide, one.ids)
    inbox = Inbox(settings.name, hands, ground.shared, ground.clock, ground.ids)
    return SmppLink(settings, inbox, ground.shared, ground.ids)


def _kannel(one: SmsKannel, ground: Ground) -> KannelSettings:
    return KannelSettings(
        one.url, one.username, one.password, one.callback or ground.public, _door(one, ground), one.numbers[0],
        one.china, one.name)


def _profile(one: SmsWebhook, ground: Ground) -> Profile:
    if one.profile == "generic":
        return Signed(SignedSettings(one.url, one.secrets, one.numbers[0]), ground.clock, ground.ids)
    if one.profile == "twilio":
        return Twilio(TwilioSettings(
            one.account, one.secrets, ground.public, one.numbers[0], one.api or API, one.name))
    key, gate = (one.key_id, one.secrets[0]), Gate(_door(one, ground), ground.shared)
    if form := FORMS.get(one.profile):
        receipts = f"{ground.public.rstrip('/')}/sms/{one.name}/{one.tokens[0]}/status"
        return form(FormSettings(key, receipts, one.numbers[0], one.api or VONAGE_API), gate)
    settings = CloudSettings(
        key, one.sign.strip("【】"), one.template, one.variable, one.app, one.region, one.api)
    return CLOUDS[one.profile](settings, gate, ground.ids)


def _door(one: SmsKannel | SmsWebhook, ground: Ground) -> Door:
    return Door(one.tokens, tuple(ip_network(source) for source in one.sources), ground.trusted)


# --- what is wrong ----------------------------------------------------------------------------------------------

def checked(channels: Sequence[Sms], texting: Texting) -> None:
    """Raises ConfigError, a fault a line."""
    faults = [f"sms.{one.name}.{fault}" for one in channels for fault in _faults(one)]
    faults += [*_twice(channels), *_of_all(texting)]
    if faults:
        raise ConfigError("\n".join(faults))


def _faults(config: Sms) -> Iterator[str]:
    way = _way(config)
    if not NAME.fullmatch(config.name):
        yield "name: small letters, digits, - and _, as it stands in addresses"
    for key in NEEDS[way]:
        if not getattr(config, key):
            yield f"{key}: is needed for {way}"
    if config.tps < 1:
        yield "tps: at least 1"
    if not config.numbers:
        yield "numbers: there is none to write from"
    if config.sign_mode == "ours" and not config.sign:
        yield 'sign: is to stand in front of every message; or sign_mode is "provider" or "none"'
    if way in CLOUDS and config.sign_mode != "provider":
        yield f'sign_mode: {way} puts the sign there itself: "provider"'
    if not isinstance(config, SmsSmpp):
        yield from _of_callbacks(config)


def _way(config: Sms) -> str:
    match config:
        case SmsKannel():
            return "kannel"
        case SmsSmpp():
            return "smpp"
        case SmsWebhook():
            return config.profile


def _of_callbacks(config: SmsKannel | SmsWebhook) -> Iterator[str]:
    """Of the ways that cannot sign."""
    if any(len(token) < LEAST_TOKEN for token in config.tokens):
        yield f"tokens: at least {LEAST_TOKEN} random characters"
    for source in config.sources:
        try:
            ip_network(source)
        except ValueError as error:
            yield f"sources: {error}"


def _twice(channels: Sequence[Sms]) -> Iterator[str]:
    """A name is an address, and a number answers from one channel."""
    names: set[str] = set()
    owners: dict[str, str] = {}
    for one in channels:
        if one.name in names:
            yield f"sms.{one.name}.name: is there twice"
        names.add(one.name)
        for number in one.numbers:
            if number in owners:
                yield f"sms.{one.name}.numbers: {number} belongs to {owners[number]}"
            owners.setdefault(number, one.name)


def _of_all(texting: Texting) -> Iterator[str]:
    if not 1 <= texting.segments <= LONGEST:
        yield f"texting.segments: 1 to {LONGEST}"
    for name in ("a_day", "per_phone", "in_all"):
        if getattr(texting, name) < 1:
            yield f"texting.{name}: at least 1"
