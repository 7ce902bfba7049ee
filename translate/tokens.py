"""What a translation must not touch: links, addresses of e-mail, numbers of cases, parcels and people, plates, emoji.

Pure and linear. Finding too much is the smaller mistake: what is found stays as it was written.
"""
from __future__ import annotations

import re
from collections.abc import Iterator

_START, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_LINK = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]"
# Chinese is written on without a space after a link; right after one of these it is a part of it: /wiki/广州
_WITHIN = r"(?<=[/=#?&_])[\u3400-\u9fff]{1,60}"
_DOMAINS = "com|cn|net|org|gov|edu|io|info|top|xyz|me|cc|hk|tw|mo"
_CARRIERS = "SF|YTO|YT|ZTO|STO|JDV?[A-Z]?|JT|YD|DPK|EMS"

# In this order at every place of the text.
_TABLE = (
    ("url", rf"(?:https?://|(?<![A-Za-z0-9@.])www\.)(?:{_LINK}|{_WITHIN}){{1,2000}}"),
    ("email", r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}"),
    ("url", rf"(?<![A-Za-z0-9@.\-])(?:[A-Za-z0-9\-]{{1,63}}\.){{1,4}}(?:{_DOMAINS})(?![A-Za-z0-9\-])"
            rf"(?:/(?:{_LINK}|{_WITHIN}){{0,2000}})?"),
    ("case", rf"{_START}[A-Z]{{2,4}}-\d{{6,8}}-[0-9A-Z]{{4,12}}{_END}"),
    ("id", r"(?<!\d)\d{17}[\dXx](?![A-Za-z0-9])"),
    ("tracking", rf"{_START}(?:{_CARRIERS})(?:[ \-]?\d{{2,8}}){{2,7}}{_END}"),
    ("code", rf"{_START}(?=[A-Za-z0-9\-]{{0,12}}[A-Za-z])(?=(?:[A-Za-z\-]{{0,8}}\d){{4}})[A-Za-z0-9]{{1,40}}"
             rf"(?:-[A-Za-z0-9]{{1,40}}){{0,6}}{_END}"),
    ("mobile", r"(?<!\d)(?:(?:\+|00)?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?!\d)"),
    ("phone", r"\+\d{1,3}(?:[ \-]?\(?\d{1,5}\)?){2,6}(?!\d)"),
    ("phone", r"(?<!\d)(?:\(0\d{2,3}\) ?|0\d{2,3}[ \-]?)\d{3,4}[ \-]?\d{4}(?:\-\d{1,6})?(?!\d)"),
    ("phone", r"(?<!\d)[48]00[ \-]?\d{3,4}[ \-]?\d{3,4}(?!\d)"),
    ("digits", r"(?<![\d.,])(?:\d{4}[ \-]){2,5}\d{1,4}(?!\d)"),
    ("digits", r"(?<![\d.,])\d{8,40}(?!\d)"),
    ("digits", r"[零〇一二三四五六七八九幺]{7,40}"),
    ("plate", rf"[{_PROVINCES}][A-Za-z][·\- ]?[A-Za-z0-9]{{5,6}}(?![A-Za-z0-9])"),
    ("emoji", "(?:[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50\u2B55\u231A\u231B\u23E9-\u23FA]"
              "[\uFE0F\u20E3\U0001F3FB-\U0001F3FF]?(?:\u200D(?=[\U0001F000-\U0001FAFF\u2600-\u27BF]))?)+"),
)
_PATTERN = re.compile("|".join(f"(?P<{kind}_{n}>{pattern})" for n, (kind, pattern) in enumerate(_TABLE)))
_AFTER_LINK = ".,;:!?)]'"  # of the sentence, not of the link

Token = tuple[str, int, int]  # kind, start, end


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """In order, none over another."""
    for match in _PATTERN.finditer(text, start, len(text) if end is None else end):
        kind = (match.lastgroup or "").partition("_")[0]
        found = match.group()
        if kind == "url":
            found = _link(found)
        yield kind, match.start(), match.start() + len(found)


def _link(found: str) -> str:
    """Without the marks of the sentence that it ends; a closing bracket belongs to it where its opening one does."""
    while found[-1] in _AFTER_LINK and not (found[-1] == ")" and found.count("(") >= found.count(")")):
        found = found[:-1]
    return found
