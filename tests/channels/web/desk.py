"""A parcel form with a field of every kind, and a conversation that answers its card."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.dialogue.template import read
from gateway.messages import FieldError, Form, Inbound, Option
from tests.channels.web.site import Site
from tests.dialogue.small import HEAD

MARKUP = "<img src=x onerror=alert(1)>"
PICKS = [{"value": name, "label": {"zh": zh, "en": en}, "aliases": []} for name, zh, en in (
    ("late", "延误", "Late"), ("lost", "丢失", "Lost"), ("other", "其他", "Other"))]
MANY = [{"value": f"c{n}", "label": {"zh": f"公司{n}", "en": f"Company {n}"}, "aliases": []} for n in range(12)]


def one(name: str, type_: str, zh: str, en: str, **more: Any) -> dict[str, Any]:
    words = {"prompt": {"zh": f"{zh}？", "en": f"{en}?"}, "help": {"zh": "照实填", "en": "As it is"}}
    words |= {"label": {"zh": zh, "en": en}, "example": {"zh": "样子", "en": "sample"}}
    return {"id": name, "type": type_, **words, **more}


FIELDS = [
    one("carrier", "choice", "公司", "Company", options=MANY, required=True),
    one("problem", "choice", "问题", "Problem", options=PICKS, required=True),
    one("parts", "choices", "缺什么", "What is missing", options=PICKS),
    one("again", "yes_no", "以前反映过吗", "Reported before", required=True, skippable=True),
    one("occurred_at", "moment", "什么时候", "When", required=True),
    one("hours", "period", "哪段时间", "From when to when"),
    one("value", "money", "价值", "Value", required=True, when={"field": "problem", "one_of": ["lost"]}),
    one("times", "number", "几次", "How often"),
    one("numbers", "list", "编号", "Numbers"),
    one("place", "address", "地点", "Place", required=True),
    one("company", "organisation", "单位", "Firm"),
    one("description", "text", "经过", "Story", required=True, limits={"max_length": 2000}),
    one("photos", "images", "照片", "Photos"),
    one("contact_name", "text", "称呼", "Name", sensitive=True),
    one("contact_phone", "phone", "电话", "Phone", required=True, sensitive=True),
    one("identity_mode", "choice", "身份", "Identity", options=[
        {"value": name, "label": {"zh": zh, "en": name}, "aliases": []}
        for name, zh in (("named", "实名"), ("anonymous", "匿名"))]),
]
PARCEL = read({
    **HEAD, "id": "parcel", "title": {"zh": "快递投诉", "en": "Parcel"}, "tags": ["express"], "fields": FIELDS,
    "description": {"zh": "快件的事", "en": "About a parcel"}, "opening": {"zh": "好的", "en": "Fine"}, "summary": "-",
    "notices": [
        {"at": "opening", "text": {"zh": "有危险先打110", "en": "In danger call 110"}},
        {"at": "when", "text": {"zh": "留着包装", "en": "Keep it"}, "when": {"field": "problem", "one_of": ["lost"]}},
    ],
})
LIFT = read({
    **HEAD, "id": "lift", "title": {"zh": "电梯" + MARKUP, "en": "Lift" + MARKUP}, "tags": ["elevator"],
    "fields": [FIELDS[11]], "description": {"zh": "困人", "en": "Trapped"}, "opening": {"zh": "好", "en": "Fine"},
    "summary": "-",
})


@dataclass
class Desk(Site):
    """Answers a form as the dialogue does: opened, refused field by field, or summed up."""

    draft: dict[str, Any] | None = None
    faults: tuple[FieldError, ...] = ()
    forms: list[Form] = field(default_factory=list)

    async def answer(self, inbound: Inbound, language: str) -> None:
        content = inbound.content
        if not isinstance(content, Form):
            return
        self.forms.append(content)
        self.draft = self.draft or {"template": content.template, "version": 1, "fields": {}, "missing": []}
        said: dict[str, Any] = {"reply_to": inbound.id, "template": content.template, "language": language}
        if self.faults:
            text = "先打110\n\n要写到区和街道\n\n地点？"
            await self.say(inbound.conversation, text, ask="place", errors=self.faults, **said)
        elif content.fields:
            for name, value in content.fields.items():
                self.fill(name, value)
            choices = (Option("file", "提交"),)
            await self.say(inbound.conversation, "请核对一下", ask="confirm", choices=choices, **said)
        else:
            await self.say(inbound.conversation, "哪家公司？", ask="carrier", **said)

    def fill(self, name: str, value: Any) -> None:
        assert self.draft is not None
        self.draft["fields"][name] = {"value": value, "display": f"{value}", "flagged": False}
