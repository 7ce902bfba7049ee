"""channels/wechat/consent.py: which subscription messages one person agreed to."""
from __future__ import annotations

import msgspec

from channels.wechat.consent import Consent, Term
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


def test_a_yes_that_comes_twice_is_one_also_after_it_was_used() -> None:
    """The platform repeats an event that was not acknowledged in time."""
    consent = Consent().accept("t", "once", AT)
    assert consent.accept("t", "once", AT) == consent
    used = consent.spend("t")
    assert not used.accept("t", "once", AT).may_send("t")
    assert used.accept("t", "once", AT + 1000).may_send("t")


def test_a_long_term_yes_holds_until_it_is_taken_back() -> None:
    consent = Consent().accept("news", "long", AT).accept("news", "long", AT + 1)
    for _ in range(10):
        consent = consent.spend("news")
        assert consent.may_send("news")
    back = consent.withdraw("news", AT + 2)
    assert not back.may_send("news")
    assert not back.accept("news", "long", AT + 1).may_send("news"), "an old yes that comes late"
    assert back.accept("news", "long", AT + 3).may_send("news")
    assert consent.withdraw("news", AT).may_send("news"), "an old no that comes late"


@table(("term", "after_decline"), [("once", True), ("long", False)])
def test_a_no_in_the_pop_up_is_about_that_moment(term: Term, after_decline: bool) -> None:
    consent = Consent().accept("t", term, AT)
    assert consent.decline("t", AT + 1).may_send("t") is after_decline
    assert consent.decline("other", AT + 1) == consent
    assert not consent.withdraw("t", AT + 1).may_send("t"), "a no in the settings is about everything"


def test_the_platform_knows_better() -> None:
    """43101; whatever is granted after it counts, by whichever clock."""
    consent = Consent().accept("t", "once", AT).accept("t", "once", AT + 1000).refused("t")
    assert not consent.may_send("t")
    assert consent.accept("t", "once", AT + 1001).may_send("t")
    assert not Consent().refused("never").may_send("never")


def test_what_is_scarce_goes_last() -> None:
    consent = Consent().accept("once-a", "once", AT).accept("long", "long", AT).accept("once-b", "once", AT)
    assert consent.first(["once-b", "once-a", "long"]) == "long"
    assert consent.first(["once-b", "once-a"]) == "once-b", "otherwise in the order given"
    assert consent.first(["unknown"]) is None
    assert consent.first([]) is None


def test_it_is_kept_as_it_was() -> None:
    consent = Consent().accept("a", "once", AT).accept("b", "long", AT)
    assert msgspec.json.decode(msgspec.json.encode(consent), type=Consent) == consent
