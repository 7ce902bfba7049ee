"""`/healthz` lives, `/readyz` can work, `/metrics` for Prometheus (allow-list of addresses)."""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.errors import HuiyinError, NotFound, Unavailable
from gateway.http import Network, client_address
from gateway.observe import LANE_DEAD, LANE_OLDEST, LANE_PARKED, LANE_WAITING
from gateway.protocols import LaneStore
from gateway.store.lanes import LaneStats

GAUGES = (LANE_WAITING, LANE_DEAD, LANE_PARKED, LANE_OLDEST)
NOTHING = LaneStats(waiting=0, leased=0, parked=0, dead=0, timers=0, oldest_ms=0)

Check = Callable[[], Awaitable[str | None]]  # None when all is well, else a few words


class Health:
    """`checks` by the name of the part they look at; a part that is not ready turns readyz to 503. `watched` are told
    in the body alone: without a carrier the gateway still takes what citizens bring, by every other channel too, and no
    other process of it would reach the carrier either, so nothing is won by taking this one out of service."""

    def __init__(
        self, store: LaneStore, lanes: Sequence[str], checks: Mapping[str, Check], metrics_allow: Sequence[str],
        trusted: Sequence[Network], watched: Mapping[str, Check] | None = None,
    ) -> None:
        self._store, self._lanes, self._checks, self._watched = store, lanes, checks, watched or {}
        self._allow, self._trusted = frozenset(metrics_allow), trusted

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self.live), web.get("/readyz", self.ready), web.get("/metrics", self.metrics),
        ]

    async def live(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def ready(self, request: web.Request) -> web.Response:
        parts = {name: await _look(check) for name, check in self._checks.items()}
        well = all(state == "ok" for state in parts.values())
        watched = {name: await _look(check) for name, check in self._watched.items()}
        body = {"status": "ready" if well else "not ready", "parts": {**parts, **watched}}
        return web.json_response(body, status=200 if well else 503)

    async def metrics(self, request: web.Request) -> web.Response:
        """404 to anybody who is not on the list: what is not there cannot be probed."""
        if client_address(request, self._trusted) not in self._allow:
            raise NotFound
        try:
            self._show(await self._store.stats())
        except Unavailable:  # which is what the other figures tell
            for gauge in GAUGES:
                gauge.clear()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _show(self, stats_of: Mapping[str, LaneStats]) -> None:
        """An empty lane is not in the store's answer, and must not keep its last figures."""
        for lane in self._lanes:
            stats = stats_of.get(lane, NOTHING)
            for gauge, figure in zip(GAUGES, _figures(stats), strict=True):
                gauge.labels(lane).set(figure)


def _figures(stats: LaneStats) -> tuple[float, ...]:
    """As GAUGES."""
    return stats.waiting, stats.dead, stats.parked, stats.oldest_ms / 1000


async def _look(check: Check) -> str:
    try:
        return await check() or "ok"
    except HuiyinError as error:
        return type(error).__name__
