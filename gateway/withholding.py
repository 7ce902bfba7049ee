"""What a work order keeps back for citizens who want to stay unknown: their own fields, and traces in free text.

The department still gets the matter whole. Masking a stranger's number by mistake is the smaller harm, so only numbers
that plainly are somebody else's (the driver's, the shop's) stay.
"""
from __future__ import annotations

import re

from gateway.dialogue.asking import identity
from gateway.dialogue.draft import Draft
from gateway.dialogue.names import introduced
from gateway.dialogue.template import Field
from gateway.masking import STAR, mask_address, mask_phone

OWN_FIELDS = frozenset({"contact_name", "contact_phone", "contact_address"})
OWN_ROLE = "affected"                                    # where the citizen lives
OWN_TYPES = frozenset({"resident_id", "passport"})
# Fields that are the citizen's own when another field says so.
OWN_WHEN = {
    ("my_role", "sender"): frozenset({"sender_name", "sender_phone"}),
    ("my_role", "receiver"): frozenset({"receiver_name", "receiver_phone"}),
    ("patient_relation", "self"): frozenset({"patient_name"}),
}
_PHONE = re.compile(
    r"(?<![0-9A-Za-z*])(?<!\d-)(?:(?:(?:\+|00)?86[\- ]?)?1[3-9]\d[\- ]?\d{4}[\- ]?\d{4}"
    r"|(?:\(0\d{2,3}\)|0\d{2,3})[\- ]?\d{7,8})(?!\d)")
_OTHERS = re.compile(
    r"(?:商家|店家|商户|客服|对方|他|她|司机|骑手|快递员|公司|物业|工地|老板|驿站|"
    r"driver|shop|merchant|courier|seller|company|their|his|her)[^，,。；;\n]{0,14}$", re.IGNORECASE)
SHORTEST_NAME = 2  # one character is too common to be taken out of a text


def unknown(draft: Draft) -> bool:
    return identity(draft) != "named"


def withheld(field: Field, draft: Draft) -> bool:
    """This field says who the citizen is, and they do not want that."""
    own = field.id in OWN_FIELDS or field.role == OWN_ROLE or field.type in OWN_TYPES
    return unknown(draft) and (own or any(field.id in names for when, names in OWN_WHEN.items() if _says(draft, *when)))


def redacted(text: str, draft: Draft) -> str:
    """Free words without the citizen's own name, numbers and home, when they want to stay unknown."""
    if not unknown(draft):
        return text
    for name in _names(text, draft):
        text = text.replace(name, name[:1] + STAR * (len(name) - 1))
    for value in draft.values.values():
        if value.resolved is not None and isinstance(value.value, str) and _home(value.value, draft):
            text = text.replace(value.value, mask_address(value.value))
    return _PHONE.sub(lambda found: _masked(found, text), text)


def _masked(found: re.Match[str], text: str) -> str:
    theirs = _OTHERS.search(text, max(0, found.start() - 24), found.start())
    return found.group() if theirs else mask_phone(found.group())


def _names(text: str, draft: Draft) -> list[str]:
    given = draft.values.get("contact_name")
    place = introduced(text)
    names = [str(given.value) if given else "", text[place[0]:place[1]] if place else ""]
    return [name for name in names if len(name) >= SHORTEST_NAME]


def _home(address: str, draft: Draft) -> bool:
    homes = (draft.values.get(name) for name in ("affected_address", "contact_address"))
    return any(home is not None and home.value == address for home in homes)


def _says(draft: Draft, name: str, value: str) -> bool:
    said = draft.values.get(name)
    return said is not None and said.value == value
