"""Links that bring somebody from a text message to the web page: one tap, once, within a day.

Who holds the link holds the phone that it was sent to, as with a code by SMS. The token stands behind #, which no
browser sends: it comes to us in a body, and into no log of ours or of a proxy. Only its hash is kept. Opening the page
uses nothing up, for previews and scanners open pages, too; the tap on its button does.
"""
from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gateway.clock import Ids
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Ask, Effect, WebLink
from gateway.dialogue.fill import FILES
from gateway.dialogue.satisfaction import plain
from gateway.dialogue.template import Field
from gateway.protocols import SharedStore

LIFE_MS = 24 * 3_600_000
LENGTH = 20  # hexadecimal digits: 80 bits
PATH = "/s"

_ASKED_FOR = frozenset({
    "照片", "图片", "拍照", "发照片", "发图片", "传照片", "上传照片", "视频", "文件", "网页", "链接",
    "photo", "photos", "picture", "pictures", "send a photo", "send photos", "video", "file", "web", "link",
})


@dataclass(frozen=True, slots=True)
class Links:
    """`url`: our public address, without a slash at its end."""

    store: SharedStore
    ids: Ids
    url: str

    async def make(self, phone: str) -> str:
        """An address to open on the phone with this number (E.164)."""
        token = self.ids.unique()[-LENGTH:]
        await self.store.put(_key(token), phone.encode(), LIFE_MS)
        return f"{self.url}{PATH}#{token}"


async def redeem(store: SharedStore, token: str) -> str | None:
    """The phone that the link was sent to, the first time; None for every other token."""
    phone = await store.get(_key(token))
    if phone is None or not await store.add(f"{_key(token)}:used", b"", LIFE_MS):
        return None
    await store.delete(_key(token))
    return phone.decode()


def asked_for(text: str) -> bool:
    return plain(text).strip("。.!！“”\"").casefold() in _ASKED_FOR


def wanted(catalog: Catalog, state: Dialogue, effects: list[Effect]) -> bool:
    """The question that comes now is for files, which no text message brings."""
    asks = [effect.what for effect in effects if isinstance(effect, Ask)]
    if not asks or any(isinstance(effect, WebLink) for effect in effects):
        return False
    return any(field.id == asks[-1] for field in _for_files(catalog, state))


def takes_files(catalog: Catalog, state: Dialogue) -> bool:
    """The open form has room for files, and nobody has sent any."""
    values = state.draft.values if state.draft else {}
    return any(field.id not in values for field in _for_files(catalog, state))


def _for_files(catalog: Catalog, state: Dialogue) -> list[Field]:
    draft = state.draft
    template = catalog.versions.get((draft.template, draft.version)) if draft else None
    return [field for field in template.fields if field.type in FILES] if template else []


def _key(token: str) -> str:
    return "link:" + hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
