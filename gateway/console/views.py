"""What staff see, pure: records become the JSON of the page, masked unless it was opened."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from gateway.case_deadlines import late
from gateway.dialogue.draft import Dialogue, Filled
from gateway.dialogue.template import Field, Template
from gateway.masking import keep_ends, mask_address, mask_email, mask_name, mask_phone, mask_text
from gateway.orders import CaseState, HistoryLine, RatingAnswer
from gateway.transcripts import ConversationInfo, TranscriptLine

OPEN_STATUSES = ("submitted", "accepted", "assigned", "in_progress", "suspended", "reopened")
FINAL_STATUSES = ("closed", "rejected", "cancelled")


# What a sensitive field's id says about its value.
_SENSITIVE = (("address", mask_address), ("name", mask_name), ("phone", mask_phone), ("email", mask_email))


class Mask:
    """Hides what is personal, or nothing once the data were opened."""

    def __init__(self, opened: bool) -> None:
        self.opened = opened

    def text(self, text: str | None) -> str | None:
        return text if self.opened or text is None else mask_text(text)

    def name(self, name: str | None) -> str | None:
        return name if self.opened or name is None else mask_name(name)

    def phone(self, phone: str | None) -> str | None:
        return phone if self.opened or phone is None else mask_phone(phone)

    def email(self, address: str | None) -> str | None:
        return address if self.opened or address is None else mask_email(address)

    def field(self, code: str, shown: str, sensitive: bool) -> str:
        """A sensitive value of no known kind keeps its first and last character."""
        if self.opened:
            return shown
        if not sensitive:
            return mask_text(shown)
        kind = next((mask for word, mask in _SENSITIVE if word in code), str)
        masked = mask_text(kind(shown))
        return masked if masked != shown else keep_ends(shown, 1, 1)


class CaseRow(Struct, frozen=True):
    """One line of the list. Times are ms; `satisfaction` is that of the present round; `completeness` 0 to 1, None
    for a case from before it was counted; `late` as in gateway/case_deadlines.py."""

    work_order_id: str
    title: str
    status: str
    department: str | None
    template: str
    round: int
    created: int
    due: str | None
    urgency: str
    satisfaction: int | None
    coordination: bool
    completeness: float | None
    late: str | None


class FieldView(Struct, frozen=True):
    code: str
    label: dict[str, str]
    shown: str
    sensitive: bool


class LineView(Struct, frozen=True):
    """One line of history."""

    at: int
    what: str
    round: int
    text: str | None
    department: str | None
    answer: RatingAnswer | None


class Speech(Struct, frozen=True):
    """One line of a conversation."""

    at: int
    sender: str
    text: str
    original: str | None
    uploads: tuple[str, ...]
    agent: str | None


class Stuck(Struct, frozen=True):
    """An operation that the backend does not have, or nobody knows (`parked`); at: ms since 1970."""

    id: int
    op: str | None
    why: str
    parked: bool
    at: int


class CaseView(Struct, frozen=True, kw_only=True):
    """One case. `actions` is what this user may do now; `opened` that nothing is masked."""

    row: CaseRow
    content: str
    content_original: str | None
    appeal_type: str
    language: str
    channel: str
    confidential: str
    complainant: dict[str, str | None]
    location: str | None
    fields: list[FieldView]
    attachments: list[dict[str, Any]]
    history: list[LineView]
    rework_reason: str | None
    rating: RatingAnswer | None
    flags: list[str]
    actions: list[str]
    opened: bool
    conversation: str | None = None
    transcript: list[Speech] = []
    stuck: list[Stuck] = []


class QueueRow(Struct, frozen=True):
    """One conversation of the queue."""

    conversation: str
    channel: str
    mode: str
    language: str
    started: int
    last: int
    why: str | None
    agent: str | None


class ConversationView(Struct, frozen=True, kw_only=True):
    row: QueueRow
    template: dict[str, str] | None
    fields: list[FieldView]
    transcript: list[Speech]
    work_orders: tuple[str, ...]
    opened: bool


def case_row(state: CaseState, mask: Mask) -> CaseRow:
    order = state.order
    return CaseRow(
        state.work_order_id, mask.text(order["title"]) or "", state.status, state.department, template_of(state),
        state.round, state.created, state.due, order["urgency"], state.rated.satisfaction if state.rated else None,
        state.coordination, state.completeness, late(state),
    )


def case_view(state: CaseState, mask: Mask, actions: Sequence[str], speech: Sequence[Speech] | None) -> CaseView:
    """`speech` None: this user does not read conversations."""
    order = state.order
    reasons = [line.text for line in state.history if line.what == "rework"]
    return CaseView(
        row=case_row(state, mask), content=mask.text(order["content"]) or "",
        content_original=mask.text(order.get("content_original")), appeal_type=order["appeal_type"],
        language=order.get("language", "zh"), channel=order["channel"], confidential=order["confidential"],
        complainant=_complainant(order["complainant"], mask),
        location=mask.text((order.get("location") or {}).get("address")),
        fields=[_order_field(field, mask) for field in order.get("fields", [])],
        attachments=[_attachment(state.work_order_id, one) for one in order.get("attachments", [])],
        history=[_line(line, mask) for line in state.history],
        rework_reason=mask.text(reasons[-1]) if reasons else None,
        rating=_answer(state.rated or _last_answer(state), mask), flags=list(order.get("flags", [])),
        actions=list(actions), opened=mask.opened, conversation=state.conversation if speech is not None else None,
        transcript=list(speech or ()),
    )


def template_of(state: CaseState) -> str:
    return str((state.order.get("template") or {}).get("id", ""))


def _complainant(complainant: Mapping[str, Any], mask: Mask) -> dict[str, str | None]:
    return {
        "kind": complainant["kind"], "name": mask.name(complainant.get("name")),
        "phone": mask.phone(complainant.get("phone")), "email": mask.email(complainant.get("email")),
    }


def _order_field(entry: Mapping[str, Any], mask: Mask) -> FieldView:
    code, sensitive = str(entry["code"]), bool(entry.get("sensitive"))
    shown = str(entry.get("display") or entry["value"])
    return FieldView(code, dict(entry.get("label") or {}), mask.field(code, shown, sensitive), sensitive)


def _attachment(work_order_id: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    url = f"/desk/api/cases/{work_order_id}/attachments/{entry['id']}"
    return {"id": entry["id"], "media_type": entry["media_type"], "size": entry["size"], "url": url}


def _line(line: HistoryLine, mask: Mask) -> LineView:
    return LineView(line.at, line.what, line.round, mask.text(line.text), line.department, _answer(line.answer, mask))


def _last_answer(state: CaseState) -> RatingAnswer | None:
    return next((line.answer for line in reversed(state.history) if line.answer), None)


def _answer(answer: RatingAnswer | None, mask: Mask) -> RatingAnswer | None:
    if answer is None:
        return None
    return RatingAnswer(
        answer.work_order_id, answer.round, answer.resolved, answer.satisfaction, answer.contacted,
        mask.text(answer.reason), answer.wants_rework,
    )


def speech(line: TranscriptLine, mask: Mask) -> Speech:
    return Speech(line.at, line.sender, mask.text(line.text) or "", mask.text(line.original), line.uploads, line.agent)


def queue_row(info: ConversationInfo, mask: Mask) -> QueueRow:
    return QueueRow(
        info.conversation, info.channel, info.mode, info.language, info.started, info.last, mask.text(info.why),
        info.agent,
    )


def conversation_view(
    info: ConversationInfo, dialogue: Dialogue, lines: Sequence[TranscriptLine], templates: Mapping[str, Template],
    mask: Mask,
) -> ConversationView:
    draft = dialogue.draft
    template = templates.get(draft.template) if draft else None
    return ConversationView(
        row=queue_row(info, mask),
        template={"zh": template.title.zh, "en": template.title.en} if template else None,
        fields=[_draft_field(code, value, template, mask) for code, value in (draft.values.items() if draft else ())],
        transcript=[speech(line, mask) for line in lines], work_orders=info.work_orders, opened=mask.opened,
    )


def _draft_field(code: str, filled: Filled, template: Template | None, mask: Mask) -> FieldView:
    field = template.field(code) if template and template.has(code) else None
    label = {"zh": field.label.zh, "en": field.label.en} if field else {}
    sensitive = field is None or field.sensitive or code.startswith("contact_")
    return FieldView(code, label, mask.field(code, _shown(filled, field), sensitive), sensitive)


def _shown(filled: Filled, field: Field | None) -> str:
    """Option labels in Chinese, everything else as the canonical value."""
    labels = {option.value: option.label.zh for option in field.options} if field else {}
    value = filled.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(labels.get(one, one) for one in value)
    return labels.get(str(value), str(value))
