"""A parcel's number. Hard rule: 8–30 letters and digits; everything a carrier's pattern says only warns.

The patterns are what shippers report and are unverified; the check digit is the UPU's (standard S10).
"""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import compact, fold, in_groups, trimmed
from gateway.fields.spans import MAX_SPANS, only, span
from gateway.fields.text import words_of

_CARRIERS = {
    "sf": re.compile(r"SF\d{12,15}"),
    "yto": re.compile(r"YT\d{13}"),
    "jd": re.compile(r"JD[A-Z]{0,2}\d{10,15}"),
    "jt": re.compile(r"JT\d{13}"),
    "yunda": re.compile(r"YD(?:4[36]\d{13}|31\d{13})"),
    "deppon": re.compile(r"DPK\d{12}"),
    "ems": re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}"),
}
_PREFIXES = {"SF": "sf", "YT": "yto", "JD": "jd", "JT": "jt", "YD": "yunda", "DPK": "deppon"}
# Names that stand before numbers of digits alone, and are no part of them.
_NAMES = {"ZTO": "zto", "STO": "sto", "EMS": "ems", "YTO": "yto", "YUNDA": "yunda", "DEPPON": "deppon"}
_NAME = re.compile(rf"(?:{'|'.join(_NAMES)})[ -]?(?=\d)", re.IGNORECASE)
_S10 = re.compile(r"[A-Z]{2}(\d{8})(\d)[A-Z]{2}")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)

_WHOLE = re.compile(r"(?=[A-Z]*\d)[A-Z0-9]{8,30}")
_LETTERED = r"[A-Za-z]{2,4}[ -]?\d{8,18}(?:[A-Za-z]{2})?"
_DASHED = rf"(?:{'|'.join(_PREFIXES)})[A-Za-z]{{0,2}}(?:[ -]?\d{{3,8}}){{2,5}}(?:[ -]\d{{1,2}})?(?!\d)"
_CUE = (
    r"(?:单号|运单|快递号|快递单|包裹号|物流号|邮件号|tracking(?: number| no\.?| code| id)?|"
    r"waybill(?: number| no\.?)?|parcel(?: number| no\.?))(?:号码|号)?"
)
_IS = r"\s{0,3}(?:是|为|:|is|#|was)?\s{0,3}"
_GROUPED = r"(?=[A-Za-z]{0,4}[ -]?\d)[A-Za-z0-9]{2,30}(?:[ -][A-Za-z0-9]*\d[A-Za-z0-9]*){0,6}"
_AFTER_CUE = re.compile(rf"{_CUE}{_IS}(?P<code>{_GROUPED})(?![A-Za-z0-9])", re.IGNORECASE)
_ONE_BY_ONE = r"(?:[A-Za-z]{2,4} ?)?\d(?: \d){11,17}"
_ALONE = re.compile(
    rf"(?<![A-Za-z0-9])(?P<code>{_ONE_BY_ONE}|{_LETTERED}|{_DASHED}|\d{{12,15}})(?![A-Za-z0-9])", re.IGNORECASE)
# Asked for, digits may be read off in groups with words around them: 纸上写的是 1098 7654 32109.
_GROUPS = re.compile(r"(?<![A-Za-z0-9])\d{2,6}(?: \d{2,6}){2,5}(?![A-Za-z0-9])")
_SPOKEN = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_HAN_RUN = re.compile("[零〇一二三四五六七八九幺]{6,30}")
_SPELT = re.compile(r"(?<![A-Za-z])([A-Za-z])\s([A-Za-z])(?=\s?\d)")
_LABEL = re.compile(rf"^(?:(?:我的|快递|顺丰|my|the|it'?s|是)\s*)*(?:{_CUE})?{_IS}", re.IGNORECASE)
_ORDER = re.compile(r"(?:订单|order)(?:编?号码?| ?(?:number|no\.?|id))?(?:是|为|is|:|\s)*$", re.IGNORECASE)


class TrackingNumber:
    name = "tracking_number"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        folded = fold(text)
        spans: list[Span] = []
        taken = 0
        for hit in _hits(folded):
            name, (start, end) = _NAME.match(hit["code"]), hit.span("code")
            start += name.end() if name else 0
            code, cued = compact(folded[start:end]), hit.re is _AFTER_CUE
            ordered = _ORDER.search(folded, max(0, hit.start("code") - 20), hit.start("code"))
            if start < taken or ordered or not _WHOLE.fullmatch(code) or not (cued or name or _likely(code)):
                continue
            sure = cued or name is not None or not code.isdigit()
            spans.append(span(text, start, end, _reading(code, name), sure=sure))
            taken = end
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > 200:
            raise Unreadable("tracking_number")
        answer = _LABEL.sub("", _dictated(trimmed(text)))
        name = _NAME.match(answer)
        code = compact(answer[name.end():] if name else answer)
        if _LABEL.sub("", code) != code:  # "T racking 0": a label in pieces is no part of a number
            raise Unreadable("tracking_number")
        if not _WHOLE.fullmatch(code) or not (in_groups(answer) or _S10.fullmatch(code)):
            found, grouped = self.find(text, ctx), _GROUPS.findall(answer)
            return _reading(compact(grouped[0]), None) if not found and len(grouped) == 1 else only(
                found, "tracking_number")
        return _reading(code, name)

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "tracking_number"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


def _dictated(answer: str) -> str:
    """S F 一二三四…, as it is read off to a machine."""
    return _SPELT.sub(r"\1\2", _HAN_RUN.sub(lambda run: run.group().translate(_SPOKEN), answer))


def s10_valid(code: str) -> bool:
    """UPU S10: two letters, eight digits, check digit, two letters (RB123456785CN)."""
    shape = _S10.fullmatch(code)
    if not shape:
        return False
    rest = 11 - sum(w * int(d) for w, d in zip(_S10_WEIGHTS, shape[1], strict=True)) % 11
    return int(shape[2]) == {10: 0, 11: 5}.get(rest, rest)


def _hits(folded: str) -> list[re.Match[str]]:
    """Numbers after a cue word win over numbers that stand alone at the same place."""
    cued, alone = list(_AFTER_CUE.finditer(folded)), list(_ALONE.finditer(folded))
    return sorted(cued + alone, key=lambda hit: (hit.start("code"), hit.re is _ALONE))


def _likely(code: str) -> bool:
    """Without a cue, letters must be a carrier's or a post's, so that order numbers are left alone."""
    return code.isdigit() or carrier(code) is not None or bool(_S10.fullmatch(code)) or _prefix(code) is not None


def carrier(code: str) -> str | None:
    """The carrier whose pattern the code has; digits alone say nothing sure, so they suggest nobody."""
    if code.isdigit():
        return None
    return next((name for name, pattern in _CARRIERS.items() if pattern.fullmatch(code)), None)


def _prefix(code: str) -> str | None:
    """Who uses these letters before digits."""
    letters = code.rstrip("0123456789")
    return _PREFIXES.get(letters) if letters != code else None


def _reading(code: str, written: re.Match[str] | None) -> Reading:
    """`written`: the carrier's name in front of the code."""
    name = _NAMES[compact(written.group())] if written else carrier(code)
    if _S10.fullmatch(code) and not s10_valid(code):
        return Reading(code, ("tracking_check_digit",), {"carrier": "ems"})
    prefixed = _prefix(code)
    if prefixed and not name:
        return Reading(code, ("tracking_pattern",), {"carrier": prefixed})
    return Reading(code, (), {"carrier": name} if name else None)


TYPE = TrackingNumber()
