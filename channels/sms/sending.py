"""Lane `out` for SMS: messages to the phones of citizens, and when news of a case may go to one of them.

A message that answers what the citizen wrote goes at once. News goes when the ledger lets it (channels/sms/ledger.py):
it is asked before the news enters the conversation, so that no question is open that nobody has seen, and once more
here, when it leaves.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from channels.sms import notes, text
from channels.sms.ledger import Ledger, Purpose, Terms, lasting
from channels.sms.text import SignMode
from channels.sms.traffic import Blocked, Carrier, Report, Sms, digest
from gateway.clock import Clock, to_ms
from gateway.errors import Rejected, Uncertain
from gateway.messages import Outbound
from gateway.outbox import Moved, Noted, Receipt, Say, Sent, Step, Wait
from gateway.store.shared import SharedStore

CHANNEL = "sms"
WAY = "sms"
HEARD = 20                  # messages of a citizen that are remembered, to know what answers them
WHOSE_MS = 4 * 86_400_000   # carriers try for up to three days
RELEASED_MS = 60_000        # what was let go a moment ago goes, though the clock strikes nine meanwhile
LONGEST = 7                 # parts of one message: providers in China take 500 characters

PURPOSES: Mapping[str, Purpose] = {"rate": "invitation", "rate_reminder": "reminder"}
OPENING = frozenset({"verdict", "resolved"})  # the first question of a rating, which may come with other news


@dataclass(frozen=True, slots=True)
class Voice:
    """How we write. numbers: ours, the first is the one we write from."""

    terms: Terms
    numbers: tuple[str, ...]
    sign: str = ""
    mode: SignMode = "ours"
    china: bool = True


class Person(Struct, frozen=True):
    """State of one phone. ours: the number that they wrote to; heard: ids of what they wrote, newest last."""

    ledger: Ledger = Ledger()
    ours: str = ""
    heard: tuple[str, ...] = ()

    def wrote(self, id_: str, to: str) -> Person:
        heard = self.heard if id_ in self.heard else (*self.heard, id_)[-HEARD:]
        return replace(self, heard=heard, ours=to or self.ours)


class SmsSender:
    """gateway.outbox.Sender. A user is a number in E.164."""

    def __init__(self, carrier: Carrier, store: SharedStore, clock: Clock, voice: Voice) -> None:
        self._carrier, self._store, self._clock, self._voice = carrier, store, clock, voice

    async def send(self, user: str, say: Say, part: int, reach: str) -> Sent:
        person, now = _load(reach), to_ms(self._clock.now())
        if WAY in say.without:
            return _not_sent(person, "not_delivered")
        purpose = _purpose(say, person)
        verdict = person.ledger.verdict(purpose, now, self._voice.terms, since=say.message.at)
        released = part > 0 or (verdict.until is not None and now < say.message.at + RELEASED_MS)
        if verdict.why and not released:
            return _not_sent(person, verdict.why, verdict.until)
        pieces = messages(say.message.text, self._voice)
        sms = Sms(_id(user, say.message, part), user, pieces[part], _from(person, self._voice),
                  _valid_s(say, purpose, now, self._voice.terms))
        return await self._sent(sms, person, purpose, len(pieces) - part - 1)

    async def _sent(self, sms: Sms, person: Person, purpose: Purpose, more: int) -> Sent:
        """Raises Retry, Paused."""
        await self._store.put(_whose(sms.id), sms.to.encode(), WHOSE_MS)
        now, why = to_ms(self._clock.now()), ""
        try:
            await self._carrier.send(sms)
        except Blocked as blocked:
            told = person.ledger.reported(Report(sms.id, "failed", code=blocked.why, blocked=True), now)
            return _not_sent(replace(person, ledger=told), blocked.why)
        except Rejected as error:
            return _not_sent(person, error.why)
        except Uncertain as unknown:
            why = unknown.why
        kept = replace(person, ledger=person.ledger.sent(sms.id, purpose, now))
        return Sent(WAY, not why, sms.id, (Step(WAY, why),), _dump(kept), more)

    async def move(self, user: str, moved: Moved, reach: str) -> str:
        """The phone shows nothing of it."""
        return reach

    def heard(self, user: str, note: str, reach: str) -> Noted:
        person = _load(reach)
        match notes.read(note):
            case notes.Wrote(id=id_, to=to):
                return Noted(_dump(person.wrote(id_, to)))
            case notes.Wished(id=id_, wish=wish, at=at, to=to):
                ledger = person.ledger.stop(at) if wish == "stop" else person.ledger.start()
                return Noted(_dump(replace(person.wrote(id_, to), ledger=ledger)))
            case notes.Reported(report=report, at=at):
                ledger = person.ledger.reported(report, at)
                return Noted(_dump(replace(person, ledger=ledger)), _receipts(report))


@dataclass(frozen=True, slots=True)
class SmsPace:
    """gateway.outbox.Pace, by what the sender keeps of a phone."""

    terms: Terms
    clock: Clock

    def wait(self, news: str, since: int, reach: str) -> Wait | None:
        verdict = _load(reach).ledger.verdict(_of_news(news), to_ms(self.clock.now()), self.terms, since=since)
        return Wait(WAY, verdict.why, verdict.until) if verdict.why else None


async def whose(store: SharedStore, id_: str) -> str | None:
    """The phone that one of our messages went to."""
    found = await store.get(_whose(id_))
    return found.decode() if found else None


def written_to(reach: str) -> str:
    """Our number that they wrote to last, "" for who only was written to."""
    return _load(reach).ours


def silent(reach: str) -> bool:
    """Whether START has something to bring back."""
    return _load(reach).ledger.silent


def messages(words: str, voice: Voice) -> list[str]:
    """As texts of at most LONGEST parts each, the sign in front of every one."""
    found: list[str] = []
    while words or not found:
        signed = text.signed(words, voice.sign, voice.mode)
        cut = text.segments(signed, china=voice.china).parts
        taken = "".join(cut[:LONGEST])
        found.append(taken)
        words = "".join(cut[LONGEST:])
    return found


def _purpose(say: Say, person: Person) -> Purpose:
    """What answers the citizen's own words goes at once, whatever else it tells; what is said without news does so,
    too: staff's words, and what the conversation itself was let to say."""
    if say.about is None or any(id_ in person.heard for id_ in say.answers):
        return "reply"
    return "invitation" if say.message.ask in OPENING and say.about.news not in PURPOSES else _of_news(say.about.news)


def _of_news(news: str) -> Purpose:
    return PURPOSES.get(news, "notice")


def _from(person: Person, voice: Voice) -> str:
    """The number that they wrote to, as long as it is ours."""
    return person.ours if person.ours in voice.numbers else voice.numbers[0]


def _valid_s(say: Say, purpose: Purpose, now: int, terms: Terms) -> int | None:
    """News is as old as what happened, not as the words that tell it."""
    since = say.about.since if say.about else 0
    lasts = lasting(purpose, now, terms, since=since or say.message.at)
    return None if lasts is None else lasts // 1000


def _not_sent(person: Person, why: str, until: int | None = None) -> Sent:
    return Sent(None, True, "", (Step(WAY, why),), _dump(person), later=until)


def _receipts(report: Report) -> tuple[Receipt, ...]:
    """Good news of one part tells nothing of the whole, bad news does."""
    if report.state == "accepted" or (report.state == "delivered" and report.part > 1):
        return ()
    why = f"{report.state} {report.code}".strip()
    return (Receipt(report.id, report.state == "delivered", "" if report.state == "delivered" else why),)


def _id(user: str, message: Outbound, part: int) -> str:
    """The same at every try; turns may be counted anew, so the moment belongs to it."""
    return digest(user, message.id, str(message.at), str(part))


def _whose(id_: str) -> str:
    return f"sms:whose:{id_}"


def _load(reach: str) -> Person:
    return msgspec.json.decode(reach, type=Person) if reach else Person()


def _dump(person: Person) -> str:
    return msgspec.json.encode(person).decode()
