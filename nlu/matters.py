"""Two problems in one message: found only where parts of it are surely about different things.

"另外", "another thing" and sentence marks part a message; each part is judged alone. One story names many things — the
parcel that a web shop never sent, the wages of a worker who got hurt — so templates that tell one story together
(FAMILIES) part only where the citizen says that it is a second matter.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gateway.protocols import Matter
from nlu.classifier import Judgement
from nlu.clauses import is_social

TEMPLATES = "complaint."
SHORTEST = 6          # 汉字 of a part; what is shorter belongs to the part before it
SECOND, MORE, ALONE = 0.5, 0.6, 0.999   # least chance: "a second thing is …", "also …", without a word between
FIRST = 0.6           # a message begins with something anyway
ANNOUNCED = 0.1       # how much farther from the training sentences a part may be that was announced
NOWHERE = frozenset({"general", "foreigner_service"})  # too wide to be a matter of its own in somebody's story
FAMILIES = tuple(frozenset(family.split()) for family in (
    "express_delivery online_shopping consumer_dispute", "consumer_dispute food_safety education enterprise",
    "food_safety medical pollution", "labour social_security housing_fund women_family enterprise",
    "property_management elevator utilities public_facility construction_noise",
    "construction_noise pollution public_facility", "public_facility traffic_violation shared_bike public_transport",
    "public_transport traffic_violation consumer_dispute", "women_family medical",
))
_SECOND = (
    r"(?:另外|还有|再)(?:还)?(?:有)?一(?:件|个)(?:事情?|问题)?|第[一二三](?:件|个)?(?:事情?|问题)?[是，,]?|其次|(?<![\u4e00-\u9fff])[一二三]是|两(?:件|个)(?:事情?|问题)|"
    r"(?<![a-z])(?:(?:the )?(?:second(?:ly)?|other) (?:thing|problem|issue|matter|complaint)?|"
    r"another (?:thing|problem|issue|matter|complaint)|two (?:things|problems|issues|matters))"
)
_MORE = (
    r"另外|还有|此外|再就是|顺便|除此之外|"
    r"(?<![a-z])(?:also|besides|in addition|on top of that|by the way|and then there)")
_PARTS = re.compile(
    rf"(?P<second>{_SECOND})|(?P<more>(?:^|(?<=[，,。.;；!！?？\s]))(?:{_MORE}))|(?P<mark>[。！!？?；;\n]+|\.(?=\s))",
    re.IGNORECASE)
_LETTERS = re.compile(r"[\u4e00-\u9fff]|[A-Za-z]{1,3}")  # an English word says as much as two 汉字


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a message; `least` is how sure it must be to count as a matter, by what stands before it."""

    text: str
    least: float


def parts(message: str) -> list[Part]:
    """The message in order, without greetings and the words that announce a part."""
    found: list[Part] = []
    start, least = 0, ALONE
    for cut in [*_PARTS.finditer(message), None]:
        end = len(message) if cut is None else cut.end() if cut.lastgroup == "mark" else cut.start()
        text = message[start:end].strip(" \t，,：:、")
        if text and not is_social(text):
            _append(found, text, least)
        start = end if cut is None else cut.end()
        if cut is not None:
            least = {"second": SECOND, "more": MORE}.get(cut.lastgroup or "", ALONE)
    return found


def _append(found: list[Part], text: str, least: float) -> None:
    if found and len(_LETTERS.findall(text)) < SHORTEST:
        found[-1] = Part(f"{found[-1].text} {text}", found[-1].least)
    else:
        found.append(Part(text, least))


def may_be_apart(said: Sequence[Part], intents: Sequence[str]) -> bool:
    """Whether a closer look may find two matters, by each part's likeliest intent; always where one is announced."""
    if any(part.least != ALONE for part in said):
        return True
    templates = {intent.removeprefix(TEMPLATES) for intent in intents if intent.startswith(TEMPLATES)} - NOWHERE
    return any(not any({one, other} <= family for family in FAMILIES) for one, other in combinations(templates, 2))


def matters(said: Sequence[Part], judgement: Judgement, intents: Sequence[str], near: float) -> tuple[Matter, ...]:
    """Two or more in the order of telling, each with its own words; () for one. What is sure of nothing belongs to
    the matter before it."""
    told: list[tuple[str, float, list[str], float]] = []
    before: list[str] = []
    for part, chances, nearest in zip(said, judgement.chances, judgement.nearest, strict=True):
        best = int(np.argmax(chances))
        template, score = intents[best].removeprefix(TEMPLATES), float(chances[best])
        close = near if part.least == ALONE else near - ANNOUNCED
        sure = intents[best].startswith(TEMPLATES) and template not in NOWHERE and float(nearest) >= close
        same = next((one for one in told if one[0] == template), None)
        if sure and same is not None:
            same[2].append(part.text)
        elif sure and score >= (part.least if told else FIRST) and _apart(template, told, part.least):
            told.append((template, score, [*before, part.text], part.least))
            before = []
        else:
            (told[-1][2] if told else before).append(part.text)
    return tuple(Matter(name, score, "\n".join(words)) for name, score, words, _ in told) if len(told) > 1 else ()


def _apart(template: str, told: Sequence[tuple[str, float, list[str], float]], least: float) -> bool:
    """No family of an earlier matter, unless the citizen says that it is a second one."""
    if least == SECOND:
        return True
    return not any({template, other[0]} <= family for other in told for family in FAMILIES)
