"""Each kind of fault that a template's grammar cannot see, found where it stands."""
from __future__ import annotations

from dataclasses import replace as rebuilt
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from gateway.dialogue.template import Condition, Notice, Rule, Template
from gateway.fields.base import Limits, Option, Words
from gateway.fields.registry import TYPES
from gateway.proofreading import Proofreader
from tests import project
from tests.tables import table

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
READER = Proofreader(TYPES, project.city(), frozenset({"standard"}), project.replies(), NOW)
GENERAL = project.catalog().newest["general"]
SAID = Words("好的。", "All right.")


def with_field(name: str, **changes: object) -> Template:
    fields = tuple(replace(field, **changes) if field.id == name else field for field in GENERAL.fields)
    return replace(GENERAL, fields=fields)


def without(name: str) -> Template:
    return replace(GENERAL, fields=tuple(field for field in GENERAL.fields if field.id != name))


def with_notice(condition: Condition) -> Template:
    return replace(GENERAL, notices=(Notice("when", SAID, condition),))


def place(field_id: str) -> str:
    return f"$.fields[{[field.id for field in GENERAL.fields].index(field_id)}]"


OPTIONS = (Option("a", Words("甲", "first"), ("头",)), Option("b", Words("乙", "second"), ("头",)))


@table(("template", "path", "problem"), [
    (replace(GENERAL, deadline="soon"), "$.deadline", "no deadline class soon"),
    (without("demand"), "$.fields", "demand, which every template has"),
    (replace(GENERAL, anonymous=False), "$.anonymous", "offers anonymous"),
    (replace(GENERAL, title=Words("其他", " ")), "$.title", "missing in one of the two"),
    (replace(GENERAL, opening=Words("好的", "好的")), "$.opening", "English text is the Chinese"),
    (replace(GENERAL, fields=(*GENERAL.fields, GENERAL.fields[0])), "$.fields", "stands there 2 times"),
    (with_field("demand", names=("地址",)), f"{place('demand')}.names", "“地址” is what location is called"),
    (with_field("demand", type="choice"), place("demand"), "a choice without options"),
    (with_field("demand", when=Condition("location", present=True)), place("demand"), "`when` is for required"),
    (with_field("demand", limits=Limits(pattern="[")), place("demand"), "no regular expression"),
    (with_field("demand", type="choice", options=OPTIONS), place("demand"), "“头” means a and b"),
    (with_field("contact_phone", example=Words("请看名片", "see my card")), place("contact_phone"), "zh example"),
    (replace(GENERAL, summary="{{ fields.nowhere }}"), "$.summary", "nowhere"),
    (with_notice(Condition("identity_mode", one_of=("secret",))), "$.notices[0].when", "no value secret"),
    (with_notice(Condition("location", present=True, absent=True)), "$.notices[0].when", "say one thing of location"),
    (with_notice(Condition(any=(Condition("location"),))), "$.notices[0].when", "say one thing of location"),
    (replace(GENERAL, rules=(Rule("one_of", ("location",), SAID, "location",
                                  when=Condition("appeal_kind", one_of=("joke",))),)),
     "$.rules[0].when", "no value joke"),
])
def test_a_fault_is_found(template: Template, path: str, problem: str) -> None:
    found = [(where, what) for where, what in READER.findings(template) if where == path]
    assert any(problem in what for _, what in found), list(READER.findings(template))


def test_a_sound_template_has_no_findings() -> None:
    assert list(READER.findings(GENERAL)) == []


def test_the_deadlines_are_the_citys() -> None:
    other = rebuilt(READER, deadlines=frozenset({"slow"}))
    assert [where for where, _ in other.findings(GENERAL)] == ["$.deadline"]


def test_what_may_be_urgent_needs_the_citys_urgent_class() -> None:
    other = rebuilt(READER, deadlines=frozenset({GENERAL.deadline}))
    form = replace(GENERAL, urgent=Condition("location", present=True))
    assert [where for where, _ in other.findings(form)] == ["$.urgent"]
