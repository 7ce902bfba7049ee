"""Yes or no. Whole answers only: a 是 inside a sentence says nothing, and 不是 is never 是.

The one lexicon of agreeing and denying: AGREED and DENIED mean the same everywhere (commands, ratings); what only
answers "is it so?" (还在, never) counts for fields alone.
"""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import bare, fold_lower
from gateway.fields.labels import answered, hits
from gateway.fields.spans import MAX_SPANS, span

_AGREED = """
是 是的 对 对的 对啊 对头 嗯 嗯嗯 恩 有 有的 好 好的 可以 行 没错 不错 正确 当然 需要 要 愿意 确认 确定 同意
是呀 是啊 必须 没问题 对对 对对对 是是 嗯呐 系 係
ok okay k y yes yeah yep yup sure correct right true indeed absolutely certainly confirm agree agreed √ ✓ ✔ 👍 👌
"""
_DENIED = """
不 不是 不是的 没有 没 否 不用 不用了 不对 不要 不要了 不可以 不行 无 不需要 没有的 还没 还没有
不愿意 不同意 不确认 不必 别 不好 没有了 不了 并没有 并不是 木有 唔系 唔係 冇 不是这样
no nope nah not n false × ✗ ❌ 👎
"""
AGREED = frozenset({*_AGREED.split(), "of course", "yes please", "that's right", "no problem"})
DENIED = frozenset({*_DENIED.split(), "no thanks", "no thank you", "not yet", "not really", "not at all"})
_YES = AGREED.union(
    ["在", "还在", "仍在", "仍然在", "一直在", "还在继续", "已经", "应该是", "应该有", "会", "能", "有过"],
    ("it is", "they are", "i do", "i did", "i have", "still is"))
_NO = DENIED.union(
    ["不在", "不在了", "未", "不会", "不能", "从来没有", "never"],
    ("it is not", "it isn't", "i don't", "i didn't", "i haven't", "not any more", "not anymore"))
_FIRST_WORD = re.compile("|".join(
    re.escape(word) + ("(?![a-z])" if word[-1].isascii() else "")
    for word in sorted({*AGREED, *DENIED, "never"}, key=len, reverse=True)))
_PARTICLES = "啊呀呢吧哦噢喔哈嘛的了呗啦~"
_NOW = re.compile(r"^(?:此刻|现在|目前|这会儿?|眼下|暂时|当下)(?:又|还|已经)?")
_FIRST_CLAUSE = re.compile(r"[,，。.!！;；\n]|(?<=[\u4e00-\u9fff])\s+")
# "yes it is", "no they never came"; "no idea" and "yes and no" say nothing.
_LED = re.compile(
    r"(?P<yes>yes|yeah|yep|yup|yea|sure)\s(?!.*(?:(?<![a-z])(?:no|not|but|or)(?![a-z])|n't)).+"
    r"|(?P<no>no|nope|nah)\s(?:it|they|i|we|he|she|that|there|nobody|not|never)(?![a-z])"
    r"(?!.*(?<![a-z])(?:yes|but|or)(?![a-z])).*"
)
MAX_ANSWER = 300
_WORDS = {"zh": ("是", "否"), "en": ("yes", "no")}


class YesNo:
    name = "yes_no"
    datatype = "boolean"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Only what the template's own words for `yes` and `no` say; a bare yes belongs to the question asked."""
        spans = [span(text, hit.start, hit.end, Reading(hit.value == "yes")) for hit in hits(text, ctx.options)]
        return spans[:MAX_SPANS]

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > MAX_ANSWER:
            raise Unreadable("yes_no")
        own = answered(text, ctx.options)
        said = own == "yes" if own else _judged(text)
        if said is None:
            named = {hit.value for hit in hits(text, ctx.options)}
            said = named == {"yes"} if len(named) == 1 else None
        if said is None:
            raise Unreadable("yes_no")
        return Reading(said)

    def validate(self, value: Value, ctx: Context) -> Reading:
        if isinstance(value, bool):
            return Reading(value)
        if isinstance(value, str):
            return self.read(value, ctx)
        raise Unreadable("yes_no")

    def show(self, value: Value, ctx: Context) -> str:
        return _WORDS["zh" if ctx.language == "zh" else "en"][0 if value is True else 1]


def _judged(text: str) -> bool | None:
    """By the whole answer, else by its first clause: 是的，还在施工."""
    parts = (bare(text), bare(_FIRST_CLAUSE.split(fold_lower(text).strip(), maxsplit=1)[0]))
    for part in parts:
        now = _NOW.sub("", part)
        for word in (part, part.rstrip(_PARTICLES), now, now.rstrip(_PARTICLES)):
            if word in _NO or word in _YES:
                return word in _YES
    led = _LED.fullmatch(parts[0]) or _LED.fullmatch(parts[1])
    return led["yes"] is not None if led else None


def begins(text: str) -> bool | None:
    """What the longest word says that the text begins with: 没有联系我, "yes they did"; None when it says neither."""
    found = _FIRST_WORD.match(bare(text))
    return found.group() in AGREED if found else None


TYPE = YesNo()
