"""One-time codes by SMS: at once, at any hour, to whoever asks for one; how many is gateway/logins.py's matter."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from channels.sms.sending import Voice
from channels.sms.text import signed
from channels.sms.traffic import Carrier, Sms
from gateway.clock import Ids

VALID_S = 300     # a code is good for five minutes (gateway/logins.py): later nobody is to be shown it


@dataclass(frozen=True, slots=True)
class SmsCodes:
    """Implements gateway.protocols.CodeSender. words: of a language and a code."""

    carrier: Carrier
    voice: Voice
    ids: Ids
    words: Callable[[str, str], str]

    async def send(self, phone: str, code: str, language: str) -> None:
        text = signed(self.words(language, code), self.voice.sign, self.voice.mode)
        await self.carrier.send(Sms(self.ids.unique(), phone, text, self.voice.numbers[0], VALID_S))
