"""/desk/api/cases: the list, one case, what staff do to it, opening personal data, attachments."""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from gateway.case_deadlines import late
from gateway.console.door import Door, Journal, Openings, answer, read
from gateway.console.letters import stuck_view
from gateway.console.sessions import Member
from gateway.console.staff import ACTS
from gateway.console.views import FINAL_STATUSES, OPEN_STATUSES, CaseRow, Mask, case_row, case_view, speech, template_of
from gateway.errors import Forbidden, Malformed, NotFound, Unprocessable
from gateway.orders import CaseState, StaffAction
from gateway.protocols import CaseDesk, LaneStore, Record, Records
from gateway.transcripts import TranscriptLine
from gateway.uploads import UploadInfo

PAGE = 50
BATCH = 200
SCANNED = 2_000     # records looked at for one page; the cursor goes on from there
TRANSCRIPT = 500
FOREVER = 2**53

OpenUpload = Callable[[str], Awaitable[tuple[UploadInfo, bytes]]]  # raises NotFound

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Words = Annotated[str, Meta(max_length=2000)]

_states = msgspec.json.Decoder(CaseState)
_lines = msgspec.json.Decoder(TranscriptLine)


class ActionBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`id` is made by the page, so that a double click acts once."""

    id: Id
    act: Literal["accept", "dispatch", "progress", "question", "close", "reject"]
    department: Annotated[str, Meta(max_length=60)] | None = None
    text: Words | None = None


class RevealBody(Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(max_length=200)] = ""


class Filters(Struct, frozen=True):
    """Query of the list. status: one status, `open`, `final` or "" for all; before: cursor `created:id`."""

    status: str = ""
    department: str = ""
    template: str = ""
    rework: bool = False
    late: bool = False
    coordination: bool = False
    q: str = ""
    before: str = ""

    def match(self, state: CaseState) -> bool:
        return (
            (not self.status or state.status in _statuses(self.status))
            and (not self.department or state.department == self.department)
            and (not self.template or template_of(state) == self.template)
            and (not self.rework or state.round > 0)
            and (not self.late or late(state) is not None)
            and (not self.coordination or state.coordination)
            and (not self.q or self.q.strip().upper() in state.work_order_id)
        )


class CaseList(Struct, frozen=True):
    """`next`: cursor of what was not looked at yet, None at the end."""

    cases: list[CaseRow]
    next: str | None


@dataclass(frozen=True, slots=True)
class CasePages:
    """What the desk does not have is in another backend, and watched only."""

    store: LaneStore
    records: Records
    desk: CaseDesk
    openings: Openings
    journal: Journal
    departments: frozenset[str]
    open_upload: OpenUpload

    def routes(self, door: Door) -> list[web.RouteDef]:
        base = "/desk/api/cases"
        return [
            web.get(base, door.to(self.search)),
            web.get(base + "/{id}", door.to(self.show)),
            web.post(base + "/{id}/actions", door.to(self.act)),
            web.post(base + "/{id}/reveal", door.to(self.reveal)),
            web.get(base + "/{id}/attachments/{upload}", door.to(self.attachment)),
        ]

    async def search(self, request: web.Request, member: Member) -> web.Response:
        filters = _filters(request, member)
        found, cursor = await self._newest(filters)
        mask = Mask(False)
        return answer(CaseList([case_row(state, mask) for state in found], cursor))

    async def show(self, request: web.Request, member: Member) -> web.Response:
        return await self._view(await self._case(request, member), member)

    async def act(self, request: web.Request, member: Member) -> web.Response:
        """Raises Forbidden for the role, Conflict for the state, NotFound for a case of another system."""
        state, body = await self._case(request, member), await read(request, ActionBody)
        if body.act not in ACTS[member.user.role]:
            raise Forbidden("not for this role")
        if body.department is not None and body.department not in self.departments:
            raise Unprocessable("no such department", code="unknown_department")
        department = body.department if body.act == "dispatch" else None
        action = StaffAction(body.id, body.act, member.user.name, department, body.text)
        detail = " ".join(filter(None, (department, body.text)))
        entry = f"act:{state.work_order_id}:{body.id}"
        await self.journal.write(member.user.name, f"case.{body.act}", state.work_order_id, detail, entry)
        await self.desk.act(state.work_order_id, action)
        return await self._view(await self._load(state.work_order_id), member)

    async def reveal(self, request: web.Request, member: Member) -> web.Response:
        """Opens the personal data of one case. A case that is over needs a reason."""
        state, body = await self._case(request, member), await read(request, RevealBody)
        if state.status in FINAL_STATUSES and not body.reason.strip():
            raise Unprocessable("a reason is needed for a case that is over", code="reason_needed")
        await self.openings.open(member, state.work_order_id, body.reason)
        return await self._view(state, member)

    async def attachment(self, request: web.Request, member: Member) -> web.Response:
        state, upload = await self._case(request, member), request.match_info["upload"]
        if upload not in {one["id"] for one in state.order.get("attachments", [])}:
            raise NotFound
        await self.journal.write(member.user.name, "case.attachment", state.work_order_id, upload)
        return file(*await self.open_upload(upload))

    async def _view(self, state: CaseState, member: Member) -> web.Response:
        mask = Mask(await self.openings.are_open(member, state.work_order_id))
        allowed = await self.desk.allowed(state.work_order_id)
        actions = [act for act in allowed if act in ACTS[member.user.role]]
        lines = None
        if member.user.talks:
            lines = [speech(line, mask) for line in await transcript(self.records, state.conversation)]
        stuck = [stuck_view(dead) for dead in await self.store.dead("case", key=state.work_order_id)]
        return answer(msgspec.structs.replace(case_view(state, mask, actions, lines), stuck=stuck))

    async def _case(self, request: web.Request, member: Member) -> CaseState:
        """The row filter: another department's case is as unknown as one that does not exist."""
        state = await self._load(request.match_info["id"])
        if member.user.role == "department" and state.department != member.user.department:
            raise NotFound
        return state

    async def _load(self, work_order_id: str) -> CaseState:
        record = await self.records.get("work_order", work_order_id)
        if record is None:
            raise NotFound
        return _states.decode(record.body)

    async def _newest(self, filters: Filters) -> tuple[list[CaseState], str | None]:
        """Newest first, PAGE at most; looks at SCANNED records and then hands the cursor back."""
        found: list[CaseState] = []
        at, scanned = _cursor(filters.before), 0
        while scanned < SCANNED:
            batch = await self._batch(at)
            for state in batch:
                at = (state.created, state.work_order_id)
                if filters.match(state):
                    found.append(state)
                if len(found) == PAGE:
                    return found, f"{at[0]}:{at[1]}"
            scanned += BATCH
            if len(batch) < BATCH:
                return found, None
        return found, f"{at[0]}:{at[1]}"

    async def _batch(self, at: tuple[int, str]) -> list[CaseState]:
        """The next cases behind `at`; several may have been filed in the same millisecond."""
        records: Sequence[Record] = await self.records.range(
            "work_order", "created", 0, at[0] + 1, newest=True, n=2 * BATCH
        )
        states = [_states.decode(record.body) for record in records]
        behind = [state for state in states if (state.created, state.work_order_id) < at]
        return sorted(behind, key=lambda state: (state.created, state.work_order_id), reverse=True)[:BATCH]


def file(info: UploadInfo, data: bytes) -> web.Response:
    """What a citizen sent: saved or shown as what its bytes are, never run."""
    headers = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox; default-src 'none'"}
    return web.Response(body=data, content_type=info.media_type, headers=headers)


async def transcript(records: Records, conversation: str) -> list[TranscriptLine]:
    """The last TRANSCRIPT lines of a conversation, in order of time."""
    lines: list[TranscriptLine] = []
    after = ""
    while batch := await records.find("transcript", "conversation", conversation, after=after, n=BATCH):
        lines += [_lines.decode(record.body) for record in batch]
        after = batch[-1].id
    return sorted(lines, key=lambda line: line.at)[-TRANSCRIPT:]


def _filters(request: web.Request, member: Member) -> Filters:
    query: dict[str, Any] = dict(request.query)
    query |= {flag: query.get(flag) in ("1", "true") for flag in ("rework", "late", "coordination")}
    filters = msgspec.convert(query, Filters)
    if member.user.role == "department":
        return msgspec.structs.replace(filters, department=member.user.department or "-")
    return filters


def _statuses(word: str) -> tuple[str, ...]:
    return {"open": OPEN_STATUSES, "final": FINAL_STATUSES}.get(word, (word,))


def _cursor(text: str) -> tuple[int, str]:
    if not text:
        return FOREVER, ""
    created, _, work_order_id = text.partition(":")
    if not created.isdecimal() or len(created) > 15:
        raise Malformed("a cursor of another list")
    return int(created), work_order_id
