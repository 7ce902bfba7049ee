"""Files by their media id, for accounts.Media: the platform's bytes become an upload of the conversation's own."""
from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from channels.wechat.calls import File
from gateway.errors import Unsupported
from gateway.messages import Upload

# (conversation, bytes) → the stored file. Raises Refused for what is not taken; what it is, its bytes say.
Keep = Callable[[str, bytes], Awaitable[Upload]]


class Downloads(Protocol):
    """WeChatClient or KfClient."""

    async def download(self, media_id: str) -> File:
        ...


class Fetcher:
    """`clients`: by appid, for customer service by open_kfid."""

    def __init__(self, clients: Mapping[str, Downloads], keep: Keep) -> None:
        self._clients, self._keep = clients, keep

    async def fetch(self, appid: str, conversation: str, media: str) -> Upload:
        """Raises SendError, or Refused."""
        client = self._clients.get(appid)
        if client is None:
            raise Unsupported(f"no credentials for {appid}")
        return await self._keep(conversation, (await client.download(media)).body)
