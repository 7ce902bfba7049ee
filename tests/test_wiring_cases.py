"""gateway/wiring/casebridge.py: what a wrong configuration is told, and what follows from a right one."""
from __future__ import annotations

import base64
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import structlog
from yarl import URL

from gateway.config import Config
from gateway.config_case import CaseBridge, CaseOpen311, CaseRt, CaseSource, CaseWebhook
from gateway.errors import ConfigError
from gateway.orders import CaseOp
from gateway.seal import Seal
from gateway.wiring.casebridge import CaseGround, CaseParts, checked
from gateway.workers import Supervisor
from simulators.case.server import serve
from simulators.case.settings import configuration
from tests.casebridge.desk_world import opened
from tests.clock import ManualClock
from tests.tables import check_each

SECRET = "whsec_" + base64.b64encode(b"a secret of the case bridge").decode()
WEBHOOK = CaseWebhook("https://cases.example/operations", "https://cases.example/cases", SECRET)
RT = CaseRt("https://rt.example", "1-23-token", "12345")
WATER = CaseSource("water", SECRET, ("水务局",))


@asynccontextmanager
async def parts(folder: Path, bridge: CaseBridge) -> AsyncIterator[CaseParts]:
    clock = ManualClock()
    async with opened(folder, clock) as store:
        ground = CaseGround(
            store=store, clock=clock, url="https://hotline.example", seal=Seal(b"a key of the tests"),
            zone=ZoneInfo("Asia/Shanghai"), folder=folder, given=(),
        )
        made = CaseParts(Config(casebridge=bridge), ground)
        yield made
        await made.close()


def test_a_wrong_setting_is_named() -> None:
    def judge(row: tuple[str, dict[str, Any]]) -> None:
        key, settings = row
        with pytest.raises(ConfigError, match=key) as caught:
            checked(Config(casebridge=CaseBridge(**settings)))
        assert "c2Vj" not in str(caught.value), "a secret is told"

    check_each([
        ("casebridge.events_secret", {"events_secret": "c2VjcmV0"}),
        ("casebridge.events_secret", {"events_secret": "whsec_c2VjcmV0"}),
        ("casebridge.events_secret", {"events_secret": (SECRET, "whsec_c2Vj!")}),
        ("source water: secret", {"source": (CaseSource("water", "whsec_c2VjcmV0"),)}),
        ("source water: secret", {"source": (CaseSource("water", ()),)}),
        ("water is there twice", {"source": (WATER, WATER)}),
        ("desk is there twice", {"source": (CaseSource("desk", SECRET),)}),
        ("night_hour", {"night_hour": 24}),
        *(("attachment_days", {"attachment_days": days}) for days in (-1, 0, 91)),
        ("webhook.secret", {"backend": "webhook", "webhook": CaseWebhook(WEBHOOK.url)}),
        ("webhook.lookup_url", {"backend": "webhook", "webhook": CaseWebhook(WEBHOOK.url, "", SECRET, "lookup")}),
        *(("webhook.url", {"backend": "webhook", "webhook": CaseWebhook(url, "", SECRET)}) for url in (
            "", "cases.example", "http://cases.example/operations", "http://127.0.0.1.example/", "ftp://cases.example",
            "https://name:word@cases.example/", "https:///operations", "https://cases.example/#a", "http://[::1",
            "file:///etc/hostname",
        )),
        ("webhook.lookup_url", {"backend": "webhook", "webhook": CaseWebhook(WEBHOOK.url, "http://x.example", SECRET)}),
        ("rt.token", {"backend": "rt", "rt": CaseRt(RT.url, "", RT.queue)}),
        ("rt.queue", {"backend": "rt", "rt": CaseRt(RT.url, RT.token)}),
        ("rt.url", {"backend": "rt", "rt": CaseRt("http://rt.example", RT.token, RT.queue)}),
    ], judge)


def test_what_is_right_is_left_alone() -> None:
    for bridge in (
        CaseBridge(), CaseBridge(events_secret=(SECRET, SECRET), source=(WATER,)),
        CaseBridge("webhook", webhook=WEBHOOK), CaseBridge("rt", rt=RT),
        CaseBridge("webhook", webhook=CaseWebhook("http://127.0.0.1:8093/operations", "", (SECRET, SECRET), "neither")),
    ):
        checked(Config(casebridge=bridge))


async def test_the_desk_keeps_its_cases_beside_any_other_backend(tmp_path: Path) -> None:
    async with parts(tmp_path, CaseBridge()) as desk:
        assert (desk.backend is desk.desk, desk.former, list(desk.routes())) == (True, (), [])
    for bridge in (
        CaseBridge("webhook", webhook=WEBHOOK), CaseBridge("rt", rt=RT),
        CaseBridge("open311", open311=CaseOpen311("https://city.example/open311/v2")),
    ):
        async with parts(tmp_path, bridge) as elsewhere:
            assert (elsewhere.former, elsewhere.backend.name) == ((elsewhere.desk,), bridge.backend)


async def test_events_are_served_wherever_a_secret_is_set(tmp_path: Path) -> None:
    for bridge in (CaseBridge(events_secret=SECRET), CaseBridge(source=(WATER,))):
        async with parts(tmp_path, bridge) as made:
            assert [route.path for route in made.routes()] == ["/cases/events"]


async def test_a_backend_that_calls_without_a_secret_to_call_with_is_told_of(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        for silent in (CaseBridge("webhook", webhook=WEBHOOK), CaseBridge("rt", rt=RT)):
            async with parts(tmp_path, silent):
                pass
        async with parts(tmp_path, CaseBridge("webhook", events_secret=SECRET, webhook=WEBHOOK)):
            pass
    assert [line["key"] for line in logs] == ["casebridge.events_secret"] * 2


async def test_files_are_fetched_at_the_public_address_for_as_long_as_it_is_configured(tmp_path: Path) -> None:
    clock, file = ManualClock(), {"id": "6a1f0c9d2b7e4853a1c4d5e6f7081923", "media_type": "image/jpeg"}
    number = "WO-20261123-4KX7P2M9QD"
    order = {"work_order_id": number, "attachments": [file]}
    async with serve(clock, "") as served:
        settings = tomllib.loads(configuration(served.port))["casebridge"] | {"attachment_days": 2}
        async with parts(tmp_path, msgspec.convert(settings, CaseBridge)) as made:
            await made.backend.send(CaseOp("submit", number, 1, {"order": order}, clock.ms()), None)
    (handed,) = served.system.book.cases[0].order["attachments"]
    url = URL(handed["url"])
    assert (str(url.origin()), url.path) == ("https://hotline.example", f"/api/uploads/{file['id']}")
    assert int(url.query["expires"]) == clock.ms() // 1000 + 2 * 86_400


async def test_a_backend_that_does_not_call_is_asked(tmp_path: Path) -> None:
    class Noted(Supervisor):
        def __init__(self) -> None:
            super().__init__()
            self.names: list[str] = []

        def spawn(self, name: str, body: Any) -> None:
            self.names.append(name)

    for bridge, names in (
        (CaseBridge("open311", open311=CaseOpen311("https://city.example/open311/v2")), ["case news"]),
        (CaseBridge("rt", rt=RT), ["case news"]),  # at night
        (CaseBridge(), []),
    ):
        async with parts(tmp_path, bridge) as made:
            supervisor = Noted()
            made.start(supervisor)
            assert supervisor.names == names
