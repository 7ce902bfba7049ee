"""channels/wechat/notes.py: what of a push is kept for reaching its person, and that no words are."""
from __future__ import annotations

from typing import Any

import msgspec
import pytest

from channels.wechat import kf_pushes, notes, pushes
from channels.wechat.pushes import Push
from channels.wechat.reach import Reach, Terms, heard
from tests.tables import table

COMMON: dict[str, Any] = {"id": "p1", "appid": "wx1", "to": "gh_1", "user": "o1", "created": 1_700_000_000}
SECRET = "身份证号 440106"


def push(kind: type[Push], /, **more: Any) -> Push:
    return kind(**COMMON, **more)


KEPT: list[Push] = [
    push(pushes.Written, text=SECRET, menu="2"),
    push(pushes.Pictured, media="M1"),
    push(pushes.Spoken, media="M2", recognised=SECRET),
    push(pushes.Filmed, media="M3"),
    push(pushes.Pointed, lat=23.1, long=113.3, label=SECRET),
    push(pushes.Linked, title=SECRET, description=SECRET, url=SECRET),
    push(pushes.Unshown, kind="card"),
    push(pushes.Clicked, key="progress"),
    push(pushes.Followed, scene="t=general"),
    push(pushes.Left),
    push(pushes.Scanned, scene="d=440106"),
    push(pushes.Entered, source="home"),
    push(pushes.TemplateSent, message="7", status="success"),
    push(pushes.SubscriptionSent, receipts=(pushes.Receipt("t1", "8", "0", "success"),)),
    push(pushes.Consented, answers=(pushes.Answer("t1", True), pushes.Answer("t2", False)), lasting=True),
    push(kf_pushes.Attached, media="M4"),
    push(kf_pushes.Opened, source="123", welcome="CODE"),
    push(kf_pushes.Failed, message="9", reason=4),
    push(kf_pushes.Handed, change=3, servicer="desk1", code="CODE"),
]


def test_every_kind_that_is_kept_is_tried() -> None:
    assert {type(one) for one in KEPT} == set(notes.KINDS.values())


@table("kept", KEPT)
def test_a_note_means_the_same_as_its_push(kept: Push) -> None:
    """Windows, consent, following and codes follow from it as from the push itself."""
    note = notes.write(kept)
    assert note is not None
    read = notes.read(note)
    assert (type(read), read.id, read.created) == (type(kept), kept.id, kept.created)
    for terms in (Terms("official", {"t1"}), Terms("miniprogram"), Terms("kf")):
        assert heard(Reach(), read, terms) == heard(Reach(), kept, terms)


@table("kept", KEPT)
def test_a_note_holds_no_words(kept: Push) -> None:
    note = notes.write(kept)
    assert note is not None
    assert SECRET not in repr(msgspec.json.decode(note))


@table("other", [
    push(pushes.Noted, event="view"), push(pushes.MediaChecked, trace="t", suggest="pass"),
    push(pushes.ServiceNews, token="T", open_kfid="wk1"), push(pushes.ServiceMoved, event="kf_create", agent="a"),
    push(kf_pushes.Answered, text=SECRET, servicer="desk1"),
])
def test_what_changes_nothing_about_reaching_anybody_leaves_no_note(other: Push) -> None:
    assert notes.write(other) is None


def test_receipts_answers_and_codes_are_read_whole() -> None:
    for kept in KEPT[-7:]:
        assert notes.read(notes.write(kept) or "") == kept


def test_a_note_of_an_unknown_kind_is_an_error_and_no_guess() -> None:
    with pytest.raises(KeyError):
        notes.read('["Danced", {}]')
