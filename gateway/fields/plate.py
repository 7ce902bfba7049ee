"""A vehicle's number plate. Canonical: 粤A12345, without dots and spaces, letters in upper case.

GA 36-2018: the province's character, the letter of the authority, five characters (six for new energy, A to K first
or last among them) without the letters I and O; the last may be 学 挂 警 试 超 领 港 澳. Embassies: six digits and 使.
"""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import compact, fold, in_groups, trimmed
from gateway.fields.spans import MAX_SPANS, only, span
from gateway.fields.text import words_of

MAX_ANSWER = 120
PROVINCE, SHAPE = "plate_province", "plate_shape"
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_LAST = "学挂警试超领港澳"
# How else a province is written; Ji, Jin, Yu, Gan and Gui mean two each.
_SPELLINGS = (
    "京 jing beijing 北京", "沪 hu shanghai 上海", "粤 yue guangdong 广东", "津 天津", "渝 重庆", "冀 河北", "豫 河南",
    "鄂 湖北", "湘 xiang 湖南", "桂 广西", "赣 江西", "苏 su 江苏", "浙 zhe 浙江", "闽 min 福建", "鲁 lu 山东",
    "辽 liao 辽宁", "川 chuan 四川", "琼 qiong 海南", "皖 wan 安徽", "黑 hei", "蒙 meng", "云 yun", "藏 zang",
    "陕 shaan", "青 qing", "宁 ning", "新 xin",
)
_SPELLED = {word: words[0] for words in map(str.split, _SPELLINGS) for word in words[1:]}
_KNOWN = re.compile(
    rf"[{_PROVINCES}][A-HJ-Z](?:[A-HJ-NP-Z0-9]{{5}}|[A-HJ-NP-Z0-9]{{4}}[{_LAST}]"
    r"|[A-HJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[A-HJK])"
    rf"|\d{{6}}使|使\d{{6}}|WJ[{_PROVINCES}]?\d{{4}}[0-9A-Z]|民航[A-Z0-9]{{5}}"
)
_WITHOUT = re.compile(rf"[A-HJ-Z](?:[A-HJ-NP-Z0-9]{{5,6}}|[A-HJ-NP-Z0-9]{{4}}[{_LAST}])")
_WHOLE = re.compile(rf"(?=(?:\D*\d){{2}})(?:(?:WJ)?[{_PROVINCES}使]|民航)?[A-Z0-9]{{5,8}}[{_LAST}使]?")
_NAMES = "|".join(sorted(_SPELLED, key=len, reverse=True))
_PREFIX = rf"(?:[{_PROVINCES}]|(?<![A-Za-z])(?:{_NAMES}))"
_JOINT = r"[ ·•‧・.-]{0,3}"
_SERIAL = rf"(?:[A-Za-z0-9](?:{_JOINT}[A-Za-z0-9]){{3}}(?:[{_LAST}]|{_JOINT}[A-Za-z0-9]{{1,2}}))"
_CUE = (
    r"车牌号?码?|牌照|车号|号牌"
    r"|(?<![a-z])(?:(?:licen[cs]e|number|registration) )?plates?(?: number| no\.?)?(?![a-z])"
)
_IS = r"\s{0,3}(?:是|为|:|is|was|#)?\s{0,3}"
_FOUND = re.compile(
    rf"(?=[{_PROVINCES}{''.join(sorted({name[0] for name in _SPELLED}))}\d使W车牌号民licrnp])(?:"
    rf"{_PREFIX}{_JOINT}[A-Za-z]{_JOINT}{_SERIAL}(?![A-Za-z0-9])|(?<!\d)\d{{3}}{_JOINT}\d{{3}}使|使\d{{3}}{_JOINT}\d{{3}}(?!\d)"
    rf"|(?<![A-Za-z])WJ{_JOINT}[{_PROVINCES}]?{_JOINT}\d{{4}}[0-9A-Za-z](?![A-Za-z0-9])"
    rf"|(?:{_CUE}){_IS}(?P<code>[A-Za-z]{_JOINT}{_SERIAL})(?![A-Za-z0-9]))",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"^(?:(?:我的|他的|那辆|my|the|its)\s*)*(?:{_CUE}){_IS}", re.IGNORECASE)
_SPELLING = re.compile(rf"^(?:{_NAMES})(?=[A-Z][A-Z0-9]{{4}})", re.IGNORECASE)
_ALIKE = str.maketrans("OI", "01")  # in the serial these letters are not used


class Plate:
    name = "plate"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Province, letter and serial with digits in it; without the province only behind a word for plate."""
        spans: list[Span] = []
        for hit in _FOUND.finditer(fold(text)):
            start, end = hit.span("code") if hit["code"] else hit.span()
            code = repaired(hit["code"] or hit.group())
            if _WHOLE.fullmatch(code) and sum(one.isdigit() for one in code) > 2:
                spans.append(span(text, start, end, _reading(code)))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > MAX_ANSWER:
            raise Unreadable("plate")
        answer = _LABEL.sub("", trimmed(text))
        code = repaired(answer)
        return _reading(code) if _WHOLE.fullmatch(code) and _one(answer) else only(self.find(text, ctx), "plate")

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "plate"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


def repaired(text: str) -> str:
    """Joints out, the province as its character, O and I of the serial as the digits they must be."""
    code = _SPELLING.sub(lambda spelled: _SPELLED[spelled.group().lower()], compact(text))
    begin = 2 if code[:1] in _PROVINCES else 1
    return code[:begin] + code[begin:].translate(_ALIKE)


def _one(answer: str) -> bool:
    """粤 A D12345 is one plate, "A12345 red" is not."""
    return in_groups(re.sub(rf"^{_PREFIX}?{_JOINT}[A-Za-z](?={_JOINT}[A-Za-z0-9])", "", answer, flags=re.IGNORECASE))


def _reading(code: str) -> Reading:
    if _KNOWN.fullmatch(code):
        return Reading(code)
    return Reading(code, (PROVINCE if _WITHOUT.fullmatch(code) else SHAPE,))


TYPE = Plate()
