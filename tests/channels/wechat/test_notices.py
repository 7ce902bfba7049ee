"""channels/wechat/notices.py: from the facts of some news to what stands in a template of the platform."""
from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from channels.wechat.bodies import Page, account_subscription, subscription, template
from channels.wechat.notices import Plan
from gateway.messages import CaseNews
from gateway.outbox import About
from tests.project import replies
from tests.tables import table

WO = "WO-20261123-ABCDEFGHJK"
FACTS = {
    "number": WO, "title": "路灯坏了", "department": "市政园林局", "status": "Closed", "status_zh": "已办结",
    "time": "2026年11月23日 18:00", "hint": "承办单位已答复，请点开查看",
}
ABOUT = About(WO, "closed", 0, FACTS)


def plan(**values: str) -> Plan:
    return Plan("t1", "lasting", values, frozenset({"closed"}), "pages/case/case", "wx0mini")


@table(("values", "shown"), [
    ({"thing1": "title", "character_string2": "number"}, {"thing1": "路灯坏了", "character_string2": WO}),
    ({"phrase3": "status"}, {"phrase3": "已办结"}),            # 汉字 only, whatever the citizen's language
    ({"thing3": "status"}, {"thing3": "Closed"}),
    ({"time4": "time"}, {"time4": "2026年11月23日 18:00"}),
    ({"thing5": "hint", "thing6": "department"}, {"thing5": "承办单位已答复，请点开查看", "thing6": "市政园林局"}),
    ({"thing1": "no such fact"}, {"thing1": "-"}),            # an empty value is refused (47003)
])
def test_facts_stand_where_the_template_wants_them(values: dict[str, str], shown: dict[str, str]) -> None:
    notice = plan(**values).notice(ABOUT, "turn:1")
    assert (notice.template, notice.values, notice.key) == ("t1", shown, "turn:1")


def test_a_fact_that_is_empty_is_a_dash() -> None:
    """The title of a discreet matter."""
    assert plan(thing1="title").notice(About(WO, "closed", 0, {"title": ""}), "k").values == {"thing1": "-"}


def test_a_tap_opens_the_case() -> None:
    assert plan().notice(ABOUT, "k").page == Page("wx0mini", f"pages/case/case?id={WO}")
    assert Plan("t1", "once", {}, frozenset()).notice(ABOUT, "k").page is None


def test_each_call_has_its_own_form_of_it() -> None:
    notice = plan(thing1="title").notice(ABOUT, "k")
    page = {"appid": "wx0mini", "pagepath": f"pages/case/case?id={WO}"}
    assert template(notice)["miniprogram"] == account_subscription(notice)["miniprogram"] == page
    assert subscription(notice)["page"] == page["pagepath"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_wording_of_facts_fits_the_platforms_fields(language: str) -> None:
    """A phrase holds 5 characters, all Chinese; a thing 20 [message/subscribe/send]."""
    news = get_args(get_type_hints(CaseNews)["news"])
    for word in news:
        params = {"news": word}
        status = replies().render("zh", "wechat", "notice.status", params)
        assert len(status) <= 5
        assert all("\u4e00" <= sign <= "\u9fff" for sign in status), status
        for fact in ("status", "hint"):
            said = replies().render(language, "wechat", f"notice.{fact}", params)
            assert 0 < len(said) <= 20, said


@table(("language", "shown"), [("zh", "2026年11月23日 18:05"), ("en", "2026-11-23 18:05")])
def test_a_time_has_one_of_the_two_forms_that_platforms_take(language: str, shown: str) -> None:
    at = {"at": "2026-11-23T18:05:00+08:00"}
    assert replies().render(language, "wechat", "notice.time", at) == shown
    assert replies().render(language, "wechat", "notice.time", {"at": "not a time"}) == "not a time"
