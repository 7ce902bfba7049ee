"""Every template of the project as a form client meets it: its own examples, posted, become values its schema takes."""
from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from gateway.api.schemas import json_schema
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.fill import FILES
from gateway.dialogue.forms import Fault
from gateway.dialogue.posted import MISSING, read_order
from gateway.dialogue.scene import Scene
from gateway.dialogue.template import Template
from gateway.dialogue.understood import Understood
from gateway.fields.base import Value
from gateway.fields.city import City
from gateway.messages import FormFields, Order, Text
from tests.dialogue.talker import NOW

LANGUAGES = ("zh", "en")


def posted(catalog: Catalog, city: City, template: Template, fields: FormFields, tongue: str = "zh") -> tuple[
    Scene, list[Fault]
]:
    turn = Understood(Text(""), NOW, city)
    return read_order(catalog, turn, tongue, Order(template.id, template.version, fields, {}, "a"))


def examples(template: Template, language: str) -> FormFields:
    return {field.id: field.example.of(language) for field in template.fields if field.type not in FILES}


def valid(template: Template) -> Draft202012Validator:
    schema = json_schema(template, "zh")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def canonical(scene: Scene) -> dict[str, Value]:
    return {name: value.value for name, value in scene.draft.values.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_every_field_can_be_posted(catalog: Catalog, guangzhou: City, language: str) -> None:
    """What the form shows as an example is read by the field it stands in."""
    unread = [
        f"{template.id}.{fault.field}: {fault.code}" for template in catalog.newest.values()
        for fault in posted(catalog, guangzhou, template, examples(template, language), language)[1]
        if not fault.said and fault.code != MISSING
    ]
    assert unread == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_stored_is_what_the_schema_takes(catalog: Catalog, guangzhou: City, language: str) -> None:
    for template in catalog.newest.values():
        scene, _ = posted(catalog, guangzhou, template, examples(template, language), language)
        odd = [
            f"{template.id}: {error.json_path} {error.message}"
            for error in valid(template).iter_errors(canonical(scene)) if error.validator != "required"
        ]
        assert odd == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_stored_values_can_be_posted_again(catalog: Catalog, guangzhou: City, language: str) -> None:
    """A card that shows a draft sends its canonical values back: nothing changes by that."""
    for template in catalog.newest.values():
        scene, _ = posted(catalog, guangzhou, template, examples(template, language), language)
        again, _ = posted(catalog, guangzhou, template, canonical(scene), language)
        assert canonical(again) == canonical(scene), template.id


def test_schema_and_gateway_want_the_same_of_an_empty_form(catalog: Catalog, guangzhou: City) -> None:
    for template in catalog.newest.values():
        _, faults = posted(catalog, guangzhou, template, {})
        wanted = {fault.field for fault in faults if fault.code == MISSING}
        named = {word for error in valid(template).iter_errors({}) for word in error.validator_value}
        assert named == wanted, template.id
