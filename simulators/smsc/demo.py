"""The demo page's own HTTP: two phones, and how the carrier behaves.

    GET   /demo/, /demo/state   as every demo page's: simulators/demo/page.py
    POST  /demo/acts            {citizen, act, …}: 202, the message goes on its way
    POST  /demo/carrier         {act, …}: 202
    GET   /demo/journal         plain text
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, get_args

from aiohttp import web

from gateway.clock import Clock
from simulators.demo import acts, page
from simulators.demo.acts import Acts, Said
from simulators.smsc.carrier import STATES, Carrier, Conduct, Receipts
from simulators.smsc.handset import FORMS, Handset
from simulators.smsc.phone import HOTLINE

STATIC = Path(__file__).parent / "static"
CITIZENS = {"市民甲": "8613800138000", "市民乙": "8613800138001"}
BUBBLES, LINES = 200, 80          # of a phone, of the journal
MOST_TIMES, MOST_TEXT = 999, 2_000
FAULTS = ("throttled", "swallowed", "cut")
UNSHOWN = ("enquire",)            # of the journal: the link's own heartbeat


def _times(said: object) -> int:
    if not isinstance(said, int) or not 0 <= said <= MOST_TIMES:
        raise ValueError(f"0 to {MOST_TIMES} times")
    return said


def _one_of(known: Collection[str]) -> Callable[[object], str]:
    def check(said: object) -> str:
        if said not in known:
            raise ValueError(f"{said!r} is none of {', '.join(known)}")
        return str(said)

    return check


state_of = _one_of(STATES)
CONDUCT: Mapping[str, Callable[[object], object]] = {
    "receipts": _one_of(get_args(Receipts)), "outcome": state_of, **dict.fromkeys(FAULTS, _times),
}


class Demo:
    """The page beside one carrier. `way`: what the gateway speaks with it; `desk`: the gateway's staff page."""

    def __init__(self, carrier: Carrier, clock: Clock, desk: str = "", way: str = "SMPP") -> None:
        self._carrier, self._clock, self._desk, self._way = carrier, clock, desk, way
        self.handsets = {name: Handset(name, number, carrier, clock) for name, number in CITIZENS.items()}
        self.acts = Acts()
        self._carrier_acts: Mapping[str, Callable[[Said], Awaitable[Any] | None]] = {
            "conduct": self._behave, "calm": self._calm, "release": self._release,
            "break": lambda said: self._carrier.cut(),
            "redeliver": lambda said: self._carrier.redeliver(),
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            *page.routes(STATIC), web.get("/demo/state", self.state), web.post("/demo/acts", self.act),
            web.post("/demo/carrier", self.change), web.get("/demo/journal", self.journal),
        ]

    # --- what is to be seen -----------------------------------------------------------------------------------

    async def state(self, request: web.Request) -> web.Response:
        return page.state(request, self._shown(), self._clock.now())

    def _shown(self) -> dict[str, Any]:
        carrier, conduct = self._carrier, self._carrier.conduct
        lines = [entry for entry in carrier.journal.entries if entry.what not in UNSHOWN]
        return {
            "desk": self._desk, "hotline": HOTLINE, "way": self._way, "bound": carrier.bound,
            "phones": [handset.shown(BUBBLES) for handset in self.handsets.values()],
            "conduct": {"receipts": conduct.receipts, "outcome": conduct.outcome,
                        **{fault: getattr(conduct, fault) for fault in FAULTS}},
            "waiting": len(carrier.waiting), "held": len(carrier.held),
            "counts": {what: carrier.journal.count(what) for what in ("submit", "receipt", "deliver", "lost")},
            "journal": [str(entry) for entry in lines[-LINES:]],
        }

    async def journal(self, request: web.Request) -> web.Response:
        return web.Response(text=self._carrier.journal.text())

    # --- what is done -----------------------------------------------------------------------------------------

    async def act(self, request: web.Request) -> web.Response:
        return self.acts.start(self._going, await page.read(request))

    async def change(self, request: web.Request) -> web.Response:
        return self.acts.start(lambda said: self._carrier_acts[str(said["act"])](said), await page.read(request))

    def _going(self, said: Said) -> Awaitable[None] | None:
        handset, act = self.handsets[str(said["citizen"])], str(said["act"])
        if act == "turns_off":
            handset.turn_off()
            return None
        if act != "says":
            raise ValueError(f"no such act: {act}")
        text, form = str(said["text"])[:MOST_TEXT], FORMS[str(said.get("form", "udh8"))]
        return handset.says(text, form, turned=bool(said.get("turned")))

    def _behave(self, said: Said) -> None:
        """From now on, as far as it is said."""
        wishes = {name: check(said[name]) for name, check in CONDUCT.items() if name in said}
        for name, wish in wishes.items():
            setattr(self._carrier.conduct, name, wish)

    def _calm(self, said: Said) -> None:
        """As at the start; every number is in service."""
        self._carrier.conduct = Conduct()

    def _release(self, said: Said) -> Awaitable[None]:
        return self._carrier.release(state_of(said.get("outcome", "DELIVRD")))


def shown(demo: Demo, port: int = 0) -> AbstractAsyncContextManager[str]:
    """The page's address on 127.0.0.1:`port` (0: any free one) while the block runs."""
    return acts.shown(demo.routes(), demo.acts, port)
