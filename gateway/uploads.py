"""Files citizens send: told by their bytes, drawn anew or walked, owned by one conversation, forgotten if unused.

A file is record `upload` (indexed by owner, and by `unused` = created as long as no work order uses it) and a blob
of the same random id. The name somebody gave it is never read.
"""
from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from gateway.clock import Clock, Ids, to_ms
from gateway.errors import NotFound, TooLarge, Unprocessable
from gateway.media import PICTURE, identify
from gateway.pictures import Studio
from gateway.store.blobs import BlobStore
from gateway.store.lanes import Put
from gateway.store.records import Records
from gateway.work_order import Attachment

KIND = "upload"
PAGE = 200


@dataclass(frozen=True, slots=True)
class UploadSettings:
    max_bytes: int = 10_000_000
    unused_for: timedelta = timedelta(hours=24)


class UploadInfo(Struct, frozen=True):
    """Record `upload`; `owner` is the conversation, `created` ms since 1970."""

    id: str
    owner: str
    media_type: str
    size: int
    sha256: str
    created: int
    used: bool = False

    @property
    def attachment(self) -> Attachment:
        """As it stands in a work order."""
        return Attachment(self.id, self.media_type, self.size, self.sha256)


class Uploads:
    def __init__(
        self, blobs: BlobStore, records: Records, clock: Clock, ids: Ids, settings: UploadSettings | None = None
    ) -> None:
        self.records = records
        self._blobs, self._clock, self._ids = blobs, clock, ids
        self.settings = settings or UploadSettings()
        self._studio = Studio()

    async def keep(self, owner: str, data: bytes) -> UploadInfo:
        """Durable when it returns. Raises TooLarge, Unsupported, Unprocessable (empty), Unavailable."""
        if not data:
            raise Unprocessable("the file is empty", code="empty")
        if len(data) > self.settings.max_bytes:
            raise TooLarge(f"at most {self.settings.max_bytes} bytes")
        media_type = await asyncio.to_thread(identify, data)
        if media_type == PICTURE:
            media_type, data = await self._studio.redraw(data)
        digest = await asyncio.to_thread(hashlib.sha256, data)
        created = to_ms(self._clock.now())
        info = UploadInfo(self._ids.unique(), owner, media_type, len(data), digest.hexdigest(), created)
        await self.records.write([_put(info)])  # the record first: a blob without one would never be swept
        await self._blobs.put(info.id, data)
        return info

    async def info(self, upload: str) -> UploadInfo | None:
        record = await self.records.get(KIND, upload)
        return msgspec.json.decode(record.body, type=UploadInfo) if record else None

    async def owned(self, conversation: str, upload: str) -> str | None:
        """The media type of this conversation's own file, None for anything else."""
        info = await self.info(upload)
        return info.media_type if info and info.owner == conversation else None

    async def open(self, upload: str) -> tuple[UploadInfo, bytes]:
        """Raises NotFound. Who may read it is the caller's question."""
        info = await self.info(upload)
        if info is None:
            raise NotFound
        return info, await self._blobs.open(upload)

    def held(self, info: UploadInfo, until: datetime) -> Put:
        """For the commit that takes the file into a draft: it stays as long as drafts do."""
        return Put(KIND, info.id, msgspec.json.encode(info), {
            "owner": info.owner, "unused": to_ms(until - self.settings.unused_for),
        })

    def used(self, info: UploadInfo) -> Put:
        """For the commit that files the work order: the file stays as long as the case."""
        return _put(msgspec.structs.replace(info, used=True))

    async def unused(self, owner: str, until: int, n: int) -> list[UploadInfo]:
        """At most n of a conversation's files that no work order uses, by id, if they came by then (ms)."""
        found: list[UploadInfo] = []
        after = ""
        while len(found) < n and (page := await self.records.find(KIND, "owner", owner, after=after, n=PAGE)):
            infos = (msgspec.json.decode(record.body, type=UploadInfo) for record in page)
            found += (info for info in infos if not info.used and info.created <= until)
            after = page[-1].id
        return found[:n]

    def dropped(self, info: UploadInfo) -> Put:
        """For the commit that lets go of an unused file: nobody's from now on, and gone with the next sweep."""
        return Put(KIND, info.id, msgspec.json.encode(msgspec.structs.replace(info, owner="")), {"unused": 0})

    async def sweep(self, now: datetime) -> int:
        """Remove what no work order used in time; returns how many files."""
        before, removed = to_ms(now - self.settings.unused_for), 0
        while records := await self.records.range(KIND, "unused", 0, before, n=PAGE):
            for record in records:
                await self._blobs.delete(record.id)
            await self.records.write([Put(KIND, record.id, None) for record in records])
            removed += len(records)
        return removed


def _put(info: UploadInfo) -> Put:
    index: dict[str, str | int] = {"owner": info.owner}
    if not info.used:
        index["unused"] = info.created
    return Put(KIND, info.id, msgspec.json.encode(info), index)
