"""Settings of text messages: section `[sms]` of the configuration (gateway/config.py)."""
from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct


class SmsKannel(Struct, frozen=True, forbid_unknown_fields=True):
    """Kannel's smsbox. url: its sendsms; callback: our address as Kannel reaches it, "" for the public one; token: of
    32 characters or more, in Kannel's callbacks; sources: addresses and networks that these may come from; redis:
    "host:port" where Kannel keeps open receipts, "" for its memory."""

    url: str = "http://127.0.0.1:13013/cgi-bin/sendsms"
    username: str = "huiyin"
    password: str = ""
    callback: str = ""
    token: str = ""
    previous_token: str = ""
    sources: tuple[str, ...] = ("127.0.0.1",)
    redis: str = ""


class SmsSmpp(Struct, frozen=True, forbid_unknown_fields=True):
    """A carrier's SMPP account. ids: how the carrier writes ids, in its answer and then in the receipt."""

    host: str = ""
    port: int = 2775
    system_id: str = ""
    password: str = ""
    system_type: str = ""
    source_ton: int = 2
    tps: int = 50
    window: int = 16
    wide: bool = False
    ids: Literal["same", "hex_then_decimal", "decimal_then_hex"] = "same"


class SmsWebhook(Struct, frozen=True, forbid_unknown_fields=True):
    """A provider over HTTP. What each profile needs:

    generic  url, secret
    twilio   account, secret (its auth token), the public address
    aliyun   key_id, secret, template, token; variable of the template
    tencent  key_id, secret, template, app, token; region

    previous_secret and previous_token stay good while one replaces the other; api: in place of the provider's own.
    """

    profile: Literal["generic", "twilio", "aliyun", "tencent"] = "generic"
    url: str = ""
    account: str = ""
    key_id: str = ""
    secret: str = ""
    previous_secret: str = ""
    template: str = ""
    variable: str = "content"
    app: str = ""
    region: str = "ap-guangzhou"
    token: str = ""
    previous_token: str = ""
    sources: tuple[str, ...] = ()
    api: str = ""


class Sms(Struct, frozen=True, forbid_unknown_fields=True):
    """Text messages.

    carrier    the way they go and come; "" for none
    numbers    ours, the first is what we write from
    sign       the carrier's 【…】, and who puts it there
    china      every message is counted 70 / 67
    quiet      from and to, of the city's clock: nothing of our own accord; equal: never
    gap_s      between two invitations or reminders to one phone; a_day: at the most
    notice_s   how old news may be when it goes; rating_s: an invitation
    per_phone  messages a minute that are taken from one phone; in_all: from all of them
    """

    carrier: Literal["", "kannel", "smpp", "webhook"] = ""
    numbers: tuple[str, ...] = ()
    sign: str = ""
    sign_mode: Literal["ours", "provider", "none"] = "ours"
    china: bool = True
    segments: int = 3
    quiet: tuple[str, ...] = ("21:00", "08:00")
    gap_s: float = 300.0
    a_day: int = 3
    notice_s: float = 259_200.0
    rating_s: float = 86_400.0
    per_phone: int = 20
    in_all: int = 6_000
    kannel: SmsKannel = msgspec.field(default_factory=SmsKannel)
    smpp: SmsSmpp = msgspec.field(default_factory=SmsSmpp)
    webhook: SmsWebhook = msgspec.field(default_factory=SmsWebhook)
