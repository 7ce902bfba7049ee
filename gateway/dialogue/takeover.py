"""What a proved phone number opens: it is not asked any more, and a draft begun elsewhere may be gone on with here.

A draft moves by three items, each in one commit: this conversation asks for it (FetchDraft), the other one lets go
of it and sends it (HandDraft), this one takes it. It is never in two places, so it can be filed only once.
"""
from __future__ import annotations

import msgspec
from msgspec.structs import replace

from gateway.dialogue.asking import needed
from gateway.dialogue.choosing import privacy_notice
from gateway.dialogue.detours import again
from gateway.dialogue.draft import BESIDE, Draft, filled
from gateway.dialogue.drafts import carried, offer_found
from gateway.dialogue.effects import Effect, FetchDraft, HandDraft, Say
from gateway.dialogue.scene import Move, Scene, named
from gateway.dialogue.summary import onward
from gateway.errors import Unreadable
from gateway.handover import DraftHanded, DraftWanted, Verified


def verified(scene: Scene, content: Verified) -> Move:
    """The number counts from here on; in an open form it is filled in where nobody gave one."""
    scene = scene.remember(replace(scene.state, phone=content.phone))
    said: list[Effect] = [Say("verified")]
    if scene.state.draft is not None:
        asked = scene.asked
        scene = known_phone(scene)
        answered = asked is not None and not needed(asked, scene.draft) and asked.context == "phone"
        return onward(scene, said) if answered and not busy(scene) else resumed(scene, said)
    if content.found is None or busy(scene):
        return resumed(scene, said)
    asking = scene.remember(replace(scene.state, found=content.found))
    offer = offer_found(asking)
    return (asking.state, [*said, *offer]) if offer else resumed(scene, said)


def known_phone(scene: Scene) -> Scene:
    """The open form with the proved number, where its field is empty."""
    draft, phone = scene.draft, scene.state.phone
    for field in scene.template.fields:
        if phone is None or field.context != "phone" or field.id in draft.values:
            continue
        try:
            value = filled(scene.type_of(field).read(phone, scene.context(field)), phone, "channel")
        except Unreadable:
            continue
        draft = replace(draft, values={**draft.values, field.id: value})
    return scene.put(draft)


def answer(scene: Scene, value: str) -> Move:
    """Yes: nothing is said until the draft is here. No: it stays where it is."""
    found = scene.state.found
    state = replace(scene.state, found=None, asked=None, offered=())
    if found is None or value == "no":
        return state, [Say("takeover.left")]
    return state, [FetchDraft(found)]


def let_go(scene: Scene, content: DraftWanted) -> Move:
    """The other side: the draft leaves, if it is still the one that was asked for."""
    draft = scene.state.draft
    if draft is None or draft.id != content.draft:
        return scene.state, [HandDraft(content.by, None)]
    title = named(scene.template, scene.language)
    state = replace(scene.state, draft=None)
    if state.asked not in BESIDE:
        state = replace(state, asked=None, offered=(), attempts=0)
    return state, [HandDraft(content.by, draft), Say("takeover.gone", {"title": title})]


def take(scene: Scene, content: DraftHanded) -> Move:
    """It has come: the next question follows. Whoever has begun another form meanwhile keeps that one, and where
    the one who asked for it was forgotten meanwhile it goes home."""
    if not scene.state.greeted:
        return scene.state, [] if content.back or content.draft is None else [
            HandDraft(content.origin, msgspec.convert(content.draft, Draft), back=True)]
    if content.draft is None:
        return resumed(scene, [Say("takeover.missing")])
    draft = msgspec.convert(content.draft, Draft)
    if scene.state.draft is not None:
        lost: list[Effect] = [Say("takeover.missing")]
        return resumed(scene, lost if content.back else [HandDraft(content.origin, draft, back=True)])
    scene = carried(scene.catalog, scene.put(draft))
    if scene.state.draft is None or content.back or busy(scene):
        return scene.state, []
    scene, privacy = privacy_notice(known_phone(scene))
    return onward(scene, [Say("resumed"), *privacy])


def busy(scene: Scene) -> bool:
    """A person talks, or something beside the form is asked: no question of ours now."""
    return scene.state.mode != "bot" or scene.state.asked in BESIDE


def resumed(scene: Scene, before: list[Effect]) -> Move:
    return (scene.state, before) if busy(scene) else again(scene, before)
