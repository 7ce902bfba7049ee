"""A repeat of an open case: seen as soon as the form's key is known, and offered to that case as a supplement.
The citizen's open cases, and the questions which of them is meant and what for."""
from __future__ import annotations

from msgspec.structs import replace

from gateway.dialogue.anonymity import NAMING
from gateway.dialogue.asking import listed, needed, shown
from gateway.dialogue.draft import Case, Draft
from gateway.dialogue.effects import Ask, Effect, Labelled, Say, Supplement
from gateway.dialogue.scene import Move, Scene
from gateway.dialogue.template import Field, Template
from gateway.messages import Option

CLOSED = frozenset({"closed", "rejected", "cancelled"})
NOT_KEYS = frozenset({"choice", "choices", "yes_no"})  # too coarse to say that two cases are one matter
MORE = "more"  # what is asked when somebody only said that they have something to add
NOT_ADDED = NAMING | {"identity_mode", "appeal_kind"}  # the open case knows who it is about


def key_fields(template: Template) -> list[Field]:
    """What makes two cases of one template the same matter: its `key`, else the title's field and the place."""
    places = (field.id for field in template.fields if field.role == "place")
    names = template.key or (template.title_field or "", *places)
    return [field for field in template.fields
            if field.id in names and (template.key or field.type not in NOT_KEYS)]


def case_key(template: Template, draft: Draft) -> str:
    """The key's values; "" when none of them says anything, then nothing counts as a repeat."""
    parts = [str(draft.values[field.id].value) for field in key_fields(template) if field.id in draft.values]
    return "|".join("".join(part.casefold().split()) for part in parts)


def open_cases(scene: Scene) -> list[Case]:
    return [case for case in scene.state.cases if case.status not in CLOSED]


def twin(scene: Scene) -> Case | None:
    """An open case of this citizen about the same matter, unless they said that this is another one."""
    key = case_key(scene.template, scene.draft)
    same = [case for case in open_cases(scene) if case.template == scene.draft.template and case.key == key]
    return same[0] if same and key and not scene.draft.separate else None


def early(scene: Scene) -> Case | None:
    """The twin, once nothing of the key is still to be asked: it spares the other questions."""
    open_ = any(needed(field, scene.draft) for field in key_fields(scene.template))
    return None if open_ else twin(scene)


def ask_duplicate(scene: Scene, case: Case, before: list[Effect]) -> Move:
    choices = (Option("supplement", "choice.supplement"), Option("new", "choice.new"))
    say = Say("duplicate", {"work_order": case.work_order_id, "title": scene.title_of(case)})
    return scene.state, [*before, say, Ask("duplicate", choices, scene.template.id)]


def separate(scene: Scene) -> Scene:
    """另提一件: it is not asked again."""
    return scene.put(replace(scene.draft, separate=True))


def supplement(scene: Scene, case: Case) -> Move:
    """Instead of a second case: what was told goes to the open one, in the clerks' language, files and all."""
    clerk = scene.remember(replace(scene.state, language="zh"))
    lines = [f"{field.label.zh}：{shown(clerk, field)}" for field in listed(scene)
             if field.id not in NOT_ADDED and field.type not in ("files", "images", "video", "document")]
    if "description" not in scene.draft.values:
        lines += scene.draft.told
    effects: list[Effect] = [
        Supplement(case.work_order_id, "\n".join(lines), uploads=scene.draft.uploads),
        Say("supplemented", {"work_order": case.work_order_id}),
    ]
    return scene.put(None).state, effects


# --- which case, and what for ---------------------------------------------------------------------------------

def ask_case(scene: Scene, before: list[Effect]) -> Move:
    choices = tuple(Labelled(case.work_order_id, f"{scene.title_of(case)} {case.work_order_id}".strip())
                    for case in open_cases(scene))
    return scene.state, [*before, Say("case.which"), Ask("case", choices)]


def ask_more(scene: Scene, before: list[Effect]) -> Move:
    say = Say("supplement.what", {"work_order": scene.state.adding})
    return scene.state, [*before, say, Ask(MORE, (Option("nothing", "choice.nothing"),))]
