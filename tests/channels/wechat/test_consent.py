"""channels/wechat/consent.py: which subscription messages one person agreed to."""
from __future__ import annotations

from channels.wechat.consent import Consent, decode, encode
from tests.tables import table

AT = 1_790_000_000_000


def test_a_yes_is_one_message_and_yeses_add_up() -> None:
    consent = Consent().accept("closed", "once", AT).accept("closed", "once", AT + 1).accept("rate", "once", AT + 1)
    sent = []
    while consent.may_send("closed"):
        consent = consent.spend("closed")
        sent.append("closed")
    assert sent == ["closed", "closed"]
    assert consent.may_send("rate"), "each template by itself"
    assert consent.spend("closed") == consent


def test_a_long_term_yes_holds() -> None:
    consent = Consent().accept("news", "long", AT).accept("news", "long", AT + 1)
    for _ in range(10):
        consent = consent.spend("news")
        assert consent.may_send("news")
    assert not consent.revoke("news").may_send("news")


@table(("term", "after_decline"), [("once", True), ("long", False)])
def test_a_no_in_the_pop_up_is_about_that_moment(term: str, after_decline: bool) -> None:
    consent = Consent().accept("t", "long" if term == "long" else "once", AT)
    assert consent.decline("t").may_send("t") is after_decline
    assert consent.decline("other") == consent
    assert not consent.revoke("t").may_send("t"), "a no in the settings is about everything"


def test_what_is_scarce_goes_last() -> None:
    consent = Consent().accept("once-a", "once", AT).accept("long", "long", AT).accept("once-b", "once", AT)
    assert consent.first(["once-b", "once-a", "long"]) == "long"
    assert consent.first(["once-b", "once-a"]) == "once-b", "otherwise in the order given"
    assert consent.first(["unknown"]) is None
    assert consent.first([]) is None


def test_it_is_kept_as_it_was() -> None:
    consent = Consent().accept("a", "once", AT).accept("b", "long", AT)
    assert decode(encode(consent)) == consent
    assert decode(None) == Consent()
