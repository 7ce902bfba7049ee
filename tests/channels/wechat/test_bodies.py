"""channels/wechat/bodies.py: what the platform takes as it is written."""
from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.wechat import bodies
from channels.wechat.bodies import Item, Menu, Notice, Page
from tests.tables import table

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "wire/wechat/vectors.json").read_text("utf-8"))["vectors"]

# Bodies of message/custom/send (tests/wire/wechat/NOTICE). We say what we say in words: no cards, songs or films.
SENT: dict[str, Callable[[], bodies.Body]] = {
    "send-custom-text": lambda: bodies.text("sfsfdsdf"),
    "send-custom-image": lambda: bodies.media("image", "MEDIA_ID"),
    "send-ma-custom-image": lambda: bodies.media("image", "MEDIA_ID"),
    "send-custom-voice": lambda: bodies.media("voice", "MEDIA_ID"),
}
NEVER_SENT = {"send-custom-news", "send-custom-video", "send-custom-music", "send-ma-custom-miniprogrampage"}


def test_every_vector_of_a_message_is_built_or_never_sent() -> None:
    vectors = {one["id"]: one["expect"] for one in VECTORS if one["kind"] == "custom_send_json"}
    assert set(vectors) == set(SENT) | NEVER_SENT
    built = {id_: {"touser": "OPENID", **build()} for id_, build in SENT.items()}
    assert built == {id_: vectors[id_] for id_ in SENT}


# Keys and their limits: developers.weixin.qq.com, 订阅消息参数值内容限制说明.
FITTED = [
    ("thing1", "反映学校门口早高峰车辆乱停放阻碍学生通行", "反映学校门口早高峰车辆乱停放阻碍学生通行"),
    ("thing1", "反映学校门口早高峰车辆乱停放阻碍学生通行的问题", "反映学校门口早高峰车辆乱停放阻碍学生通…"),
    ("thing12", "两行\n字", "两行 字"),
    ("character_string2", "WO-20261123-ABCDEFGHJK", "WO-20261123-ABCDEFGHJK"),
    ("character_string2", "A" * 40, "A" * 32),
    ("phrase3", "已经办结完成", "已经办结完"),
    ("phone_number4", "+86-0766-668888661", "+86-0766-66888866"),
    ("name1", "某某某某某某某某某某某", "某某某某某某某某某某"),
    ("time5", "2026年11月23日 10:00~2026年11月24日 18:00", "2026年11月23日 10:00~2026年11月24日 18:00"),
    ("first", "一" * 50, "一" * 50),
    ("thing1", "半个\ud83d表情", "半个表情"),
]


@table(("key", "value", "fitted"), FITTED)
def test_a_value_fits_its_key(key: str, value: str, fitted: str) -> None:
    assert bodies.fit(key, value) == fitted


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_whatever_a_citizen_wrote_fits_and_can_be_encoded(words: str) -> None:
    fitted = bodies.fit("thing1", words)
    assert len(fitted) <= 20
    assert "\n" not in fitted
    fitted.encode("utf-8")


def test_the_accounts_menu_counts_and_the_services_menu_names() -> None:
    """Integers on the official account; strings, and 10 at most, in customer service."""
    menu = Menu("选", tuple(Item(n, f"第{n}项") for n in range(1, 13)))
    official: Any = bodies.menu(menu)["msgmenu"]
    service: Any = bodies.kf_menu(menu)["msgmenu"]
    assert [item["id"] for item in official["list"]] == list(range(1, 13))
    assert [item["click"]["id"] for item in service["list"]] == [str(n) for n in range(1, 11)]
    assert "tail_content" not in official


def test_a_notice_without_a_page_or_a_key_says_nothing_of_them() -> None:
    bare = {"template_id": "t", "data": {"thing1": {"value": "x"}}}
    for build in (bodies.template, bodies.subscription, bodies.account_subscription):
        assert build(Notice("t", {"thing1": "x"})) == bare
    assert bodies.subscription(Notice("t", {}, Page("wx1", "pages/case/case?id=1")))["page"] == "pages/case/case?id=1"


def test_a_short_id_is_the_same_for_the_same_message_and_fits() -> None:
    ids = {bodies.short_id(f"wechat:wx0.o1:{n}:0") for n in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[0-9a-zA-Z_-]{1,32}", id_) for id_ in ids)
    assert bodies.short_id("x") == bodies.short_id("x")
