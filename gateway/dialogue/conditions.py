"""Whether a template's condition is true of a draft as it stands (template.Condition)."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from gateway.clock import from_ms
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.template import Condition


def holds(condition: Condition | None, draft: Draft) -> bool:
    """No condition is true; one about an empty or unreadable value is not."""
    if condition is None:
        return True
    if condition.any or condition.all:
        some = not condition.any or any(holds(part, draft) for part in condition.any)
        return some and all(holds(part, draft) for part in condition.all)
    value = draft.values.get(condition.field)
    if condition.absent or condition.present:
        return (value is None) == condition.absent
    if value is None:
        return False
    if condition.over is not None:
        return _over(value, condition.over)
    if condition.older_hours is not None:
        return _older(value, from_ms(draft.started) - timedelta(hours=condition.older_hours))
    return not _said(value).isdisjoint(condition.one_of)


def _said(value: Filled) -> set[str]:
    if isinstance(value.value, bool):
        return {"yes", "true"} if value.value else {"no", "false"}
    return set(value.value) if isinstance(value.value, list) else {str(value.value)}


def _over(value: Filled, bound: float) -> bool:
    try:
        return not value.flagged and Decimal(str(value.value)) > Decimal(str(bound))
    except InvalidOperation:
        return False


def _older(value: Filled, bound: datetime) -> bool:
    """A moment, or the last one of a period `start/end`; a date alone lasts until its end, everywhere west of China."""
    last = str(value.value).rpartition("/")[2]
    try:
        moment = datetime.fromisoformat(last)
    except ValueError:
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC) + timedelta(days=1)) < bound
