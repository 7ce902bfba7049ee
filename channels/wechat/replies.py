"""What we answer in the response to a push: one text, as WeChat reads it.

Facts: a text holds at most 2,048 bytes of UTF-8; a response carries one message; anything that is no well-formed
document shows the person 该公众号暂时无法提供服务 (developers.weixin.qq.com, 被动回复用户消息).
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from channels.wechat.documents import Form
from channels.wechat.pushes import Push
from channels.wechat.wire import Seal, Stamp
from gateway.messages import Option, Outbound

Members = Mapping[str, str | int]

MAX_BYTES = 2_048
SUCCESS = "success"  # taken, nothing to say: no further try

# XML 1.0, 2.2: what may not stand in a document, in any spelling; lone surrogates are no characters at all.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Signs that belong to the character before them: accents, selectors, joiners, skin tones.
_CLINGS = re.compile("[\u0300-\u036f\u200d\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_SAY, _SAID = {"zh": "（可以回：{}）", "en": "(You can reply: {})"}, {"zh": "、", "en": ", "}
_NUMBERS = {"zh": "（回复数字选择）", "en": "(Reply with a number.)"}


def words(message: Outbound) -> str:
    """The message as one text: its options numbered, since a response can show no buttons. Beside a summary a number
    is one of its lines, so there the options are words to say."""
    if not message.choices:
        return clean(message.text)
    language = "zh" if message.language.startswith("zh") else "en"
    if message.ask == "confirm":
        labels = _SAID[language].join(option.label for option in message.choices)
        return clean(f"{message.text}\n{_SAY[language].format(labels)}")
    options = (_line(number, option.label) for number, option in numbered(message.choices))
    return clean("\n".join([message.text, *options, _NUMBERS[language]]))


def numbered(options: Sequence[Option]) -> Iterator[tuple[int, Option]]:
    """Each option with the number that picks it: its place, or its own where options are numbers. "5" must never be
    read as the fifth of five to one points."""
    if all(option.value.isdecimal() for option in options):
        return ((int(option.value), option) for option in options)
    return enumerate(options, 1)


def _line(number: int, label: str) -> str:
    return label if label.startswith(f"{number} ") else f"{number}. {label}"


def clean(text: str) -> str:
    """Without what XML cannot hold."""
    return _ILLEGAL.sub("", text)


def parts(text: str, most: int = MAX_BYTES) -> list[str]:
    """Parts of at most `most` bytes, between characters; at the end of a line where one lies in the second half."""
    return list(_cut(text, most)) or [""]


def _cut(text: str, most: int) -> Iterator[str]:
    while len(text.encode()) > most:
        fits = text.encode()[:most].decode("utf-8", "ignore")
        line = fits.rfind("\n") + 1
        end = line if line > len(fits) // 2 else _between(text, len(fits))
        yield text[:end].rstrip("\n")
        text = text[end:]
    if text:
        yield text


def _between(text: str, end: int) -> int:
    """The nearest end before which no character is torn from what clings to it."""
    best = end
    while best > 1 and (_CLINGS.match(text[best]) or text[best - 1] == "\u200d"):
        best -= 1
    return best if best > 1 else end


def document(push: Push, text: str, at_s: int) -> Members:
    """A text message back to whoever pushed; `at_s` seconds since 1970, the same at every try."""
    return {"ToUserName": push.user, "FromUserName": push.to, "CreateTime": at_s, "MsgType": "text", "Content": text}


def sealed(seal: Seal, document: str, stamp: Stamp, key: int) -> Members:
    """A written document encrypted under the key that opened the push, in the envelope WeChat expects."""
    ciphertext = seal.close(document, key)
    return {
        "Encrypt": ciphertext, "MsgSignature": seal.sign(ciphertext, stamp), "TimeStamp": int(stamp.timestamp),
        "Nonce": stamp.nonce,
    }


def written(members: Members, form: Form) -> str:
    return _xml(members) if form == "xml" else json.dumps(members, ensure_ascii=False)


def _xml(members: Members) -> str:
    return "<xml>" + "".join(
        f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}><![CDATA[{_literal(value)}]]></{name}>"
        for name, value in members.items()
    ) + "</xml>"


def _literal(text: str) -> str:
    """Inside a CDATA section, where only its own end has a meaning."""
    return text.replace("]]>", "]]]]><![CDATA[>")
