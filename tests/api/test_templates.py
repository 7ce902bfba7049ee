"""What a generic form client reads of a template: all of it, in its language, and only when it has changed."""
from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from gateway.api.contract import load
from gateway.api.schemas import json_schema
from gateway.api.templates import condition
from gateway.dialogue.drafts import takers
from gateway.dialogue.fill import FILES
from gateway.dialogue.template import Condition, Template, read
from tests.channels.web.house import serve
from tests.channels.web.site import open_site
from tests.dialogue.small import PARCEL, document
from tests.tables import table

CONTRACT = load()
FULL = read(document("parcel", discreet=True, rules=[
    {"kind": "enough", "fields": ["evidence"], "images": 3, "ask": "evidence", "say": {"zh": "三张", "en": "Three"},
     "when": {"field": "problem", "one_of": ["damaged"]}},
], notices=[{"at": "when", "text": {"zh": "注意", "en": "Mind"}, "when": {"field": "goods_value", "over": 1000}}]))
VALUES: dict[str, Any] = {
    "carrier": "sf", "tracking_number": "SF1234567890123", "problem": "delay", "sender_address": "海珠区新港中路",
    "receiver_address": "朝阳区建国路", "contact_phone": "+8613800138000", "description": "快递丢了，客服一直不处理",
}


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with open_site(tmp_path) as site:
        api = replace(site.api(), templates={"parcel": FULL})
        async with serve(api.routes(), middlewares=[api.middleware()]) as address:
            yield f"{address}/api/templates"


async def get(url: str, **headers: str) -> tuple[int, Any, str | None]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        body = await answer.json(content_type=None) if answer.status == 200 else await answer.read()
        assert answer.headers["Cache-Control"] == "no-cache"
        return answer.status, body, answer.headers.get("ETag")


async def test_everything_a_form_needs_is_there(url: str) -> None:
    _, shown, _ = await get(f"{url}/parcel?lang=en")
    CONTRACT.validator("components", "schemas", "Template").validate(shown)
    assert shown["rules"] == [{
        "kind": "enough", "fields": ["evidence"], "images": 3, "ask": "evidence", "say": "Three",
        "when": {"field": "problem", "one_of": ["damaged"]},
    }]
    assert shown["notices"] == [{"at": "when", "text": "Mind", "when": {"field": "goods_value", "over": 1000}}]
    assert shown["discreet"] is True
    assert shown["privacy"]["version"] in shown["privacy"]["text"]
    fields = {field["id"]: field for field in shown["fields"]}
    assert fields["sender_address"]["role"] == "sender"
    assert fields["goods_value"]["skippable"] is True
    assert {option["value"] for option in fields["carrier"]["options"]} == {
        option.value for option in FULL.field("carrier").options}
    assert fields["contact_phone"]["context"] == "phone"
    for field in FULL.fields:
        kinds = fields[field.id].get("media_types")
        assert (kinds is not None) == (field.type in FILES)
        assert all(field.type in takers(kind) for kind in kinds or ())


@pytest.mark.parametrize(("language", "words"), [("zh", "快递投诉"), ("en", FULL.title.en), ("fr", FULL.title.en)])
async def test_in_every_language(url: str, language: str, words: str) -> None:
    for path in ("", "/parcel", "/parcel/schema"):
        _, shown, _ = await get(f"{url}{path}?lang={language}")
        assert words in str(shown)


async def test_what_has_not_changed_is_not_sent_again(url: str) -> None:
    for path in ("", "/parcel", "/parcel/schema"):
        _, _, tag = await get(f"{url}{path}")
        assert tag is not None
        status, body, again = await get(f"{url}{path}", **{"If-None-Match": tag})
        assert (status, body, again) == (304, b"", tag)
        assert (await get(f"{url}{path}?lang=en", **{"If-None-Match": tag}))[0] == 200, "another language"


def test_a_condition_says_what_it_says() -> None:
    assert condition(Condition(field="a", older_hours=72)) == {"field": "a", "older_hours": 72}
    nested = Condition(any=(Condition(field="a", present=True), Condition(field="b", one_of=("x",))))
    assert condition(nested) == {"any": [{"field": "a", "present": True}, {"field": "b", "one_of": ["x"]}]}


# --- the schema ---------------------------------------------------------------------------------------------

def strict(**when: Any) -> Template:
    """Goods value is asked for under this condition."""
    goods = {**next(one for one in document("parcel")["fields"] if one["id"] == "goods_value"), "skippable": False}
    rest = [one for one in document("parcel")["fields"] if one["id"] != "goods_value"]
    return read(document("parcel", fields=[*rest, goods | {"when": when}]))


def fits(template: Template, **changes: Any) -> bool:
    schema = json_schema(template, "en")
    Draft202012Validator.check_schema(schema)
    values = {name: value for name, value in {**VALUES, **changes}.items() if value is not None}
    return Draft202012Validator(schema).is_valid(values)


def test_canonical_values_fit() -> None:
    assert fits(PARCEL)
    assert not fits(PARCEL, carrier=None)
    assert not fits(PARCEL, carrier="顺丰"), "the schema is of canonical values"
    assert not fits(PARCEL, colour="red")


@table(("when", "asked", "not_asked"), [
    ({"field": "problem", "one_of": ["lost"]}, {"problem": "lost"}, {"problem": "delay"}),
    ({"field": "demand", "present": True}, {"demand": "退款"}, {}),
    ({"field": "demand", "absent": True}, {}, {"demand": "退款"}),
    ({"any": [{"field": "problem", "one_of": ["lost"]}, {"field": "demand", "present": True}]}, {"demand": "x"}, {}),
    ({"all": [{"field": "problem", "one_of": ["lost"]}, {"field": "demand", "present": True}]},
     {"problem": "lost", "demand": "x"}, {"problem": "lost"}),
])
def test_a_condition_makes_a_field_required(
    when: dict[str, Any], asked: dict[str, Any], not_asked: dict[str, Any]
) -> None:
    template = strict(**when)
    assert not fits(template, **asked)
    assert fits(template, **asked, goods_value="320.00")
    assert fits(template, **not_asked)


def test_amounts_and_ages_are_left_to_the_gateway() -> None:
    assert fits(strict(field="insured_value", over=100), insured_value="320.00")


def test_who_stays_anonymous_leaves_no_number() -> None:
    assert not fits(PARCEL, contact_phone=None)
    assert not fits(PARCEL, contact_phone=None, identity_mode="confidential")
    assert fits(PARCEL, contact_phone=None, identity_mode="anonymous")
    assert not fits(read(document("parcel", anonymous=False)), contact_phone=None, identity_mode="anonymous")
