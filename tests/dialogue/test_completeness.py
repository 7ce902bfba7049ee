"""How complete a form is, 0 to 1: what applies to it counts, required more than optional."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.completeness import OPTIONAL, completeness
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.template import read
from tests.dialogue.small import PARCEL, document

REQUIRED = [field.id for field in PARCEL.fields if field.required and field.when is None and not field.skippable]


def score(**changes: Filled | None) -> float:
    values = {name: Filled("x", "x") for name in REQUIRED} | changes
    return completeness(PARCEL, Draft("d", PARCEL.id, 1, 0, {k: v for k, v in values.items() if v is not None}))


def test_nothing_and_everything() -> None:
    assert completeness(PARCEL, Draft("d", PARCEL.id, 1, 0)) == 0
    whole = {field.id: Filled("x", "x") for field in PARCEL.fields}
    assert completeness(PARCEL, Draft("d", PARCEL.id, 1, 0, whole)) == 1


def test_required_weighs_more_than_optional() -> None:
    without_required = score(carrier=None, demand=Filled("x", "x"))
    without_optional = score()
    assert without_required < without_optional < 1
    assert OPTIONAL < 1


def test_a_condition_makes_a_field_count() -> None:
    assert score(problem=Filled("lost", "")) < score(problem=Filled("delay", ""))
    assert score(problem=Filled("lost", ""), goods_value=Filled("1.00", "")) > score(problem=Filled("lost", ""))


def test_what_nobody_could_read_is_not_there() -> None:
    assert score(tracking_number=Filled("?", "?", flagged=True)) == score(tracking_number=None)


def test_who_stays_anonymous_is_not_less_complete_for_it() -> None:
    mode = Filled("anonymous", "")
    assert score(contact_phone=None, identity_mode=mode) > score(contact_phone=None)


def test_a_form_without_fields_is_complete() -> None:
    empty = replace(read(document("parcel")), fields=())
    assert completeness(empty, Draft("d", "parcel", 1, 0)) == 1
