"""/desk/api/report: figures for supervisors."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import mean

import msgspec
from aiohttp import web
from msgspec import Struct

from gateway.case_deadlines import LINES
from gateway.clock import Clock, to_ms
from gateway.console.door import Door, answer
from gateway.console.sessions import Member
from gateway.console.views import FINAL_STATUSES, OPEN_STATUSES
from gateway.orders import CaseState, RatingAnswer
from gateway.protocols import LaneStore, Records
from gateway.transcripts import ServiceLine

WINDOW = timedelta(days=30)
BATCH = 200
SCANNED = 5_000
ROUNDS = range(1, 10)  # rework_round ends at 9 (gateway/work-order.schema.json)

_states = msgspec.json.Decoder(CaseState)
_services = msgspec.json.Decoder(ServiceLine)


class Ratings(Struct, frozen=True):
    """Of the cases filed in the window; every round counts. `satisfaction` is the mean of those who gave one."""

    answers: int = 0
    satisfaction: float | None = None
    resolved: dict[str, int] = {}


class Talks(Struct, frozen=True):
    """With staff, as citizens judged them in the window: how many, their mean (5 best), and the same of each agent."""

    answers: int = 0
    mean: float | None = None
    agents: dict[str, tuple[int, float]] = {}


class Report(Struct, frozen=True):
    by_status: dict[str, int]
    open: int
    reworked: int
    late: int
    due_soon: int
    coordination: int
    waiting: int
    talking: int
    dead: int
    ratings: Ratings
    talks: Talks
    window_days: int


@dataclass(frozen=True, slots=True)
class OversightPages:
    store: LaneStore
    records: Records
    clock: Clock

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [
            web.get("/desk/api/report", door.to(self.report, ("supervisor",))),
        ]

    async def report(self, request: web.Request, member: Member) -> web.Response:
        count = self.records.count
        statuses = {s: await count("work_order", "status", s) for s in (*OPEN_STATUSES, *FINAL_STATUSES)}
        return answer(Report(
            by_status=statuses,
            open=sum(statuses[s] for s in OPEN_STATUSES),
            reworked=sum([await count("work_order", "round", n) for n in ROUNDS]),
            late=sum([await count("work_order", "late", LINES[name]) for name in ("accept", "contact", "resolve")]),
            due_soon=await count("work_order", "late", LINES["soon"]),
            coordination=await count("work_order", "coordination", 1),
            waiting=await count("conversation", "mode", "waiting"),
            talking=await count("conversation", "mode", "agent"),
            dead=sum(lane.dead + lane.parked for lane in (await self.store.stats()).values()),
            ratings=summary(await self._answers()),
            talks=talks(await self._served()),
            window_days=WINDOW.days,
        ))

    async def _answers(self) -> list[RatingAnswer]:
        """The last answer of each round of the newest cases."""
        start, end = self._window()
        answers = list[RatingAnswer]()
        for _ in range(0, SCANNED, BATCH):
            batch = await self.records.range("work_order", "created", start, end, newest=True, n=BATCH)
            states = [_states.decode(record.body) for record in batch]
            for state in states:
                answers += {line.round: line.answer for line in state.history if line.answer}.values()
            if len(batch) < BATCH:
                break
            end = min(state.created for state in states)
        return answers


    async def _served(self) -> list[ServiceLine]:
        start, end = self._window()
        return [
            _services.decode(record.body)
            for record in await self.records.range("service", "at", start, end, newest=True, n=SCANNED)
        ]

    def _window(self) -> tuple[int, int]:
        now = to_ms(self.clock.now())
        return now - int(WINDOW.total_seconds() * 1000), now + 1


def talks(lines: Sequence[ServiceLine]) -> Talks:
    given = defaultdict[str, list[int]](list)
    for line in lines:
        given[line.agent].append(line.points)
    agents = {agent: (len(points), round(mean(points), 2)) for agent, points in sorted(given.items())}
    return Talks(len(lines), round(mean(line.points for line in lines), 2) if lines else None, agents)


def summary(answers: list[RatingAnswer]) -> Ratings:
    given = [a.satisfaction for a in answers if a.satisfaction is not None]
    resolved: dict[str, int] = {}
    for one in answers:
        resolved[one.resolved] = resolved.get(one.resolved, 0) + 1
    return Ratings(len(answers), round(sum(given) / len(given), 2) if given else None, resolved)
