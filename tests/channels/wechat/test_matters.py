"""channels/wechat/telling.py: from the core's message to what is told in an open window."""
from __future__ import annotations

from channels.wechat import replies
from channels.wechat.bodies import Item, Menu
from channels.wechat.telling import matters
from gateway.messages import Option, Outbound
from tests.tables import table


def said(text: str, *labels: str) -> Outbound:
    choices = tuple(Option(f"v{number}", label) for number, label in enumerate(labels))
    return Outbound(id="turn:1", at=1, text=text, choices=choices)


def test_a_message_is_told_whole_with_its_choices_both_ways() -> None:
    (matter,) = matters(said("满意吗？", "满意", "不满意"))
    assert (matter.key, matter.menu) == ("turn:1", Menu("满意吗？", (Item(1, "满意"), Item(2, "不满意"))))
    assert matter.words == "满意吗？\n1. 满意\n2. 不满意\n（回复数字选择）"
    (plain,) = matters(said("已受理"))
    assert (plain.words, plain.menu) == ("已受理", None)


@table(("message", "parts"), [
    (said("长" * 1000, "甲", "乙"), 2), (said("长" * 400, "甲", "乙"), 1), (said("选", *"甲乙丙丁戊己庚辛壬癸子"), 1),
    (said("长" * 2000), 3),
])
def test_what_does_not_fit_a_menu_is_numbered_and_what_does_not_fit_at_all_is_cut(
    message: Outbound, parts: int
) -> None:
    cut = matters(message)
    assert len(cut) == parts
    assert all(matter.menu is None and len(matter.words.encode()) <= 2048 for matter in cut)
    assert len({matter.key for matter in cut}) == parts
    assert "".join(matter.words for matter in cut) == replies.words(message)
