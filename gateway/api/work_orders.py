"""/api/work-orders: file one, see one's own, add to it, rate it. To everybody else there is none."""
from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
from aiohttp import web
from msgspec import Struct

from gateway.allowance import Allowance
from gateway.api.access import Visitor, Visitors, visitor
from gateway.api.contract import read
from gateway.api.posting import OrderRequest, Posting
from gateway.case_decision import FINAL
from gateway.citizens import Citizens
from gateway.clock import Clock, Ids, to_ms
from gateway.dialogue.posted import words_in
from gateway.errors import Conflict, Malformed, NotFound, RateLimited, Unauthorised
from gateway.fields.city import EmergencyNumber
from gateway.http import Network, RateLimiter, client_address, json_answer, language
from gateway.messages import CaseNews, Inbound
from gateway.orders import Added, Answered, CaseItem, CaseState, RatingAnswer, Resolved
from gateway.progress import Teller
from gateway.protocols import Accept, LaneStore, Records
from gateway.rating import sends_back
from gateway.seal import Seal
from gateway.store.lanes import Outcome

PAGE = 50
MOST = 500           # cases of one conversation that are sorted for a page
LONGEST_KEY = 255
URGED = "（市民催办）"  # for the department, which reads Chinese
CONTACTED = {"True": "yes", "yes": "yes", "False": "no", "no": "no"}
KEY, CODE = "Idempotency-Key", "Lookup-Code"

Danger = Callable[[str], Awaitable[EmergencyNumber | None]]  # whether words say that somebody may be in danger


class CommentRequest(Struct, frozen=True):
    text: str = ""
    urge: bool = False


class RatingRequest(Struct, frozen=True):
    """`rework` counts where the citizen has the choice (gateway/rating.py)."""

    resolved: Resolved
    satisfaction: int | None = None
    contacted: bool | Literal["yes", "no", "unknown"] | None = None
    reason: str | None = None
    rework: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderRoutes:
    """`guesses` of a look-up code: per number and per address, in an hour."""

    visitors: Visitors
    posting: Posting
    teller: Teller
    citizens: Citizens
    records: Records
    lanes: LaneStore
    accept: Accept
    clock: Clock
    ids: Ids
    seal: Seal
    danger: Danger
    pace: RateLimiter
    address_pace: RateLimiter
    guesses: Allowance
    trusted: Sequence[Network] = ()

    def routes(self) -> list[web.RouteDef]:
        one = "/api/work-orders/{work_order}"
        return [
            web.post("/api/work-orders", self.post), web.get("/api/work-orders", self.mine),
            web.get(one, self.get), web.post(one + "/comments", self.comment), web.post(one + "/ratings", self.rate),
        ]

    async def post(self, request: web.Request) -> web.Response:
        caller = await self._caller(request)
        key = _key(request)
        if key is None:
            raise Malformed(f"{KEY} is missing", code="idempotency_key_missing")
        asked = read(request, OrderRequest)
        posted = await self.posting.post(caller, asked, key)
        body = {
            "work_order_id": posted.work_order_id, "lookup_code": self.seal.lookup_code(posted.work_order_id),
            "status": posted.status, "due": posted.due, "emergency": await self._danger(request, asked),
        }
        answer = json_answer(body, status=201)
        answer.headers["Location"] = f"/api/work-orders/{posted.work_order_id}"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def _danger(self, request: web.Request, asked: OrderRequest) -> dict[str, str] | None:
        """The number that a client has to show first."""
        danger = await self.danger(words_in(asked.filled))
        if danger is None:
            return None
        return {"number": danger.number, "what": danger.zh if language(request) == "zh" else danger.en}

    async def mine(self, request: web.Request) -> web.Response:
        """The newest first."""
        caller = await visitor(request, self.visitors)
        cases = [
            _case(record.body) for conversation in await self.citizens.conversations(caller.conversation)
            for record in await self.records.find("work_order", "conversation", conversation, n=MOST)
        ]
        newest = sorted(cases, key=lambda case: (case.created, case.work_order_id), reverse=True)[:PAGE]
        return _private({"work_orders": [self.teller.tell(case, caller.language) for case in newest]})

    async def get(self, request: web.Request) -> web.Response:
        """By its own citizen, or by the number and its code."""
        case = await self._own(request)
        if case is not None:
            return _private(self.teller.tell(case, language(request)))
        case = await self._by_code(request)
        return _private(self.teller.tell(case, language(request), own=False))

    async def comment(self, request: web.Request) -> web.Response:
        case, said = await self._case(request), read(request, CommentRequest)
        if case.status in FINAL:
            raise Conflict("the case is closed", code="case_closed")
        return await self._add(request, case, Added(said.text.strip() or URGED, said.urge, self._now()))

    async def rate(self, request: web.Request) -> web.Response:
        """The chat does not ask any more what was answered here."""
        case, said = await self._case(request), read(request, RatingRequest)
        if case.status not in FINAL:
            raise Conflict("the case is not closed yet", code="not_closed")
        answered = await self._add(request, case, Answered(_answer(case, said), self._now()))
        news = CaseNews(case.work_order_id, "rated", case.round)
        channel = case.conversation.partition(":")[0]
        await self.accept(Inbound(f"rated:{self.ids.unique()}", case.conversation, channel, self._now(), news))
        return answered

    # --- who may ------------------------------------------------------------------------------------------------

    async def _caller(self, request: web.Request) -> Visitor:
        """Raises Unauthorised, RateLimited."""
        caller = await visitor(request, self.visitors)
        await self.pace.take(caller.conversation)
        await self.address_pace.take(client_address(request, self.trusted))
        return caller

    async def _case(self, request: web.Request) -> CaseState:
        """The caller's own, for a change to it. Raises NotFound whoever else asks."""
        case = await self._own(request)
        if case is None:
            raise NotFound
        await self.pace.take(case.conversation)
        return case

    async def _own(self, request: web.Request) -> CaseState | None:
        try:
            caller = await visitor(request, self.visitors)
        except Unauthorised:
            return None
        record = await self.records.get("work_order", request.match_info["work_order"])
        case = _case(record.body) if record else None
        if case is None or case.conversation not in await self.citizens.conversations(caller.conversation):
            return None
        return case

    async def _by_code(self, request: web.Request) -> CaseState:
        """Every way to be wrong looks the same: no such number, a wrong code, too many tries, no code at all."""
        number = request.match_info["work_order"]
        code = request.headers.get(CODE) or request.query.get("lookup_code") or ""
        if not code:
            raise NotFound
        tries = [await self.guesses.take(who) for who in (f"n:{number}", f"a:{client_address(request, self.trusted)}")]
        right = hmac.compare_digest(self.seal.lookup_code(number).encode(), code.encode("utf-8", "replace"))
        record = await self.records.get("work_order", number)
        if None in tries or not right or record is None:
            raise NotFound
        for taken in filter(None, tries):
            await self.guesses.give_back(taken)
        return _case(record.body)

    # --- the case's own mailbox ---------------------------------------------------------------------------------

    async def _add(self, request: web.Request, case: CaseState, item: CaseItem) -> web.Response:
        key = _key(request) or self.ids.unique()
        body = msgspec.json.encode(item)
        done = await self.lanes.ingest("events", case.work_order_id, f"api:{type(item).__name__}:{key}", body)
        if done.outcome is Outcome.FULL:
            raise RateLimited("too many at once", retry_after=5.0)
        return json_answer({"work_order_id": case.work_order_id, "status": case.status}, status=202)

    def _now(self) -> int:
        return to_ms(self.clock.now())


def _key(request: web.Request) -> str | None:
    key = request.headers.get(KEY, "").strip()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Malformed(f"{KEY}: at most {LONGEST_KEY} printable characters", code="idempotency_key_invalid")
    return key or None


def _answer(case: CaseState, said: RatingRequest) -> RatingAnswer:
    contacted = CONTACTED.get(str(said.contacted), "unknown")
    wants = sends_back(said.resolved, said.satisfaction, said.rework)
    return msgspec.convert({
        "work_order_id": case.work_order_id, "round": case.round, "resolved": said.resolved,
        "satisfaction": said.satisfaction, "contacted": contacted, "reason": said.reason, "wants_rework": wants,
    }, RatingAnswer)


def _case(body: bytes) -> CaseState:
    return msgspec.json.decode(body, type=CaseState)


def _private(body: object) -> web.Response:
    answer = json_answer(body)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
