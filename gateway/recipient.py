"""What lane `out` keeps of one conversation, as values: pure. The handler is gateway/delivery.py."""
from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gateway.messages import Outbound
from gateway.outbox import Moved, Say

ANSWERED = 8                # pushes whose answer is kept: a provider repeats the latest ones only
ANSWERED_MS = 10 * 60_000   # … and within seconds, so that their words need not stay
RECEIPTS = 20               # messages whose receipt may still come
LATER = 50                  # messages to one person that wait for a way
OLDEST_MS = 72 * 3_600_000  # older than this a message tells nobody anything any more

T = TypeVar("T")


class Recipient(Struct, frozen=True):
    """State of one conversation's key.

    reach     the sender's own
    answered  by id of a push: the message it was answered with, None where that went another way
    part      (message, parts that went) of a message that is too long for one
    sent      by the platform's id: what may still be reported as not delivered
    later     what could not go yet, in order; nothing that is sent overtakes it
    """

    reach: str = ""
    answered: dict[str, Outbound | None] = {}
    part: tuple[str, int] = ("", 0)
    sent: dict[str, Say] = {}
    later: tuple[Say | Moved, ...] = ()

    def parts_of(self, say: Say) -> int:
        """How many parts of it went."""
        return self.part[1] if self.part[0] == say.message.id else 0

    def answers(self, ids: tuple[str, ...], told: str = "", message: Outbound | None = None) -> Recipient:
        """These pushes are answered: `told` with the message, the others with nothing."""
        answered: dict[str, Outbound | None] = {**self.answered, **dict.fromkeys(ids)}
        if told:
            answered[told] = message
        return replace(self, answered=_newest(answered, ANSWERED))

    def goes_on(self, say: Say) -> Recipient:
        """One more part of it went, and others are to go."""
        return replace(self, part=(say.message.id, self.parts_of(say) + 1))

    def awaits(self, id_: str, say: Say) -> Recipient:
        """A receipt may name this id."""
        return replace(self, sent=_newest({**self.sent, id_: say}, RECEIPTS))

    def received(self, id_: str) -> Recipient:
        return replace(self, sent={key: say for key, say in self.sent.items() if key != id_})

    def tidy(self, now: int) -> Recipient:
        """Without the words that nobody will ask for again."""
        answered = {
            id_: message if message and now - message.at < ANSWERED_MS else None
            for id_, message in self.answered.items()
        }
        sent = {id_: say for id_, say in self.sent.items() if now - say.message.at < OLDEST_MS}
        return replace(self, answered=answered, sent=sent)

    @property
    def untidy_at(self) -> int | None:
        """ms when `tidy` has the next thing to do."""
        words = (message.at + ANSWERED_MS for message in self.answered.values() if message)
        receipts = (say.message.at + OLDEST_MS for say in self.sent.values())
        return min((*words, *receipts), default=None)


_recipients = msgspec.json.Decoder(Recipient)


def load(body: bytes) -> Recipient:
    return _recipients.decode(body) if body else Recipient()


def _newest(entries: dict[str, T], most: int) -> dict[str, T]:
    return dict(list(entries.items())[-most:])
