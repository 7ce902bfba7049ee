"""A phone of the demo page: both sides of its chat in the order in which they stood on its screen."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from gateway.clock import Clock
from simulators.smsc import alphabet
from simulators.smsc.carrier import Carrier, is_receipt, receipted
from simulators.smsc.forms import Form
from simulators.smsc.pdus import Short
from simulators.smsc.phone import Received, Writing

LongForm = Literal["udh8", "udh16", "sar", "payload"]
FORMS: dict[str, Form] = {form: form for form in get_args(LongForm)}
WHOLE = {alphabet.GSM: 160, alphabet.UCS2: 140}     # octets of a message that is not cut; GSM-7 unpacked
GSM_PART = 152                                      # septets of a part beside either header
REFUSED = 0x0B                                      # ESME_RINVDSTADR


@dataclass
class Written:
    """What the citizen wrote; `sent` when the carrier had each part answered, or found nobody to take it."""

    at: datetime
    text: str
    parts: Sequence[Short]
    sent: bool = False


class Handset:
    def __init__(self, name: str, number: str, carrier: Carrier, clock: Clock) -> None:
        self.name, self.number = name, number
        self._carrier, self._clock, self._phone = carrier, clock, carrier.phone(number)
        self._screen: list[Written | Received] = []
        self._seen = 0       # of the phone's inbox

    @property
    def refused(self) -> bool:
        return self.number in self._carrier.conduct.refusals

    def turn_off(self) -> None:
        """A number out of service, or in service again: the carrier refuses what is sent to it."""
        refusals = self._carrier.conduct.refusals
        if refusals.pop(self.number, None) is None:
            refusals[self.number] = REFUSED

    async def says(self, text: str, form: Form, *, turned: bool = False) -> None:
        """As a phone does: whole where it fits, else in parts of that form; `turned`: the last part first."""
        parts = self._phone.writes(text, writing=writing(text, form))
        written = Written(self._clock.now(), text, parts[::-1] if turned else parts)
        self.screen().append(written)
        for part in written.parts:
            await self._carrier.bring(part)
        written.sent = True

    def screen(self) -> list[Written | Received]:
        fresh = self._phone.inbox[self._seen:]
        self._seen += len(fresh)
        self._screen += fresh
        return self._screen

    def shown(self, most: int) -> dict[str, Any]:
        """For the page: the latest `most` bubbles, and what the texts to this phone cost."""
        screen = self.screen()
        return {
            "name": self.name, "number": self.number, "refused": self.refused, "said": len(screen),
            "cost": sum(one.short.destination == self.number for one in self._carrier.submitted),
            "bubbles": [self._received(each) if isinstance(each, Received) else self._written(each)
                        for each in screen[-most:]],
        }

    def _written(self, written: Written) -> dict[str, Any]:
        waits = any(part is waiting for part in written.parts for waiting in self._carrier.waiting)
        state = "waiting" if waits else "taken" if written.sent else "sending"
        return {"at": written.at.isoformat(), "side": "citizen", "text": written.text, "parts": len(written.parts),
                "states": [state]}

    def _received(self, received: Received) -> dict[str, Any]:
        return {"at": received.at.isoformat(), "side": "account", "text": received.text, "parts": received.parts,
                "states": self._receipts(received.ids)}

    def _receipts(self, ids: Sequence[str]) -> list[str]:
        """What became of the receipts: a state of the carrier's, `held`, `waiting`, or none at all."""
        carrier = self._carrier
        states = carrier.told | {receipted(each): "waiting" for each in carrier.waiting if is_receipt(each)} | {
            receipted(each): "held" for each in carrier.held}
        return sorted({states[id_] for id_ in ids if id_ in states})


def writing(text: str, form: Form) -> Writing:
    """The coding a phone takes and the form: `form` only where one message does not hold the text."""
    coding = _coding(text)
    if len(alphabet.encode(text, coding)) <= WHOLE[coding]:
        return Writing("single", coding)
    return Writing(form, coding, room=GSM_PART if coding == alphabet.GSM else 0)


def _coding(text: str) -> int:
    try:
        alphabet.encode(text, alphabet.GSM)
    except ValueError:
        return alphabet.UCS2
    return alphabet.GSM
