"""channels/wechat/kf_pushes.py: one message of customer service as a push."""
from __future__ import annotations

from channels.wechat import kf_pushes, pushes
from channels.wechat.kf_client import Happening, KfMessage, Link, Media, Spot
from channels.wechat.pushes import Push
from tests.tables import table


def test_a_place_says_its_name_once() -> None:
    for name, address, label in (("塔", "海珠区", "海珠区 塔"), ("天河路", "天河路", "天河路"), ("", "海珠", "海珠")):
        place = Spot(1.0, 2.0, name, address)
        push = kf_pushes.read("wk", KfMessage("1", "location", external_userid="wm", location=place))
        assert isinstance(push, pushes.Pointed)
        assert push.label == label


@table(("message", "kind"), [
    (KfMessage("1", "miniprogram", external_userid="wm"), pushes.Unshown),
    (KfMessage("1", "unreadable", external_userid="wm"), pushes.Unshown),
    (KfMessage("1", "link", external_userid="wm", link=Link("题", "文", "https://x/")), pushes.Linked),
    (KfMessage("1", "file", external_userid="wm", file=Media("m")), kf_pushes.Attached),
    (KfMessage("1", "video", external_userid="wm", video=Media("m")), kf_pushes.Attached),
    (KfMessage("1", "event", event=Happening("user_recall_msg", external_userid="wm")), pushes.Noted),
])
def test_every_kind_is_some_push(message: KfMessage, kind: type[Push]) -> None:
    push = kf_pushes.read("wk", message)
    assert (type(push), push.appid, push.user) == (kind, "wk", "wm")


@table(("happening", "servicer"), [
    (Happening("session_status_change", change_type=1, new_servicer_userid="a"), "a"),
    (Happening("session_status_change", change_type=2, old_servicer_userid="a", new_servicer_userid="b"), "b"),
    (Happening("session_status_change", change_type=3, old_servicer_userid="b"), "b"),
])
def test_who_has_the_conversation_or_had_it_at_its_end(happening: Happening, servicer: str) -> None:
    push = kf_pushes.read("wk", KfMessage("1", "event", external_userid="wm", event=happening))
    assert isinstance(push, kf_pushes.Handed)
    assert push.servicer == servicer
