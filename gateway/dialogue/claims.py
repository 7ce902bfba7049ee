"""Which field of the form claims which span of a text, and how strongly.

A role or a cue decides between fields of one type; what stays ambiguous is claimed by nobody and will be asked.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.dialogue import telling
from gateway.dialogue.scene import Scene
from gateway.dialogue.template import Field
from gateway.errors import Unreadable
from gateway.fields.base import Reading, Span

# 在某某酒楼聚餐, 带去妇幼保健院, "ate at Example Bistro": whoever was there names the place.
_VISITED = re.compile(
    r"(?:在|去了?|到|进了?)$|(?<![a-z])(?:at|from|with|for|by)\s(?:the\s)?$", re.IGNORECASE)
_SOME_NAME = re.compile(r"旁边|隔壁|楼下|附近|对面|门口|的|了|[一那这哪某]家|^[那这]")
_BESIDE = re.compile(r"(?:的?(?:门口|门前|旁|对面|隔壁|附近|楼下|楼上|后面|外面|路口))")
ONE_OF = frozenset({"choice", "yes_no"})
WORDS = frozenset({"text", "organisation"})            # asked and taken whole (NLU.md, "Entities")

CLAUSE = re.compile(r"[^，,。；;！!？?\n]+")
_MARK = re.compile(r"[，,。；;！!？?\n]|\.(?=\s)")
_NEAR = 60       # characters of a clause that are looked at on either side of a value
_CUE_REACH = 10  # characters between a cue and the value it announces
# A number behind these words belongs to somebody else than the citizen.
_OTHERS = re.compile(
    r"(商家|店家|商户|客服|对方|司机|骑手|快递员|公司|物业|工地|driver|shop|merchant|courier|their|his|her)"
    r"[^，,。；;\n]{0,14}$",
    re.IGNORECASE,
)
# 花都狮岭皮具厂 is a firm's name: what it begins with is no address, unless it ends as addresses do.
_NAME_GOES_ON = re.compile(
    r"[\u4e00-\u9fff]{0,8}?(?:公司|集团|厂|店|酒楼|酒家|餐厅|饭堂|超市|医院|诊所|学校|小学|中学|大学|幼儿园|银行|商行|工作室|事务所|会所)"
    r"|(?:\s[A-Z][\w&'-]*){0,3}\s"
    r"(?:Co\b|Company|Ltd|Limited|Inc\b|Group|Factory|Trading|Hospital|School|Bank|Restaurant)")
_ENDS_AS_PLACE = re.compile(
    r"(?:[区县市镇乡村街道路巷弄里号栋幢座楼层室口旁边内]|District|Road|Street|Avenue|Lane|\d)$")
_FILLING = re.compile(r"\s*(?:是|就是|应该是|it'?s|it is|they are|from|with|by)?\s*(?:的|家的?)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A field's claim on a span; the lowest rank wins: asked, announced by role or cue, alone, uncertain."""

    rank: int
    order: int
    field: Field
    span: Span

    @property
    def strength(self) -> tuple[int, int, int, int]:
        return self.rank, self.span.start - self.span.end, self.order, self.span.start


_LEADING = frozenset({"since", "ever since"})  # "ran out in June and nobody came since" says nothing of June
_DOUBTED = frozenset({"address", "moment", "period"})
ASKED, ANNOUNCED, ALONE, UNSURE = range(4)


Rank = Callable[[Scene, str, Field, Span], int | None]


def claims(scene: Scene, text: str, asked: Field | None) -> Iterator[Claim]:
    for order, field in enumerate(scene.template.fields):
        if field.id == "identity_mode" and field != asked:
            continue  # a wish of its own (wishes.py)
        spans = spans_of(scene, field, text)
        if field.type in ONE_OF and len({str(span.reading.value) for span in spans}) > 1:
            spans = _meant_most(text, field, spans) if field != asked else ()
            if len({str(span.reading.value) for span in spans}) > 1:
                continue  # two of its options were named: asked, not guessed
        for span in spans:
            rank = _rank_of(scene, text, field, span, asked)
            if rank is not None and _valid(scene, field, span, rank):
                yield Claim(rank, order, field, span)
        if field.type in WORDS:
            yield from _told(scene, text, field, order)


def _meant_most(text: str, field: Field, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Of several options the one that a cue announces, or of which three times as much is told as of any other."""
    said = tuple(span for span in spans if field.cues and announced(text, field, span))
    if said:
        return said
    told = Counter(value for value, _ in {(str(span.reading.value), span.text.casefold()) for span in spans})
    (most, times), (_, second) = told.most_common(2)
    return tuple(span for span in spans if str(span.reading.value) == most) if times >= 3 * second else ()


def _valid(scene: Scene, field: Field, span: Span, rank: int) -> bool:
    """The field's own limits hold (a date in the future is none of a purchase). What was neither asked nor
    announced must also be free of doubts, such as a place in no known district or "at night"."""
    if rank >= ALONE and span.reading.warnings and field.type in _DOUBTED:
        return False
    if field.id == "appeal_kind" and rank != ASKED and span.reading.value == scene.template.default_appeal:
        return False  # what the order says anyway need not stand in the summary
    try:
        scene.type_of(field).validate(span.reading.value, scene.context(field))
    except Unreadable:
        return False
    return True


def spans_of(scene: Scene, field: Field, text: str) -> tuple[Span, ...]:
    """What the field's type sees in the text; choices are looked for with the field's own options."""
    seen = scene.turn.spans.get(field.type) if text == scene.turn.text and not field.options else None
    return tuple(scene.type_of(field).find(text, scene.context(field))) if seen is None else seen


def _rank_of(scene: Scene, text: str, field: Field, span: Span, asked: Field | None) -> int | None:
    if asked is not None and field.id == asked.id and not _meant_for_another(scene, field, span):
        return ASKED
    return _RANKS.get(field.type, _identifier)(scene, text, field, span)


def _meant_for_another(scene: Scene, field: Field, span: Span) -> bool:
    """The words around it say a role that another field of this form has."""
    roles = {other.role for other in scene.template.fields if other.id != field.id}
    return span.role is not None and span.role != field.role and span.role in roles


def _place(scene: Scene, text: str, field: Field, span: Span) -> int | None:
    """An address: by role; without one only where the form knows a single address."""
    if _NAME_GOES_ON.match(text, span.end) and not _ENDS_AS_PLACE.search(span.text):
        return None
    if span.role is not None and span.role == field.role:
        return ANNOUNCED
    if _meant_for_another(scene, field, span):
        return None
    if announced(text, field, span):
        return ANNOUNCED
    if span.role == "affected":
        return None  # where the citizen lives; whether that is also the place of the matter will be asked
    return ALONE if _only(scene, field) else None


def _measure(scene: Scene, text: str, field: Field, span: Span) -> int | None:
    """Moments, money, numbers mean nothing by themselves: a cue in the same clause says what they are."""
    if field.cues:
        return ANNOUNCED if _cue_in_clause(text, field, span) else None
    return ALONE if _only(scene, field) and span.sure else None


def _identifier(scene: Scene, text: str, field: Field, span: Span) -> int | None:
    """Numbers and names of one kind: by cue, or when no other field could mean them."""
    if span.role is not None and span.role == field.role and span.sure:
        return ANNOUNCED
    if announced(text, field, span):
        return ANNOUNCED
    if not _only(scene, field) or _OTHERS.search(text, max(0, span.start - 24), span.start):
        return None
    return ALONE if span.sure else UNSURE if not _rivals(scene, text, field, span) else None


def _name(scene: Scene, text: str, field: Field, span: Span) -> int | None:
    """A name found in free text is a guess (NLU.md: 0.57 exact), so it needs a cue or a certain finding."""
    if announced(text, field, span):
        return ANNOUNCED
    if _VISITED.search(text, max(0, span.start - _CUE_REACH), span.start) and _only(scene, field) and \
            not (_SOME_NAME.search(span.text) or _BESIDE.match(text, span.end)):
        return ALONE
    return ALONE if span.sure and _only(scene, field) else None


def _option(scene: Scene, text: str, field: Field, span: Span) -> int | None:
    """An option that is named. The bare label of an optional choice is too common a word (咨询) to do without a
    cue, if the field has any."""
    if announced(text, field, span) or _by_itself(text, span):
        return ANNOUNCED
    labels = {label.casefold() for option in field.options for label in (option.label.zh, option.label.en)}
    bare = span.text.casefold() in labels
    return None if not span.sure or (bare and field.cues and not field.required) else ALONE


def _yes_no(scene: Scene, text: str, field: Field, span: Span) -> int | None:
    """Its type finds only the template's own words, each of which says what it is about."""
    return ANNOUNCED


_RANKS: dict[str, Rank] = {
    "address": _place, "moment": _measure, "period": _measure, "money": _measure, "number": _measure,
    "organisation": _name, "choice": _option, "choices": _option, "yes_no": _yes_no,
}


def _only(scene: Scene, field: Field) -> bool:
    """No other field of this type must be filled, and this one must, or it is the only one there is."""
    peers = [other for other in scene.template.fields if other.type == field.type]
    required = [other for other in peers if other.required]
    return len(peers) == 1 or (len(required) == 1 and field.required)


def _rivals(scene: Scene, text: str, field: Field, span: Span) -> bool:
    """Another type of this form's required fields could mean the same characters."""
    others = (other for other in scene.template.fields if other.required and other.type != field.type)
    return any(
        seen.start < span.end and span.start < seen.end
        for other in others if other.type not in WORDS for seen in spans_of(scene, other, text)
    )


def announced(text: str, field: Field, span: Span) -> bool:
    """One of the field's cues stands right before the span, with nothing but a few words between."""
    before, _ = _around(text, span)
    before = before.casefold()
    return any(0 <= len(before) - _end(before, cue) <= _CUE_REACH for cue in field.cues)


def _end(before: str, cue: str) -> int:
    at = before.rfind(cue.casefold())
    return at + len(cue) if at >= 0 else len(before) + 1


def _around(text: str, span: Span) -> tuple[str, str]:
    """The rest of the span's clause, before and behind it, as far as it matters."""
    before, after = text[max(0, span.start - _NEAR):span.start], text[span.end:span.end + _NEAR]
    return _MARK.split(before)[-1], _MARK.split(after)[0]


def _by_itself(text: str, span: Span) -> bool:
    """The clause says nothing else: 是哈啰的, it's Hellobike."""
    return _FILLING.fullmatch("".join(_around(text, span))) is not None


def _cue_in_clause(text: str, field: Field, span: Span) -> bool:
    before, after = (side.casefold() for side in _around(text, span))
    so_far = before + span.text.casefold()
    return any(cue.casefold() in (so_far if cue in _LEADING else so_far + after) for cue in field.cues)


def _told(scene: Scene, text: str, field: Field, order: int) -> Iterator[Claim]:
    """Names, words and codes that are introduced."""
    for start, end in telling.told(text, field):
        words = text[start:end]
        try:
            reading: Reading = scene.type_of(field).read(words, scene.context(field))
        except Unreadable:
            continue
        yield Claim(ANNOUNCED, order, field, Span(start, end, words, reading, field.role))
