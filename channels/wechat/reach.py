"""How one person can be reached: windows, consent and following as one state, and the ladder it makes. Pure.

The state belongs to one account and one openid, and is kept with the recipient's key in the lane `out`. Pushes change
it (`heard`), what we send changes it (`told`), and what the platform refuses corrects it (`refused`).
"""
from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from channels.wechat import kf_pushes, pushes
from channels.wechat.answers import Blocked, NoConsent, NotFollowing, QuotaUsed, WindowClosed
from channels.wechat.consent import Consent
from channels.wechat.ledger import Event, Ledger
from channels.wechat.pushes import Push
from gateway.errors import SendError

Way = Literal["window", "lasting", "once", "template", "sms"]
NOT_OFFERED = "not_offered"  # neither configured nor fitting what is to be told
NOT_DELIVERED = "not_delivered"  # as a receipt said afterwards
SPARED = "kept_for_the_end"  # what is left is for the answer and the rating

# The window each push opens; a push that is not here opens none.
_OPENS: dict[type[Push], Event] = {
    **dict.fromkeys((
        pushes.Written, pushes.Pictured, pushes.Spoken, pushes.Filmed, kf_pushes.Attached, pushes.Pointed,
        pushes.Linked, pushes.Unshown,
    ), "message"),
    pushes.Clicked: "menu", pushes.Followed: "subscribe", pushes.Scanned: "scan", pushes.Entered: "mini_enter",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What of an account matters here: its kind, and which of its subscription templates are long-term ones."""

    kind: Literal["official", "miniprogram", "kf"] = "official"
    lasting: Container[str] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """The ways one matter could be told: the ids of subscription templates for it, best first, of the template
    message, and whether an SMS may be sent to a phone that we know."""

    lasting: Sequence[str] = ()
    once: Sequence[str] = ()
    template: str = ""
    sms: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """One way: open when `why` is empty, else why not. `template` where the way needs one."""

    way: Way
    why: str = ""
    template: str = ""


class Reach(Struct, frozen=True):
    """`follows` is None as long as nobody said: then the platform is asked by trying."""

    ledger: Ledger = Ledger()
    consent: Consent = Consent()
    follows: bool | None = None


def heard(reach: Reach, push: Push, terms: Terms) -> Reach:
    """What a push of this person changes. Left forgets everything, as WeChat requires."""
    if isinstance(push, pushes.Left):
        return Reach(follows=False)
    if isinstance(push, pushes.Consented):
        return replace(reach, consent=_answered(reach.consent, push, terms))
    if isinstance(push, pushes.Followed):
        reach = replace(reach, follows=True)
    event = _event(push, terms)
    return replace(reach, ledger=reach.ledger.open(event, push.created * 1000)) if event else reach


def _event(push: Push, terms: Terms) -> Event | None:
    """A tap on a msgmenu is a menu click; in customer service it is a message like any other."""
    event = _OPENS.get(type(push))
    if event == "message" and terms.kind != "official":
        return "mini_message" if terms.kind == "miniprogram" else "kf_message"
    return "menu" if isinstance(push, pushes.Written) and push.menu else event


def _answered(consent: Consent, push: pushes.Consented, terms: Terms) -> Consent:
    """A yes in the settings lets one-time templates ask again, it grants no message."""
    at = push.created * 1000
    for answer in push.answers:
        lasting = answer.template in terms.lasting
        if answer.accepted and (lasting or not push.lasting):
            consent = consent.accept(answer.template, "long" if lasting else "once", at)
        elif not answer.accepted:
            change = consent.withdraw if push.lasting else consent.decline
            consent = change(answer.template, at)
    return consent


def ladder(reach: Reach, offer: Offer, now: int) -> tuple[Rung, ...]:
    """Every way in order, open or with why not [WECHAT.md, "Telling a citizen later"]. `now`: ms since 1970."""
    verdict = reach.ledger.verdict(now)
    following = "not_following" if reach.follows is False else ""
    return (
        Rung("window", "" if verdict == "yes" else verdict),
        _subscribed("lasting", reach.consent, offer.lasting),
        _subscribed("once", reach.consent, offer.once),
        Rung("template", following if offer.template else NOT_OFFERED, offer.template),
        Rung("sms", "" if offer.sms else NOT_OFFERED),
    )


def _subscribed(way: Way, consent: Consent, templates: Sequence[str]) -> Rung:
    template = consent.first(templates)
    if template is None:
        return Rung(way, "no_consent" if templates else NOT_OFFERED)
    return Rung(way, "", template)


def told(reach: Reach, rung: Rung, now: int) -> Reach:
    """A message went this way, or may have gone."""
    if rung.way == "window":
        return replace(reach, ledger=reach.ledger.spend(now))
    if rung.way in ("lasting", "once"):
        return replace(reach, consent=reach.consent.spend(rung.template))
    return reach


def refused(reach: Reach, rung: Rung, error: SendError, now: int) -> Reach:
    """What the platform's refusal teaches; it knows better than our books."""
    match error:
        case WindowClosed():
            return replace(reach, ledger=reach.ledger.closed(now))
        case QuotaUsed():
            return replace(reach, ledger=reach.ledger.used_up(now))
        case NoConsent():
            return replace(reach, consent=reach.consent.refused(rung.template))
        case NotFollowing():
            return replace(reach, follows=False)
        case Blocked():
            return replace(reach, ledger=reach.ledger.closed(now))
    return reach
