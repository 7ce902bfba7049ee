"""One visitor's chat page for the simulated citizens: frames in quick succession, then the one reply to them."""
from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import aiohttp

from bench.citizen_talk import Frame, Heard
from tests.clock import ManualClock
from tests.journeys.hotline import Hotline

HOLD_S = 0.2      # how long the gateway waits for the rest of a burst here
BETWEEN_S = 3.0   # the citizen reads and writes; longer than what makes two messages one burst
PATIENCE_S = 20.0


class Visitor:
    """A socket of the web chat and the session's uploads. `clock` stands still while messages are on their way."""

    def __init__(self, hotline: Hotline, http: aiohttp.ClientSession, language: str) -> None:
        self._url, self._clock, self._http = hotline.url, hotline.clock, http
        self._language, self._session = language, ""

    async def comes(self) -> None:
        self._socket = await self._http.ws_connect(self._url + "/web/ws")
        await self._socket.send_json({"type": "hello", "session": None, "after": None, "language": self._language})
        self._session = (await self._next("welcome"))["session"]

    async def sends(self, messages: Sequence[Frame]) -> Heard:
        """All at once; returns what answers the last of them."""
        clock: ManualClock = self._clock
        clock.advance(BETWEEN_S)
        ids = [str(uuid.uuid4()) for _ in messages]
        for id_, message in zip(ids, messages, strict=True):
            await self._socket.send_json({"type": "message", "id": id_, **message})
        waiting, replies = set(ids), []
        while waiting:
            frame = await self._next("accepted", "message")
            if frame["type"] == "accepted":
                waiting.remove(frame["id"])
            else:
                replies.append(frame)
        while not replies or replies[-1]["reply_to"] != ids[-1]:
            replies.append(await self._later("message"))
        return _heard(replies[-1])

    async def _later(self, kind: str) -> dict[str, Any]:
        """The next frame of a kind; time passes meanwhile, for a turn that waits for the rest of a burst."""
        coming = asyncio.create_task(self._next(kind))
        while not coming.done():
            await asyncio.wait({coming}, timeout=HOLD_S)
            if not coming.done():
                self._clock.advance(HOLD_S)
        return await coming

    async def uploads(self, data: bytes) -> Frame:
        """A picture, stored; returns the frame that sends it."""
        form = aiohttp.FormData()
        form.add_field("file", data, filename="photo.jpg", content_type="image/jpeg")
        headers = {"Authorization": f"Bearer {self._session}"}
        async with self._http.post(self._url + "/api/uploads", data=form, headers=headers) as answer:
            answer.raise_for_status()
            return {"upload": (await answer.json())["upload"]}

    async def _next(self, *kinds: str) -> dict[str, Any]:
        """Raises TimeoutError when nothing comes, ConnectionError when a frame was refused."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame: dict[str, Any] = await self._socket.receive_json()
                if frame["type"] == "error":
                    raise ConnectionError(f"refused: {frame['code']}")
                if frame["type"] in kinds:
                    return frame


def _heard(frame: Frame) -> Heard:
    choices = tuple(choice["value"] for choice in frame["choices"])
    return Heard(frame["id"], frame["text"], frame["ask"], choices, frame["work_order"], frame["template"])
