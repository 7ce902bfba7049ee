"""frames.json is the contract: what it allows is read, what it forbids is refused, what we write satisfies it."""
from __future__ import annotations

import json
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from channels.web import frames
from gateway.errors import Malformed, NotFound, RateLimited, Refused, TooLarge, TooSlow, Unauthorised, Unavailable
from gateway.messages import FieldError, Option, Outbound
from tests.tables import table

DOCUMENT = json.loads((Path(frames.__file__).with_name("frames.json")).read_text("utf-8"))
REGISTRY: Registry[Any] = Registry().with_resource(DOCUMENT["$id"], Resource.from_contents(DOCUMENT))
FRAMES = ("hello", "send", "end", "welcome", "accepted", "message", "typing", "error")
EXAMPLES = [(name, example) for name in FRAMES for example in DOCUMENT["$defs"][name]["examples"]]
CHINA = timezone(timedelta(hours=8))


def validator(name: str) -> Draft202012Validator:
    schema = {"$ref": f"{DOCUMENT['$id']}#/$defs/{name}"}
    return Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker())


def written(frame: frames.ServerFrame) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(frames.encode(frame))
    validator("server").validate(document)
    return document


def test_the_contract_is_itself_a_valid_schema_and_every_frame_has_examples() -> None:
    Draft202012Validator.check_schema(DOCUMENT)
    assert {name for name, _ in EXAMPLES} == set(FRAMES)


@table(("name", "example"), EXAMPLES)
def test_every_example_fits_its_own_frame_and_no_other(name: str, example: dict[str, Any]) -> None:
    fits = [other for other in FRAMES if validator(other).is_valid(example)]

    assert fits == [name]


@table("example", [e for name, e in EXAMPLES if name in ("hello", "send", "end")])
def test_every_client_example_is_read(example: dict[str, Any]) -> None:
    frame = frames.read(json.dumps(example))
    if isinstance(frame, frames.Send):
        assert frames.content(frame)


BAD = [
    {"type": "hello", "session": 7}, {"type": "hello", "session": "x" * 129}, {"type": "hello", "language": "<b>"},
    {"type": "hello", "after": "x" * 201}, {"type": "goodbye"}, {}, {"id": "m1", "text": "no type"},
    {"type": "message", "text": "no id"}, {"type": "message", "id": "", "text": "x"},
    {"type": "message", "id": "a b", "text": "x"}, {"type": "message", "id": "x" * 65, "text": "x"},
    {"type": "message", "id": "m1"}, {"type": "message", "id": "m1", "text": ""},
    {"type": "message", "id": "m1", "text": "x" * 2001}, {"type": "message", "id": "m1", "text": 7},
    {"type": "message", "id": "m1", "text": "x", "choice": "y"}, {"type": "message", "id": "m1", "choice": "x" * 201},
    {"type": "message", "id": "m1", "upload": "6A1F"}, {"type": "message", "id": "m1", "upload": "../../../x"},
    {"type": "message", "id": "m1", "location": {"lat": 91, "long": 0}},
    {"type": "message", "id": "m1", "location": {"lat": 0}},
    {"type": "message", "id": "m1", "form": {"template": "general"}},
    {"type": "message", "id": "m1", "form": {"template": "a-b", "fields": {}}},
    {"type": "message", "id": "m1", "form": {"template": "general", "fields": {"x": {"deep": 1}}}},
    {"type": "message", "id": "m1", "form": {"template": "general", "fields": {"x": ["y"] * 51}}},
    {"type": "message", "id": "m1", "form": {"template": "general", "fields": {"x": "y" * 4001}}},
    {"type": "message", "id": "m1", "form": {"template": "general", "fields": {"X": "y"}}},
    {"type": "message", "id": "m1", "form": {"template": "general", "fields": {f"f{n}": 1 for n in range(101)}}},
]


@table("document", BAD, label=lambda d: json.dumps(d)[:60])
def test_what_the_contract_forbids_is_refused_by_the_reader_too(document: dict[str, Any]) -> None:
    assert not validator("client").is_valid(document)
    with pytest.raises(Refused):
        frames.content(frames.read(json.dumps(document)))  # type: ignore[arg-type]


def test_members_we_do_not_know_are_ignored() -> None:
    assert frames.read('{"type":"hello","session":null,"colour":"green"}') == frames.Hello()


def test_a_message_is_shown_in_the_citys_time_and_within_the_contract() -> None:
    message = Outbound(
        id="3:0", at=1_795_400_130_250, text="<b>几点</b>？", sender="department", language="zh", ask="noise_hours",
        choices=(Option("night", "夜间"),), work_order="WO-20261123-7Q2M0C9ZXK", reply_to="m1", original="When?",
    )

    document = written(frames.shown(message, CHINA))

    assert document == {
        "type": "message", "id": "3:0", "at": document["at"], "from": "department", "text": "<b>几点</b>？",
        "language": "zh", "choices": [{"value": "night", "label": "夜间"}], "ask": "noise_hours", "template": None,
        "work_order": "WO-20261123-7Q2M0C9ZXK", "original": "When?", "reply_to": "m1",
    }
    assert document["at"].endswith(".250+08:00")


def test_what_is_wrong_with_a_form_is_said_field_by_field() -> None:
    error = FieldError("contact_phone", "phone", "号码不完整")
    document = written(frames.shown(Outbound(id="3:0", at=0, text="号码不完整", errors=(error,)), CHINA))
    assert document["errors"] == [{"field": "contact_phone", "code": "phone", "message": "号码不完整"}]


@table(
    ("error", "code"),
    [
        (RateLimited(retry_after=1.5), "rate_limited"), (TooLarge(), "too_long"), (Unauthorised(), "unauthorised"),
        (Malformed(), "invalid"), (NotFound(), "invalid"), (TooSlow(), "invalid"), (Unavailable(), "unavailable"),
    ],
)
@table("language", ["zh", "en"])
def test_every_error_has_a_code_of_the_contract_and_words_in_the_visitors_language(
    error: Refused | Unavailable, code: str, language: str
) -> None:
    document = written(frames.fault(error, language, "m1"))

    assert (document["code"], document["id"]) == (code, "m1")
    assert document["text"].isascii() is (language == "en")
    assert document["retry_after"] == (1.5 if code == "rate_limited" else None)


def test_the_other_answers_fit_the_contract() -> None:
    assert written(frames.Typing()) == {"type": "typing"}
    assert written(frames.Accepted("m1")) == {"type": "accepted", "id": "m1"}
    assert written(frames.Welcome("t" * 43, "en"))["language"] == "en"


@table(
    ("text", "found"),
    [('{"id": "m1", "text"', "m1"), ('{"id":7}', None), ("", None), ('{"id":"' + "x" * 65 + '"}', None)],
)
def test_the_id_of_a_frame_that_cannot_be_read(text: str, found: str | None) -> None:
    assert frames.frame_id(text) == found
