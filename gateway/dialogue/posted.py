"""A form posted whole over the API: the post is itself the yes, so all that speaks against it is said at once.

The same reading as a form card's (forms.py) and the same filing (summary.py), without a question in between.
"""
from __future__ import annotations

from dataclasses import replace as rebuilt

from gateway.dialogue.asking import needed
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.danger import number
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.drafts import begin
from gateway.dialogue.effects import Effect, File
from gateway.dialogue.forms import Fault, read_files, read_form
from gateway.dialogue.rules import first_broken
from gateway.dialogue.scene import Scene
from gateway.dialogue.summary import file
from gateway.dialogue.template import Template
from gateway.dialogue.understood import Understood
from gateway.messages import FormFields, Order

MISSING, UNKNOWN = "missing", "unknown"


def read_order(catalog: Catalog, turn: Understood, language: str, order: Order) -> tuple[Scene, list[Fault]]:
    """The draft that the order makes, begun beside whatever form is open in the chat, and every fault of it,
    in the order of the template's fields. Raises LookupError for a template nobody knows.

    What the channel knows (`turn.known`) stands where the order says nothing.
    """
    template = catalog.at(order.template, order.version)
    if template is None:
        raise LookupError(order.template)
    scene = begin(Scene(catalog, Dialogue(language=language), turn), template)
    scene, faults = read_form(scene, order.fields)
    scene, lost = read_files(scene, order.fields, order.kinds)
    faults += [*lost, *_strangers(template, order.fields)]
    faults += _missing(scene, faults)
    faults += _broken(scene, faults)
    places = {field.id: place for place, field in enumerate(template.fields)}
    return scene, sorted(faults, key=lambda fault: places.get(fault.field, len(places)))


def file_order(catalog: Catalog, turn: Understood, state: Dialogue, order: Order) -> list[Effect]:
    """The work order and its receipt; the chat's own form and question are not touched.

    Its faults were looked for before it was taken (same words, same moment), so nobody could be told of one here.
    """
    scene, _ = read_order(catalog, turn, state.language, order)
    _, effects = file(scene)
    filed = [rebuilt(effect, answer=order.answer) if isinstance(effect, File) else effect for effect in effects]
    return [*number(scene), *filed]


def words_in(fields: FormFields) -> str:
    """What somebody wrote into the form, where danger would be told."""
    return "\n".join(value for value in fields.values() if isinstance(value, str))


def _strangers(template: Template, fields: FormFields) -> list[Fault]:
    return [Fault(name, UNKNOWN, {}) for name in fields if not template.has(name)]


def _missing(scene: Scene, faults: list[Fault]) -> list[Fault]:
    """Required fields without a value, also those that only other values make so; what may be skipped may be left
    out. A field whose value could not be read is not missing, nor the number of who meant to be anonymous."""
    said = {fault.field for fault in faults}
    said |= {"contact_phone"} if "identity_mode" in said else set()
    return [
        Fault(field.id, MISSING, {}) for field in scene.template.fields
        if needed(field, scene.draft) and not field.skippable and field.id not in said
    ]


def _broken(scene: Scene, faults: list[Fault]) -> list[Fault]:
    """Each rule once, in the template's own words; not where the fields it names have faults of their own."""
    said = {fault.field for fault in faults}
    return [
        Fault(rule.ask, rule.kind, {}, scene.say(rule.say)) for rule in scene.template.rules
        if said.isdisjoint({rule.ask, *rule.fields}) and first_broken((rule,), scene.draft)
    ]

