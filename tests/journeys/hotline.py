"""A whole hotline on loopback for the journeys: the real gateway, its web page's socket, its staff page's API.

Nothing is replaced but time and chance. A journey reads: `citizen.says(…)`, `citizen.picks(…)`, `clerk.acts(…)`.
"""
from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from argon2 import PasswordHasher

from bench.server import free_port
from channels.web.sessions import Session, Sessions
from gateway.app import Gateway, Mind
from gateway.clock import RandomIds, SystemClock
from gateway.config import Config, Data, Rating, Server, Store, Web
from gateway.config_case import CaseBridge
from gateway.config_sms import Sms
from gateway.config_wechat import WeChat
from gateway.console import StaffTable
from gateway.http import runner
from gateway.orders import CaseState
from gateway.outbox import Texter
from gateway.protocols import CodeSender
from tests.clock import ManualClock
from tests.until import until

PATIENCE_S = 10.0
PASSWORD = "a-password-for-journeys"


@dataclass(frozen=True)
class Reply:
    """One message as the citizen's page shows it."""

    id: str
    text: str
    ask: str | None
    choices: tuple[str, ...]
    labels: tuple[str, ...]
    sender: str
    work_order: str | None
    template: str | None

    @classmethod
    def of(cls, frame: dict[str, Any]) -> Reply:
        return cls(
            frame["id"], frame["text"], frame["ask"], tuple(c["value"] for c in frame["choices"]),
            tuple(c["label"] for c in frame["choices"]), frame["from"], frame["work_order"], frame["template"],
        )


@dataclass(frozen=True)
class Given:
    """What stands around a hotline.

    hold_s  how long a burst is waited for: not at all, for citizens who answer in the same instant
    wechat  its accounts; sms  its channels; texter  who sends an SMS about a case in its place; port  0: any
    store  and uploads: shared with other gateways
    """

    sender: CodeSender | None = None
    clock: ManualClock | SystemClock | None = None
    hold_s: float = 0.0
    wechat: WeChat = field(default_factory=WeChat)
    sms: tuple[Sms, ...] = ()
    texter: Texter | None = None
    port: int = 0
    cases: CaseBridge = field(default_factory=CaseBridge)
    rating: Rating = field(default_factory=Rating)
    store: Store = field(default_factory=Store)
    uploads: str = ""


ALONE = Given()


class Hotline:
    """The gateway, running; `clock` stands still until somebody moves it."""

    def __init__(self, gateway: Gateway, clock: Any, serving: web.AppRunner, url: str) -> None:
        self.gateway, self.clock, self.url = gateway, clock, url
        self._serving = serving
        self._http = aiohttp.ClientSession()

    @classmethod
    async def open(cls, folder: Path, mind: Mind, given: Given = ALONE) -> Hotline:
        clock = given.clock or ManualClock()
        config = Config(
            server=Server(port=given.port or free_port(), drain_s=2, leave_s=0, burst_hold_s=given.hold_s),
            data=Data(str(folder), given.uploads), store=given.store, web=Web(messages_per_minute=60_000),
            wechat=given.wechat, sms=given.sms,
            casebridge=given.cases, rating=given.rating,
        )
        gateway = Gateway.of(config, clock, RandomIds(), mind)
        gateway.sender, gateway.texter = given.sender, given.texter
        await gateway.open()
        serving = runner(gateway.application, drain_s=2)
        await serving.setup()
        await web.TCPSite(serving, config.server.host, config.server.port).start()
        return cls(gateway, clock, serving, f"http://{config.server.host}:{config.server.port}")

    async def close(self) -> None:
        await self._http.close()
        await self._serving.cleanup()
        await self.gateway.close()

    async def citizen(self, language: str = "zh") -> Citizen:
        """A visitor who has just opened the chat."""
        citizen = Citizen(self._http, self.url, language)
        await citizen.comes()
        return citizen

    async def staff(self, role: str = "clerk") -> Staff:
        """A member of staff, signed in."""
        staff = Staff(self._http, self.url)
        await staff.signs_in(await self.hires(role), PASSWORD)
        return staff

    async def hires(self, role: str) -> str:
        """A new member of staff; returns the name. Departments are the city's first."""
        department = self.gateway.city.departments[0].code if role == "department" else None
        quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        await StaffTable(self.gateway.store.records, quick).add(role, role, PASSWORD, department)  # type: ignore[arg-type]
        return role

    async def session(self, token: str) -> Session:
        gateway = self.gateway
        return await Sessions(gateway.store.shared, gateway.clock, gateway.ids).find(token)

    async def case(self, work_order: str) -> CaseState:
        """The case as the gateway's own record has it."""
        record = await self.gateway.store.records.get("work_order", work_order)
        assert record is not None, f"no case {work_order}"
        return msgspec.json.decode(record.body, type=CaseState)

    async def until(self, work_order: str, true: Callable[[CaseState], bool]) -> CaseState:
        """Waits for the case to become so."""
        async with asyncio.timeout(PATIENCE_S):
            while not true(case := await self.case(work_order)):
                await asyncio.sleep(0.005)
        return case


class Citizen:
    """One visitor's page: a socket, a session, what was read so far."""

    def __init__(self, http: aiohttp.ClientSession, url: str, language: str) -> None:
        self._http, self._url, self.language = http, url, language
        self.session: str | None = None
        self.last: Reply | None = None
        self.read: list[Reply] = []

    async def comes(self, after: str | None = None) -> None:
        """Opens the page, or comes back with the session kept by it."""
        self._socket = await self._http.ws_connect(self._url + "/web/ws")
        await self._socket.send_json(
            {"type": "hello", "session": self.session, "after": after, "language": self.language}
        )
        self.session = (await self._frame("welcome"))["session"]

    async def goes(self) -> None:
        await self._socket.close()

    async def moves(self, hotline: Hotline) -> None:
        """The connection breaks, and the next one comes to another gateway on the same store."""
        await self.goes()
        self._url = hotline.url
        await self.comes(after=self.last.id if self.last else None)

    async def says(self, text: str) -> Reply:
        return await self._send({"text": text})

    async def files(self, opening: str, answers: dict[str, str]) -> str:
        """Says the opening, answers what is asked (nothing else may be), says yes; returns the case number."""
        reply = await self.says(opening)
        while reply.ask != "confirm":
            assert reply.ask in answers, reply
            answer = answers[reply.ask]
            reply = await (self.picks(answer) if answer in reply.choices else self.says(answer))
        receipt = await self.picks("file")
        assert receipt.work_order is not None
        assert receipt.work_order in receipt.text
        return receipt.work_order

    async def rates(self, resolved: str, satisfaction: str) -> None:
        """Answers an invitation to the end; what is still wrong is that nothing came, and nobody called."""
        assert self.last is not None
        assert self.last.ask == "resolved"
        await self.picks(resolved)
        reply = await self.picks(satisfaction)
        if reply.ask == "reason":
            reply = await self.says("根本没有送到")
        if reply.ask == "contacted":
            await self.picks("no")

    async def picks(self, value: str, to: str | None = None) -> Reply:
        """Taps a quick reply of the last message (or of an older one)."""
        return await self._send({"choice": value, "to": to or (self.last.id if self.last else None)})

    async def sends_form(self, template: str, fields: dict[str, str]) -> Reply:
        """The card of the page, filled and sent."""
        return await self._send({"form": {"template": template, "fields": fields}})

    async def sends_photo(self, data: bytes) -> Reply:
        form = aiohttp.FormData()
        form.add_field("file", data, filename="photo.jpg", content_type="image/jpeg")
        headers = {"Authorization": f"Bearer {self.session}"}
        async with self._http.post(self._url + "/api/uploads", data=form, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            upload = (await answer.json())["upload"]
        return await self._send({"upload": upload})

    async def tells(self, text: str) -> None:
        """Says something that nobody has to answer (a person is talking)."""
        id_ = str(uuid.uuid4())
        await self._socket.send_json({"type": "message", "id": id_, "text": text})
        await self._frame("accepted")

    async def writes(self, *texts: str) -> None:
        """Several messages one after the other, without waiting for an answer."""
        for text in texts:
            await self._socket.send_json({"type": "message", "id": str(uuid.uuid4()), "text": text})

    async def hears(self) -> Reply:
        """The next message, whoever sends it."""
        reply = Reply.of(await self._frame("message"))
        self.last = reply
        self.read.append(reply)
        return reply

    async def _send(self, what: dict[str, Any]) -> Reply:
        await self._socket.send_json({"type": "message", "id": str(uuid.uuid4()), **what})
        await self._frame("accepted")
        return await self.hears()

    async def _frame(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame: dict[str, Any] = await self._socket.receive_json()
                assert frame["type"] != "error", frame
                if frame["type"] == kind:
                    return frame


class Staff:
    """One member of staff at the staff page's API."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self._headers: dict[str, str] = {"Origin": url}

    async def signs_in(self, name: str, password: str) -> None:
        async with self._http.post(
            self._url + "/desk/api/session", json={"name": name, "password": password}, headers=self._headers
        ) as answer:
            assert answer.status == 200, await answer.text()
            cookie = answer.headers["Set-Cookie"].partition(";")[0]
            self._headers |= {"Cookie": cookie, "X-Huiyin-Token": (await answer.json())["token"]}

    async def cases(self, **filters: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._get("/desk/api/cases", filters))["cases"]
        return found

    async def case(self, work_order: str) -> dict[str, Any]:
        return await self._get(f"/desk/api/cases/{work_order}")

    async def acts(self, work_order: str, act: str, **more: str) -> dict[str, Any]:
        """accept, dispatch(department), progress(text), question(text), close(text), reject(text)."""
        await until(lambda: self._offered(work_order, act))  # the bridge brings a new case to the desk in a moment
        body = {"id": str(uuid.uuid4()), "act": act, **more}
        return await self._post(f"/desk/api/cases/{work_order}/actions", body)

    async def _offered(self, work_order: str, act: str) -> bool:
        async with self._http.get(f"{self._url}/desk/api/cases/{work_order}", headers=self._headers) as answer:
            return answer.status == 200 and act in (await answer.json())["actions"]

    async def reveals(self, work_order: str, reason: str = "") -> dict[str, Any]:
        return await self._post(f"/desk/api/cases/{work_order}/reveal", {"reason": reason})

    async def queue(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self._get("/desk/api/conversations"))["conversations"]
        return rows

    async def conversation(self, key: str) -> dict[str, Any]:
        return await self._get(f"/desk/api/conversations/{key}")

    async def opens(self, key: str, upload: str) -> tuple[str, bytes]:
        """A photo or recording of a conversation: its media type and its bytes."""
        url = f"{self._url}/desk/api/conversations/{key}/files/{upload}"
        async with self._http.get(url, headers=self._headers) as answer:
            assert answer.status == 200, await answer.text()
            return answer.content_type, await answer.read()

    async def takes(self, key: str) -> None:
        await self._post(f"/desk/api/conversations/{key}/take", {"id": str(uuid.uuid4())})

    async def says(self, key: str, text: str) -> None:
        await self._post(f"/desk/api/conversations/{key}/say", {"id": str(uuid.uuid4()), "text": text})

    async def hands_back(self, key: str) -> None:
        await self._post(f"/desk/api/conversations/{key}/leave", {"id": str(uuid.uuid4())})

    async def report(self) -> dict[str, Any]:
        return await self._get("/desk/api/report")

    async def understands(self, text: str, **more: str) -> dict[str, Any]:
        """What the gateway would make of a text (POST /api/understand)."""
        return await self._post("/api/understand", {"text": text, **more})

    async def _get(self, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        async with self._http.get(self._url + path, params=query, headers=self._headers) as answer:
            assert answer.status == 200, await answer.text()
            body: dict[str, Any] = await answer.json()
            return body

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._http.post(self._url + path, json=body, headers=self._headers) as answer:
            assert answer.status in (200, 202), await answer.text()
            result: dict[str, Any] = await answer.json()
            return result
