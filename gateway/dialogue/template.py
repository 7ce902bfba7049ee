"""A complaint template: one bilingual YAML file of templates/complaints/, read strictly into these structs."""
from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from gateway.fields.base import Limits, Option, Words

Role = Literal["sender", "receiver", "place", "merchant", "affected"]


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """True when the named field has one of the values; `present`/`absent` ask only whether it is filled.

    over         a number or a sum that is greater
    older_hours  a moment, or the end of a period, this long before the form was begun
    With `any`, true when one of those conditions is; with `all`, when every one of them is.
    """

    field: str = ""
    one_of: tuple[str, ...] = ()
    present: bool = False
    absent: bool = False
    over: float | None = None
    older_hours: int | None = None
    any: tuple[Condition, ...] = ()
    all: tuple[Condition, ...] = ()


class Field(Struct, frozen=True, forbid_unknown_fields=True):
    """One field 要素.

    required       asked until it is there
    when           for required fields: only under this condition (the contract's `c`)
    cues           words that announce this field in free text, both languages ("买的", "单号", "bought"). A moment,
                   period, money or number of a field with cues is taken from free text only when a cue stands in
                   the same clause; without cues, only when no other required field could claim it. The bare
                   label of an optional choice waits for a cue right before it, too
    names          what people call it in "change …" (the label counts anyway)
    role           which of several addresses this is; `place` feeds the work order's location
    skippable      a required question that may be passed over all the same
    context        filled from the channel when it knows: "phone", "name", "location"
    """

    id: str
    type: str
    label: Words
    prompt: Words
    help: Words
    example: Words
    required: bool = False
    when: Condition | None = None
    options: tuple[Option, ...] = ()
    limits: Limits = Limits()
    cues: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    role: Role | None = None
    skippable: bool = False
    sensitive: bool = False
    context: Literal["phone", "name", "location"] | None = None


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """A check over several fields; `say` is what the citizen is told, `ask` the field asked again.

    differ     the values of `fields` must not be equal
    ordered    moments of `fields` must not decrease
    at_most    number or money: fields[0] ≤ fields[1]
    one_of     at least one of `fields` is filled
    enough     a files field holds at least `images` pictures, or a video
    shaped     each value holds `pattern` (of upper-case letters and digits, without dots and spaces)
    when       the rule is only looked at under this condition
    """

    kind: Literal["differ", "ordered", "at_most", "one_of", "enough", "shaped"]
    fields: tuple[str, ...]
    say: Words
    ask: str
    images: int = 1
    pattern: str = ""
    when: Condition | None = None


class Notice(Struct, frozen=True, forbid_unknown_fields=True):
    """Shown once: at the opening, before the summary, with the receipt, or as soon as `when` holds."""

    at: Literal["opening", "summary", "receipt", "when"]
    text: Words
    when: Condition | None = None


class Code(Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    label: str


class Category(Struct, frozen=True, forbid_unknown_fields=True):
    """The city's classification slot; `scheme` names the table the codes come from."""

    scheme: str
    level1: Code
    level2: Code | None = None
    level3: Code | None = None


class Template(Struct, frozen=True, forbid_unknown_fields=True):
    """A complaint template 诉求模板.

    fields       asking order; the common fields stand among them with their overrides
    title_field  the field whose display follows the title in the work order's title
    key          fields that make two open cases of one citizen the same matter; by default the title's and the place
    discreet     what happened is not named in notifications, lists and short messages
    summary      Jinja2 over {fields, title}: the order's content in Chinese (rendered by gateway/replies.py)
    deadline     class of city/deadlines.yaml
    urgent       while it holds, the order is urgent and its deadline the class `urgent`
    opening      how the template introduces itself after it was chosen
    """

    id: str
    version: int
    title: Words
    description: Words
    category: Category
    skill: Literal[
        "consumer", "land_urban", "labour_social", "public_security", "comprehensive", "language", "women"
    ]
    deadline: str
    fields: tuple[Field, ...]
    opening: Words
    summary: str
    title_field: str | None = None
    urgent: Condition | None = None
    key: tuple[str, ...] = ()
    discreet: bool = False
    anonymous: bool = True
    enterprise: bool = False
    tags: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    notices: tuple[Notice, ...] = ()
    rating_questions: tuple[Words, ...] = ()
    rework_reasons: tuple[Option, ...] = ()
    default_appeal: str = "complaint"

    def field(self, field_id: str) -> Field:
        """Raises KeyError."""
        for field in self.fields:
            if field.id == field_id:
                return field
        raise KeyError(field_id)

    def has(self, field_id: str) -> bool:
        return any(field.id == field_id for field in self.fields)


def read(document: Any) -> Template:
    """A parsed YAML document as a Template; raises msgspec.ValidationError with the path of the fault."""
    return msgspec.convert(document, Template)
