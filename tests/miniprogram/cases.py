"""What a form client has to know of every template, and what the gateway makes of forms: cases.json, read by
tests/miniprogram/*.test.js and by test_cases.py. Written anew by `python -m tests.miniprogram.cases`.

Inputs come from the templates themselves (their examples, options, conditions and rules) and from the tables below;
what is expected is what the gateway's own reading says of them, never what a client says.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.api.templates import rule, shown
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.fill import FILES
from gateway.dialogue.posted import read_order
from gateway.dialogue.template import Condition, Template
from gateway.dialogue.understood import Understood
from gateway.fields.base import Value
from gateway.fields.registry import TYPES
from gateway.messages import FormFields, Order, Text
from gateway.templates import load
from gateway.yamls import Document
from tests.dialogue.talker import NOW
from tests.project import city, forms

HERE = Path(__file__).parent
CASES = HERE / "cases.json"
CLIENT = HERE.parents[1] / "channels/wechat/miniprogram"
PHOTO, VIDEO, PAPER = "a" * 32, "b" * 32, "c" * 32
KINDS = {PHOTO: "image/jpeg", VIDEO: "video/mp4", PAPER: "application/pdf"}
INVENTED = load(HERE / "forms", TYPES)
CATALOG = Catalog.of([*forms(), *INVENTED], TYPES)
FIELD_KEYS = ("id", "type", "required", "skippable", "when", "limits")

# What somebody may write or pick wrongly, by type; a text's own bounds are in its limits.
_TOMORROW = (NOW + timedelta(days=1)).date().isoformat()
WRONG: Mapping[str, tuple[Value, ...]] = {
    "text": (" ", "x" * 301, True), "address": (" ", "州", "x" * 301, False), "organisation": ("店", "x" * 61, []),
    "phone": ("138001380", "1380013800", "电话", "12", True), "money": ("0", "100000001", "很多钱", "abc"),
    "number": ("很多", "abc", False, "-7"), "tracking_number": ("SF12", "ABCDEFGHIJ", "不知道", "9" * 31),
    "resident_id": ("44010119000101", "440101209901011234", "不知道"), "passport": ("E1", "不知道"),
    "plate": ("粤A", "不知道"), "credit_code": ("9144", "不知道", "9" * 19), "account_number": ("户", "x" * 31),
    "moment": (_TOMORROW, f"{_TOMORROW}T10:00:00+08:00", " ", True, "2026-13-40"),
    "period": ("2026-11-20/2026-11-18", f"{_TOMORROW}/2026-12-31", " ", "2026-13-18/2026-11-20"),
    "choice": (True, " "), "choices": (["no_such_option"], []), "yes_no": (" ", 1), "list": (True, ["编" * 61], [" "]),
    "files": ("words", [PHOTO] * 2, [f"{n:032x}" for n in range(11)], ["?"]), "images": ([PAPER],), "video": ([PHOTO],),
    "document": ([VIDEO],),
}
# As pickers and keyboards of a phone write them.
PICKED: Mapping[str, tuple[Value, ...]] = {
    "phone": ("13800138000", "138 0013 8000", "020-83330000", "12345", "４００８００１２３４"),
    "money": ("320", "320.5", "1,299.00", "12.345", "¥50", "300元"), "number": ("3", "65", "12.5"),
    "moment": ("2026-11-18", "2026-11-22 21:30", "2026-11-22T21:30:00+08:00", "2026-11-22T13:30:00Z"),
    "period": ("2026-11-18/2026-11-20", "2026-11-18T22:00/2026-11-19T02:00"),
    "tracking_number": ("SF1234567890123", "sf 1234 5678 90123", "ZTO 75312345678901", "RB123456785CN"),
    "plate": ("粤A12345", "粤a·d12345", "YueA12345", "京AF0236I"),
    "resident_id": ("11010519491231002X", "11010519491231002x", "110105491231002"),
    "passport": ("E12345678", "EA1234567", "e 1234 5678"), "credit_code": ("91350100M000100Y43", "440101000012345"),
    "account_number": ("0123456789", "1234 5678 9012"), "yes_no": (True, False, "yes", "no"),
    "text": ("  电梯 3 号  ", "第２号", "e\u0301te\u0301\u200b无形"), "address": ("天河区体育东路100号",),
    "organisation": ("某某超市有限公司",),
    "list": (["8650099001", "8650099002", "8650099001"], "8650099001，8650099002"),
}


@dataclass
class Case:
    """A form as it is sent; `picked`: as this client's own controls fill it, which a client reads without help."""

    name: str
    fields: FormFields
    picked: bool = False
    values: dict[str, Value] = field(default_factory=dict)
    faults: list[list[str]] = field(default_factory=list)

    def judged(self, template: Template) -> Case:
        """With what the gateway says."""
        order = Order(template.id, template.version, self.fields, KINDS, "a")
        scene, faults = read_order(CATALOG, Understood(Text(""), NOW, city()), "zh", order)
        self.values = {name: value.value for name, value in scene.draft.values.items()}
        self.faults = [[fault.field, fault.code] for fault in faults]
        return self


def document() -> dict[str, Any]:
    return {
        "now": NOW.isoformat(), "kinds": KINDS,
        "forms": [_judged(one, of(one)) for one in forms()] + [_judged(one, own(one)) for one in INVENTED],
    }


def _judged(template: Template, cases: Iterable[Case]) -> dict[str, Any]:
    return {"template": trimmed(template), "cases": [vars(case.judged(template)) for case in cases]}


def trimmed(template: Template) -> dict[str, Any]:
    """As GET /api/templates/{id} says it, without the words for people."""
    fields = [shown(one, "zh") for one in template.fields]
    kept = ({key: one[key] for key in FIELD_KEYS} | {
        "options": [{"value": option["value"]} for option in one["options"]], "media_types": one.get("media_types", []),
    } for one in fields)
    return {
        "id": template.id, "version": template.version, "anonymous": template.anonymous, "fields": list(kept),
        "rules": [rule(one, "zh") | {"say": ""} for one in template.rules], "notices": [],
    }


# --- forms of one template --------------------------------------------------------------------------------------

def of(template: Template) -> Iterator[Case]:
    whole = filled(template)
    yield Case("nothing at all", {}, picked=True)
    yield Case("all of it", whole, picked=True)
    for tongue in ("zh", "en"):
        yield Case(f"its examples ({tongue})", {
            one.id: one.example.of(tongue) for one in template.fields if one.type not in FILES})
    yield Case("without a name", whole | {"identity_mode": "anonymous", "contact_phone": "", "contact_name": ""},
               picked=template.anonymous)
    yield Case("a field it does not have", whole | {"no_such_field": "x"}, picked=True)
    yield Case("somebody else's file", whole | {"evidence": ["f" * 32]}, picked=True)
    yield from _conditions(template, whole)
    yield from _rules(template, whole)
    yield from _one_by_one(template, "wrong", WRONG)
    yield from _one_by_one(template, "picked", PICKED)


def filled(template: Template) -> FormFields:
    """Every field, as it is stored: what the client's own controls give."""
    given = Case("", {one.id: one.example.zh for one in template.fields if one.type not in FILES})
    uploads = {one.id: [VIDEO if one.type == "video" else PHOTO] for one in template.fields if one.type in FILES}
    return {**given.judged(template).values, **uploads}


def _conditions(template: Template, whole: FormFields) -> Iterator[Case]:
    """Each option that a condition looks at, with nothing in the fields that hang on it."""
    hanging = {one.id for one in template.fields if one.when}
    watched = {name for one in template.fields for name in _watched(one.when)}
    base = {name: value for name, value in whole.items() if name not in hanging}
    for one in template.fields:
        if one.id in watched:
            yield Case(f"no {one.id}", {name: value for name, value in base.items() if name != one.id}, picked=True)
            for option in one.options:
                value: Value = [option.value] if one.type == "choices" else option.value
                yield Case(f"{one.id} {option.value}", base | {one.id: value}, picked=True)


def _watched(condition: Condition | None) -> set[str]:
    if condition is None:
        return set()
    inner = {name for part in (*condition.any, *condition.all) for name in _watched(part)}
    return inner | ({condition.field} if condition.field else set())


def _rules(template: Template, whole: FormFields) -> Iterator[Case]:
    """Each rule broken, and kept where the whole form does not keep it already."""
    for n, one in enumerate(template.rules):
        first, last = one.fields[0], one.fields[-1]
        without = {name: value for name, value in whole.items() if name not in one.fields}
        broken: dict[str, FormFields] = {
            "differ": {first: whole[first], last: f" {whole[first]} "},
            "at_most": {first: "300.00", last: "200.00"}, "ordered": {first: "2026-11-20", last: "2026-11-19"},
            "one_of": {}, "enough": {first: [PHOTO]}, "shaped": {first: "12"},
        }
        yield Case(f"{one.kind} ({n}) broken", without | broken[one.kind], picked=True)
        if one.kind == "enough":
            yield Case(f"{one.kind} ({n}) by a video", without | {first: [VIDEO]}, picked=True)
        for condition in filter(None, [one.when]):
            for watched in sorted(_watched(condition)):
                for value in (option.value for option in template.field(watched).options):
                    yield Case(f"{one.kind} ({n}) {value}", without | broken[one.kind] | {watched: value}, picked=True)


def _one_by_one(template: Template, name: str, values: Mapping[str, tuple[Value, ...]]) -> Iterator[Case]:
    """The first field's first value together with all others' first ones, and so on: no form for each value."""
    longest = max(map(len, values.values()))
    for n in range(longest):
        fields = {one.id: values[one.type][n] for one in template.fields if n < len(values.get(one.type, ()))}
        yield Case(f"{name} {n}", fields, picked=name == "picked")


def own(template: Template) -> Iterator[Case]:
    """The cases that stand beside an invented form; words are not said to be picked."""
    uploads = {"PHOTO": PHOTO, "VIDEO": VIDEO, "PAPER": PAPER}
    for one in Document(HERE / "forms" / f"{template.id}.cases.yaml").data:
        fields: FormFields = {"contact_phone": "13800138000"}
        for name, value in one["fields"].items():
            fields[name] = [uploads.get(str(item), str(item)) for item in value] if isinstance(value, list) else value
        yield Case(one["name"], fields)


# --- the files --------------------------------------------------------------------------------------------------

def written() -> str:
    """One case a line, so that a change of one is a change of one line."""
    whole = document()
    forms_ = ",\n".join(
        f'{{"template":{_line(one["template"])},"cases":[\n' + ",\n".join(map(_line, one["cases"])) + "\n]}"
        for one in whole["forms"])
    head = f'{{"now":{_line(whole["now"])},"kinds":{_line(whole["kinds"])},\n'
    return f'{head}"forms":[\n{forms_}\n]}}\n'


def problems() -> str:
    """What is said of a fault, in the words of the gateway's replies."""
    folder = HERE.parents[1] / "templates/replies"
    said = {
        tongue: {
            key.removeprefix("problem."): words.replace("{{ ", "{").replace(" }}", "}")
            for file in sorted((folder / tongue).glob("*.yaml"))
            for key, wording in Document(file).data.items() if key.startswith("problem.")
            for words in [wording["default"] if isinstance(wording, dict) else wording] if "{%" not in words
        } for tongue in ("zh", "en")
    }
    lines = "\n".join(
        f"  {tongue}: {{\n" + "".join(f"    {key}: {_line(words)},\n" for key, words in sorted(of.items())) + "  },"
        for tongue, of in said.items())
    return (
        "// What is said of a fault: the gateway's own words (templates/replies), by tests/miniprogram/cases.py.\n\n"
        f"const PROBLEMS = {{\n{lines}\n}};\n\nmodule.exports = {{ PROBLEMS }};\n"
    )


def _line(one: object) -> str:
    return json.dumps(one, ensure_ascii=False, separators=(",", ":"))


def variants() -> str:
    pairs = (HERE.parents[1] / "gateway/fields/variants.txt").read_text("utf-8").splitlines()
    lines = "\n".join(f"  {row}" for row in pairs)
    return (
        "// Traditional and Cantonese characters and the ones that patterns are written with, two and two.\n"
        "// From gateway/fields/variants.txt by tests/miniprogram/cases.py.\n\n"
        f"const PAIRS = `\n{lines}\n`;\n\n"
        "/** @type {Record<string, string>} */\nconst VARIANTS = {};\n"
        "for (const [from, to] of PAIRS.trim().split(/\\s+/).map((pair) => Array.from(pair))) VARIANTS[from] = to;\n\n"
        "module.exports = { VARIANTS };\n"
    )


# Copied into the client, so that both sides know the same characters and say the same words.
COPIES = {CLIENT / "core/variants.js": variants, CLIENT / "i18n/problems.js": problems}


if __name__ == "__main__":
    CASES.write_text(written(), "utf-8")
    for copy, content in COPIES.items():
        copy.write_text(content(), "utf-8")
