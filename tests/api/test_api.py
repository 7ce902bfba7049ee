"""The API by its own client: sessions, uploads, templates, knowledge, understanding (HOSTILE.md 12, 29 to 31)."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import aiohttp
import pytest
from aiohttp import web
from jsonschema import Draft202012Validator

from gateway.api.contract import load
from gateway.api.site import Api
from gateway.api.understand import FoundField, UnderstandAnswer, UnderstandRequest
from gateway.dialogue.template import Template
from gateway.errors import Unauthorised
from gateway.fields.registry import TYPES
from gateway.protocols import Answer, Scored
from gateway.templates import load as load_templates
from tests import files
from tests.channels.web.house import serve, visit
from tests.channels.web.site import Site, open_site

ROOT = Path(__file__).parents[2]
CONTRACT = load()
ANSWER = Answer("hours", 0.91234567, True, "几点上班？", "全天。", "样例", "热线", None)


@cache
def templates() -> dict[str, Template]:
    return {template.id: template for template in load_templates(ROOT / "templates/complaints", TYPES)}


class Books:
    async def search(self, text: str, language: str, n: int = 3) -> Sequence[Answer]:
        return [ANSWER] if "几点" in text and language == "zh" else []


class Engine:
    def __init__(self) -> None:
        self.asked: list[UnderstandRequest] = []

    async def understand(self, question: UnderstandRequest) -> UnderstandAnswer:
        self.asked.append(question)
        found = FoundField("tracking_no", "SF1234567890123", "SF1234567890123", 2, 17)
        return UnderstandAnswer("zh", "complaint.express", (Scored("express", 0.9),), (found,), "110", "embedded")


async def staff(request: web.Request) -> str:
    if request.headers.get("X-Huiyin-Token") != "staff":
        raise Unauthorised
    return "clerk"


class Caller:
    def __init__(self, url: str, site: Site, engine: Engine) -> None:
        self.url, self.site, self.engine = url, site, engine
        self.token = ""

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any, Mapping[str, str]]:
        """JSON is parsed and held against the contract; everything else comes as bytes."""
        if self.token:
            more["headers"] = {"Authorization": f"Bearer {self.token}"} | more.get("headers", {})
        async with aiohttp.ClientSession() as session, session.request(method, self.url + path, **more) as answer:
            body = await answer.json(content_type=None) if "json" in answer.content_type else await answer.read()
            if answer.status >= 400:
                CONTRACT.validator("components", "schemas", "Problem").validate(body)
            return answer.status, body, answer.headers

    async def begin(self) -> None:
        self.token = (await self.ask("POST", "/api/sessions", json={}))[1]["session"]

    async def upload(self, data: bytes, name: str = "file", filename: str = "x.jpg") -> tuple[int, Any]:
        form = aiohttp.FormData()
        form.add_field(name, data, filename=filename, content_type="image/jpeg")
        return (await self.ask("POST", "/api/uploads", data=form))[:2]


@asynccontextmanager
async def calling(folder: Path, access: Literal["staff", "open"] = "staff") -> AsyncIterator[Caller]:
    engine = Engine()
    async with open_site(folder) as site:
        api: Api = replace(
            site.api(), templates=templates(), knowledge=Books(), understand=engine.understand, staff=staff,
            access=access,
        )
        async with serve(api.routes(), middlewares=[api.middleware()]) as url:
            yield Caller(url, site, engine)


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[Caller]:
    async with calling(tmp_path) as opened:
        yield opened


def fits(path: str, method: str, status: str, body: Any) -> None:
    CONTRACT.validator(
        "paths", path, method, "responses", status, "content", "application/json", "schema"
    ).validate(body)


# --- sessions -----------------------------------------------------------------------------------------------

async def test_a_session_by_http_is_one_of_the_web_chat(caller: Caller) -> None:
    status, body, headers = await caller.ask("POST", "/api/sessions", json={"language": "en"})

    fits("/api/sessions", "post", "201", body)
    assert (status, body["language"], headers["Cache-Control"]) == (201, "en", "no-store")
    left = datetime.fromisoformat(body["expires"]) - datetime.now(UTC)
    assert 29 < left.days + 1 <= 30
    async with visit(caller.site) as client:
        assert await client.hello(session=body["session"]) == {
            "type": "welcome", "session": body["session"], "language": "en",
        }


# --- uploads ------------------------------------------------------------------------------------------------

async def test_a_photo_goes_in_and_comes_out_to_its_owner(caller: Caller) -> None:
    await caller.begin()
    status, stored = await caller.upload(files.phone_photo(), filename="../../etc/passwd.exe")
    fits("/api/uploads", "post", "201", stored)
    got, data, headers = await caller.ask("GET", f"/api/uploads/{stored['upload']}")

    assert (status, got, len(data), headers["Content-Type"]) == (201, 200, stored["size"], "image/jpeg")
    assert headers["Content-Disposition"] == f'attachment; filename="{stored["upload"][:8]}.jpg"'
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert b"SecretPhone" not in data


async def test_to_everybody_else_there_is_no_such_file(caller: Caller) -> None:
    await caller.begin()
    _, stored = await caller.upload(files.PDF)
    path, owner = f"/api/uploads/{stored['upload']}", caller.token
    await caller.begin()
    stranger = await caller.ask("GET", path)
    caller.token = ""
    nobody, missing = await caller.ask("GET", path), await caller.ask("GET", f"/api/uploads/{'0' * 32}")
    clerk = await caller.ask("GET", path, headers={"X-Huiyin-Token": "staff"})

    assert stranger[:2] == nobody[:2] == missing[:2]
    assert stranger[0] == 404
    assert clerk[:2] == (200, files.PDF)
    caller.token = owner
    assert (await caller.ask("HEAD", path))[0] == 200


@pytest.mark.parametrize("token", ["", "x" * 43, "y" * 5000])
async def test_without_a_session_nothing_is_taken(caller: Caller, token: str) -> None:
    caller.token = token
    status, problem = await caller.upload(files.PDF)
    assert (status, problem["code"]) == (401, "unauthorised")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (files.SVG, 415), (files.HTML, 415), (files.archive(), 415), (files.png_bomb(), 413), (b"", 422),
        (files.PDF + files.archive(), 415), (b"\xff\xd8\xff\xe0" + b"x" * 100, 415), (b"x" * 10_000_001, 413),
    ],
    ids=["svg", "html", "zip", "bomb", "empty", "polyglot", "renamed", "too large"],
)
async def test_what_is_refused(caller: Caller, data: bytes, status: int) -> None:
    await caller.begin()
    assert (await caller.upload(data))[0] == status


async def test_only_a_multipart_body_with_one_file_is_read(caller: Caller) -> None:
    await caller.begin()
    multipart = {"Content-Type": "multipart/form-data; boundary=b"}
    for data, headers, status in (
        (b"x", {"Content-Type": "image/jpeg"}, 415),
        (b"x", {"Content-Type": "multipart/form-data"}, 400),
        (b"no boundary here", multipart, 400),
        (b"--b\r\n\r\nx\r\n--b--\r\n", multipart, 400),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nhalf', multipart, 415),
        (b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n", multipart, 400),
    ):
        assert (await caller.ask("POST", "/api/uploads", data=data, headers=headers))[0] == status, data
    assert (await caller.upload(files.PDF, name="photo"))[0] == 400


async def test_a_visitor_may_send_only_so_many_files(caller: Caller) -> None:
    await caller.begin()
    statuses = [(await caller.upload(b""))[0] for _ in range(32)]
    assert (statuses[0], statuses[-1]) == (422, 429)


async def test_only_so_many_files_may_arrive_at_once(caller: Caller) -> None:
    await caller.begin()
    gate = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
        await gate.wait()
        yield b"x\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    waiting = [
        asyncio.create_task(caller.ask("POST", "/api/uploads", data=slowly(), headers=headers)) for _ in range(9)
    ]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    gate.set()
    statuses = [status for status, _, _ in await asyncio.gather(*waiting)]

    assert [task.result()[0] for task in done] == [503]
    assert sorted(statuses) == [415] * 8 + [503]


# --- templates, knowledge, understanding --------------------------------------------------------------------

@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_template_is_listed_and_shown_whole(caller: Caller, language: str) -> None:
    _, listed, _ = await caller.ask("GET", f"/api/templates?lang={language}")
    fits("/api/templates", "get", "200", listed)
    names = [head["id"] for head in listed["templates"]]
    assert names == sorted(names)
    assert {"general", "express_delivery"} <= set(names)
    for head in listed["templates"]:
        _, template, _ = await caller.ask("GET", f"/api/templates/{head['id']}?lang={language}")
        fits("/api/templates/{template}", "get", "200", template)
        assert template["title"] == head["title"]
        assert {field["id"] for field in template["fields"]} >= {"description", "contact_phone"}
        _, schema, headers = await caller.ask("GET", f"/api/templates/{head['id']}/schema?lang={language}")
        Draft202012Validator.check_schema(schema)
        assert headers["Content-Type"].startswith("application/schema+json")
        assert set(schema["required"]) <= set(schema["properties"]) == {field["id"] for field in template["fields"]}


async def test_a_template_that_is_not_there(caller: Caller) -> None:
    assert (await caller.ask("GET", "/api/templates/nothing"))[0] == 404
    assert (await caller.ask("GET", "/api/templates/nothing/schema"))[0] == 404


async def test_answers_come_with_their_source(caller: Caller) -> None:
    status, body, _ = await caller.ask("GET", "/api/knowledge", params={"q": "几点上班"})
    fits("/api/knowledge", "get", "200", body)
    assert status == 200
    assert body["answers"] == [{
        "id": "hours", "question": "几点上班？", "text": "全天。", "source": "样例", "department": "热线",
        "valid_until": None, "score": 0.9123,
    }]
    assert (await caller.ask("GET", "/api/knowledge", params={"q": "几点", "lang": "en"}))[1] == {"answers": []}


async def test_understanding_is_for_staff(caller: Caller) -> None:
    question = {"text": "单号SF1234567890123", "template": "express", "asked": None, "at": "2026-11-23T10:00:00+08:00"}
    refused, problem, _ = await caller.ask("POST", "/api/understand", json=question)
    status, body, _ = await caller.ask("POST", "/api/understand", json=question, headers={"X-Huiyin-Token": "staff"})

    fits("/api/understand", "post", "200", body)
    assert (refused, problem["code"], status) == (401, "unauthorised", 200)
    assert body == {
        "language": "zh", "intent": "complaint.express", "templates": [{"id": "express", "score": 0.9}],
        "fields": [
            {"field": "tracking_no", "value": "SF1234567890123", "text": "SF1234567890123", "start": 2, "end": 17},
        ],
        "emergency": "110", "engine": "embedded",
    }
    (asked,) = caller.engine.asked
    assert (asked.text, asked.template, asked.asked, asked.language) == ("单号SF1234567890123", "express", None, None)
    assert asked.at == datetime.fromisoformat("2026-11-23T10:00:00+08:00")


async def test_opened_understanding_is_for_everybody_but_not_without_end(tmp_path: Path) -> None:
    async with calling(tmp_path, "open") as caller:
        statuses = [(await caller.ask("POST", "/api/understand", json={"text": "你好"}))[0] for _ in range(3)]
        assert statuses == [200, 200, 200]
        flood = await asyncio.gather(*(caller.ask("POST", "/api/understand", json={"text": "x"}) for _ in range(150)))
        assert {status for status, _, _ in flood} == {200, 429}
