"""casebridge/signing.py: the reference vector, and everything that must not pass for a proof."""
from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebridge.signing import WINDOW_S, Secrets
from tests.clock import ManualClock
from tests.tables import table

# The vector of Standard Webhooks' own test suites.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": ID, "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}

OTHER = "whsec_" + base64.b64encode(b"another secret of 26 bytes").decode()


def test_the_reference_vector_is_what_we_sign_and_what_we_take() -> None:
    assert Secrets([SECRET]).headers(ID, AT, BODY) == HEADERS
    assert Secrets([SECRET]).prove(HEADERS, BODY, AT)


def test_both_secrets_count_while_one_replaces_the_other() -> None:
    both = Secrets([OTHER, SECRET])
    assert both.prove(HEADERS, BODY, AT)
    signed = both.headers(ID, AT, BODY)
    assert Secrets([SECRET]).prove(signed, BODY, AT)
    assert Secrets([OTHER]).prove(signed, BODY, AT)
    assert not Secrets([OTHER]).prove(HEADERS, BODY, AT)


@table("seconds", [-WINDOW_S, 0, WINDOW_S])
def test_within_five_minutes_it_is_a_proof(seconds: int) -> None:
    clock = ManualClock(AT)
    clock.advance(seconds)
    assert Secrets([SECRET]).prove(HEADERS, BODY, clock.now())


@table("seconds", [-WINDOW_S - 1, WINDOW_S + 1, 3 * 86_400])
def test_before_and_after_it_is_none(seconds: int) -> None:
    clock = ManualClock(AT)
    clock.advance(seconds)
    assert not Secrets([SECRET]).prove(HEADERS, BODY, clock.now())


@table("change", [
    {"webhook-id": ""}, {"webhook-id": "msg_other"}, {"webhook-id": "x" * 257}, {"webhook-id": "\udc80"},
    {"webhook-timestamp": ""}, {"webhook-timestamp": "soon"}, {"webhook-timestamp": "nan"},
    {"webhook-timestamp": "1614265330.0"}, {"webhook-timestamp": "-1614265330"}, {"webhook-timestamp": "1" * 400},
    {"webhook-timestamp": "99999999999"}, {"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"}, {"webhook-timestamp": "1614265331"},
    {"webhook-signature": ""}, {"webhook-signature": "v1"}, {"webhook-signature": "v1,"},
    {"webhook-signature": SIGNATURE.removeprefix("v1,")}, {"webhook-signature": SIGNATURE.replace("v1", "v2")},
    {"webhook-signature": "v1,🦆"}, {"webhook-signature": "v1,\udcff"}, {"webhook-signature": "v1," + "A" * 5_000},
    {"webhook-signature": SIGNATURE.lower()}, {"webhook-signature": SIGNATURE[:-1]},
    {"webhook-signature": SIGNATURE[:12]}, {"webhook-signature": SIGNATURE + "="}, {"webhook-signature": "v1a,x " * 9},
])
def test_a_header_that_is_wrong_proves_nothing(change: dict[str, str]) -> None:
    assert not Secrets([SECRET]).prove({**HEADERS, **change}, BODY, AT)


@table("body", [b"", b'{"test":2432232314}', BODY + b" ", b"\xff\xfe"])
def test_other_bytes_are_not_proved(body: bytes) -> None:
    assert not Secrets([SECRET]).prove(HEADERS, body, AT)


def test_it_may_stand_among_other_signatures() -> None:
    assert Secrets([SECRET]).prove({**HEADERS, "webhook-signature": f"v1a,abc v1,AAAA {SIGNATURE}"}, BODY, AT)


@table("secret", [
    "", "whsec_", "whsec_AA==", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa",
    "whsec_" + base64.b64encode(b"x" * 23).decode(), "whsec_密", "whsec_MfKQ9r8GKYqrTwjU PD8ILPZIo2LaLaSw",
])
def test_a_secret_is_long_enough_or_none_and_never_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="24 bytes") as caught:
        Secrets([SECRET, secret])
    assert len(secret) < 8 or secret not in str(caught.value)


def test_without_a_secret_there_is_nothing_to_prove() -> None:
    with pytest.raises(ValueError, match="no secret"):
        Secrets([])


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(HEADERS)), st.text(max_size=80)), st.binary(max_size=80))
def test_whatever_comes_is_judged_not_raised(headers: dict[str, str], body: bytes) -> None:
    assert not Secrets([SECRET]).prove(headers, body, AT)
