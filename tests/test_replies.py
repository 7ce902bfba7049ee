"""Wording: complete in both languages, values come out literally, faults name file and key."""
from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from channels.sms.text import segments
from gateway.errors import ConfigError
from gateway.replies import LONGEST, Replies
from gateway.yamls import read
from tests import project
from tests.architecture import Module, read_tree, under
from tests.dialogue.small import PARCEL, parcel_version
from tests.tables import table

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "templates" / "replies"
REPLIES = project.replies()
HOSTILE = [
    "{{7*7}}", "{% include 'x' %}", "{{ ''.__class__ }}", "%s %(x)s {0}", "<img src=x onerror=1>", "${jndi:x}",
    "\u202e",
]


@cache
def texts(language: str) -> dict[str, dict[str, str]]:
    """Key → form → text, as the files have it."""
    leaves: dict[str, dict[str, str]] = {}
    for path in sorted((FOLDER / language).glob("*.yaml")):
        for key, leaf in read(path).items():
            leaves[key] = {"default": leaf} if isinstance(leaf, str) else leaf
    return leaves


# --- the shipped catalogs -----------------------------------------------------------------------------------

def test_zh_and_en_say_the_same_things() -> None:
    assert REPLIES.gaps() == []


@pytest.mark.parametrize(("zh", "en", "gap"), [
    ("a: 好\nb: 坏", "a: good", r"zh/talk\.yaml:2: b is missing in en"),
    ("a: 好", "a: good\nb: bad", r"en/talk\.yaml:2: b is missing in zh"),
    ("a: '{{ x }}好'", "a: '{{ y }} good'", r"en/talk\.yaml:1: a holds other values"),
])
def test_a_gap_is_named_with_its_line(tmp_path: Path, zh: str, en: str, gap: str) -> None:
    for language, text in (("zh", zh), ("en", en)):
        (tmp_path / language).mkdir()
        (tmp_path / language / "talk.yaml").write_text(text, "utf-8")
    found = Replies(tmp_path).gaps()
    assert len(found) == 1
    assert re.search(gap, found[0])


def test_a_language_without_plurals_needs_no_count(tmp_path: Path) -> None:
    for language, text in (("zh", "a: 有文件"), ("en", "a: {one: a file, other: '{{ count }} files'}")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "talk.yaml").write_text(text, "utf-8")
    assert Replies(tmp_path).gaps() == []


def test_every_bad_entry_is_named(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "talk.yaml").write_text("a: '{% if %}'\nb: 好\nc: [1]\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        Replies(tmp_path)
    assert [line.rpartition("/")[2].split(" ")[0] for line in str(caught.value).splitlines()] == [
        "talk.yaml:1:", "talk.yaml:3:",
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_wording_is_short(language: str) -> None:
    """A turn stays one readable message; both branches of a condition are counted."""
    for key, forms in texts(language).items():
        for text in forms.values():
            plain = re.sub(r"\{[%{].*?[%}]\}", "", text, flags=re.DOTALL)
            sentences = [part for part in re.split(r"[。！？.!?](?:\s|$|”)", plain) if part.strip(" ”“)）（(")]
            assert len(sentences) <= 5, f"{language} {key}: {sentences}"


def test_zh_is_chinese_and_en_is_not() -> None:
    for key, forms in texts("en").items():
        if key not in ("choice.zh", "help", "problem.plate"):  # a plate begins with a 汉字
            assert not re.search(r"[\u4e00-\u9fff]", "".join(forms.values())), key
    for key, forms in texts("zh").items():
        if key not in ("choice.en", "notice.time"):  # the words of a time are its filter's
            assert re.search(r"[\u4e00-\u9fff]", "".join(forms.values())), key


# --- keys in code and catalogs ------------------------------------------------------------------------------

@cache
def code() -> list[Module]:
    return read_tree(ROOT, ["gateway"])


def strings() -> Iterator[tuple[str, bool]]:
    """String literals of the flow, the dialogue and the field types; of f-strings the part before the first value."""
    for module in code():
        for node in module.nodes:
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                yield str(node.values[0].value), True
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, False


def said() -> Iterator[str]:
    """Keys that are named in a Say or an Option."""
    for module in code():
        for node in module.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Say", "Option"):
                yield from _literals(node.args[0 if node.func.id == "Say" else 1])


def _literals(key: ast.expr) -> Iterator[str]:
    """The key, or both keys of a conditional expression; an f-string names none by itself."""
    parts = [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def test_every_key_that_is_said_exists() -> None:
    named = set(said())
    assert len(named) > 60
    assert named <= REPLIES.keys("zh")


def test_no_key_is_unused() -> None:
    whole = {text for text, prefix in strings() if not prefix}
    prefixes = {text for text, prefix in strings() if prefix and text.endswith((".", "_")) and "." in text}
    unused = [key for key in sorted(REPLIES.keys("zh")) if key not in whole and not key.startswith(tuple(prefixes))]
    assert unused == []


def test_every_problem_and_warning_of_the_field_types_has_words() -> None:
    """Codes are literals of gateway/fields; `problem.x` and `warning.x` must word each of them."""
    fields = [module for module in code() if under(module.name, ["gateway.fields"])]
    source = "\n".join(module.source for module in fields)
    raised = set(re.findall(r'Unreadable\(\s*"([a-z_]+)"', source))
    assert {f"problem.{code}" for code in raised} <= REPLIES.keys("zh")
    literals = {node.value for module in fields for node in module.nodes
                if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    worded = {key.partition(".")[2] for key in REPLIES.keys("zh") if key.startswith("warning.")}
    assert worded <= literals


# --- values are values --------------------------------------------------------------------------------------

@table("value", HOSTILE)
@table("language", ["zh", "en"])
def test_values_come_out_literally(language: str, value: str) -> None:
    text = REPLIES.render(language, "web", "summary", {
        "title": value, "labels": [value], "values": [value], "unclear": False})
    assert text.count(value) == 3


@table("value", HOSTILE)
def test_in_the_order_too(value: str) -> None:
    shown = {field.id: value for field in PARCEL.fields}
    assert value in REPLIES.summary(PARCEL, shown)


def test_an_order_without_values_is_still_worded() -> None:
    assert REPLIES.summary(PARCEL, {}) == "快递投诉"


def test_a_long_value_is_cut() -> None:
    assert len(REPLIES.render("zh", "web", "example", {"example": "长" * 100_000})) == LONGEST


def test_a_missing_value_is_an_error_not_an_empty_word() -> None:
    with pytest.raises(UndefinedError):
        REPLIES.render("zh", "web", "example", {})


def test_an_unknown_key() -> None:
    with pytest.raises(KeyError):
        REPLIES.render("zh", "web", "no.such.key", {})


@pytest.mark.parametrize(("language", "due", "words"), [
    ("zh", "2026-11-25T18:00:00+08:00", "11月25日 18:00"), ("en", "2026-11-25T18:00:00+08:00", "25 November, 18:00"),
])
def test_the_receipt_says_when(language: str, due: str, words: str) -> None:
    text = REPLIES.render(language, "web", "receipt", {"work_order": "WO-1", "lookup_code": "", "due": due})
    assert words in text
    assert "WO-1" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_receipt_without_a_deadline(language: str) -> None:
    text = REPLIES.render(language, "web", "receipt", {"work_order": "WO-1", "lookup_code": "271828", "due": ""})
    assert "271828" in text


def test_the_receipt_is_one_text_message_where_the_sign_is_short() -> None:
    text = REPLIES.render("zh", "sms", "receipt", {
        "work_order": "WO-20261126-0123456789", "lookup_code": "271828", "due": "2026-11-26T23:59:00+08:00"})
    assert len(segments(f"【市民热线】{text}", china=True).parts) == 1


@table(("count", "words"), [(1, "1 file."), (2, "2 files."), (0, "0 files.")])
def test_plural_forms(count: int, words: str) -> None:
    assert REPLIES.render("en", "web", "upload.kept", {"count": count}).endswith(words)


@table("status", ["submitted", "accepted", "assigned", "in_progress", "suspended", "answered",
                                    "closed", "reopened", "rejected", "cancelled"])
@table("language", ["zh", "en"])
def test_every_status_has_words(language: str, status: str) -> None:
    text = REPLIES.render(
        language, "web", "status.case", {"work_order": "WO-1", "title": "x", "status": status, "due": "2026-11-25"})
    assert status == "closed" or status not in text or language == "en"
    over = status in ("closed", "rejected", "cancelled")
    assert over != ("11月25日" in text or "25 November" in text), "what is over has no deadline"


# --- other folders ------------------------------------------------------------------------------------------

def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        language, _, stem = name.partition("_")
        (tmp_path / language).mkdir(exist_ok=True)
        (tmp_path / language / f"{stem}.yaml").write_text(text, "utf-8")
    return tmp_path


def test_fallback_goes_by_en_to_zh(tmp_path: Path) -> None:
    replies = Replies(folder(tmp_path, zh_a="a: 甲\nb: 乙\nc: 丙", en_a="a: A\nb: B", fr_a="a: Â"))
    assert [replies.render("fr", "web", key) for key in "abc"] == ["Â", "B", "丙"]
    assert replies.languages == ("en", "fr", "zh")


def test_variants_by_channel(tmp_path: Path) -> None:
    replies = Replies(folder(tmp_path, zh_a="a: {default: 长, sms: 短}"))
    assert replies.render("zh", "sms", "a") == "短"
    assert replies.render("zh", "web", "a") == "长"


@pytest.mark.parametrize(("text", "told"), [
    ("a: '{{ b'", "a"), ("a: '{% if %}'", "a"), ("a: [1]", "a"), ("a: {one: x}", "other"),
    ("a: {wherever: x}", "wherever"),
    ("yes: x", "True"), ("- a", "mapping"), ("a: {", "a.yaml"), ("a: {default: 1}", "a"),
])
def test_a_bad_file_is_refused_with_its_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Replies(folder(tmp_path, zh_a=text))
    assert "a.yaml" in str(refused.value)
    assert told in str(refused.value)


def test_a_key_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="twice"):
        Replies(folder(tmp_path, zh_a="k: 1x", zh_b="k: 2x"))


def test_zh_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="zh"):
        Replies(folder(tmp_path, en_a="k: x"))


@table("summary", ["{{ fields.no_such_field }}", "{{ nothing }}", "{% for %}", "{{ title.upper( }}"])
def test_a_summary_that_cannot_be_rendered_is_refused(summary: str) -> None:
    with pytest.raises(ConfigError, match="parcel"):
        REPLIES.compile_summary(parcel_version(9, summary=summary))


@table("summary", [
    "{{ fields.__class__.__mro__ }}", "{{ ''.__class__ }}", "{{ fields.update({'a': 1}) }}",
])
def test_a_summary_reaches_nothing_beyond_its_values(summary: str) -> None:
    with pytest.raises(ConfigError):
        REPLIES.compile_summary(parcel_version(9, summary=summary))
