"""What a carrier says became of a message: receipts read, and the statuses that refuse a submission judged."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from channels.sms.matching import Receipt
from channels.sms.smpp_pdus import MESSAGE_STATE, RECEIPTED_ID, Delivered
from channels.sms.traffic import State
from gateway.errors import Paused, Rejected, Retry, SendError, WayClosed

THROTTLED, QUEUE_FULL = 0x58, 0x14     # slower, please: the same message later is right
NOT_BOUND = 0x04

# message_state [5.2.28] and the words of a receipt's text [appendix B].
STATES: Mapping[int, State] = {1: "accepted", 2: "delivered", 3: "expired", 4: "failed", 5: "failed", 6: "accepted",
                               8: "failed"}
WORDS: Mapping[str, State] = {
    "ENROUTE": "accepted", "DELIVRD": "delivered", "EXPIRED": "expired", "DELETED": "failed", "UNDELIV": "failed",
    "ACCEPTD": "accepted", "REJECTD": "failed",
}
_FIELD = re.compile(r"\b(id|stat|err):(\S*)", re.IGNORECASE)
_TEXT = re.compile(r"\btext:", re.IGNORECASE)   # the message's first words stand behind it

# An id in the answer and in the receipt is the same text, or the same number written twice: hex first, then decimal.
IdForm = Literal["same", "hex_then_decimal", "decimal_then_hex"]
IDS: Mapping[IdForm, Callable[[str], str]] = {
    "same": lambda id_: id_.strip(),
    "hex_then_decimal": lambda id_: f"{int(id_):X}",
    "decimal_then_hex": lambda id_: str(int(id_, 16)),
}


def is_receipt(delivered: Delivered) -> bool:
    """Bits 5 to 2 of esm_class: 1 is a carrier's receipt, 8 its note on the way [5.2.12]."""
    return delivered.esm_class & 0x3C in (0x04, 0x20)


def read(delivered: Delivered, ids: IdForm = "same") -> Receipt:
    """The parameters before the text: the text is each carrier's own. An id of "" matches nothing."""
    text = delivered.body.decode("latin-1")
    told = {name.lower(): value for name, value in _FIELD.findall(_TEXT.split(text, maxsplit=1)[0])}
    named = delivered.tlvs.get(RECEIPTED_ID, b"").rstrip(b"\0").decode("latin-1") or told.get("id", "")
    word, number = told.get("stat", "").upper(), delivered.tlvs.get(MESSAGE_STATE, b"")
    state = STATES.get(number[0]) if number else WORDS.get(word[:7])
    code = "/".join(filter(None, (word[:16] or (str(number[0]) if number else ""), told.get("err", "")[:8])))
    return Receipt(_as_answered(named, ids), state, code)


def _as_answered(named: str, ids: IdForm) -> str:
    try:
        return IDS[ids](named)
    except ValueError:
        return named


class Slower(Retry):
    """The carrier has it not, and wants fewer."""


# command_status of a submit_sm_resp [5.1.3]. Only "slower" and "not bound" may be tried again [SMS.md].
REFUSALS: Mapping[int, Callable[[str], SendError]] = {
    THROTTLED: Slower, QUEUE_FULL: Slower, NOT_BOUND: Retry,
    0x0B: WayClosed, 0x34: WayClosed, 0x48: Rejected, 0x49: Rejected, 0x50: WayClosed, 0x51: WayClosed,
}
# Of a bind: another one is bound as us (it will go), or we are wrong.
BINDS: Mapping[int, Callable[[str], SendError]] = {0x05: Retry, 0x08: Retry, 0x14: Retry, 0x58: Retry}


def refused(status: int) -> SendError:
    return REFUSALS.get(status, Rejected)(f"smpp 0x{status:02x}")


def not_bound(status: int) -> SendError:
    return BINDS.get(status, Paused)(f"smpp bind 0x{status:02x}")
