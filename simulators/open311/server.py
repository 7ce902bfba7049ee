"""The server: addresses, formats and shapes of answers, and its faults."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from aiohttp import web

from simulators.open311.conduct import Conduct
from simulators.open311.office import Office, Pairs, Refusal, Request, Update

Row = dict[str, Any]
HUGE = b" " * (9 << 20)


class Server:
    """`url` is the base of its addresses while it is served."""

    def __init__(self, office: Office, conduct: Conduct) -> None:
        self.office, self.conduct = office, conduct
        self.url = ""
        self.seen: list[tuple[str, Pairs]] = []   # method and path, and the query or form
        self.answers: dict[str, object] = {}      # method and path → a document that is answered in place of its own

    def application(self) -> web.Application:
        application = web.Application(client_max_size=1 << 20)
        application.add_routes([
            web.get("/v2/services.{format}", self._services), web.get("/v2/services/{id}.{format}", self._definition),
            web.post("/v2/requests.{format}", self._file), web.get("/v2/requests.{format}", self._requests),
            web.get("/v2/requests/{id}.{format}", self._requests), web.get("/v2/tokens/{id}.{format}", self._token),
            web.post("/v2/servicerequestupdates.{format}", self._update),
            web.get("/v2/servicerequestupdates.{format}", self._updates),
        ])
        application.middlewares.append(self._around)
        return application

    @web.middleware
    async def _around(self, request: web.Request, handler: Any) -> web.StreamResponse:
        pairs = parse_qsl((await request.text()) if request.method == "POST" else request.query_string,
                          keep_blank_values=True, errors="surrogatepass")
        self.seen.append((f"{request.method} {request.path}", pairs))
        if request.match_info.get("format") not in self.conduct.formats:
            return web.Response(status=404, text="Bad extension")
        if f"{request.method} {request.path}" in self.answers:
            return web.json_response(self.answers[f"{request.method} {request.path}"])
        try:
            if self.conduct.jurisdiction and dict(pairs).get("jurisdiction_id") != self.conduct.jurisdiction:
                raise Refusal(400 if "jurisdiction_id" not in dict(pairs) else 404, "jurisdiction_id")
            return await self._faulty(request, handler) if request.method == "POST" else await handler(request)
        except Refusal as refusal:
            row = {"code": refusal.status, "description": refusal.why}
            return self._answer(request, "errors", "error", [row], refusal.status)

    async def _faulty(self, request: web.Request, handler: Any) -> web.StreamResponse:
        conduct = self.conduct
        if conduct.takes("down"):
            return web.Response(status=503, headers={"Retry-After": "7"})
        if conduct.takes("failing"):
            return web.Response(status=500, text="<html>oops</html>", content_type="text/html")
        if conduct.takes("pages"):
            return web.Response(text="<!DOCTYPE html><html>welcome</html>", content_type="text/html")
        if conduct.takes("login"):
            return web.Response(status=302, headers={"Location": "/login"})
        answer: web.StreamResponse = await handler(request)
        if conduct.takes("reset") and request.transport:
            request.transport.abort()
        if conduct.takes("hanging"):
            await asyncio.Event().wait()
        return web.Response(body=HUGE) if conduct.takes("huge") else answer

    # --- services -------------------------------------------------------------------------------------------

    async def _services(self, request: web.Request) -> web.Response:
        return self._answer(request, "services", "service", self.office.lines)

    async def _definition(self, request: web.Request) -> web.Response:
        found = self.office.services.get(request.match_info["id"])
        if found is None:
            raise Refusal(self.conduct.unknown, "service_code")
        return self._answer(request, "service_definitions", "service_definition", [dict(found)])

    # --- requests -------------------------------------------------------------------------------------------

    async def _file(self, request: web.Request) -> web.Response:
        conduct = self.conduct
        made = self.office.file(self.seen[-1][1], brackets=conduct.brackets, strict=conduct.strict)
        if not conduct.remembers:
            made.attributes = {}
        if conduct.tokens is not None:
            made.token = f"t{made.id}"
        row: Row = {"token": made.token} if made.token else {"service_request_id": self._id(made.id)}
        rows = [{"service_notice": "thank you"} if conduct.blank else row]
        return self._answer(request, "service_requests", "request", rows, 201)

    async def _token(self, request: web.Request) -> web.Response:
        conduct, token = self.conduct, request.match_info["id"]
        made = next((one for one in self.office.requests.values() if one.token == token), None)
        if made is None:
            raise Refusal(conduct.unknown, "token")
        made.looks += 1
        row: Row = {"token": token}
        if made.looks > (conduct.tokens or 0):
            row["service_request_id"] = self._id(made.id)
        elif conduct.token_status != 200:
            raise Refusal(conduct.token_status, "not yet")
        return self._answer(request, "service_requests", "request", [row])

    async def _requests(self, request: web.Request) -> web.Response:
        query = request.query
        ids = [request.match_info["id"]] if "id" in request.match_info else \
            [one for one in query.get("service_request_id", "").split(",") if one]
        if unknown := [one for one in ids if one not in self.office.requests]:
            raise Refusal(self.conduct.unknown, f"no request {unknown[0]}")
        found: Iterable[Request] = self.office.requests.values()
        if ids:
            found = [self.office.requests[one] for one in ids]
        else:
            start, end = _time(query.get("start_date")), _time(query.get("end_date"))
            found = [one for one in found if (not start or one.at >= start) and (not end or one.at <= end)]
            found = found[:self.conduct.listed]
        return self._answer(request, "service_requests", "request", [self._row(one) for one in found])

    def _row(self, one: Request) -> Row:
        row: Row = {
            "service_request_id": self._id(one.id), "status": one.status, "status_notes": one.notes or None,
            "service_code": one.service, "requested_datetime": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
            "updated_datetime": f"{one.updated:%Y-%m-%dT%H:%M:%SZ}", "agency_responsible": None,
            "address": one.form.get("address_string"), "lat": one.form.get("lat"), "long": one.form.get("long"),
        }
        return row | ({"description": one.form.get("description")} if self.conduct.described else {})

    def _id(self, id_: str) -> str | int:
        return int(id_) if self.conduct.counted else id_

    # --- updates --------------------------------------------------------------------------------------------

    async def _update(self, request: web.Request) -> web.Response:
        if not self.conduct.updates:
            raise Refusal(404, "no such address")
        try:
            made = self.office.update(self.seen[-1][1], twice=self.conduct.known_update == "taken again")
        except Refusal as refusal:
            if refusal.status == 409 and self.conduct.known_update == "already exists":
                raise Refusal(400, refusal.why) from None
            raise
        return self._answer(request, "service_request_updates", "request_update", [{"update_id": made.id}])

    async def _updates(self, request: web.Request) -> web.Response:
        if not self.conduct.updates:
            raise Refusal(404, "no such address")
        start, end = _time(request.query.get("start_date")), _time(request.query.get("end_date"))
        found = [
            one for one in self.office.updates
            if (self.conduct.echoes or not one.posted) and (not start or one.at >= start) and (not end or one.at <= end)
        ]
        return self._answer(
            request, "service_request_updates", "request_update", [self._update_row(one) for one in found])

    def _update_row(self, one: Update) -> Row:
        return {
            "update_id": one.id, "service_request_id": self._id(one.request), "status": one.status,
            "description": one.text, "updated_datetime": f"{one.at:%Y-%m-%dT%H:%M:%SZ}", "media_url": "",
        }

    # --- answers --------------------------------------------------------------------------------------------

    def _answer(
        self, request: web.Request, plural: str, singular: str, rows: list[Row], status: int = 200,
    ) -> web.Response:
        if self.conduct.spoken_truth:
            rows = [_spoken(row) for row in rows]
        if request.match_info["format"] == "xml":
            inner = "".join(_element(singular, row) for row in rows)
            body = f'<?xml version="1.0" encoding="utf-8"?>\n<{plural} type="array">{inner}</{plural}>'
            return web.Response(text=body, status=status, content_type="text/xml")
        shaped: object = rows
        match self.conduct.shape:
            case "object":
                shaped = rows[0] if len(rows) == 1 else rows
            case "wrapped":
                shaped = {plural: rows}
            case "data":
                shaped = {"data": rows}
        return web.json_response(shaped, status=status)


def _spoken(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return {name: _spoken(one) for name, one in value.items()}
    return [_spoken(one) for one in value] if isinstance(value, list) else value


def _element(name: str, value: Any) -> str:
    """A list's elements are called by its name without the s."""
    if isinstance(value, Mapping):
        inner = "".join(_element(key, one) for key, one in value.items())
    elif isinstance(value, list):
        inner = "".join(_element(name.removesuffix("s"), one) for one in value)
    elif isinstance(value, bool):
        inner = str(value).lower()
    else:
        inner = "" if value is None else escape(str(value))
    return f"<{name}>{inner}</{name}>"


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


@asynccontextmanager
async def serving(office: Office, conduct: Conduct, port: int = 0) -> AsyncIterator[Server]:
    """On loopback; port 0: any free one."""
    server = Server(office, conduct)
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v2"
        yield server
    finally:
        await runner.cleanup()
