"""How complete a form is: the share of the fields that apply to it which are filled with something readable."""
from __future__ import annotations

from gateway.dialogue.asking import identity
from gateway.dialogue.conditions import holds
from gateway.dialogue.draft import Draft
from gateway.dialogue.template import Field, Template

REQUIRED, OPTIONAL = 1.0, 0.25
BESIDE = frozenset({"appeal_kind", "identity_mode", "previous_case_no"})  # their silence says something too
PERSONAL = frozenset({"contact_name", "contact_phone", "contact_address"})  # not wanted of who stays anonymous


def completeness(template: Template, draft: Draft) -> float:
    """0 to 1, to three digits. Required fields weigh 1 each, optional ones a quarter; a value that nobody could
    read counts as none, and a field that does not apply counts for nothing."""
    weights = {field.id: _weight(field) for field in template.fields if _applies(field, draft)}
    had = sum(weight for name, weight in weights.items() if name in draft.values and not draft.values[name].flagged)
    whole = sum(weights.values())
    return round(had / whole, 3) if whole else 1.0


def _weight(field: Field) -> float:
    return REQUIRED if field.required and not field.skippable else OPTIONAL


def _applies(field: Field, draft: Draft) -> bool:
    anonymous = identity(draft) == "anonymous"
    return field.id not in BESIDE and holds(field.when, draft) and not (anonymous and field.id in PERSONAL)
