"""The dialogue that every bot is put through, a complaint about a parcel, and the judgement on each of its replies.

The questions are those of templates/complaints/express_delivery.yaml, in its order and its words. A bot that answers
fast and wrongly must not win: a turn counts when its reply asks what is due next, and at the end names all that was
said.
"""
from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway import yamls

TEMPLATE = Path(__file__).parents[2] / "templates/complaints/express_delivery.yaml"
FIELDS = ("carrier", "tracking_number", "problem", "my_role", "sender_address", "receiver_address", "contact_phone")
TURNS = len(FIELDS) + 2  # with the opening and the yes
REGISTERED = "已登记"
YES = "确认"

_STREETS = ("广州市海珠区新港中路", "广州市天河区体育东路", "广州市越秀区中山五路", "广州市白云区机场路")
_FAR = ("北京市朝阳区建国路", "北京市海淀区中关村大街", "北京市丰台区南三环西路", "北京市西城区阜成门外大街")


@dataclass(frozen=True, slots=True)
class Turn:
    """What the citizen writes, and what the reply must hold, spaces apart."""

    says: str
    due: Sequence[str]


def questions(template: Path = TEMPLATE) -> dict[str, str]:
    """The Chinese question of each field, in the order in which they are asked."""
    asked = {field["id"]: field["prompt"]["zh"] for field in yamls.read(template)["fields"] if "prompt" in field}
    return {name: asked[name] for name in FIELDS}


def facts(chance: random.Random) -> dict[str, str]:
    """What one citizen has to say, by field; no two are alike."""
    return {
        "carrier": chance.choice(("顺丰", "圆通", "中通", "韵达")),
        "tracking_number": f"SF{chance.randrange(10**12, 10**13)}",
        "problem": "延误",
        "my_role": chance.choice(("寄件人", "收件人")),
        "sender_address": f"{chance.choice(_STREETS)}{chance.randrange(1, 3000)}号",
        "receiver_address": f"{chance.choice(_FAR)}{chance.randrange(1, 3000)}号",
        "contact_phone": f"1380013{chance.randrange(10**4):04}",
    }


def turns(said: Mapping[str, str], opening: str, asked: Mapping[str, str]) -> list[Turn]:
    """The whole dialogue of one citizen: nine turns."""
    questions_, values = list(asked.values()), [said[name] for name in FIELDS]
    answers = [Turn(value, (due,)) for value, due in zip(values, questions_[1:], strict=False)]
    return [Turn(opening, (questions_[0],)), *answers, Turn(values[-1], values), Turn(YES, (REGISTERED,))]


def opening(chance: random.Random) -> str:
    """A sentence nobody has said before, from which nothing can be filled in: the first thing asked is the carrier."""
    return f"我要投诉快递，打了{chance.randrange(2, 10**6)}次电话"


def fault(reply: str, turn: Turn) -> str:
    """What the reply lacks, "" when it is right."""
    plain = "".join(reply.split())
    return ", ".join(due for due in turn.due if "".join(due.split()) not in plain)
