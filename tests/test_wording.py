"""What citizens and clerks read in the templates: short, bilingual, free of holes, and true to the field types."""
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.city import load_deadlines
from gateway.dialogue.ladder import FREE
from gateway.dialogue.template import Field, Template
from gateway.fields.base import Context, Value, Words
from gateway.fields.city import City
from gateway.fields.registry import TYPES
from gateway.filing import APART
from gateway.proofreading import Proofreader
from gateway.replies import Replies
from tests import project
from tests.tables import table

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

PERSONAL = ("text", "phone", "resident_id", "passport", "account_number")
FOLDER = ROOT / "templates/complaints"
TEMPLATES = project.forms()

HAN = r"[一-鿿]"
# A mark of the other script inside Chinese prose; a full stop in 1.2万 or a hyphen in 020-8333 stays.
ASCII_MARKS = re.compile(rf"[,;:?!()\"']|{HAN}\.|\.{HAN}")
HAN_MARKS = re.compile(r"[，。？！；：、（）《》]")
HOLES = re.compile(r"None|\{\{|\}\}|[，。；：、]\s*[，；：、。]|[，：]$|（）|“”|[ 　]{2}|\n\s*\n", re.MULTILINE)


def of_template(template: Template) -> str:
    return template.id


def prompts(template: Template) -> Iterator[tuple[str, Words]]:
    """Everything said to a citizen at length, with where it stands."""
    yield "opening", template.opening
    for field in template.fields:
        yield f"{field.id}.prompt", field.prompt
        yield f"{field.id}.help", field.help
    for n, notice in enumerate(template.notices):
        yield f"notices.{n}", notice.text
    for n, rule in enumerate(template.rules):
        yield f"rules.{n}", rule.say
    for n, question in enumerate(template.rating_questions):
        yield f"rating_questions.{n}", question


def words(template: Template) -> Iterator[tuple[str, Words]]:
    """Every bilingual text of the template, short ones too."""
    yield from prompts(template)
    yield "title", template.title
    yield "description", template.description
    for field in template.fields:
        yield f"{field.id}.label", field.label
        yield f"{field.id}.example", field.example
        for option in field.options:
            yield f"{field.id}.{option.value}", option.label
    for reason in template.rework_reasons:
        yield f"rework_reasons.{reason.value}", reason.label


def sentences(text: str) -> int:
    return len([part for part in re.split(r"[。！？!?]|\.(?=\s|$)", text) if part.strip(" ”\"")])


@pytest.fixture(scope="module")
def city() -> City:
    return project.city()


@pytest.fixture(scope="module")
def replies() -> Replies:
    return project.replies()


def context(field: Field, city: City, language: str) -> Context:
    return Context(NOW, city, language, field.options, field.limits)


# --- the words ----------------------------------------------------------------------------------------------

@table("template", TEMPLATES, label=of_template)
def test_questions_are_short(template: Template) -> None:
    long = [
        where for where, text in prompts(template)
        if sentences(text.zh) > 2 or len(text.zh) > 120 or sentences(text.en) > 2 or len(text.en.split()) > 40
    ]
    assert long == []


@table("template", TEMPLATES, label=of_template)
def test_each_language_keeps_its_own_marks(template: Template) -> None:
    mixed = [
        where for where, text in words(template)
        if ASCII_MARKS.search(text.zh) or HAN_MARKS.search(text.en) or re.search(HAN, text.en)
    ]
    assert mixed == []


@table("name", sorted(path.name for path in FOLDER.glob("*.yaml")))
def test_lines_fit_a_screen(name: str) -> None:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    assert [n for n, line in enumerate(lines, 1) if len(line) > 120] == []


@table("template", TEMPLATES, label=of_template)
def test_nobody_is_asked_the_same_twice(template: Template) -> None:
    for language in ("zh", "en"):
        asked = [field.prompt.of(language) for field in template.fields]
        labels = [field.label.of(language) for field in template.fields]
        assert len(set(asked)) == len(asked)
        assert len(set(labels)) == len(labels)


@table("template", TEMPLATES, label=of_template)
def test_privacy_is_offered_only_where_the_template_allows_it(template: Template) -> None:
    modes = {option.value for option in template.field("identity_mode").options}
    assert ("anonymous" in modes) == template.anonymous
    phone = template.field("contact_phone").prompt
    assert ("匿名" in phone.zh) == template.anonymous
    assert ("anonymous" in phone.en) == template.anonymous


# --- the options --------------------------------------------------------------------------------------------

@table("template", TEMPLATES, label=of_template)
def test_every_word_for_an_option_is_understood(template: Template, city: City) -> None:
    lost = [
        f"{field.id}: {name} is not read as {option.value}"
        for field in template.fields for option in field.options
        for name in (option.label.zh, option.label.en, *option.aliases)
        if _said(field, name, city) not in (option.value, [option.value])
    ]
    assert lost == []


def _said(field: Field, name: str, city: City) -> Value:
    read = TYPES[field.type].read(name, context(field, city, "zh")).value
    return {True: "yes", False: "no"}[read] if isinstance(read, bool) else read


# --- the examples -------------------------------------------------------------------------------------------

@table("template", TEMPLATES, label=of_template)
@table("language", ["zh", "en"])
def test_an_example_is_an_answer(template: Template, language: str, city: City) -> None:
    """Files are sent, not written; everything else that we show as an example must be taken when it is copied."""
    for field in template.fields:
        if field.type == "files":
            continue
        kind, ctx = TYPES[field.type], context(field, city, language)
        value = kind.read(field.example.of(language), ctx).value
        assert kind.validate(value, ctx).value == value, field.id
        assert kind.show(value, ctx), field.id


# --- what leads somewhere -----------------------------------------------------------------------------------

@table("template", TEMPLATES, label=of_template)
def test_proofreading_finds_nothing(template: Template, city: City, replies: Replies) -> None:
    classes = frozenset(load_deadlines(ROOT / "city").classes)
    assert list(Proofreader(TYPES, city, classes, replies, NOW).findings(template)) == []


# --- the order's text ---------------------------------------------------------------------------------------

def shown(template: Template, city: City, wanted: set[str]) -> dict[str, str]:
    """Displays of the fields' own examples, as gateway/filing.py hands them to the summary."""
    displays = {}
    for field in template.fields:
        if field.id in wanted and field.id not in APART:
            ctx = context(field, city, "zh")
            kind = TYPES[field.type]
            displays[field.id] = kind.show(kind.read(field.example.zh, ctx).value, ctx)
    return displays


def always(template: Template) -> set[str]:
    """What stands in every order: the ladder may end without the fields that cannot take free words."""
    return {
        field.id for field in template.fields
        if field.required and field.when is None
        and (field.type in FREE or any(option.value == "other" for option in field.options))
    }


@table("template", TEMPLATES, label=of_template)
def test_the_summary_has_no_holes(template: Template, city: City, replies: Replies) -> None:
    least, most = always(template), {field.id for field in template.fields if field.type != "files"}
    one_more = [least | {name} for name in sorted(most - least)]
    for wanted in [least, most, *one_more]:
        text = replies.summary(template, shown(template, city, wanted))
        hole = HOLES.search(text)
        assert hole is None, f"{hole.group()!r} in {text!r}"


@table("template", TEMPLATES, label=of_template)
def test_the_summary_tells_what_was_given(template: Template, city: City, replies: Replies) -> None:
    """Every value of the form but what names the citizen: that stands in its own field only."""
    most = shown(template, city, {field.id for field in template.fields if field.type != "files"})
    text = replies.summary(template, most)
    personal = {field.id for field in template.fields if field.sensitive and field.type in PERSONAL}
    personal |= {"contact_address"}
    assert [name for name, value in most.items() if name not in personal and value not in text] == []
    assert [name for name in personal if name in most and most[name] in text] == []


@table(("said", "night"), [
    ("昨晚十点到今天凌晨两点", True), ("昨天晚上九点到十点半", True), ("昨天凌晨四点到早上七点", True),
    ("昨天早上六点到晚上十点", False), ("昨天上午九点到下午五点", False), ("天天都吵", False),
])
def test_the_order_says_whether_noise_touches_the_night(said: str, night: bool, city: City, replies: Replies) -> None:
    """Night is 22 to 6; words that nobody could read are no night."""
    template = next(one for one in TEMPLATES if one.id == "construction_noise")
    field, kind = template.field("period"), TYPES["period"]
    ctx = context(field, city, "zh")
    period = said if said == "天天都吵" else kind.show(kind.read(said, ctx).value, ctx)
    assert ("涉及夜间" in replies.summary(template, {"period": period})) is night
