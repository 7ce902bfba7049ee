"""Whatever is said in whatever order: the dialogue never stumbles, never files unasked, and keeps only valid values.

Words come from the test conversations of every template and from odd.yaml, shuffled, mixed with noise.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import yamls
from gateway.dialogue.draft import Draft, load
from gateway.dialogue.effects import Ask, File
from gateway.fields.base import Context
from gateway.fields.registry import TYPES
from gateway.messages import encode
from tests import project
from tests.dialogue.talker import Talker

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOG = project.catalog()
CITY = project.city()
NOISE = [
    "", " ", "👍", "1", "１２", "{{7*7}}", "%s", "\u202e单号\u202c", "不是", "改第2项", "change 3", "English", "中文",
    "?", "\x1b[2J", "飯" * 12,
]


def _said(path: Path) -> list[str]:
    cases: list[dict[str, Any]] = yamls.read(path)
    return [str(turn["say"]) for case in cases for turn in case["turns"] if "say" in turn]


SAID = sorted({text for path in (ROOT / "templates/complaints").glob("*.cases.yaml") for text in _said(path)}
              | set(_said(ROOT / "tests/dialogue/odd.yaml")) | set(NOISE))

words = st.tuples(st.just("say"), st.sampled_from(SAID) | st.text(max_size=40))
taps = st.tuples(st.just("tap"), st.integers(0, 11).map(str))
files = st.tuples(st.just("file"), st.sampled_from(["image/jpeg", "video/mp4", "application/pdf"]))
acts = st.lists(st.one_of(words, words, words, taps, files), min_size=1, max_size=14)


def act(talk: Talker, kind: str, what: str) -> None:
    """A tap is the nth quick reply of the last message, or a stale one when there are not so many."""
    if kind == "say":
        talk.say(what)
    elif kind == "tap":
        offered = talk.state.offered
        talk.choose(offered[int(what)] if int(what) < len(offered) else "gone")
    else:
        talk.upload(what)


def check_filed(talk: Talker, asked: str | None, before: int) -> None:
    """A work order needs the summary, or the question about a twin, right before it; never two at once."""
    assert len(talk.filed) - before <= 1
    if len(talk.filed) > before:
        assert asked in ("confirm", "duplicate")
        check_complete(talk, talk.filed[-1])


def check_complete(talk: Talker, filed: File) -> None:
    draft, template = filed.draft, CATALOG.versions[filed.draft.template, filed.draft.version]
    missing = [
        field.id for field in template.fields
        if field.required and field.when is None and field.id not in draft.values and field.id not in draft.skipped
    ]
    mode = draft.values.get("identity_mode")
    nameless = mode is not None and mode.value == "anonymous"
    assert [name for name in missing if not (nameless and name == "contact_phone")] == []
    assert not nameless or template.anonymous


def check_values(talk: Talker, draft: Draft) -> None:
    """What the draft holds is what its type would take from a form, unless it is marked for the clerk."""
    for name, filled in draft.values.items():
        field = CATALOG.versions[draft.template, draft.version].field(name)
        if not filled.flagged and field.type != "files":
            ctx = Context(talk.now, CITY, talk.language, field.options, field.limits)
            assert TYPES[field.type].validate(filled.value, ctx).value == filled.value


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from([*CATALOG.newest, ""]), st.sampled_from(["zh", "en"]), acts)
def test_any_words_in_any_order(template: str, language: str, turns: list[tuple[str, str]]) -> None:
    talk = Talker(CATALOG, CITY, opens=template, language=language)
    for kind, what in turns:
        asked, filed = talk.asked, len(talk.filed)
        act(talk, kind, what)
        check_filed(talk, asked, filed)
        if talk.state.draft is not None:
            check_values(talk, talk.state.draft)
        if talk.state.mode == "bot" and talk.state.draft is not None:
            assert any(isinstance(effect, Ask) for effect in talk.effects), f"{what!r} left the form without a question"
        assert load(encode(talk.state)) == talk.state
