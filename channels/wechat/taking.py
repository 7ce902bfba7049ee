"""One proved push: store what it says, then what is said to it while it waits.

A push may come three times and overlap itself. Every step here may be repeated: ids are the push's own, a file is
fetched once for all tries, and the turn's answer is the same for each of them.
"""
from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec
import structlog

from channels.wechat import contents, pushes, replies
from channels.wechat.accounts import Account, Core
from channels.wechat.contents import CHANNEL
from channels.wechat.menus import Menus
from channels.wechat.pushes import Push
from gateway.clock import Clock, to_ms
from gateway.errors import Refused, SendError
from gateway.messages import CitizenContent, Inbound, Upload, conversation_key, encode
from gateway.protocols import SharedStore

FETCH_S = 3.0              # for a file, so that the turn has a second of the four
_FETCHED_MS = 60 * 60_000  # a file is known for longer than WeChat repeats a push

_log = structlog.get_logger(__name__)

NOT_SHOWN = (
    "这种消息我们收不到内容，请发送文字、语音、照片、视频或位置。\n"
    "We cannot see messages of this kind; please send text, voice, a photo, a video or a location."
)
NOT_TAKEN = (
    "这个文件的类型不支持，或者太大，请换一个再发。\n"
    "We cannot take this file: its type is not supported, or it is too large."
)
NOT_FETCHED = "文件没有收到，请稍后重新发送。\nThe file did not reach us; please send it again."


@dataclass(frozen=True, slots=True)
class Said:
    """What goes back in the response; `at` (ms since 1970) is the same at every try."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """`awaits`: the turn will answer. `notice`: what we say ourselves, because nothing could be stored."""

    awaits: bool = False
    notice: str = ""


class Taker:
    def __init__(self, core: Core, store: SharedStore, clock: Clock, fetch_s: float = FETCH_S) -> None:
        self._core, self._store, self._clock, self._fetch_s = core, store, clock, fetch_s
        self._menus = Menus(store)

    async def take(self, account: Account, push: Push, deadline: float) -> Said | None:
        """What to answer with, waited for until `deadline` (monotonic seconds); None: nothing, or nothing here.

        The push is durable when this returns. Raises Unavailable, RateLimited: it is not, let WeChat come again."""
        conversation = conversation_key(CHANNEL, f"{push.appid}.{push.user}") if push.user else None
        await self._core.happened(conversation, push)
        if conversation is None:
            return None
        if isinstance(push, pushes.Left):
            await self._core.forget(conversation)
            return None
        kept = await self._keep(account, push, conversation)
        if account.kind != "official":  # they show nothing of a response; what is told goes through the API
            if kept.notice:
                await self._core.answers.overflow(conversation, push.id, [kept.notice])
            return None
        if kept.notice:
            return Said(kept.notice, push.created * 1000)
        return await self._answer(conversation, push.id, deadline) if kept.awaits else None

    async def _keep(self, account: Account, push: Push, conversation: str) -> _Kept:
        if isinstance(push, pushes.Unshown):
            return _Kept(notice=NOT_SHOWN)
        arrival = contents.arrival(push, to_ms(self._clock.now()))
        if arrival is not None:
            await self._core.arrive(conversation, arrival)
            return _Kept(awaits=True)
        content, media = await self._content(account, push, conversation), contents.media(push)
        if content is not None:
            await self._accept(push.id, conversation, content)
        if media is None:
            return _Kept(awaits=content is not None)
        if content is None:
            notice = await self._file(push, conversation, media, push.id)
            return _Kept(awaits=not notice, notice=notice)
        await self._file(push, conversation, media, f"{push.id}.file")  # the recording beside its words, if it comes
        return _Kept(awaits=True)

    async def _content(self, account: Account, push: Push, conversation: str) -> CitizenContent | None:
        chosen = None
        if isinstance(push, pushes.Written) and push.menu:
            chosen = await self._menus.chosen(conversation, push.menu, push.text)
        return chosen or contents.content(account, push)

    async def _accept(self, id_: str, conversation: str, content: CitizenContent) -> None:
        await self._core.accept(Inbound(id_, conversation, CHANNEL, to_ms(self._clock.now()), content))

    async def _file(self, push: Push, conversation: str, media: str, id_: str) -> str:
        """Fetch and store it; what the person is told when that fails, "" when it does not."""
        try:
            async with asyncio.timeout(self._fetch_s):
                upload = await self._fetch(push, conversation, media)
        except (SendError, TimeoutError) as fault:
            _log.warning("wechat_media_lost", appid=push.appid, why=type(fault).__name__)
            return NOT_FETCHED
        except Refused as refused:
            _log.info("wechat_media_refused", appid=push.appid, code=refused.code)
            return NOT_TAKEN
        await self._accept(id_, conversation, upload)
        return ""

    async def _fetch(self, push: Push, conversation: str, media: str) -> Upload:
        """Once for all tries of a push, in all processes; a fetch that took too long for one try is there at the next.
        """
        async def fetch() -> tuple[bytes, int]:
            return encode(await self._core.media.fetch(push.appid, conversation, media)), _FETCHED_MS

        body = await self._store.cached(f"wechat:media:{conversation}:{media}", fetch)
        return msgspec.json.decode(body, type=Upload)

    async def _answer(self, conversation: str, id_: str, deadline: float) -> Said | None:
        left = max(0.0, deadline - self._clock.monotonic())
        message = await self._core.answers.wait(conversation, id_, left)
        if message is None:
            return None
        first, *rest = replies.parts(replies.words(message))
        if rest:
            await self._core.answers.overflow(conversation, id_, rest)
        return Said(first, message.at) if first else None
