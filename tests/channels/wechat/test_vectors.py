"""Every vector of tests/wire/wechat/ (see its NOTICE), as our code reads it and, where it can, as wechatpy does."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from wechatpy import parse_message

from channels.wechat import documents, pushes, reading
from channels.wechat.pushes import Push
from channels.wechat.wire import BadCallback, Keys, Seal, Stamp, signature
from tests.tables import table

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "wire/wechat/vectors.json").read_text("utf-8"))["vectors"]

# What these tests have no business with, and why.
ELSEWHERE = {
    "custom_send_json": "bodies of the customer-service API: held by the client's own tests",
    "api_response_json": "answers of the API: held by the client's own tests",
    "passive_reply_xml": "pictures, voice, video, music, news and transfers: we answer with one text",
    "wxa_decrypt": "profile data sealed with a session_key: the login takes openid and phone from WeChat's servers",
    "wxa_rawdata_signature": "likewise: nothing the mini-program says of its user is believed",
}
HERE = {"signature", "msg_signature", "decrypt", "decrypt_echostr", "encrypt", "message_xml", "message_json"}

# Events whose names say nothing to us: shops, cards, beacons, mass mailings, and what a menu opened.
NOTED = {
    "merchant_order", "card_pay_order", "masssendjobfinish", "pic_weixin", "shakearoundusershake", "enter",
    "user_get_card", "location", "scancode_push", "card_pass_check", "card_not_pass_check", "view",
    "create_map_poi_audit_info", "user_del_card", "add_store_audit_info", "submit_membercard_user_info",
    "pic_photo_or_album", "location_select", "kf_account_auth_change", "user_scan_product_async", "user_gifting_card",
    "user_consume_card", "unknown", "pic_sysphoto", "card_sku_remind",
}
KINDS: dict[str, type[Push]] = {
    "text": pushes.Written, "image": pushes.Pictured, "voice": pushes.Spoken, "video": pushes.Filmed,
    "shortvideo": pushes.Filmed, "location": pushes.Pointed, "link": pushes.Linked, "unknown": pushes.Unshown,
}
EVENTS: dict[str, type[Push]] = {
    "subscribe": pushes.Followed, "unsubscribe": pushes.Left, "scan": pushes.Scanned, "click": pushes.Clicked,
    "scancode_waitmsg": pushes.Written, "templatesendjobfinish": pushes.TemplateSent,
    "subscribe_msg_sent_event": pushes.SubscriptionSent, "subscribe_msg_popup_event": pushes.Consented,
    "subscribe_msg_change_event": pushes.Consented, "wxa_media_check": pushes.MediaChecked,
    "kf_create_session": pushes.ServiceMoved, "kf_msg_or_event": pushes.ServiceNews,
    **dict.fromkeys(NOTED, pushes.Noted),
}


WITHOUT_MEDIA = "msg-werobot-image"  # of the years when a photo was but an address


def of(*kinds: str) -> list[dict[str, Any]]:
    return [vector for vector in VECTORS if vector["kind"] in kinds]


def name(vector: dict[str, Any]) -> str:
    return str(vector["id"])


def seal(told: dict[str, str], salt: str = "") -> Seal:
    return Seal(Keys(told["id"], told["token"], (told["aeskey"],)), lambda: salt)


def stamp(told: dict[str, str]) -> Stamp:
    return Stamp(told["timestamp"], told["nonce"])


def pushed(vector: dict[str, Any]) -> Push:
    return reading.read("wx1", documents.read(vector["input"]["body"].strip()))


def test_every_vector_has_a_place() -> None:
    assert len(VECTORS) == 102
    assert {vector["kind"] for vector in VECTORS} == HERE | ELSEWHERE.keys()
    assert sum(vector["kind"] in HERE for vector in VECTORS) == 82


def test_every_vector_names_its_origin_and_licence() -> None:
    notice = (Path(__file__).parents[2] / "wire/wechat/NOTICE").read_text("utf-8")
    for vector in VECTORS:
        origin = vector["origin"]
        assert origin["licence"]
        assert "doc" in origin or (origin["repo"] in notice and origin["commit"] in notice), vector["id"]


@table("vector", of("signature"), label=name)
def test_signatures_are_proved(vector: dict[str, Any]) -> None:
    told, claimed = vector["input"], vector["expect"]["signature"]
    ours = Seal(Keys("wx1", told["token"]))
    assert ours.proves(stamp(told), claimed)
    assert not ours.proves(stamp(told), claimed[:-1] + "x")


@table("vector", of("msg_signature"), label=name)
def test_signatures_of_ciphertexts(vector: dict[str, Any]) -> None:
    assert signature(*vector["input"]["parts"]) == vector["expect"]["signature"]


@table("vector", of("decrypt"), label=name)
def test_encrypted_bodies_are_opened(vector: dict[str, Any]) -> None:
    told, expect = vector["input"], vector["expect"]
    ciphertext = documents.text(documents.read(told["body"]), "Encrypt")
    if "error" in expect:
        with pytest.raises(BadCallback):
            seal(told).open(ciphertext, stamp(told), told["msg_signature"])
        return
    opened = seal(told).open(ciphertext, stamp(told), told["msg_signature"])
    document = documents.read(opened.text)
    assert opened.text == expect.get("plain", opened.text)
    assert {member: documents.text(document, member) for member in expect.get("plain_contains", {})} \
        == expect.get("plain_contains", {})


@table("vector", of("decrypt_echostr"), label=name)
def test_encrypted_echoes_are_opened(vector: dict[str, Any]) -> None:
    """WeCom asks so for customer service."""
    told = vector["input"]
    if "error" in vector["expect"]:
        with pytest.raises(BadCallback):
            seal(told).open(told["echostr"], stamp(told), told["msg_signature"])
    else:
        assert seal(told).open(told["echostr"], stamp(told), told["msg_signature"]).text


@table("vector", of("encrypt"), label=name)
def test_texts_are_sealed_byte_for_byte(vector: dict[str, Any]) -> None:
    told = vector["input"]
    assert seal(told, salt=told["random"]).close(told["plain"]) == vector["expect"]["encrypt"]


@table("vector", of("message_xml", "message_json"), label=name)
def test_pushes_become_ours(vector: dict[str, Any]) -> None:
    push, expect = pushed(vector), vector["expect"]
    event = expect.get("Event", "").lower() if expect["MsgType"] == "event" else ""
    kind = EVENTS[event] if event else KINDS[expect["MsgType"].lower()]
    assert type(push) is (pushes.Unshown if vector["id"] == WITHOUT_MEDIA else kind)
    assert push.user == expect.get("FromUserName", push.user)
    assert push.created == int(expect.get("CreateTime", push.created))
    assert push.id == expect.get("MsgId", push.id)
    if isinstance(push, pushes.Noted):
        assert push.event == event
    told = _told(push)
    assert {member: told[member] for member in told.keys() & expect.keys()} \
        == {member: expect[member] for member in told.keys() & expect.keys()}


def _told(push: Push) -> dict[str, str]:
    """Members of the vector's own words that the push carries, as text."""
    match push:
        case pushes.Written(text=text):
            return {"Content": text}
        case pushes.Pictured(media=media) | pushes.Filmed(media=media):
            return {"MediaId": media}
        case pushes.Spoken(media=media, recognised=recognised):
            return {"MediaId": media, "Recognition": recognised}
        case pushes.Linked(title=title, description=description, url=url):
            return {"Title": title, "Description": description, "Url": url}
        case pushes.Clicked(key=key):
            return {"EventKey": key}
        case pushes.ServiceNews(token=token, open_kfid=kfid):
            return {"Token": token, "OpenKfId": kfid}
    return {}


@table("vector", of("message_xml"), label=name)
def test_wechatpy_reads_the_same(vector: dict[str, Any]) -> None:
    push, peer = pushed(vector), parse_message(vector["input"]["body"].strip())
    assert push.user == (peer.source or "")
    assert push.to == peer.target
    assert "<MsgId>" not in vector["input"]["body"] or push.id == str(peer.id)
    assert push.created == peer.create_time.timestamp()
    assert _told(push).items() <= _peers(push, peer).items()


def _peers(push: Push, peer: Any) -> dict[str, str]:
    match push:
        case pushes.Written() if peer.type == "text":
            return {"Content": peer.content}
        case pushes.Pictured():
            return {"MediaId": peer.media_id}
        case pushes.Filmed():
            return {"MediaId": peer.media_id}
        case pushes.Spoken():
            return {"MediaId": peer.media_id, "Recognition": peer.recognition or ""}
        case pushes.Linked():
            return {"Title": peer.title, "Description": peer.description, "Url": peer.url}
        case pushes.Clicked():
            return {"EventKey": peer.key}
    return _told(push)


def test_a_place_is_read_as_wechatpy_reads_it() -> None:
    for vector in of("message_xml"):
        push = pushed(vector)
        if isinstance(push, pushes.Pointed):
            peer = parse_message(vector["input"]["body"].strip())
            assert (push.lat, push.long, push.label) == (*map(float, peer.location), peer.label)


def one(id_: str) -> Push:
    (vector,) = (vector for vector in VECTORS if vector["id"] == id_)
    return pushed(vector)


def test_consent_and_receipts_in_both_formats() -> None:
    """wechatpy knows none of them."""
    popup = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc"
    for id_ in ("msg-wxjava-ma-testSubscribeMsgPopupEvent-1-xml", "msg-wxjava-ma-testSubscribeMsgPopupEvent-3-json"):
        accepted = one(id_)
        assert isinstance(accepted, pushes.Consented)
        assert (accepted.answers, accepted.lasting) == ((pushes.Answer(popup, True),), False)
    for id_ in ("msg-wxjava-ma-testSubscribeMsgChangeEvent-1-xml", "msg-wxjava-ma-testSubscribeMsgChangeEvent-3-json"):
        changed = one(id_)
        assert isinstance(changed, pushes.Consented)
        assert (changed.answers, changed.lasting) \
            == ((pushes.Answer("BEwX0BOT3MqK3Uc5oTU3CGBqzjpndk2jzUf7VfExd8", False),), True)
    for id_ in ("msg-wxjava-ma-testSubscribeMsgSentEvent-1-xml", "msg-wxjava-ma-testSubscribeMsgSentEvent-2-json"):
        sent = one(id_)
        assert isinstance(sent, pushes.SubscriptionSent)
        assert sent.receipts == (pushes.Receipt(
            "BEwX0BO-T3MqK3Uc5oTU3CGBqzjpndk2jzUf7VfExd8", "1864323726461255680", "0", "success"),)


def test_receipts_scenes_and_verdicts() -> None:
    finished = one("msg-werobot-templatesendjobfinish-2")
    assert isinstance(finished, pushes.TemplateSent)
    assert (finished.message, finished.status) == ("200163840", "failed: system failed")
    scanned, checked = one("msg-chan-event-scan"), one("msg-senparc-wxa_media_check")
    assert isinstance(scanned, pushes.Scanned)
    assert scanned.scene == "1000000"
    assert isinstance(checked, pushes.MediaChecked)
    assert (checked.trace, checked.suggest) == ("62f11967-2b24d27a-34715985", "pass")
    moved, code = one("msg-senparc-event_kf_create_session"), one("msg-senparc-event_scancode_waitmsg")
    assert isinstance(moved, pushes.ServiceMoved)
    assert (moved.event, moved.agent) == ("kf_create_session", "test1@test")
    assert isinstance(code, pushes.Written)
    assert (code.text, code.menu) == ("2", "6")
