"""Every template sent whole, as the web form and the API do: its own examples make a complete form."""
from __future__ import annotations

from jsonschema import Draft202012Validator

from gateway.api.schemas import json_schema
from gateway.api.templates import condition
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.conditions import holds
from gateway.dialogue.draft import Draft
from gateway.dialogue.template import Field, Template
from gateway.fields.base import Value
from gateway.fields.city import City
from tests.dialogue.talker import Talker
from tests.tables import table
from tests.test_wording import TEMPLATES, of_template

EMPTY = Draft("d", "t", 1, 0)


def examples(template: Template, language: str) -> dict[str, Value]:
    """Every field but files: those come as uploads, before the form or after it."""
    return {field.id: field.example.of(language) for field in template.fields if field.type != "files"}


def needed(template: Template, draft: Draft) -> list[Field]:
    return [field for field in template.fields if field.required and holds(field.when, draft)]


def unconditional(template: Template) -> dict[str, Value]:
    return {field.id: field.example.zh for field in template.fields if field.required and field.when is None}


def sent(catalog: Catalog, city: City, template: Template, fields: dict[str, Value], language: str = "zh") -> Talker:
    """A template that wants pictures has got a video before the form."""
    talk = Talker(catalog, city, language=language)
    if any(rule.kind == "enough" for rule in template.rules):
        talk.upload("video/mp4")
    talk.fill(template.id, **fields)
    return talk


@table("template", TEMPLATES, label=of_template)
@table("language", ["zh", "en"])
def test_every_example_together_is_a_form(
    template: Template, language: str, catalog: Catalog, guangzhou: City
) -> None:
    fields = examples(template, language)
    talk = sent(catalog, guangzhou, template, fields, language)
    assert talk.asked == "confirm"
    assert talk.values.keys() - {"evidence"} == fields.keys()
    talk.choose("file")
    assert len(talk.filed) == 1


@table("template", TEMPLATES, label=of_template)
def test_the_required_fields_are_enough(template: Template, catalog: Catalog, guangzhou: City) -> None:
    fields: dict[str, Value] = {field.id: field.example.zh for field in needed(template, EMPTY)}
    talk = sent(catalog, guangzhou, template, fields)
    while more := [field for field in needed(template, talk.draft) if field.id not in fields]:
        fields |= {field.id: field.example.zh for field in more}  # an answer may make another field needed
        talk = sent(catalog, guangzhou, template, fields)
    assert talk.asked == "confirm"


@table("template", TEMPLATES, label=of_template)
def test_a_field_that_is_missing_is_asked(template: Template, catalog: Catalog, guangzhou: City) -> None:
    whole = examples(template, "zh")
    full = sent(catalog, guangzhou, template, whole).draft
    for field in needed(template, full):
        rest = {name: value for name, value in whole.items() if name != field.id}
        assert sent(catalog, guangzhou, template, rest).asked == field.id


@table("template", [one for one in TEMPLATES if one.anonymous], label=of_template)
def test_nobody_anonymous_is_asked_for_a_number(template: Template, catalog: Catalog, guangzhou: City) -> None:
    whole = examples(template, "zh") | {"contact_phone": "", "identity_mode": "anonymous"}
    assert sent(catalog, guangzhou, template, whole).asked == "confirm"


MATTERS = {
    "parking": {"bike_numbers"}, "damaged": {"bike_numbers"}, "other": {"bike_numbers"},
    "deposit": {"account_phone", "amount"}, "billing": {"account_phone", "amount"},
}


@table("problem", MATTERS)
def test_bikes_in_the_way_need_numbers_and_money_an_account(
    problem: str, catalog: Catalog, guangzhou: City
) -> None:
    template = catalog.newest["shared_bike"]
    fields = unconditional(template)
    draft = sent(catalog, guangzhou, template, fields | {"problem": problem}).draft
    conditional = {field.id for field in needed(template, draft) if field.when is not None}
    assert conditional == MATTERS[problem]


def test_a_photo_stands_for_the_numbers(catalog: Catalog, guangzhou: City) -> None:
    template = catalog.newest["shared_bike"]
    fields = unconditional(template)
    talk = sent(catalog, guangzhou, template, fields)
    assert talk.asked == "bike_numbers"
    talk.upload("image/jpeg")
    assert talk.asked == "confirm"


@table(("problem", "asked"), [
    ("delay", "confirm"), ("lost", "goods_value"), ("damaged", "goods_value"), ("service", "confirm"),
])
def test_the_value_counts_where_the_goods_are_gone(
    problem: str, asked: str, catalog: Catalog, guangzhou: City
) -> None:
    template = catalog.newest["express_delivery"]
    fields = unconditional(template)
    assert sent(catalog, guangzhou, template, fields | {"problem": problem}).asked == asked


@table(("remedy", "asked"), [
    ("refund", "amount"), ("compensation", "amount"), ("exchange", "confirm"), ("repair", "confirm"),
])
def test_who_wants_money_says_how_much(remedy: str, asked: str, catalog: Catalog, guangzhou: City) -> None:
    template = catalog.newest["consumer_dispute"]
    fields = unconditional(template)
    assert sent(catalog, guangzhou, template, fields | {"requested_remedy": remedy}).asked == asked


def test_nobody_complains_to_a_shop_without_a_name(catalog: Catalog, guangzhou: City) -> None:
    template = catalog.newest["consumer_dispute"]
    talk = sent(catalog, guangzhou, template, examples(template, "zh") | {"identity_mode": "anonymous"})
    assert talk.values.get("identity_mode") != "anonymous"
    assert talk.filed == []


@table("template", TEMPLATES, label=of_template)
def test_the_published_schema_takes_what_the_gateway_keeps(
    template: Template, catalog: Catalog, guangzhou: City
) -> None:
    """Canonical values of a complete form fit the JSON Schema of GET /api/templates/{id}/schema."""
    values = sent(catalog, guangzhou, template, examples(template, "zh")).values
    values.pop("evidence", None)  # the upload's id here is no real one
    schema = json_schema(template, "en")
    Draft202012Validator.check_schema(schema)
    assert [fault.message for fault in Draft202012Validator(schema).iter_errors(values)] == []


def test_a_published_condition_says_only_what_it_says(catalog: Catalog) -> None:
    when = catalog.newest["shared_bike"].field("bike_numbers").when
    assert when is not None
    assert condition(when) == {"all": [
        {"field": "problem", "one_of": ["parking", "placement", "damaged", "other"]},
        {"field": "evidence", "absent": True},
    ]}
