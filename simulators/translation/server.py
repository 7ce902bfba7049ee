"""Both servers in one: LibreTranslate's POST /translate, and POST /v1/chat/completions of OpenAI-compatible ones."""
from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from simulators.translation.conduct import Conduct
from simulators.translation.tongue import translated

PIECE = b" " * 65_536
DRIP_S = 0.05
_CODES = {"zh-hans": "zh", "zh-hant": "zt"}
_KNOWN = ("zh", "zt", "en", "ja", "ko", "ru", "ar", "fr", "es")
_TAG = re.compile(r"(<[^<>]+>)")
_LAST_MARKS = "!?.,;。"
_PAGE = "<!doctype html><title>405 Method Not Allowed</title><h1>Method Not Allowed</h1>"
_STATUS = {
    "throttled": 429, "throttled_after": 429, "loading": 503, "failing": 500, "unpaid": 402, "forbidden": 403,
    "quota": 456, "refused": 400,
}
_TO = re.compile(r"to (Simplified Chinese|English|Russian)")
_NAMES = {"Simplified Chinese": "zh", "English": "en", "Russian": "ru"}


class Server:
    """`url` is the base of its addresses while it is served; `seen` holds the bodies of all calls."""

    def __init__(self, conduct: Conduct) -> None:
        self.conduct = conduct
        self.url = ""
        self.seen: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def application(self) -> web.Application:
        application = web.Application(client_max_size=1 << 22)
        application.add_routes([
            web.post("/translate", self._translate), web.get("/translate", self._wrong_method),
            web.post("/v1/chat/completions", self._complete),
        ])
        return application

    # --- LibreTranslate 1.9.6 ---------------------------------------------------------------------------------

    async def _wrong_method(self, request: web.Request) -> web.Response:
        return web.Response(status=405, text=_PAGE, content_type="text/html")

    async def _translate(self, request: web.Request) -> web.StreamResponse:
        body = await self._note(request)
        if answer := await self._befallen(request, {"translatedText": "x"}):
            return answer
        if self.conduct.key and body.get("api_key") != self.conduct.key:
            return _refusal(403, "请访问 https://portal.example 获取密钥")
        if lacking := [name for name in ("q", "source", "target") if not body.get(name)]:
            return _refusal(400, f"请求无效：缺少 {lacking[0]} 参数")
        source, to = (_CODES.get(str(body[name]).lower(), str(body[name]).lower()) for name in ("source", "target"))
        if source not in _KNOWN or to not in _KNOWN or source == to:
            return _refusal(400, f"不支持 {body['target']}")
        text = body["q"]
        if body.get("format", "text") == "html":
            said = "".join(part if _TAG.fullmatch(part) else html.escape(self._said(html.unescape(part), to))
                           for part in _TAG.split(text))
        else:
            said = _formatted(text, self._said(text, to))
        return web.json_response({"translatedText": html.unescape(said)})

    # --- OpenAI-compatible ------------------------------------------------------------------------------------

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await self._note(request)
        good = {"choices": [{"message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}]}
        if answer := await self._befallen(request, good):
            return answer
        if self.conduct.key and request.headers.get("Authorization") != f"Bearer {self.conduct.key}":
            return _refusal(401, "Incorrect API key provided")
        if not body.get("model") or not body.get("messages"):
            return _refusal(400, "you must provide a model parameter")
        told, text = body["messages"][0]["content"], body["messages"][-1]["content"]
        language = _TO.search(told)
        said = self._said(text, _NAMES[language[1]] if language else "en")
        choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        return web.json_response({"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]})

    # --- both -------------------------------------------------------------------------------------------------

    async def _note(self, request: web.Request) -> dict[str, Any]:
        body: dict[str, Any] = await request.json()
        self.seen.append(body)
        self.headers.append(dict(request.headers))
        return body

    def _said(self, text: str, to: str) -> str:
        return self.conduct.spoilt(self.conduct.knows.get(text) or translated(text, to), text)

    async def _befallen(self, request: web.Request, good: dict[str, Any]) -> web.StreamResponse | None:
        fault = self.conduct.befalls()
        if fault in _STATUS:
            headers = {"Retry-After": "7"} if fault == "throttled_after" else None
            return _refusal(_STATUS[fault], "Loading model" if fault == "loading" else "慢一点", headers)
        if fault in ("endless", "drip"):
            return await _streamed(request, DRIP_S if fault == "drip" else 0.0)
        if fault == "hang":
            await asyncio.Event().wait()
        if fault == "reset" and request.transport:
            request.transport.abort()
        return _unusable(fault, good)


def _unusable(fault: str, good: dict[str, Any]) -> web.Response | None:
    """A 200 that is none, or a page."""
    if fault == "page":
        return web.Response(status=405, text=_PAGE, content_type="text/html")
    if fault == "redirect":
        return web.Response(status=302, headers={"Location": "https://login.example/"})
    if fault in ("not_json", "reset"):
        return web.Response(text="<html>welcome</html>", content_type="text/html")
    if fault in ("no_field", "no_choice"):
        return web.json_response({"choices": []} if fault == "no_choice" else {"detectedLanguage": "zh"})
    document = json.loads(json.dumps(good))
    if fault == "null":
        return web.json_response({"translatedText": None, "choices": [{"message": {"content": None}}]})
    if fault in ("length", "filtered"):
        for choice in document.get("choices", ()):
            choice["finish_reason"] = "length" if fault == "length" else "content_filter"
        return web.json_response(document if "choices" in document else {"translatedText": ""})
    return None


def _refusal(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": message}, status=status, headers=headers)


def _formatted(source: str, said: str) -> str:
    """What `format=text` does (language.py, improve_translation_formatting): the source's last mark and letter case."""
    if source[-1] in _LAST_MARKS:
        said = said.rstrip(_LAST_MARKS) + source[-1]
    elif said[-1:] in _LAST_MARKS:
        said = said[:-1]
    said = said.replace("_", " ")
    if source.islower():
        return said.lower()
    return said.upper() if source.isupper() else said


async def _streamed(request: web.Request, pause_s: float) -> web.StreamResponse:
    """For ever, or until nobody listens."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while request.transport and not request.transport.is_closing():
        try:
            await response.write(PIECE if not pause_s else b" ")
        except ConnectionError:
            break
        await asyncio.sleep(pause_s)
    return response


@asynccontextmanager
async def serving(conduct: Conduct, port: int = 0) -> AsyncIterator[Server]:
    """On loopback; port 0: any free one."""
    server = Server(conduct)
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()
