"""The WebSocket's frames (frames.json): what a client may say, read strictly; what we say, written."""
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from gateway.clock import from_ms
from gateway.errors import HuiyinError, Malformed, RateLimited, Refused, TooLarge, Unauthorised
from gateway.http import parse_json
from gateway.messages import Choice, CitizenContent, FieldError, Form, Location, Option, Outbound, Sender, Text, Upload

MAX_FRAME = 65_536  # bytes
MAX_TEXT = 2_000    # characters

Code = Literal["too_long", "rate_limited", "unauthorised", "invalid", "unavailable"]

_Name = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,64}$")]
_Ref = Annotated[str, Meta(max_length=200)]
_Typed = Annotated[str, Meta(max_length=4000)]
_Picked = Annotated[list[Annotated[str, Meta(max_length=400)]], Meta(max_length=50)]
_Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
_UPLOAD = re.compile(r"[0-9a-f]{32}")
_CLIENT_ID = r"^[A-Za-z0-9_.-]{1,64}$"


class Hello(Struct, frozen=True, tag="hello"):
    session: Annotated[str, Meta(max_length=128)] | None = None
    after: _Ref | None = None
    language: _Language | None = None


class FormSent(Struct, frozen=True):
    template: _Name
    fields: Annotated[dict[_Name, _Typed | int | float | bool | _Picked], Meta(max_length=100)]


class Point(Struct, frozen=True):
    lat: Annotated[float, Meta(ge=-90, le=90)]
    long: Annotated[float, Meta(ge=-180, le=180)]
    label: Annotated[str, Meta(max_length=300)] = ""


class Send(Struct, frozen=True, tag="message"):
    """Exactly one of text, choice, form, upload, location."""

    id: Annotated[str, Meta(pattern=_CLIENT_ID)]
    text: Annotated[str, Meta(min_length=1)] | None = None
    choice: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    to: _Ref | None = None
    form: FormSent | None = None
    upload: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")] | None = None
    location: Point | None = None


class End(Struct, frozen=True, tag="end"):
    pass


ClientFrame = Hello | Send | End


class Welcome(Struct, frozen=True, tag="welcome"):
    session: str
    language: str


class Accepted(Struct, frozen=True, tag="accepted"):
    id: str


class Shown(Struct, frozen=True, tag="message", omit_defaults=True):
    id: str
    at: str
    sender: Sender = msgspec.field(name="from")
    text: str
    language: str
    choices: tuple[Option, ...]
    ask: str | None
    template: str | None
    work_order: str | None
    original: str | None
    reply_to: str | None
    errors: tuple[FieldError, ...] = ()


class Typing(Struct, frozen=True, tag="typing"):
    pass


class Fault(Struct, frozen=True, tag="error"):
    id: str | None
    code: Code
    text: str
    retry_after: float | None


ServerFrame = Welcome | Accepted | Shown | Typing | Fault
encode = msgspec.json.Encoder().encode

_WORDS: dict[Code, tuple[str, str]] = {
    "too_long": (f"内容太长，请控制在{MAX_TEXT}字以内。", f"Too long: please keep it under {MAX_TEXT:,} characters."),
    "rate_limited": ("发送太快，请稍等片刻再发。", "That was too fast; please wait a moment."),
    "unauthorised": ("会话已失效，请重新开始。", "This session is over; please start again."),
    "invalid": ("这条消息无法识别。", "This message could not be read."),
    "unavailable": ("系统暂时繁忙，消息没有送达，请稍后重试。", "We are busy and did not take this. Please try again."),
}

# Of a refusal whose own code says more than the frame's.
_CLOSER_WORDS = {
    "other_channel": (
        "这个会话不属于网页，请在原来的渠道继续。", "This session is not the web chat's: please go on where it began."
    ),
}


def read(text: str) -> ClientFrame:
    """One client frame. Raises Malformed."""
    try:
        frame: ClientFrame = msgspec.convert(parse_json(text), ClientFrame)
    except msgspec.ValidationError as fault:
        raise Malformed("not a frame we know") from fault
    return frame


def frame_id(text: str) -> str | None:
    """The id a refused frame carried, so that its sender learns which one it was."""
    found = re.search(r'"id"\s*:\s*"([A-Za-z0-9_.-]{1,64})"', text)
    return found[1] if found else None


def uploads(sent: Send) -> tuple[str, ...]:
    """Every id of a stored file that the message names: it may have an owner to ask for."""
    listed = [value for value in sent.form.fields.values() if isinstance(value, list)] if sent.form else []
    named = [sent.upload, *(id_ for ids in listed for id_ in ids)]
    return tuple(dict.fromkeys(id_ for id_ in named if id_ and _UPLOAD.fullmatch(id_)))


def content(sent: Send, owned: Mapping[str, str] = MappingProxyType({})) -> CitizenContent:
    """`owned`: media types of the uploads that are the sender's.
    Raises TooLarge for a long text, Malformed when not exactly one kind of content is there."""
    kinds = [kind for kind in (sent.text, sent.choice, sent.form, sent.upload, sent.location) if kind is not None]
    if len(kinds) != 1:
        raise Malformed("exactly one kind of content is expected")
    if sent.choice is not None:
        return Choice(sent.choice, sent.to)
    if sent.form is not None:
        return Form(sent.form.template, dict(sent.form.fields), dict(owned))
    if sent.upload is not None:
        return Upload(sent.upload, owned.get(sent.upload, ""))
    if sent.location is not None:
        return Location(sent.location.lat, sent.location.long, sent.location.label)
    return _text(sent.text or "")


def _text(text: str) -> Text:
    if len(text) > MAX_TEXT:
        raise TooLarge("text")
    if not text.strip():
        raise Malformed("an empty text")
    return Text(text)


def shown(message: Outbound, zone: tzinfo) -> Shown:
    return Shown(
        id=message.id,
        at=from_ms(message.at).astimezone(zone).isoformat(timespec="milliseconds"),
        sender=message.sender,
        text=message.text,
        language=message.language,
        choices=message.choices,
        ask=message.ask,
        template=message.template,
        work_order=message.work_order,
        original=message.original,
        reply_to=message.reply_to,
        errors=message.errors,
    )


def fault(error: HuiyinError, language: str, client_id: str | None = None) -> Fault:
    code, own, wait = _code(error), "", None
    if isinstance(error, Refused):
        own, wait = error.code, error.retry_after
    return Fault(client_id, code, _CLOSER_WORDS.get(own, _WORDS[code])[language != "zh"], wait)


def _code(error: HuiyinError) -> Code:
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return "unavailable"


_CODES: tuple[tuple[type[Refused], Code], ...] = (
    (RateLimited, "rate_limited"), (TooLarge, "too_long"), (Unauthorised, "unauthorised"), (Refused, "invalid")
)
