"""What of one form fits into another: told words and files always, values where there is no doubt what they mean."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.asking import told
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.drafts import attach
from gateway.dialogue.fill import FILES, mine
from gateway.dialogue.scene import Scene
from gateway.dialogue.template import Field, Template
from gateway.errors import Unreadable

# Fields of different names that mean the same; between two of a row a value is carried when each form has only one.
ALIKE = tuple(frozenset(row.split()) for row in (
    "merchant_name shop_name place_name polluter",
    "employer_name enterprise_name property_company merchant_name",
    "institution hospital merchant_name",
    "location address source_location",
    "merchant_address location address",
    "employer_address location address",
    "affected_address contact_address",
    "occurred_at purchase_date visit_date since",
    "amount paid_amount refund_asked goods_value",
    "goods_or_service product goods_name",
    "order_no contract_no",
    "fee_period period bill_period",
))
MEANINGS = frozenset({"choice", "choices", "yes_no"})  # the same id does not make them the same question


def carried(scene: Scene, template: Template) -> Scene:
    """The open draft in another form. It stays the same draft (its timers go on), told words are mined once more."""
    old, source = scene.draft, scene.template
    values = {field.id: value for field in template.fields if (value := _value(scene, old, source, field)) is not None}
    order = tuple(name for name in old.order if name in values)
    draft = Draft(
        old.id, template.id, template.version, old.started, values=values, told=old.told, order=order,
        stayed=(*old.stayed, old.template), district=old.district,
    )
    scene = scene.put(draft)
    if old.uploads:
        scene = attach(scene, tuple((upload, old.kinds.get(upload, "")) for upload in old.uploads))
    for words in _stories(old):
        scene = scene.put(mine(scene, words))
    return told(scene, "")


def _stories(draft: Draft) -> list[str]:
    """What was told, and what was written into the description besides."""
    story = draft.values.get("description")
    written = str(story.value) if story and story.source != "default" else ""
    return [*draft.told, *([written] if written and written not in draft.told else [])]


def _value(scene: Scene, draft: Draft, source: Template, field: Field) -> Filled | None:
    if field.type in FILES:
        return None  # attached anew
    for other in _sources(source, field):
        value = draft.values.get(other.id)
        if value is not None and _fits(scene, field, other, value):
            return value
    return None


def _sources(source: Template, field: Field) -> list[Field]:
    """The field of the same id; else the only one of the same role, or of a row of ALIKE."""
    same = [other for other in source.fields if other.id == field.id and other.type == field.type]
    if same or field.type in MEANINGS:
        return same
    peers = [other for other in source.fields if other.type == field.type]
    by_role = [other for other in peers if field.role is not None and other.role == field.role]
    alike = {name for row in ALIKE if field.id in row for name in row}
    by_name = [other for other in peers if other.id in alike]
    return by_role if len(by_role) == 1 else by_name if len(by_name) == 1 else []


def _fits(scene: Scene, field: Field, other: Field, value: Filled) -> bool:
    """A choice also has to mean the same in both: an option of the same words."""
    if field.type in MEANINGS and field.id != "identity_mode":
        labels = {option.value: option.label.zh for option in field.options}
        olds = {option.value: option.label.zh for option in other.options}
        chosen = value.value if isinstance(value.value, list) else [str(value.value)]
        if field.options and any(one == "other" or labels.get(one) != olds.get(one) for one in chosen):
            return False
    if value.flagged:
        return True
    try:
        scene.type_of(field).validate(value.value, scene.context(field))
    except Unreadable:
        return False
    return True


def declined(draft: Draft, template: str) -> Draft:
    """The citizen stays: this form is not offered again."""
    return replace(draft, stayed=(*draft.stayed, template))
