"""What a simulated citizen does with each message: answers what `ask` says, from the facts, until a work order."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.persona import Fact, Persona, Quirk, fact
from tests.images import jpeg

MOST_TURNS = 60
PATIENCE = 4  # times that one question is answered in a row
WRONG_FORM = {"zh": "填错表了，我说的是{title}的事", "en": "This is the wrong form, it is about {title}"}
UNKNOWN = {"zh": "不知道", "en": "I don't know"}

# What is tapped at the questions around a form. Another template than the persona's is a matter of the judge.
AROUND = {
    "confirm": "file", "solved": "no", "details": "done", "duplicate": "new", "resume": "continue",
    "handoff": "continue", "cancel": "keep", "switch": "switch",
}

Frame = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """What of a reply a citizen goes by."""

    id: str
    text: str
    ask: str | None
    choices: tuple[str, ...]
    work_order: str | None
    template: str | None


class Page(Protocol):
    """The chat page as the citizen uses it."""

    async def sends(self, messages: Sequence[Frame]) -> Heard: ...

    async def uploads(self, data: bytes) -> Frame: ...


@dataclass(slots=True)
class Talk:
    """One conversation and what became of it.

    facts     as they stand at the end
    stated    fields that the citizen has told, in whatever way
    asks      every `ask` of the gateway, in order
    again     how many of them only repeated the question that the citizen had turned away from
    lines     the transcript
    """

    persona: Persona
    facts: dict[str, Fact] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)
    asks: list[str] = field(default_factory=list)
    again: int = 0
    photos: int = 0
    lines: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    unplayed: list[Quirk] = field(default_factory=list)
    work_order: str | None = None
    stopped: str = ""

    @property
    def turns(self) -> int:
        return sum(line.startswith("> ") for line in self.lines)


class Citizen:
    """Plays one persona on a page. `title` is what the persona calls the right form when another one was opened."""

    def __init__(self, persona: Persona, page: Page, title: str) -> None:
        self._page, self._title = page, title
        self._objected = False
        self.talk = Talk(persona, persona.known, set(persona.told), unplayed=list(persona.quirks))
        self._tries: dict[str, int] = {}

    async def plays(self) -> Talk:
        """From the opening to the work order, or to where it stopped."""
        talk = self.talk
        heard = await self._sends([{"text": words} for words in talk.persona.first_words])
        while heard.work_order is None and not talk.stopped:
            heard = await self._turn(heard)
            if talk.turns >= MOST_TURNS:
                talk.stopped = f"{MOST_TURNS} turns without an end"
        talk.work_order = heard.work_order
        return talk

    async def _turn(self, heard: Heard) -> Heard:
        asked = heard.ask or "nothing"
        if self._misled(heard):
            self._objected = True
            return await self._sends([{"text": WRONG_FORM[self.talk.persona.language].format(title=self._title)}])
        quirk = next((quirk for quirk in self.talk.unplayed if quirk.at == asked), None)
        if quirk is not None:
            reply = await self._does(quirk, heard)
            self.talk.again += reply.ask == heard.ask
            return reply
        tries = self._tries[asked] = self._tries.get(asked, 0) + 1
        if tries > PATIENCE:
            self.talk.stopped = f"{asked} asked {tries} times"
            return heard
        return await self._sends([self._answer(asked, heard, tries)])

    def _misled(self, heard: Heard) -> bool:
        """The form on the page is not the right one; that is said once."""
        strange = heard.template not in (None, self.talk.persona.template)
        return strange and not self._objected and heard.ask not in AROUND.keys() - {"confirm"}

    async def _does(self, quirk: Quirk, heard: Heard) -> Heard:
        talk = self.talk
        talk.unplayed.remove(quirk)
        talk.facts |= {name: fact(given) for name, given in quirk.becomes.items()}
        talk.stated |= {*quirk.becomes, *quirk.tells}
        talk.photos += quirk.photo
        pictures = [await self._page.uploads(jpeg(64 + n, 48)) for n in range(quirk.photo)]
        taps = [{"choice": quirk.tap, "to": heard.id}] if quirk.tap else []
        return await self._sends([*pictures, *quirk.messages, *taps])

    def _answer(self, asked: str, heard: Heard, tries: int) -> Frame:
        known = self.talk.facts.get(asked)
        if known is not None:
            self.talk.stated.add(asked)
            return _told(known, heard, tries)
        tap = self._tap(asked, heard.choices)
        return {"choice": tap, "to": heard.id} if tap else {"text": self._words(asked)}

    def _tap(self, asked: str, choices: Sequence[str]) -> str:
        persona = self.talk.persona
        wished = {**AROUND, "template": persona.template, "language": persona.language}.get(asked, "skip")
        ways_out = {"template": "other", "evidence": "done", "case": choices[0] if choices else ""}
        return next((tap for tap in (wished, ways_out.get(asked, "")) if tap in choices), "")

    def _words(self, asked: str) -> str:
        """To a question that offers nothing fitting: the matter once more, or that one does not know."""
        persona = self.talk.persona
        retold = asked in ("nothing", "description")
        return ", ".join(persona.first_words) if retold else UNKNOWN[persona.language]

    async def _sends(self, messages: Sequence[Frame]) -> Heard:
        talk = self.talk
        talk.said += [message["text"] for message in messages if "text" in message]
        talk.lines.append("> " + " ⏎ ".join(_shown(message) for message in messages))
        heard = await self._page.sends(messages)
        talk.lines.append(f"< [{heard.ask or '-'}] {heard.text}")
        talk.asks += [heard.ask] if heard.ask else []
        return heard


def _told(known: Fact, heard: Heard, tries: int) -> Frame:
    """A bare value among the choices is tapped; so is a typed answer that was not understood."""
    value = {True: "yes", False: "no"}.get(known.value) if isinstance(known.value, bool) else known.value
    offered = isinstance(value, str) and value in heard.choices
    if offered and (tries > 1 or known.say in ("", str(known.value))):
        return {"choice": value, "to": heard.id}
    return {"text": known.say or str(known.value)}


def _shown(message: Mapping[str, Any]) -> str:
    if "text" in message:
        return str(message["text"])
    if "choice" in message:
        return f"[{message['choice']}]"
    return "(photo)" if "upload" in message else f"(map point {message['location']['label']})"
