"""The demo page's own HTTP: the cases with what may be done to them, and how the system behaves.

    GET   /demo/, /demo/state   as every demo page's: simulators/demo/page.py
    POST  /demo/cases           {case, act, …}: 202, the event goes on its way
    POST  /demo/system          {act, …}: 202
    GET   /demo/journal         plain text
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, get_args

from aiohttp import web

from gateway.clock import Clock
from simulators.case.book import STATUS, Case, Repeats
from simulators.case.faults import Fault
from simulators.case.server import Served
from simulators.demo import acts, page
from simulators.demo.acts import Acts, Said

STATIC = Path(__file__).parent / "static"
SHOWN, LINES = 30, 80              # cases and lines of the journal
MOST_TIMES, MOST_COPIES, MOST_TEXT, LONGEST_S = 999, 20, 2_000, 60
TOLD = ("reply", "department")     # what an event may say beside its type


def _up_to(most: int, said: object) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said <= most:
        raise ValueError(f"0 to {most}")
    return said


class Demo:
    """The page beside one case system. `desk`: the gateway's staff page."""

    def __init__(self, served: Served, clock: Clock, desk: str = "") -> None:
        self._served, self._clock, self._desk = served, clock, desk
        self.acts = Acts()
        teller = served.system.teller
        self._system_acts: Mapping[str, Callable[[Said], Awaitable[Any] | None]] = {
            "fault": self._fault, "calm": self._calm, "repeats": self._repeats, "conduct": self._behave,
            "release": lambda said: teller.release(backwards=bool(said.get("backwards"))),
            "down": lambda said: served.goes_down(), "up": lambda said: served.comes_back(),
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            *page.routes(STATIC), web.get("/demo/state", self.state), web.post("/demo/cases", self.act),
            web.post("/demo/system", self.change), web.get("/demo/journal", self.journal),
        ]

    # --- what is to be seen -----------------------------------------------------------------------------------

    async def state(self, request: web.Request) -> web.Response:
        return page.state(request, self._shown(), self._clock.now())

    def _shown(self) -> dict[str, Any]:
        system = self._served.system
        book, teller = system.book, system.teller
        return {
            "desk": self._desk, "up": self._served.up, "repeats": book.repeats, "dropping": book.dropping,
            "holding": teller.holding, "held": len(teller.held), "statuses": STATUS,
            "cases": [_seen(case) for case in book.cases[:-SHOWN - 1:-1]],
            "faults": [{"kind": one.kind, "times": one.times} for one in system.faults.waiting()],
            "told": [f"{event.type} {event.id} → {status}" for event, status in teller.told[-LINES:]],
            "journal": list(system.journal)[-LINES:],
        }

    async def journal(self, request: web.Request) -> web.Response:
        return web.Response(text="\n".join(self._served.system.journal))

    # --- what is done -----------------------------------------------------------------------------------------

    async def act(self, request: web.Request) -> web.Response:
        return self.acts.start(self._happens, await page.read(request))

    async def change(self, request: web.Request) -> web.Response:
        return self.acts.start(lambda said: self._system_acts[str(said["act"])](said), await page.read(request))

    def _happens(self, said: Said) -> Awaitable[Any]:
        system, what = self._served.system, str(said["act"])
        case = system.book.find(str(said["case"]))[0]
        if what == "forge":
            return system.teller.forge(case)
        copies, ahead_s = _up_to(MOST_COPIES, said.get("copies", 1)), _up_to(10 * 86_400, said.get("ahead_s", 0))
        words = {name: str(said[name])[:MOST_TEXT] for name in TOLD if said.get(name)}
        if what not in STATUS:
            raise ValueError(f"no such event: {what}")
        return system.teller.tell(case, what, copies, ahead_s, **words)

    def _fault(self, said: Said) -> None:
        times, seconds = _up_to(MOST_TIMES, said.get("times", 1)), _up_to(LONGEST_S, said.get("seconds", 0))
        self._served.system.faults.add(Fault(str(said["kind"]), times, seconds))

    def _calm(self, said: Said) -> Awaitable[None]:
        system = self._served.system
        system.faults.calm()
        system.book.dropping = system.teller.holding = False
        return self._served.comes_back()

    def _repeats(self, said: Said) -> None:
        if said["repeats"] not in get_args(Repeats):
            raise ValueError(f"no such promise: {said['repeats']}")
        self._served.system.book.repeats = said["repeats"]

    def _behave(self, said: Said) -> None:
        system = self._served.system
        system.book.dropping = bool(said.get("dropping", system.book.dropping))
        system.teller.holding = bool(said.get("holding", system.teller.holding))


def _seen(case: Case) -> dict[str, Any]:
    """As the page shows it; who complains is nobody's business there."""
    order = case.order
    return {
        "number": case.number, "work_order": case.work_order, "status": case.status, "round": case.round,
        "title": str(order.get("title", "")), "content": str(order.get("content", ""))[:MOST_TEXT],
        "fields": [
            [str((one.get("label") or {}).get("zh", "")), str(one.get("display") or one.get("value"))[:200]]
            for one in order.get("fields", []) if not one.get("sensitive")
        ],
        "operations": [
            [name, str(one.data.get("text") or one.data.get("reason") or one.data.get("resolved") or "")[:200]]
            for name, one in zip(case.names, case.operations, strict=True)
        ],
    }


def shown(demo: Demo, port: int = 0) -> AbstractAsyncContextManager[str]:
    """The page's address on 127.0.0.1:`port` (0: any free one) while the block runs."""
    return acts.shown(demo.routes(), demo.acts, port)
