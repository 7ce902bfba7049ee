"""channels/wechat/reach.py: what pushes say about reaching somebody, and the ladder it makes."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from channels.wechat import kf_pushes, pushes
from channels.wechat.answers import Blocked, NoConsent, NoMenu, NotFollowing, QuotaUsed, WindowClosed
from channels.wechat.pushes import Answer, Push
from channels.wechat.reach import Offer, Reach, Rung, Terms, heard, ladder, refused, told
from gateway.errors import Rejected, SendError
from tests.tables import table

AT_S = 1_790_000_000
NOW = AT_S * 1000
TERMS = Terms(lasting={"long"})
MINI, KF = Terms("miniprogram", {"long"}), Terms("kf")
OFFER = Offer(("long",), ("once",), "tpl", sms=True)


def push(of: type[Push], /, **parts: Any) -> Push:
    return of(id="1", appid="wx0", to="gh_1", user="o1", created=AT_S, **parts)


WROTE = push(pushes.Written, text="路灯坏了")
TAPPED = push(pushes.Written, text="满意", menu="1")
FOLLOWED = push(pushes.Followed, scene="")
LEFT = push(pushes.Left)


def agreed(template: str, accepted: bool = True, lasting: bool = False) -> Push:
    return push(pushes.Consented, answers=(Answer(template, accepted),), lasting=lasting)


def later(push: Push) -> Push:
    return replace(push, created=AT_S + 1)


def after(*heard_: Push, terms: Terms = TERMS) -> Reach:
    reach = Reach()
    for one in heard_:
        reach = heard(reach, one, terms)
    return reach


def closed(reach: Reach, offer: Offer = OFFER, now: int = NOW) -> dict[str, str]:
    return {rung.way: rung.why for rung in ladder(reach, offer, now)}


# --- what a push opens --------------------------------------------------------------------------------------

@table(("one", "terms", "messages", "minutes"), [
    (WROTE, TERMS, 5, 48 * 60), (WROTE, MINI, 5, 48 * 60), (TAPPED, TERMS, 3, 1),
    (WROTE, KF, 5, 48 * 60), (TAPPED, KF, 5, 48 * 60), (push(kf_pushes.Attached, media="m"), KF, 5, 48 * 60),
    (push(kf_pushes.Opened, source="", welcome="W"), KF, 0, 0),
    (push(kf_pushes.Answered, text="我来", servicer="a"), KF, 0, 0),
    (push(pushes.Pictured, media="m"), TERMS, 5, 48 * 60),
    (push(pushes.Spoken, media="m", recognised=""), TERMS, 5, 48 * 60),
    (push(pushes.Filmed, media="m"), TERMS, 5, 48 * 60),
    (push(pushes.Pointed, lat=1.0, long=2.0, label=""), TERMS, 5, 48 * 60),
    (push(pushes.Linked, title="", description="", url=""), TERMS, 5, 48 * 60),
    (push(pushes.Unshown, kind="sticker"), TERMS, 5, 48 * 60),
    (push(pushes.Clicked, key="K"), TERMS, 3, 1), (FOLLOWED, TERMS, 3, 1),
    (push(pushes.Scanned, scene="s"), TERMS, 3, 1), (push(pushes.Entered, source=""), MINI, 2, 1),
    (push(pushes.Noted, event="view"), TERMS, 0, 0), (push(pushes.TemplateSent, message="1", status="s"), TERMS, 0, 0),
    (LEFT, TERMS, 0, 0), (agreed("once"), TERMS, 0, 0),
])
def test_a_push_opens_its_window_from_the_platforms_time_on(
    one: Push, terms: Terms, messages: int, minutes: int
) -> None:
    ledger = after(one, terms=terms).ledger
    assert ledger.left(NOW) == messages
    assert ledger.until(NOW) == (NOW + minutes * 60_000 if messages else None)


def test_each_kind_of_account_has_its_own_window() -> None:
    for terms, event in ((TERMS, "message"), (MINI, "mini_message"), (KF, "kf_message")):
        assert set(after(WROTE, terms=terms).ledger.windows) == {event}


def test_who_leaves_is_forgotten_whole() -> None:
    reach = after(FOLLOWED, WROTE, agreed("long"), LEFT)
    assert reach == Reach(follows=False)
    assert heard(reach, FOLLOWED, TERMS).follows is True


@table(("answers", "sendable"), [
    ((agreed("once"), agreed("once")), {"once"}),
    ((agreed("long"),), {"long"}),
    ((agreed("long"), later(agreed("long", accepted=False))), set()),
    ((agreed("once"), later(agreed("once", accepted=False))), {"once"}),
    ((agreed("once"), later(agreed("once", accepted=False, lasting=True))), set()),
    ((agreed("once", lasting=True),), set()),
    ((agreed("long", lasting=True),), {"long"}),
])
def test_answers_of_pop_up_and_settings_are_told_apart(answers: tuple[Push, ...], sendable: set[str]) -> None:
    consent = after(*answers).consent
    assert {template for template in ("once", "long") if consent.may_send(template)} == sendable


@table("one", [WROTE, TAPPED, FOLLOWED, agreed("once"), agreed("long"), push(pushes.Clicked, key="K")])
def test_a_push_that_comes_again_changes_nothing(one: Push) -> None:
    """WeChat makes three tries, and they may overlap."""
    once = told(after(one), Rung("once", "", "once"), NOW)
    assert heard(once, one, TERMS) == once


# --- the ladder ---------------------------------------------------------------------------------------------

@table(("reach", "offer", "expected"), [
    (Reach(), OFFER, {"window": "window_closed", "lasting": "no_consent", "once": "no_consent", "template": "",
                      "sms": ""}),
    (Reach(follows=False), OFFER, {"window": "window_closed", "lasting": "no_consent", "once": "no_consent",
                                   "template": "not_following", "sms": ""}),
    (after(FOLLOWED, WROTE, agreed("once"), agreed("long")), OFFER, dict.fromkeys(
        ("window", "lasting", "once", "template", "sms"), "")),
    (after(WROTE), Offer(), {"window": "", "lasting": "not_offered", "once": "not_offered",
                             "template": "not_offered", "sms": "not_offered"}),
])
def test_every_way_has_its_reason(reach: Reach, offer: Offer, expected: dict[str, str]) -> None:
    assert closed(reach, offer) == expected
    assert list(closed(reach, offer)) == ["window", "lasting", "once", "template", "sms"], "in this order"


def test_what_went_is_counted_where_it_went() -> None:
    reach = after(WROTE, agreed("once"), agreed("long"))
    rungs = {rung.way: rung for rung in ladder(reach, OFFER, NOW)}
    assert told(reach, rungs["window"], NOW).ledger.left(NOW) == 4
    assert closed(told(reach, rungs["once"], NOW))["once"] == "no_consent"
    assert told(reach, rungs["lasting"], NOW) == reach
    assert told(reach, rungs["template"], NOW) == reach
    assert told(reach, rungs["sms"], NOW) == reach


@table(("way", "error", "why"), [
    ("window", WindowClosed("45015"), "window_closed"), ("window", QuotaUsed("45047"), "quota_used"),
    ("window", Blocked("48002"), "window_closed"), ("once", NoConsent("43101"), "no_consent"),
    ("lasting", NoConsent("43101"), "no_consent"), ("template", NotFollowing("43004"), "not_following"),
    ("window", NoMenu("40200"), ""), ("window", Rejected("45002"), ""),
])
def test_a_refusal_corrects_the_books(way: str, error: SendError, why: str) -> None:
    reach = after(FOLLOWED, WROTE, agreed("once"), agreed("long"))
    rung = next(rung for rung in ladder(reach, OFFER, NOW) if rung.way == way)
    after_ = closed(refused(reach, rung, error, NOW))
    assert after_ == {**closed(reach), way: why}, "and nothing else"


def test_it_is_kept_as_it_was() -> None:
    reach = told(after(FOLLOWED, WROTE, agreed("once"), agreed("long")), Rung("window"), NOW)
    assert msgspec.json.decode(msgspec.json.encode(reach), type=Reach) == reach
