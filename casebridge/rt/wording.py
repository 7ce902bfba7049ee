"""A work order as a ticket, and an operation on a case as a message, both in Chinese for RT's staff.

Everything the citizen wrote goes as plain text: RT's templates insert a message and never read it as one of theirs.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from casebridge.wording import URGED, legal, rated, reworked, withdrawn

SUBJECT = 200  # characters, as RT's column has them
SHORT = 255    # bytes of a custom field that RT can search

REFERENCE, ROUND, KEY = "wo_ref", "wo_round", "wo_key"
LEVELS = ("level1", "level2", "level3")
RATING = ("contacted", "resolved", "satisfaction")

_PRIORITY = {"normal": 0, "urgent": 50, "emergency": 100}  # RT's Low, Medium, High [etc/RT_Config.pm, PriorityAsString]
_URGENCY = {"urgent": "加急", "emergency": "紧急"}


def line(text: str) -> str:
    """One line of it: a subject becomes a header of RT's mails."""
    return " ".join(legal(text).split())


# --- tickets ------------------------------------------------------------------------------------------------

def fields(order: Mapping[str, Any]) -> dict[str, str]:
    """The custom fields of setup.pl, those that have something to hold."""
    place, category = order.get("location") or {}, order.get("category") or {}
    found = {
        REFERENCE: order["work_order_id"],
        "wo_template": (order.get("template") or {}).get("id"),
        "wo_type": order.get("appeal_type"),
        "wo_category": "/".join(category[level]["label"] for level in LEVELS if category.get(level)),
        "wo_district": place.get("region_name") or _district(order),
        "wo_place": place.get("address"),
        "wo_channel": order.get("channel"),
        "wo_language": order.get("language"),
        "wo_confidential": order.get("confidential"),
    }
    return {name: short for name, value in found.items() if (short := _short(line(str(value or ""))))}


def ticket(order: Mapping[str, Any], queue: str, page: str) -> dict[str, Any]:
    """Body of POST /ticket. page: the case at our staff page."""
    subject = line(f"[{order['work_order_id']}] {order.get('title', '')}")
    made: dict[str, Any] = {
        "Queue": queue, "Subject": subject[:SUBJECT], "ContentType": "text/plain",
        "Content": legal("\n".join(_lines(order, page))), "Priority": _PRIORITY.get(order.get("urgency", ""), 0),
        "CustomFields": fields(order),
    }
    due = (order.get("due") or {}).get("resolve_by")
    return made | ({"Due": _utc(due)} if due else {})


def _utc(moment: str) -> str:
    """RT reads no offset, and keeps nothing where it read nothing."""
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _district(order: Mapping[str, Any]) -> str | None:
    """Of the first field that was found in the city."""
    found = ((field.get("resolved") or {}).get("district") for field in order.get("fields", ()))
    return next((str(one) for one in found if one), None)


def _short(text: str) -> str:
    return text.encode()[:SHORT].decode("utf-8", "ignore")


def _lines(order: Mapping[str, Any], page: str) -> Iterator[str]:
    yield f"12345 工单 {order['work_order_id']}　{page}"
    if order.get("urgency") in _URGENCY:
        yield f"紧急程度：{_URGENCY[order['urgency']]}"
    yield ""
    yield order.get("content") or order.get("title") or ""
    if order.get("content_original"):
        yield f"\n原文：\n{order['content_original']}"
    yield ""
    for field in order.get("fields", ()):
        yield f"{(field.get('label') or {}).get('zh') or field['code']}：{_shown(field)}"
    who = order.get("complainant") or {}
    if who.get("name") or who.get("phone"):
        yield f"诉求人：{who.get('name') or ''} {who.get('phone') or ''}".rstrip()
    yield from _files(order.get("attachments", ()), page)


def _shown(field: Mapping[str, Any]) -> str:
    value = field.get("display") or field["value"]
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _files(attachments: Sequence[Mapping[str, Any]], page: str) -> Iterator[str]:
    """Files stay with us. A link of a file's own may expire; whoever may see the case finds it at our page."""
    for n, one in enumerate(attachments, 1):
        yield f"附件 {n}（{one.get('media_type', '')}）：{one.get('url') or page}"


# --- messages -----------------------------------------------------------------------------------------------

def message(op: str, payload: Mapping[str, Any], page: str) -> str:
    """page: the case at our staff page."""
    files = _files(payload.get("attachments", ()), page)
    return legal("\n".join((_WORDS[op](payload), *files)))


def _commented(payload: Mapping[str, Any]) -> str:
    return (URGED if payload.get("urge") else "市民补充：") + (payload.get("text") or "")


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "comment": _commented, "rating": rated, "rework": reworked, "withdraw": withdrawn,
}
