"""Files by their media id, for accounts.Media: the platform's bytes become an upload of the conversation's own."""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from channels.wechat.calls import ByAddress, File
from gateway.errors import Unsupported
from gateway.messages import Upload

Named = Callable[[str], Awaitable[bytes]]  # channels/wechat/videos.py
# (conversation, bytes) → the stored file. Raises Refused for what is not taken; what it is, its bytes say.
Keep = Callable[[str, bytes], Awaitable[Upload]]


class Downloads(Protocol):
    """WeChatClient or KfClient."""

    async def download(self, media_id: str) -> File:
        ...


class Fetcher:
    """`clients`: by appid, for customer service by open_kfid."""

    def __init__(self, clients: Mapping[str, Downloads], keep: Keep, named: Named) -> None:
        self._clients, self._keep, self._named = clients, keep, named

    async def fetch(self, appid: str, conversation: str, media: str) -> Upload:
        """Raises SendError, or Refused."""
        client = self._clients.get(appid)
        if client is None:
            raise Unsupported(f"no credentials for {appid}")
        try:
            body = (await client.download(media)).body
        except ByAddress as elsewhere:
            body = await self._named(elsewhere.address)
        return await self._keep(conversation, body)
