"""The gateway's Open311 client and a server for it, with the services of our own templates."""
from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import timedelta, timezone
from typing import Any, Literal

from casebridge.calling import Caller, Times, session
from casebridge.open311 import Open311
from casebridge.open311.backend import Abilities
from casebridge.open311.client import Access, Client
from casebridge.open311.news import News
from casebridge.open311.services import Catalogue, Form, FormField, definitions, listed, own
from casebridge.open311.submission import Manners
from gateway.fields.base import Option, Words
from gateway.orders import CaseEvent, CaseOp
from gateway.polling import Followed
from simulators.open311.conduct import Conduct
from simulators.open311.office import Office
from simulators.open311.server import Server, serving
from tests.clock import ManualClock

WO = "WO-20261123-4KX7P2M9QD"


def words(zh: str, en: str = "words") -> Words:
    return Words(zh, en)


FORM = Form("shared_bike", words("共享单车", "Shared bikes"), words("乱停、损坏"), "交通", (
    FormField("company", words("企业"), words("哪家"), "singlevaluelist", True,
              (Option("meituan", words("美团")), Option("hellobike", words("哈啰")), Option("other", words("其他")))),
    FormField("problems", words("问题"), words("什么问题"), "multivaluelist", False,
              (Option("parking", words("乱停放")), Option("damaged", words("损坏")))),
    FormField("bike_numbers", words("车辆编号"), words("车身"), "multivaluelist"),
    FormField("people", words("人数"), words("几人"), "number"),
    FormField("seen_on", words("发现时间"), words("何时"), "datetime"),
    FormField("urgent", words("挡住盲道"), words("是否"), "boolean"),
    FormField("account", words("账号"), words("账号"), "string"),
    FormField("demand", words("诉求"), words("希望"), "text"),
))
GENERAL = Form("general", words("其他诉求"), words("其他"), "其他", (
    FormField("demand", words("诉求"), words("希望"), "text"),
))
STANDARD, QUICK = Manners(), Abilities(lookup=True, token_waits_s=(0, 0))


def entry(code: str, datatype: str, value: Any, display: str = "", *, sensitive: bool = False) -> dict[str, Any]:
    return {"code": code, "label": {"zh": code, "en": code}, "datatype": datatype, "value": value,
            "display": display or str(value), "sensitive": sensitive}


def order(wo: str = WO, *fields: dict[str, Any], **given: Any) -> dict[str, Any]:
    """As gateway/work_order.py builds them, without what the client does not read."""
    return {
        "work_order_id": wo, "template": {"id": "shared_bike", "version": 1}, "title": "共享单车 乱停放",
        "content": "东门外停满了车，走不过去。", "appeal_type": "complaint", "urgency": "normal",
        "complainant": {"kind": "person", "name": "李女士", "phone": "+8613800138000"},
        "location": {"address": "天河区体育东路1000号"},
        "fields": list(fields) or [entry("company", "singlevaluelist", "meituan", "美团")], **given,
    }


def op(name: Any, n: int = 0, wo: str = WO, **payload: Any) -> CaseOp:
    return CaseOp(name, wo, n, payload or {"order": order(wo)}, ManualClock().ms())


def odd(value: object) -> str:
    """A test's name for a conduct: what it does not do as the standard has it."""
    if not isinstance(value, Conduct | Manners):
        return getattr(value, "__name__", str(value))
    default = type(value)()
    told = {one.name: getattr(value, one.name) for one in fields(value)}
    return ",".join(f"{name}={is_}" for name, is_ in told.items() if is_ != getattr(default, name)) or "standard"


@dataclass
class World:
    clock: ManualClock
    conduct: Conduct
    office: Office
    server: Server
    client: Client
    backend: Open311
    news: News
    alarms: list[str]

    @property
    def forms(self) -> list[dict[str, str]]:
        """What was posted to `requests`, oldest first."""
        return [dict(pairs) for path, pairs in self.server.seen if path.startswith("POST /v2/requests")]

    async def changes(self) -> list[CaseEvent]:
        pages = [page async for page in self.news.changes(self.clock.now() - timedelta(hours=2))]
        return [event for page in pages for event in page]

    async def states(self, *cases: Followed) -> list[CaseEvent]:
        return [event async for page in self.news.states(cases) for event in page]


@asynccontextmanager
async def world(
    conduct: Conduct | None = None, *, manners: Manners = STANDARD, abilities: Abilities = QUICK,
    format: Literal["json", "xml"] = "json", catalogue: Catalogue | None = None, total_s: float = 5.0,
) -> AsyncIterator[World]:
    clock, conduct = ManualClock(), conduct or Conduct()
    catalogue = catalogue or own([FORM, GENERAL])
    office = Office(clock)
    office.load(listed(catalogue), list(definitions(catalogue)))
    async with serving(office, conduct) as server, session() as http:
        access = Access(server.url, office.key, conduct.jurisdiction, format)
        client = Client(Caller(http, "open311", clock, Times(2.0, total_s)), access)
        alarms: list[str] = []
        backend = Open311(client, catalogue, clock, alarms.append, manners, abilities)
        news = News(backend, client, clock, updates=abilities.updates, zone=timezone(timedelta(hours=8)))
        yield World(clock, conduct, office, server, client, backend, news, alarms)


def followed(numbers: Sequence[str], status: str = "submitted") -> list[Followed]:
    return [Followed(WO, number, status) for number in numbers]
