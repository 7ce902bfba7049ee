"""One open WebSocket: frames in, frames out, and an end to whoever floods, fragments or does not read."""
from __future__ import annotations

import asyncio

from aiohttp import WSCloseCode, WSMsgType, web

from channels.web import frames
from gateway.clock import Clock

HEARTBEAT_S = 25.0      # below the 30 to 60 s after which mobile networks and proxies drop a silent connection
GOODBYE_S = 2.0         # how long a peer may take to answer our close frame
CONTROLS_PER_S = 20     # pings and pongs a client may send
WRITE_LIMIT = 16_384    # bytes we hold for a slow reader before a send waits


class Line:
    """Aiohttp's socket behind our rules: no compression, small frames, every send within `send_s` seconds."""

    def __init__(self, clock: Clock, send_s: float) -> None:
        self._clock, self._send_s = clock, send_s
        self._second, self._controls = 0.0, 0
        self.socket = web.WebSocketResponse(
            timeout=GOODBYE_S, heartbeat=HEARTBEAT_S, autoping=False, compress=False,
            max_msg_size=frames.MAX_FRAME, writer_limit=WRITE_LIMIT,
        )
        self._transport: asyncio.Transport | None = None

    async def open(self, request: web.Request) -> None:
        self._transport = request.transport
        await self.socket.prepare(request)

    async def send(self, frame: frames.ServerFrame) -> None:
        """Raises ConnectionError when the peer is gone, or did not read for `send_s`: then it is dropped."""
        try:
            async with asyncio.timeout(self._send_s):
                await self.socket.send_frame(frames.encode(frame), WSMsgType.TEXT)
        except TimeoutError:
            self.drop()
            raise ConnectionResetError("the peer does not read") from None

    async def receive(self) -> str | None:
        """The next text frame, None when the socket is closed."""
        while True:
            message = await self.socket.receive()
            if message.type is WSMsgType.TEXT:
                return str(message.data)
            if message.type is WSMsgType.BINARY:
                await self.close(WSCloseCode.UNSUPPORTED_DATA, "text frames only")
            elif message.type not in (WSMsgType.PING, WSMsgType.PONG):
                return None  # closed; an ERROR carries the exception as its data, aiohttp has said goodbye already
            else:
                await self._control(message.type, message.data)

    async def _control(self, kind: WSMsgType, data: bytes) -> None:
        now = self._clock.monotonic()
        if now - self._second >= 1:
            self._second, self._controls = now, 0
        self._controls += 1
        if self._controls > CONTROLS_PER_S:
            await self.close(WSCloseCode.POLICY_VIOLATION, "too many control frames")
        elif kind is WSMsgType.PING:
            await self.socket.pong(data)

    async def close(self, code: int, why: str = "") -> None:
        await self.socket.close(code=code, message=why.encode())

    def drop(self) -> None:
        """Without a goodbye: a peer that does not read would not read that either."""
        if self._transport is not None:
            self._transport.abort()
