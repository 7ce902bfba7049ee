"""How satisfied a message says somebody is: a digit on the scale that was sent, words, emoji; zh and en. Pure.

What is not surely meant is not guessed: `conflict` and `unclear` are asked about once. The longest phrase is taken,
negation first, so that 不满意 is never 满意; questions, wishes and conditions (满意吗, 修好我才满意) say nothing.
"""
from __future__ import annotations

import re
import unicodedata
from typing import Literal

from msgspec import Struct

from gateway.dialogue.satisfaction_words import DOUBT, EMOJI, FEELINGS, FILLERS, OPINIONS, PARTICLES, QUESTION
from gateway.fields.folding import fold, lower

Resolved = Literal["yes", "partly", "no"]
Kind = Literal["rated", "conflict", "unclear", "nothing"]
LONGEST = 400  # characters looked at
NEUTRAL = 3


class Mark(Struct, frozen=True):
    """What one digit stands for; satisfaction 1…5, 5 being best."""

    satisfaction: int
    resolved: Resolved | None = None


class Scale(Struct, frozen=True):
    """The digits of one sent question, kept with the message: 1 is the best on one, the worst on the other.

    marks   of 1, 2, … in order
    points  the digits are points or stars: 5分 may be said; on options it is unclear
    """

    marks: tuple[Mark, ...]
    points: bool = False


POINTS = Scale(tuple(Mark(points) for points in range(1, 6)), points=True)


class Heard(Struct, frozen=True):
    """One message. mark: None unless `rated`.

    rest    what was said beside the rating, as it was written
    beside  the same without any word of being satisfied, folded, for what else it may say
    """

    kind: Kind
    mark: Mark | None = None
    rest: str = ""
    beside: str = ""


class _Digit(Struct, frozen=True):
    """A number that answers; value None: it names no place of the scale, or more than one."""

    value: int | None
    start: int
    end: int


# --- digits -------------------------------------------------------------------------------------------------

_NUMERALS = {**{numeral: value for value, numeral in enumerate("一二三四五", 1)}, "两": 2,
             **{word: value for value, word in enumerate(("one", "two", "three", "four", "five"), 1)}}
_UNIT = r"\s*(?P<unit>分(?![钟公局之开析类期手区店秒部])|星级?|颗星|points?\b|stars?\b|/\s*5(?!\d)|out of (?:5|five)\b)"
_LEAD = (
    r"(?:(?:我的?)?(?:评价|评分|打分|评级|满意度|答案|选择|选|回复?|给|打|评)(?:是|为|了|个|数字)?"
    r"|(?:my |the )?(?:rating|score|answer|reply|choice|option|satisfaction|rate)(?: is| it)?"
    r"|(?:it's|it is|that's|press(?:ed)?|give (?:you|it|them|this))(?: an?)?"
    r"|i(?:'d| would)? (?:choose|pick|give|rate)(?: it| you| this)?(?: an?)?)\s*[:=]?\s*"
)
# A digit that goes on as a date, a time, a decimal, a house number, a measure or a longer word is none of ours.
_GOES_ON = (
    r"(?!\d|[.:/\-~]\d|,\d{3}(?!\d)|/[a-z]|\s*号|\s*(?:[年月日点时周天秒岁栋幢座层楼室户单组排弄巷村队路街口元块万千百十倍成度米吨次回遍趟条件个位名"
    r"人家台辆处只份样封笔棵瓶包箱斤克公里班车根张盏扇段期批种些多几比至到]|小时|分钟|礼拜|星期)(?!位?师傅))"
)
_HEAD = re.compile(
    rf"[\s\"'(\[【]*(?:{_LEAD})?[\"'(\[【]?(?P<number>\d+)(?:{_UNIT}|[\"')\]】]*{_GOES_ON}(?![a-z%+]))[\"')\]】]*")
_SPELT = re.compile(
    rf"[\s\"'(\[]*(?:{_LEAD})?(?P<number>[一二两三四五]|one|two|three|four|five)(?:{_UNIT}|(?=[\s\"')\].,!;:。,、]*$))")
_TAIL = re.compile(rf"(?:{_LEAD}|(?<=[满意好差错行般])[\s,。;!、]*|[,。;!、]\s*)(?P<number>\d+)(?:{_UNIT})?[\s.!。~]*$")
_STARS = re.compile(r"\s*(?P<stars>[⭐★🌟]+)[☆\s]*[.!。~]*\s*$")
_ANOTHER = re.compile(
    r"[\s,.;、/]*(?:或者?|和|跟|还是|or|and|到|至|-|~)?\s*\d{1,2}(?!\d)(?!\s*(?:[楼栋幢号天年月日次个]|小时|分钟))")
# Behind a digit and a space English goes on with a remark, or counts something (3 weeks, 5 Main Street): only the
# former is known by its first word.
_REMARK = re.compile(
    r"\s+(?:because|as|since|but|and|the|it|its|it's|this|that|they|he|she|we|i|i'm|you|nobody|no|not|never|still|nothing|"
    r"very|too|so|really|thanks?|good|bad|great|poor|terrible|awful|excellent|satisfied|dissatisfied|happy|unhappy|slow|"
    r"fast|quick|quickly|well|please|disappointed|resolved|solved|unsolved|fixed|best|worst|worse|better|useless|horrible|"
    r"perfect|rude|waste|average|ok|okay|although|though|even)(?![a-z])")
# A digit of the scale in the middle of words, as somebody takes an answer back (不是5，是1) or rates two things.
_INSIDE = re.compile(
    r"(?:是|选|打|评|给|按|态度|服务|结果|质量|效率|速度|(?<![a-z])(?:meant|mean|be|pressed|service|result|attitude))"
    rf"[了为的:]?\s*(?P<number>[1-9一二三四五])(?:{_UNIT}|{_GOES_ON}(?![a-z%+个]))")


def _digit(text: str, scale: Scale) -> _Digit | None:
    stars = _STARS.match(text)
    if stars:
        return _Digit(_value(str(len(stars["stars"])), "stars", scale), 0, len(text))
    found = _HEAD.match(text) or _SPELT.match(text)
    if found and re.match(r"\s+[a-z]", text[found.end():]) and not _REMARK.match(text, found.end()):
        found = None
    found = found or _TAIL.search(text)
    if found is None or (len(found["number"]) > 2 and found["number"].isdigit()):
        return None
    more = _ANOTHER.match(text, found.end()) is not None
    return _Digit(None if more else _value(found["number"], found["unit"], scale), found.start(), found.end())


def _value(number: str, unit: str | None, scale: Scale) -> int | None:
    value = _NUMERALS.get(number) or int(number)
    return value if 1 <= value <= len(scale.marks) and (scale.points or not unit) else None


# --- words --------------------------------------------------------------------------------------------------

_CLAUSE = re.compile(r"[^,.。!;?\n…]+[,.。!;?\n…]*")


def _words(text: str) -> list[int]:
    """What the words say, 1…5; 0 for words about satisfaction that do not tell. An "ok" beside a feeling is no
    judgement of its own."""
    feelings = [value for symbol in text if (value := EMOJI.get(symbol))]
    opinions: list[int] = []
    leading = True
    for clause in _CLAUSE.findall(text):
        if QUESTION.search(clause):
            feelings += [0] if FEELINGS.search(clause) else []
            continue
        feelings += FEELINGS.values(clause)
        opinions += _opinion(clause) if leading else []
        leading = leading and not re.search(r"\w", FILLERS.sub("", clause))
    return [*feelings, *(value for value in opinions if value != NEUTRAL or not any(feelings))]


def _opinion(clause: str) -> list[int]:
    """很差, "very good": only as the whole clause, since "the smell is terrible" speaks of the matter."""
    values = OPINIONS.values(clause)
    left = FILLERS.sub("", _without(clause))
    return [value for value in values if value] if not re.search(r"\w", left) else []


def _side(value: int) -> int:
    return (value > 3) - (value < 3)


# --- both ---------------------------------------------------------------------------------------------------

_GAP = re.compile(r"(?<=[不没很太满滿])[ \t]+(?=[满滿意不好])")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\u20e3\U0001F3FB-\U0001F3FF]")
_CIRCLED = re.compile("[❶-❾➀-➈➊-➒]")  # NFKC leaves these
_PUNCTUATION = str.maketrans("、【】", ",[]")
_EDGES = " \t\r\n,.。，;；:：!！、~-"
_FIRST = re.compile(r"[^\s,.。;!]+[\s,.。;!]+")


def plain(text: str) -> str:
    """１ ① 1️⃣ as 1, without skin tones and what cannot be seen, 不 满意 as 不满意; the case of letters stays."""
    numbered = _CIRCLED.sub(lambda one: str(unicodedata.digit(one.group())), text)
    return _GAP.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", numbered)))[:LONGEST].strip()


def read(text: str, scale: Scale = POINTS) -> Heard:
    """The rating in a message, on the scale that was sent."""
    written = plain(text)
    folded = lower(fold(written)).translate(_PUNCTUATION)
    digit = _digit(folded, scale)
    start, end = (digit.start, digit.end) if digit else (0, 0)
    words = f"{folded[:start]} {folded[end:]}"
    said = _words(words)
    rest = _rest(f"{written[:start]} {written[end:]}", words)
    kind, mark = _judged(digit, said, scale)
    if kind == "nothing" and (_INSIDE.search(folded) or DOUBT.search(folded)):
        kind = "unclear"
    if kind == "rated" and (DOUBT.search(folded) or (digit and QUESTION.search(_clause_at(folded, digit.end)))):
        kind, mark = "unclear", None
    return Heard(kind, mark, rest, OPINIONS.without(FEELINGS.blanked(words)).strip(_EDGES))


def _clause_at(text: str, end: int) -> str:
    """The clause in which something ends."""
    return next((clause.group() for clause in _CLAUSE.finditer(text) if clause.end() >= end), "")


def _judged(digit: _Digit | None, said: list[int], scale: Scale) -> tuple[Kind, Mark | None]:
    values = [value for value in said if value]
    sides = {_side(value) for value in values}
    if digit and digit.value is None:
        return "unclear", None
    if digit and digit.value:
        mark = scale.marks[digit.value - 1]
        return ("rated", mark) if sides <= {_side(mark.satisfaction)} else ("conflict", None)
    if not values:
        return ("unclear" if said else "nothing"), None
    if len(sides) > 1:
        return "conflict", None
    return "rated", Mark(min(values) if sides == {-1} else max(values))


def _rest(written: str, words: str) -> str:
    """The comment: without a rating that stands alone in front, and nothing where nothing else was said."""
    if _bare(words):
        return ""
    first = _FIRST.match(words.lstrip())
    skip = len(words) - len(words.lstrip())
    alone = first is not None and _without(first.group()) != first.group() and _bare(first.group())
    return (written[skip + first.end():] if first and alone else written).strip(_EDGES)


def _bare(words: str) -> bool:
    """Whether it is nothing but a rating and thanks."""
    return not re.search(r"\w", PARTICLES.sub("", _without(words)))


def _without(words: str) -> str:
    return OPINIONS.without(FEELINGS.without(words))
