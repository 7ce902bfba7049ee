"""What spoils a callback: words that readers stumble over, and the ways to put them into a document or a query."""
from __future__ import annotations

import random
import re

CAP = 70_000
TOKENS = (
    "<![CDATA[", "]]>", "<!DOCTYPE xml [", "<!ENTITY a \"&b;\">", "&a;", "&#0;", "&#x110000;", "&#55296;", "<?xml",
    "?>", "<xml>", "</xml>", "<Event>SCAN</Event>", "<MsgType>image</MsgType>", "<MsgType>event</MsgType>", "<List>",
    "<MediaId>x</MediaId>", "<Encrypt>", "<a " + "b='c' " * 50, "<a>" * 40, "{", "[", '"', "\\", "\\ud800", "\\u0000",
    ":", ",", "null", "true", "NaN", "1e999", "-1", "9" * 400, "\x00", "\ufffe", "\u202e", "🙂", "好" * 3_000,
    "qrscene_t=" + "&" * 54, "t=%ff%00&d=%zz", "<!--", "-->", "xmlns:a='b'", "</" + "x" * 200 + ">", " ", "\r\n",
    "http://10.0.0.1/", "../" * 20, "١٢٣", "1_0", "+1", "0x10",
)
STAMPS = (
    "", "0", "9" * 12, "9" * 13, "-1", "+1", " 1700000000", "1700000000 ", "1_700_000_000", "１７", "1e9", "\x00", "é",
)

_VALUE = re.compile(r">([^<>]*)<|:\s*\"([^\"]*)\"")


def spoil(chance: random.Random, text: str) -> str:
    """A few of: cut, doubled, swapped, replaced, inserted."""
    for _ in range(chance.randint(1, 4)):
        start, end = sorted(chance.randint(0, len(text)) for _ in range(2))
        end = min(end, start + chance.choice((1, 8, 80, len(text))))
        piece = chance.choice((
            "", chance.choice(TOKENS), text[start:end] * 2, text[start:end][::-1], chr(chance.randint(0, 0xD7FF)),
            chance.choice(TOKENS) * chance.choice((1, 2, 30)),
        ))
        text = (text[:start] + piece + text[end:])[:CAP]
    return text


def spoil_value(chance: random.Random, document: str) -> str:
    """Another text in one place of a document that stays whole, so that what is behind the parser is reached."""
    places = list(_VALUE.finditer(document))
    if not places:
        return document
    place = chance.choice(places)
    within = 1 if place[1] is not None else 2
    return document[:place.start(within)] + chance.choice(TOKENS) + document[place.end(within):]


def spoil_bytes(chance: random.Random, text: str) -> bytes:
    data = bytearray(text.encode("utf-8", "replace"))
    for _ in range(chance.choice((0, 0, 0, 0, 1, 3))):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def spoil_query(chance: random.Random, query: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    name = chance.choice(names)
    return {**query, name: spoil(chance, query.get(name, ""))[:300].encode("utf-8", "replace").decode()}


def spoil_stamp(chance: random.Random, moment: dict[str, str]) -> dict[str, str]:
    """Timestamp and nonce cut elsewhere, or odd: to be signed afterwards."""
    at, nonce = moment["timestamp"], moment["nonce"]
    row, cut = at + nonce, chance.randint(0, len(at + nonce))
    return chance.choice((
        {"timestamp": row[:cut], "nonce": row[cut:]}, {"timestamp": chance.choice(STAMPS), "nonce": nonce},
        {"timestamp": at, "nonce": chance.choice((*STAMPS, "x" * 129))},
        {"timestamp": str(int(at) + chance.choice((-601, -599, 599, 601))), "nonce": nonce},
    ))
