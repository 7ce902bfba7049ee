"""From a confirmed draft to a work order: the mapping of WIRE.md over a template, its displays and its deadlines."""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from gateway.city import Deadlines
from gateway.clock import Ids, from_ms, to_ms
from gateway.dialogue.choosing import NOTICE_VERSION
from gateway.dialogue.completeness import completeness
from gateway.dialogue.conditions import holds
from gateway.dialogue.draft import Dialogue, Draft, Filled
from gateway.dialogue.fill import tells_story
from gateway.dialogue.template import Field, Template
from gateway.fields.base import Context, FieldType, Value
from gateway.fields.city import City
from gateway.fields.registry import TYPES
from gateway.orders import Filed
from gateway.protocols import Put
from gateway.replies import Replies
from gateway.uploads import Uploads
from gateway.withholding import redacted, withheld
from gateway.work_order import Filing, FilledField, Identity, build

# Fields that become something else of the work order and do not stand among `fields[]` (WIRE.md).
APART = frozenset({
    "appeal_kind", "contact_name", "contact_phone", "identity_mode", "description", "evidence", "occurred_at",
    "previous_case_no",
})

URGENT = "urgent"  # the deadline class of city/deadlines.yaml for what cannot wait
LONGEST_NAME, MOST_FILES = 60, 20            # gateway/work-order.schema.json
_DIALLED = re.compile(r"\+?[0-9]{5,18}")    # the same schema, complainant.phone
# How the same schema names where a conversation is; WeChat's accounts of other kinds are named by Filer.sources.
_SOURCES = {"wechat": "wechat_oa"}
_IDENTITIES: dict[str, Identity] = {"confidential": "confidential", "anonymous": "anonymous"}


@dataclass(frozen=True, slots=True)
class Filer:
    """Makes work orders. `sources`: `wechat:{appid}` → wechat_mini or wechat_kf, for accounts that are none official.
    """

    city: City
    deadlines: Deadlines
    replies: Replies
    ids: Ids
    uploads: Uploads
    retain_days: int
    sources: Mapping[str, str] = field(default_factory=dict)

    async def file(
        self, draft: Draft, template: Template, state: Dialogue, conversation: str, now: datetime
    ) -> tuple[Filed, list[Put]]:
        """The work order as the first item of its case, and its files marked as used, for one commit.

        ValueError means a fault of the template.
        """
        files = [info for id_ in draft.uploads if (info := await self.uploads.info(id_)) is not None]
        at = now.astimezone(ZoneInfo(self.city.time_zone))
        draft = _discreet(draft, template)
        fields = self._fields(draft, template, at)
        shown = {field.code: field.display for field in fields}
        description = redacted(_text(draft, "description") or "\n".join(draft.told), draft)
        place = _place(draft, template)
        urgent = template.urgent is not None and holds(template.urgent, draft)
        filing = Filing(
            work_order_id=self.ids.work_order(at), at=at, template=template.id, version=template.version,
            title=_title(template, shown), content=self._content(template, shown, description),
            category=_category(template), fields=fields, language=state.language,
            content_original=description if state.language != "zh" else None,
            appeal_type=_text(draft, "appeal_kind") or template.default_appeal,
            channel=self._source(conversation),
            conversation=conversation if conversation.startswith("web:") else None,  # elsewhere it holds who they are
            name=(_text(draft, "contact_name") or "")[:LONGEST_NAME] or None, phone=_phone(draft),
            identity=_identity(draft), enterprise=template.enterprise,
            occurred_at=_occurred(draft), place=place.value if place else None,
            place_resolved=place.resolved if place else None,
            attachments=[info.attachment for info in files[:MOST_FILES]], related=_text(draft, "previous_case_no"),
            due=self.deadlines.due(URGENT if urgent else template.deadline, at),
            urgency="urgent" if urgent else "normal", notice_version=state.noticed or NOTICE_VERSION,
            noticed_at=from_ms(state.noticed_at).astimezone(at.tzinfo) if state.noticed_at else at,
            retain_days=self.retain_days,
        )
        filed = Filed(build(filing), conversation, to_ms(now), completeness(template, draft))
        return filed, [self.uploads.used(info) for info in files]

    def _source(self, conversation: str) -> str:
        channel = conversation.partition(":")[0]
        return self.sources.get(conversation.partition(".")[0], _SOURCES.get(channel, channel))

    def _fields(self, draft: Draft, template: Template, at: datetime) -> list[FilledField]:
        return [
            self._field(field, draft.values[field.id], at)
            for field in template.fields
            if field.id in draft.values and not self._apart(field.id, draft)
            and not withheld(field, draft)
        ]

    def _apart(self, name: str, draft: Draft) -> bool:
        """Has a place of its own in the order; a day without a time of day has none."""
        return name in APART and (name != "occurred_at" or _occurred(draft) is not None)

    def _field(self, field: Field, value: Filled, at: datetime) -> FilledField:
        kind = TYPES[field.type]
        return FilledField(
            field.id, {"zh": field.label.zh, "en": field.label.en}, "text" if value.flagged else kind.datatype,
            value.value, self._show(kind, field, value, at), value.source, value.confirmed, field.sensitive,
            value.resolved,
        )

    def _show(self, kind: FieldType, field: Field, value: Filled, at: datetime) -> str:
        if value.flagged:
            return value.text
        return kind.show(value.value, Context(at, self.city, "zh", field.options, field.limits))

    def _content(self, template: Template, shown: dict[str, str], description: str) -> str:
        summary = self.replies.summary(template, shown)
        return "\n\n".join(part for part in (summary, description) if part)


def _discreet(draft: Draft, template: Template) -> Draft:
    """The draft without the citizen's own traces in its free words, where they want to stay unknown."""
    words = {field.id for field in template.fields if tells_story(field) and field.id not in APART}
    values = {
        name: replace(value, value=redacted(value.value, draft))
        if name in words and isinstance(value.value, str) else value
        for name, value in draft.values.items()
    }
    return replace(draft, values=values)


def _title(template: Template, shown: dict[str, str]) -> str:
    key = shown.get(template.title_field or "", "")
    return f"{template.title.zh} {key}".strip()


def _category(template: Template) -> dict[str, Value | dict[str, str]]:
    levels = {
        name: {"code": code.code, "label": code.label}
        for name in ("level1", "level2", "level3")
        if (code := getattr(template.category, name)) is not None
    }
    return {"scheme": template.category.scheme, **levels}


def _text(draft: Draft, field: str) -> str | None:
    filled = draft.values.get(field)
    return filled.value if filled and isinstance(filled.value, str) else None


def _identity(draft: Draft) -> Identity:
    return _IDENTITIES.get(_text(draft, "identity_mode") or "", "named")


def _occurred(draft: Draft) -> str | None:
    """Only when a time of day is known: the schema wants a date-time."""
    filled = draft.values.get("occurred_at")
    if filled is None or filled.flagged or not isinstance(filled.value, str):
        return None
    return filled.value if "T" in filled.value else None


def _phone(draft: Draft) -> str | None:
    """As the schema takes it; a short number such as 110 is nobody's own."""
    phone = _text(draft, "contact_phone")
    return phone if phone and _DIALLED.fullmatch(phone) else None


def _place(draft: Draft, template: Template) -> Filled | None:
    return next((draft.values[f.id] for f in template.fields if f.role == "place" and f.id in draft.values), None)
