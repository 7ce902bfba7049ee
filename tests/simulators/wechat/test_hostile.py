"""Each forgery breaks one thing that a careful gateway checks, and nothing else; each bomb is correctly signed."""
from __future__ import annotations

import hmac
import json

from simulators.wechat import xml
from simulators.wechat.crypto import BadEnvelope, Envelope, signature
from simulators.wechat.hostile import BOMBS, FORGERIES, KF_FORGERIES, Forger
from simulators.wechat.kf_phone import kf_push
from simulators.wechat.sealing import Letter
from simulators.wechat.settings import AccountSettings, Format
from tests.simulators.wechat.site import Site

WINDOW_S = 600


def refused_by(settings: AccountSettings, letter: Letter, now: float) -> list[str]:
    """The checks of WECHAT.md that this request fails, all of them and in its order."""
    query = {"signature": "", "timestamp": "", "nonce": "", "msg_signature": "", **letter.query}
    stamp, nonce = query["timestamp"], query["nonce"]
    fields = json.loads(letter.body) if settings.format == "json" else xml.read(letter.body)
    sealed = str(fields.get("Encrypt", ""))
    failed = []
    if settings.kind != "kf" and not _same(query["signature"], signature(settings.token, stamp, nonce)):
        failed.append("signature")
    if not stamp.isdecimal() or abs(int(stamp) - now) > WINDOW_S:
        failed.append("window")
    if not _same(query["msg_signature"], signature(settings.token, stamp, nonce, sealed)):
        failed.append("msg_signature")
    try:
        Envelope(settings.aes_key, settings.appid).open(sealed)
    except BadEnvelope:
        failed.append("envelope")
    return failed


def _same(said: str, right: str) -> bool:
    return hmac.compare_digest(said.encode(), right.encode())


ALSO = {"signature": {"msg_signature", "window"}, "window": set(), "msg_signature": set(), "envelope": set()}


async def test_every_forgery_fails_at_what_it_aims_at(site: Site) -> None:
    phone, now = site.wechat.phone("hotline", "甲"), site.clock.now().timestamp()
    forms: tuple[Format, ...] = ("xml", "json")
    for form in forms:
        site.hotline.reconfigure(format=form)
        forger = Forger(site.hotline, phone.compose("text", Content="在吗"), site.clock)
        assert refused_by(site.hotline.settings, forger.good(), now) == []
        for name in FORGERIES:
            first, *others = refused_by(site.hotline.settings, forger.letter(name), now) or [""]
            assert first, f"{name} would be let in"
            assert set(others) <= ALSO[first], f"{name} is refused for {first} and {others}"


async def test_every_forgery_of_customer_service_fails_too(site: Site) -> None:
    seat = site.wechat.account("seat")
    forger = Forger(seat, kf_push(seat, "wk-12345", "token"), site.clock)
    now = site.clock.now().timestamp()
    assert refused_by(seat.settings, forger.good(), now) == []
    for name in KF_FORGERIES:
        assert refused_by(seat.settings, forger.letter(name), now), f"{name} would be let in"


async def test_every_bomb_is_signed_and_reaches_the_gateway_as_it_is(site: Site) -> None:
    site.hotline.reconfigure(mode="plain")
    forger = Forger(site.hotline, site.wechat.phone("hotline", "甲").compose("text", Content="在吗"), site.clock)
    token = site.hotline.settings.token
    for name, document in BOMBS.items():
        letter = forger.bomb(document)
        assert letter.query["signature"] == signature(token, letter.query["timestamp"], letter.query["nonce"]), name
        assert (await site.wechat.pusher.post(site.hotline.settings.callback, letter)).status == 200
        assert site.received[-1].body == document


async def test_a_letter_can_be_sent_again_and_a_captured_query_with_another_body(site: Site) -> None:
    forger = Forger(site.hotline, site.wechat.phone("hotline", "甲").compose("text", Content="在吗"), site.clock)
    letter = forger.good()
    for body in (letter.body, letter.body, b"<xml></xml>"):
        await site.wechat.pusher.post(site.hotline.settings.callback, Letter(letter.query, body, letter.content_type))
    assert [received.body == letter.body for received in site.received] == [True, True, False]
    assert len({received.query["signature"] for received in site.received}) == 1
