"""Composition of the way out: gate, bridge and reconciler before whatever case backend is configured."""
from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial

from casebridge.bridge import Bridge, system_of
from casebridge.gate import Gate
from casebridge.reconciler import Reconciler
from gateway.alarms import Alarms
from gateway.clock import Clock
from gateway.errors import Rejected
from gateway.fellows import Fellows
from gateway.gates import STATES, State
from gateway.health import Check
from gateway.observe import CASE_BACKEND
from gateway.protocols import CaseBackend, Changes, Lease
from gateway.store.parts import Store
from gateway.workers import Supervisor, Terms

LEASE_MS = 40_000  # longer than twice the 15 s of a request
FOLLOW_S = 2.0     # until one gateway knows what another learnt of a backend


class HandingOver:
    """`scale` multiplies every wait; `former`: backends that still work the cases they have, after the setting changed.
    `open` before the lane is worked."""

    def __init__(
        self, backend: CaseBackend, store: Store, clock: Clock, scale: float, former: Iterable[CaseBackend] = ()
    ) -> None:
        self._scale = scale
        gates = {one.name: Gate(one.name, store.records, clock, scale) for one in (*former, backend)}
        self._bridges = {
            one.name: Bridge(one, gates[one.name], store.lanes, store.records, clock, scale)
            for one in (*former, backend)
        }
        self.gate = gates[backend.name]
        self._gates = tuple(gates.values())
        self._backend, self._lanes, self._clock = backend, store.lanes, clock
        self._alarms = Alarms(store.lanes)

    async def handle(self, lease: Lease) -> Changes:
        """protocols.Handler: a case stays with the backend that has it. Raises SendError."""
        system = system_of(lease.state) or self.gate.backend
        if system not in self._bridges:
            raise Rejected(f"the case is with {system}, which is not set up any more")
        return await self._bridges[system].handle(lease)

    @property
    def terms(self) -> Terms:
        return Terms(LEASE_MS, self.gate.room, both_ends=True)

    @property
    def watched(self) -> Mapping[str, Check]:
        """For readyz: while the backend is away or refuses us, we still take in what citizens write."""
        return {"case backend": self._backend_well}

    async def _backend_well(self) -> str | None:
        status = self.gate.status
        return None if status.state == "well" else f"{status.backend} {status.state}: {status.why}"

    async def open(self, supervisor: Supervisor, fellows: Fellows) -> None:
        await self.gate.open()
        self.start(supervisor, fellows)

    def start(self, supervisor: Supervisor, fellows: Fellows) -> None:
        for state in STATES:
            CASE_BACKEND.labels(self.gate.backend, state).set_function(partial(self._is, state))
        duty = fellows.duty("case doubts")
        reconciler = Reconciler(self._backend, self.gate, self._lanes, self._clock, duty)
        supervisor.spawn("case doubts", lambda: reconciler.run(60.0 * self._scale))
        supervisor.spawn("alarms", self._alarms.run)
        if fellows.many:
            supervisor.spawn("gates", self._follow)

    async def _follow(self) -> None:
        """What the other gateways' gates know, for ever."""
        while True:
            for gate in self._gates:
                await gate.follow()
            await asyncio.sleep(FOLLOW_S)

    def _is(self, state: State) -> bool:
        return self.gate.status.state == state
