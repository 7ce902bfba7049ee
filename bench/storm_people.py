"""Citizens of the storm on three channels: each writes when told to, whether the last message was answered or not.

What became of every message is a `Message`: when it was due, acknowledged, answered. A visitor of the web goes on from
the last reply; who writes on WeChat or by text message opens a matter and follows it with exact commands, so that all
of it can be signed, sealed and written down before the clock runs.
"""
from __future__ import annotations

import hashlib
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

import aiohttp
import msgspec
from msgspec import Struct
from yarl import URL

from bench.stories import COMMANDS, STORIES, TURNS, Heard, Said, Teller, facts
from channels.sms import signing
from gateway.clock import SystemClock
from simulators.wechat.citizens import openid
from simulators.wechat.pushes import Composer
from simulators.wechat.sealing import Sealer
from simulators.wechat.settings import AccountSettings, official

ACCOUNT: AccountSettings = official("storm")
SECRET = "storm-" * 6
OURS = "10690012345"
FOLLOWING = (*COMMANDS["zh"], COMMANDS["zh"][0])  # behind an opening: four
OK, TAKEN = 200, b"success"
now = time.perf_counter


@dataclass(slots=True)
class Message:
    """Moments of time.perf_counter; 0: not yet."""

    text: str  # as the transcript shows it
    due: float
    acknowledged: float = 0.0
    answered: float = 0.0


@dataclass(slots=True)
class Sheet:
    """One citizen's messages, in the order of writing, and how many answers came. `conversation` is how the gateway
    calls them, of a web visitor the hash of the session."""

    channel: str
    conversation: str
    messages: list[Message] = field(default_factory=list)
    answers: int = 0

    def wrote(self, text: str, due: float) -> Message:
        self.messages.append(Message(text, due))
        return self.messages[-1]

    def heard(self, upto: Message | None = None) -> None:
        """An answer to this message and all before it; to the oldest that waits where it does not say to which."""
        self.answers += 1
        at = now()
        for message in self.messages:
            if not message.answered:
                message.answered = at
                if upto is None:
                    return
            if message is upto:
                return


Faults = Counter[str]


class _Choice(Struct):
    value: str


class _Frame(Struct):
    """What is looked at; everything else in a frame is passed over."""

    type: str
    id: str | None = None
    ask: str | None = None
    choices: list[_Choice] = []
    reply_to: str | None = None
    session: str = ""
    code: str = ""


_read = msgspec.json.Decoder(_Frame).decode


class Visitor:
    """On the web: a socket."""

    def __init__(self, seed: str, faults: Faults) -> None:
        self._teller, self._faults = Teller(seed), faults
        self._first = random.Random(seed).randrange(TURNS)  # exact commands, so that not all open a matter at once
        self._heard: Heard | None = None
        self._socket: aiohttp.ClientWebSocketResponse

    async def comes(self, http: aiohttp.ClientSession, url: str, address: str) -> None:
        self._socket = await http.ws_connect(url + "/web/ws", max_msg_size=0, headers={"X-Forwarded-For": address})
        await self._socket.send_str(f'{{"type":"hello","language":"{self._teller.language}"}}')
        token = _read(await self._socket.receive_str()).session
        self.sheet = Sheet("web", hashlib.sha256(token.encode()).hexdigest())

    async def writes(self, due: float) -> None:
        early = len(self.sheet.messages) < self._first
        said = Said(COMMANDS[self._teller.language][0]) if early else self._teller.says(self._heard)
        frame: dict[str, str | None] = {"type": "message", "id": f"m{len(self.sheet.messages)}"}
        if said.choice:
            frame |= {"choice": said.choice, "to": self._heard.id if self._heard else None}
        else:
            frame["text"] = said.text
        self.sheet.wrote(f"[{said.choice}]" if said.choice else said.text, due)
        await self._socket.send_str(msgspec.json.encode(frame).decode())

    async def listens(self) -> None:
        """Until the socket is closed."""
        async for message in self._socket:
            frame = _read(message.data)
            if frame.type == "accepted":
                self.sheet.messages[int((frame.id or "")[1:])].acknowledged = now()
            elif frame.type == "message" and frame.reply_to:
                self.sheet.heard(self.sheet.messages[int(frame.reply_to[1:])])
                self._heard = Heard(frame.id or "", frame.ask, [choice.value for choice in frame.choices])
            elif frame.type == "error":
                self._faults[frame.code] += 1


@dataclass(frozen=True, slots=True)
class Letter:
    """A request as it will be sent."""

    text: str
    url: URL
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class Writer:
    """On WeChat or by text message: a request for each message. A push may bring its answer in the response."""

    sheet: Sheet
    letters: deque[Letter]
    http: aiohttp.ClientSession
    faults: Faults

    async def writes(self, due: float) -> None:
        letter = self.letters.popleft()
        message = self.sheet.wrote(letter.text, due)
        try:
            async with self.http.post(letter.url, data=letter.body, headers=letter.headers) as response:
                answer = await response.read()
        except aiohttp.ClientError as fault:
            self.faults[type(fault).__name__] += 1
            return
        if response.status != OK:
            self.faults[f"HTTP {response.status}"] += 1
            return
        message.acknowledged = now()
        if self.sheet.channel == "wechat" and answer != TAKEN:
            self.sheet.heard(message)


def _texts(chance: random.Random) -> Iterator[str]:
    """Matter after matter."""
    stories = [story for story in STORIES if story.language == "zh"]
    while True:
        (story,) = chance.choices(stories, [story.share for story in stories])
        yield chance.choice(story.openings).format_map(facts(chance))
        yield from FOLLOWING


class Post:
    """Writes and seals what people on WeChat and with plain phones will send; each begins somewhere in a matter."""

    def __init__(self, url: str, seed: int) -> None:
        clock = SystemClock()
        self._url, self._chance = url, random.Random(seed)
        self._composer, self._sealer, self._ids = Composer(clock), Sealer(ACCOUNT, clock), count(1)
        self._run = f"{self._chance.random()}"

    def wechat(self, letters: int) -> tuple[Sheet, deque[Letter]]:
        who = openid(ACCOUNT.appid, f"{next(self._ids)} {self._run}")
        url = URL(f"{self._url}/wechat/{ACCOUNT.appid}")

        def sealed(text: str) -> Letter:
            letter = self._sealer.letter(self._composer.message(who, "text", {"Content": text}))
            return Letter(text, url.with_query(letter.query), letter.body, {"Content-Type": "text/xml"})

        return self._written(Sheet("wechat", f"wechat:{ACCOUNT.appid}.{who}"), letters, sealed)

    def sms(self, letters: int, begin: int) -> tuple[Sheet, deque[Letter]]:
        phone = f"+86138{begin + next(self._ids):08d}"
        url = URL(f"{self._url}/sms/storm/mo")

        def signed(text: str) -> Letter:
            id_ = f"{next(self._ids)}.{self._run}"
            body = msgspec.json.encode({"id": id_, "from": phone, "to": OURS, "text": text})
            stamp = str(int(time.time()))
            return Letter(text, url, body, {
                "Content-Type": "application/json", "X-Sms-Timestamp": stamp, "X-Sms-Nonce": id_,
                "X-Sms-Signature": signing.generic(SECRET, stamp, id_, body),
            })

        return self._written(Sheet("sms", f"sms:{phone}"), letters, signed)

    def _written(self, sheet: Sheet, letters: int, write: Callable[[str], Letter]) -> tuple[Sheet, deque[Letter]]:
        texts = _texts(self._chance)
        for _ in range(self._chance.randrange(len(FOLLOWING) + 1)):
            next(texts)
        return sheet, deque(write(next(texts)) for _ in range(letters))
