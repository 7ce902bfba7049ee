"""POST /api/uploads and GET /api/uploads/{upload}: files in, and out to their owner, to staff, to who has a link."""
from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp
from aiohttp import BodyPartReader, web

from gateway.api.access import Staff, Visitors, visitor
from gateway.citizens import Citizens
from gateway.errors import Forbidden, Malformed, NotFound, TooLarge, TooSlow, Unauthorised, Unavailable, Unsupported
from gateway.file_links import FileLinks
from gateway.http import Network, RateLimiter, client_address, json_answer
from gateway.uploads import UploadInfo, Uploads

UPLOAD_S = 120.0    # a whole file over a slow mobile line
CHUNK = 65_536
AT_ONCE = 8         # files held in memory while they arrive
ENVELOPE = 8_192    # bytes of a multipart body beside the file
EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf", "video/mp4": "mp4", "audio/amr": "amr",
}


@dataclass(slots=True)
class UploadRoutes:
    """`pace` counts per visitor, `address_pace` per address: many citizens share one behind a mobile network; so does
    `link_pace`, for those who fetch by a link."""

    uploads: Uploads
    visitors: Visitors
    staff: Staff
    pace: RateLimiter
    address_pace: RateLimiter
    citizens: Citizens
    links: FileLinks
    link_pace: RateLimiter
    trusted: Sequence[Network] = ()
    _arriving: int = field(default=0, init=False)

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/uploads", self.post), web.get("/api/uploads/{upload}", self.get)]

    async def post(self, request: web.Request) -> web.Response:
        owner = (await visitor(request, self.visitors)).conversation
        await self.pace.take(owner)
        await self.address_pace.take(client_address(request, self.trusted))
        if self._arriving >= AT_ONCE:
            raise Unavailable("too many files at once")
        self._arriving += 1
        try:
            info = await self.uploads.keep(owner, await self._read(request))
        finally:
            self._arriving -= 1
        body = {"upload": info.id, "media_type": info.media_type, "size": info.size}
        return json_answer(body, status=201)

    async def get(self, request: web.Request) -> web.Response:
        """404 to strangers, as if there were none. Who comes with a signature is judged by it alone."""
        by_link = "signature" in request.query
        if by_link:
            await self.link_pace.take(client_address(request, self.trusted))
        info = await self.uploads.info(request.match_info["upload"])
        if info is None or not (self._proved(request, info) if by_link else await self._may_read(request, info)):
            raise NotFound
        _, data = await self.uploads.open(info.id)
        name = f"{info.id[:8]}.{EXTENSIONS[info.media_type]}"
        return web.Response(body=data, content_type=info.media_type, headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        })

    def _proved(self, request: web.Request, info: UploadInfo) -> bool:
        """Links are good for files that stand in a work order."""
        query = request.query
        return info.used and self.links.prove(info.id, query.get("expires", ""), query["signature"])

    async def _may_read(self, request: web.Request, info: UploadInfo) -> bool:
        try:
            caller = await visitor(request, self.visitors)
            return info.owner in await self.citizens.conversations(caller.conversation)
        except Unauthorised:
            pass
        try:
            await self.staff(request)
        except (Unauthorised, Forbidden):
            return False
        return True

    async def _read(self, request: web.Request) -> bytes:
        cap = self.uploads.settings.max_bytes
        if not request.content_type.startswith("multipart/form-data"):
            raise Unsupported("multipart/form-data is expected")
        if (request.content_length or 0) > cap + ENVELOPE:
            raise TooLarge(f"at most {cap} bytes")
        try:
            async with asyncio.timeout(UPLOAD_S):
                return await _read_part(request, cap)
        except TimeoutError as slow:
            raise TooSlow from slow
        except (ValueError, AssertionError, aiohttp.ClientPayloadError, web.RequestPayloadError) as fault:
            raise Malformed("the multipart body cannot be read") from fault


async def _read_part(request: web.Request, cap: int) -> bytes:
    """The part named `file`, which must be the first; its own file name and type are not looked at."""
    part = await (await request.multipart()).next()
    if not isinstance(part, BodyPartReader) or part.name != "file":
        raise Malformed("one part named `file` is expected")
    data = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        data += chunk
        if len(data) > cap:
            raise TooLarge(f"at most {cap} bytes")
    return bytes(data)
