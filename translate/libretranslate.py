"""LibreTranslate 1.9.6 over HTTP: POST /translate.

Source: its app.py and language.py, read 2026-11-24.
- `format=text` copies the letter case and the last mark of the source onto the answer: a text whose only letters are a
  tracking number's comes back in capitals. `format=html` does not; a tag would cut the text into pieces that are
  translated each alone, so the text is escaped and has none. The answer is unescaped by the server: it is plain text.
- zh, zh-Hans, zh-Hant are known, zh-CN is 400; so is a target that is the source. The source is always named: its
  detection misreads short Chinese.
- 429 has no Retry-After; messages are localised; 405 is HTML.
"""
from __future__ import annotations

import html

import msgspec

from translate.calling import Caller, Site, Unfit
from translate.engine import Job

NAME = "libretranslate"
PLACEHOLDER = "[[1]]"
_CODES = {"zh-cn": "zh", "zh-hans": "zh", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-hant": "zh-Hant"}


class _Answer(msgspec.Struct, frozen=True):
    translated: str = msgspec.field(name="translatedText")


class LibreTranslate:
    """engine.Engine."""

    name = NAME

    def __init__(self, site: Site) -> None:
        self.model, self.timeout_s = site.model, site.timeout_s
        self.placeholder = site.placeholder or PLACEHOLDER
        self._site, self._caller = site, Caller(site.timeout_s)

    async def open(self) -> None:
        await self._caller.open()

    async def close(self) -> None:
        await self._caller.close()

    async def translate(self, job: Job) -> str:
        source, to = _code(job.source), _code(job.to)
        if source == to:
            raise Unfit("refused")
        body = {"q": html.escape(job.text), "source": source, "target": to, "format": "html"}
        if self._site.key:
            body["api_key"] = self._site.key
        answer = await self._caller.post(self._site.url.rstrip("/") + "/translate", body, {}, _Answer)
        return answer.translated


def _code(language: str) -> str:
    return _CODES.get(language.lower(), language)
