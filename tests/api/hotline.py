"""The real gateway, asked over HTTP alone: no engine, a clock that stands still, codes that are caught."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp

from gateway.api.contract import load
from gateway.errors import Retry
from tests import files
from tests.journeys.hotline import Hotline

CONTRACT = load()
_KEYS = count(1)


class Phones:
    """Everybody's phone: the codes that were sent, by number."""

    def __init__(self) -> None:
        self.codes: dict[str, list[str]] = {}
        self.away = False

    async def send(self, phone: str, code: str, language: str) -> None:
        if self.away:
            raise Retry("no network")
        self.codes.setdefault(phone, []).append(code)


@dataclass
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def faults(self) -> dict[str, str]:
        """field → code."""
        return {fault["field"]: fault["code"] for fault in self.body["errors"]}

    @property
    def said(self) -> dict[str, str]:
        """field → message."""
        return {fault["field"]: fault["message"] for fault in self.body["errors"]}


@dataclass
class Client:
    """A program with a session of its own, or none."""

    hotline: Hotline
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: Any = None, *, url: str = "", **headers: str) -> Answer:
        """Problems are held against the contract; a header `Lookup_Code` is sent as Lookup-Code. `url`: of a server
        beside the hotline's own."""
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent = {"Authorization": f"Bearer {self.token}"} | sent
        async with aiohttp.ClientSession() as session, session.request(
            method, (url or self.hotline.url) + path, json=body, headers=sent
        ) as got:
            said = await got.json(content_type=None) if "json" in got.content_type else await got.read()
            if got.status >= 400:
                CONTRACT.validator("components", "schemas", "Problem").validate(said)
            return Answer(got.status, said, got.headers)

    async def begin(self, language: str = "zh") -> Client:
        self.token = (await self.ask("POST", "/api/sessions", {"language": language})).body["session"]
        return self

    async def file(self, template: str, fields: dict[str, Any], key: str = "", **more: Any) -> Answer:
        """POST /api/work-orders, with a new key when none is named."""
        body = {"template": template, "fields": fields, **more}
        return await self.ask("POST", "/api/work-orders", body, Idempotency_Key=key or f"key-{next(_KEYS)}")

    async def upload(self) -> str:
        """A photo; its id."""
        form = aiohttp.FormData()
        form.add_field("file", files.phone_photo(), filename="x.jpg", content_type="image/jpeg")
        headers = {"Authorization": f"Bearer {self.token}"}
        async with aiohttp.ClientSession() as session, session.post(
            self.hotline.url + "/api/uploads", data=form, headers=headers
        ) as answer:
            return str((await answer.json())["upload"])

    async def prove(self, phones: Phones, phone: str) -> Answer:
        """Sign in by phone, as its owner does."""
        await self.ask("POST", "/api/login/phone", {"phone": phone})
        code = phones.codes["+86" + phone][-1]
        return await self.ask("POST", "/api/login/phone/verify", {"phone": phone, "code": code})

    async def conversation(self) -> str:
        return (await self.hotline.session(self.token)).conversation


def fits(path: str, method: str, status: str, body: Any) -> None:
    where = ("paths", path, method, "responses", status, "content", "application/json", "schema")
    CONTRACT.validator(*where).validate(body)
