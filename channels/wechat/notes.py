"""What of a push matters for reaching its person, kept in the lane `out` until the sender reads it.

The words of a push are left out: its kind and moment open the reply window, answers are consent, receipts are receipts.
"""
from __future__ import annotations

import msgspec

from channels.wechat import kf_pushes, pushes
from channels.wechat.pushes import Push

KINDS: dict[str, type[Push]] = {kind.__name__: kind for kind in (
    pushes.Written, pushes.Pictured, pushes.Spoken, pushes.Filmed, pushes.Pointed, pushes.Linked, pushes.Unshown,
    pushes.Clicked, pushes.Followed, pushes.Left, pushes.Scanned, pushes.Entered, pushes.TemplateSent,
    pushes.SubscriptionSent, pushes.Consented, kf_pushes.Attached, kf_pushes.Opened, kf_pushes.Failed,
    kf_pushes.Handed,
)}
_WORDS = {
    pushes.Written: ("text",), pushes.Spoken: ("recognised",), pushes.Pointed: ("label",),
    pushes.Linked: ("title", "description", "url"),
}


def write(push: Push) -> str | None:
    """None for a push that changes nothing about reaching anybody."""
    if type(push) not in KINDS.values():
        return None
    body = msgspec.to_builtins(push) | dict.fromkeys(_WORDS.get(type(push), ()), "")
    return msgspec.json.encode([type(push).__name__, body]).decode()


def read(note: str) -> Push:
    name, body = msgspec.json.decode(note, type=tuple[str, msgspec.Raw])
    return msgspec.json.decode(body, type=KINDS[name])
