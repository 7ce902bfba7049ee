"""Settings of text messages: each `[[sms]]` of the configuration (gateway/config.py), and `[texting]` for all."""
from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Texting(Struct, frozen=True, forbid_unknown_fields=True):
    """What is written to a phone of our own accord, and how much of it is heard, whatever the channel.

    segments   short messages of one turn
    gap_s      between two invitations or reminders to one phone; a_day: at the most
    notice_s   how old news may be when it goes; rating_s: an invitation
    per_phone  messages a minute that are taken from one phone; in_all: from all of them
    """

    segments: int = 3
    gap_s: float = 300.0
    a_day: int = 3
    notice_s: float = 259_200.0
    rating_s: float = 86_400.0
    per_phone: int = 20
    in_all: int = 6_000


class SmsChannel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One way of text messages. The first of several sends what we begin.

    name     of its addresses: /sms/<name>/mo, /sms/<name>/status
    numbers  ours, the first is what we write from; no other channel has them
    sign     the carrier's 【…】, and who puts it there
    china    every message is counted 70 / 67
    """

    name: str
    numbers: tuple[str, ...] = ()
    sign: str = ""
    sign_mode: Literal["ours", "provider", "none"] = "ours"
    china: bool = True


class SmsKannel(SmsChannel, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="kannel"):
    """Kannel's smsbox.

    url       its sendsms; callback: our address as Kannel reaches it, "" for the public one
    tokens    of 32 characters or more, in Kannel's callbacks: the current one first
    sources   addresses and networks that these may come from
    redis     "host:port" where Kannel keeps open receipts, "" for its memory
    smsc_…    the carrier behind it, with tps and window: for the file that we write where we start Kannel ourselves
    """

    url: str = "http://127.0.0.1:13013/cgi-bin/sendsms"
    username: str = "huiyin"
    password: str = ""
    callback: str = ""
    tokens: tuple[str, ...] = ()
    sources: tuple[str, ...] = ("127.0.0.1",)
    redis: str = ""
    smsc_host: str = ""
    smsc_port: int = 2775
    smsc_system_id: str = ""
    smsc_password: str = ""
    tps: int = 50
    window: int = 16


class SmsSmpp(SmsChannel, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="smpp"):
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


class SmsWebhook(SmsChannel, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="webhook"):
    """A provider over HTTP. What each profile needs:

    generic  url, secrets
    twilio   account, secrets (its auth token), the public address
    aliyun   key_id, secrets, template, tokens; variable of the template
    tencent  key_id, secrets, template, app, tokens; region
    baidu    key_id, secrets, template, app (the sign's id), tokens; variable of the template
    vonage   key_id, secrets, tokens, the public address
    jasmin   api (where it listens), key_id (its user), secrets, tokens, the public address

    Of secrets and tokens the first is ours to use, the others stay good while it replaces them; api: in place of the
    provider's own; tps: messages a second that the provider grants.
    """

    profile: Literal["generic", "twilio", "aliyun", "tencent", "baidu", "vonage", "jasmin"] = "generic"
    url: str = ""
    account: str = ""
    key_id: str = ""
    secrets: tuple[str, ...] = ()
    template: str = ""
    variable: str = "content"
    app: str = ""
    region: str = "ap-guangzhou"
    tokens: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    api: str = ""
    tps: int = 20


Sms = SmsKannel | SmsSmpp | SmsWebhook
