"""One proved push: store what it says, then what is said to it while it waits.

A push may come three times and overlap itself. Every step here may be repeated: ids are the push's own, a file is
fetched once for all tries, and the turn's answer is the same for each of them.
"""
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import structlog

from channels.wechat import contents, notes, pushes, replies
from channels.wechat.accounts import Account, Core
from channels.wechat.contents import CHANNEL
from channels.wechat.menus import Menus
from channels.wechat.pushes import Push
from gateway.clock import Clock, to_ms
from gateway.errors import Refused, SendError, Unavailable
from gateway.messages import Content, Inbound, Outbound, Text, Upload, conversation_key, encode
from gateway.protocols import SharedStore

FETCH_S = 3.0              # for a file, so that the turn has a second of the four
TYPING_S = 1.0             # of silence before "is typing" is shown
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
    """`awaits`: the turn will answer, `repeated`: it was asked to before. `notice`: what we say ourselves, because
    nothing could be stored."""

    awaits: bool = False
    repeated: bool = False
    notice: str = ""


Typing = Callable[[str, str], Awaitable[None]]  # (appid, openid); never raises


class Taker:
    def __init__(
        self, core: Core, store: SharedStore, clock: Clock, typing: Typing | None = None, fetch_s: float = FETCH_S
    ) -> None:
        self._core, self._store, self._clock, self._typing, self._fetch_s = core, store, clock, typing, fetch_s
        self._menus = Menus(store)
        self._fetching: dict[str, set[asyncio.Future[None]]] = {}

    async def take(self, account: Account, push: Push, deadline: float) -> Said | None:
        """What to answer with, waited for until `deadline` (monotonic seconds); None: nothing, or nothing here.

        The push is durable when this returns. Raises Unavailable, RateLimited: it is not, let WeChat come again."""
        if not push.user:
            return None  # about the account itself
        conversation = conversation_key(CHANNEL, f"{push.appid}.{push.user}")
        if account.kind == "official":
            return await self._answered(account, push, conversation, deadline)
        kept = await self._keep(account, push, conversation)
        if kept.notice:  # they show nothing of a response; what is told goes through the API
            await self._core.answers.overflow(conversation, push.id, [kept.notice])
        return None

    async def _answered(self, account: Account, push: Push, conversation: str, deadline: float) -> Said | None:
        with self._core.answers.expect(conversation, push.id) as waiting:
            await waiting.announce()
            kept = await self._keep(account, push, conversation)
            if kept.notice:
                return Said(kept.notice, push.created * 1000)
            if not kept.awaits:
                return None
            with self._typing_shown(push, deadline):
                message = await waiting.answer(deadline - self._clock.monotonic(), repeated=kept.repeated)
        return await self._first(conversation, push.id, message) if message else None

    @contextmanager
    def _typing_shown(self, push: Push, deadline: float) -> Iterator[None]:
        """After a second, beside the wait, which ends it: a platform that does not answer costs the citizen nothing."""
        if self._typing is None or deadline - self._clock.monotonic() <= TYPING_S:
            yield
            return
        typing, showing = self._typing, list[asyncio.Task[None]]()

        async def show() -> None:
            await typing(push.appid, push.user)

        timer = asyncio.get_running_loop().call_later(TYPING_S, lambda: showing.append(asyncio.create_task(show())))
        try:
            yield
        finally:
            timer.cancel()
            for task in showing:
                task.cancel()

    async def _keep(self, account: Account, push: Push, conversation: str) -> _Kept:
        """A photo that came before words is stored before them, as far as this process knows: what is confirmed next
        shall have it."""
        if contents.media(push) is not None:
            with self._first_of(conversation):
                return await self._kept(account, push, conversation)
        if before := self._fetching.get(conversation):
            await asyncio.wait(tuple(before), timeout=self._fetch_s)
        return await self._kept(account, push, conversation)

    @contextmanager
    def _first_of(self, conversation: str) -> Iterator[None]:
        """What comes without a file meanwhile stands behind it."""
        done = asyncio.get_running_loop().create_future()
        going = self._fetching.setdefault(conversation, set())
        going.add(done)
        try:
            yield
        finally:
            done.set_result(None)
            going.discard(done)
            if not going:
                self._fetching.pop(conversation, None)

    async def _kept(self, account: Account, push: Push, conversation: str) -> _Kept:
        said = await self._said(account, push, conversation)
        if said is None or isinstance(said, str):
            if note := notes.write(push):
                await self._core.note(conversation, push.id, note)
            return _Kept(notice=said or "")
        inbound = Inbound(push.id, conversation, CHANNEL, to_ms(self._clock.now()), said, note=notes.write(push) or "")
        return _Kept(awaits=True, repeated=await self._core.accept(inbound) == "duplicate")

    async def _said(self, account: Account, push: Push, conversation: str) -> Content | str | None:
        """A text: why there is nothing of what was sent."""
        if isinstance(push, pushes.Unshown):
            return NOT_SHOWN
        words, media = await self._content(account, push, conversation), contents.media(push)
        return words if media is None else await self._with_file(push, conversation, media, words)

    async def _with_file(
        self, push: Push, conversation: str, media: str, words: Content | None
    ) -> Content | str:
        """A file, or words with their recording; without that the words still count."""
        file = await self._file(push, conversation, media)
        if isinstance(words, Text):
            return Text(words.text, file.upload) if isinstance(file, Upload) else words
        return file

    async def _content(self, account: Account, push: Push, conversation: str) -> Content | None:
        chosen = None
        if isinstance(push, pushes.Left):
            await self._menus.forget(conversation)
        if isinstance(push, pushes.Written) and push.menu:
            chosen = await self._menus.chosen(conversation, push.menu, push.text)
        return chosen or contents.content(account, push)

    async def _file(self, push: Push, conversation: str, media: str) -> Upload | str:
        """Fetched and stored, or what the person is told when that fails."""
        try:
            async with asyncio.timeout(self._fetch_s):
                return await self._fetch(push, conversation, media)
        except (SendError, Unavailable, TimeoutError) as fault:  # where files lie is away: words would still be kept
            _log.warning("wechat_media_lost", appid=push.appid, why=type(fault).__name__)
            return NOT_FETCHED
        except Refused as refused:
            _log.info("wechat_media_refused", appid=push.appid, code=refused.code)
            return NOT_TAKEN

    async def _fetch(self, push: Push, conversation: str, media: str) -> Upload:
        """Once for all tries of a push, in all processes; a fetch that took too long for one try is there at the next.
        """
        async def fetch() -> tuple[bytes, int]:
            return encode(await self._core.media.fetch(push.appid, conversation, media)), _FETCHED_MS

        body = await self._store.cached(f"wechat:media:{conversation}:{media}", fetch)
        return msgspec.json.decode(body, type=Upload)

    async def _first(self, conversation: str, id_: str, message: Outbound) -> Said | None:
        first, *rest = replies.parts(replies.words(message))
        if rest:
            await self._core.answers.overflow(conversation, id_, rest)
        return Said(first, message.at) if first else None
