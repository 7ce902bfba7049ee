"""channels/wechat/fetching.py: whose client fetches, and what becomes of the bytes."""
from __future__ import annotations

import pytest

from channels.wechat.calls import ByAddress, File
from channels.wechat.fetching import Fetcher
from gateway.errors import HuiyinError, Rejected, TooLarge, Unsupported
from gateway.messages import Upload


class Account:
    """A client that has these files."""

    def __init__(self, **files: File | HuiyinError) -> None:
        self._files = files

    async def download(self, media_id: str) -> File:
        found = self._files[media_id]
        if isinstance(found, HuiyinError):
            raise found
        return found


async def keep(conversation: str, data: bytes) -> Upload:
    if len(data) > 9:
        raise TooLarge
    return Upload(f"{conversation}={data.decode()}", "image/jpeg")


async def named(address: str) -> bytes:
    return f"at {address}"[:9].encode()


async def test_a_file_that_is_named_is_fetched_where_it_is() -> None:
    fetcher = Fetcher({"wx1": Account(v=ByAddress("a/v.mp4"))}, keep, named)
    assert await fetcher.fetch("wx1", "wechat:wx1.o1", "v") == Upload("wechat:wx1.o1=at a/v.mp", "image/jpeg")


async def test_each_account_fetches_its_own_and_the_bytes_say_what_they_are() -> None:
    fetcher = Fetcher({
        "wx1": Account(m=File("", "text/html", b"photo")), "wk1": Account(m=File("", "image/jpeg", b"other")),
    }, keep, named)
    assert await fetcher.fetch("wx1", "wechat:wx1.o1", "m") == Upload("wechat:wx1.o1=photo", "image/jpeg")
    assert await fetcher.fetch("wk1", "wechat:wk1.w1", "m") == Upload("wechat:wk1.w1=other", "image/jpeg")


async def test_what_cannot_be_had_or_kept_says_so() -> None:
    fetcher = Fetcher({"wx1": Account(gone=Rejected("40007"), big=File("", "image/jpeg", b"0123456789"))}, keep, named)
    for appid, media, error in (("wx1", "gone", Rejected), ("wx1", "big", TooLarge), ("wx9", "m", Unsupported)):
        with pytest.raises(error):
            await fetcher.fetch(appid, "wechat:wx1.o1", media)
