"""The harness of the simulated citizens: what they do at a page, how an order is judged, what the figures count."""
from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from bench import citizens_page, page
from bench.citizen_figures import Outcome, figures, outcome
from bench.citizen_orders import Judged, expected, judge, missing_at_first, overlap, same
from bench.citizen_talk import MOST_TURNS, PATIENCE, Citizen, Frame, Heard, Talk
from bench.intervals import share
from bench.persona import Persona, Quirk, load
from gateway.dialogue.template import Category, Code, Field, Template
from gateway.fields.base import Option, Words
from tests.tables import table

W = Words("甲", "a")


def field(name: str, kind: str, required: bool = False, **more: Any) -> Field:
    return Field(name, kind, W, W, W, W, required, **more)


PARCEL = Template(
    "parcel", 1, Words("快递", "parcels"), W, Category("x", Code("01", "甲")), "consumer", "normal",
    (
        field("carrier", "choice", True, options=(Option("sf", W), Option("yto", W))),
        field("sender_address", "address", True), field("receiver_address", "address", True),
        field("description", "text", True), field("contact_phone", "phone", True),
        field("amount", "money"), field("shipped_on", "moment"), field("order_no", "text"),
        field("contact_name", "text"), field("identity_mode", "choice"), field("appeal_kind", "choice"),
        field("evidence", "files"),
    ),
    W, "",
)
HERE, THERE = "海珠区新港中路1000号", "朝阳区建国路1002号"
FACTS: dict[str, Any] = {
    "carrier": {"say": "顺丰的", "value": "sf"}, "sender_address": HERE, "receiver_address": THERE,
    "contact_phone": {"say": "13800138000", "value": "+8613800138000"},
}
HASTY = Persona("a hasty one", "zh", "顺丰的件三天没有动过了", FACTS, ["carrier"], template="parcel")


class Clerk:
    """A page that asks what it is told to, one thing after each turn, and files when nothing is left."""

    def __init__(self, *asks: str | None, choices: Sequence[str] = (), template: str = "parcel") -> None:
        self._asks, self._choices, self._template = list(asks), tuple(choices), template
        self.got: list[list[Frame]] = []

    async def sends(self, messages: Sequence[Frame]) -> Heard:
        self.got.append(list(messages))
        if not self._asks:
            return Heard("m", "done", None, (), "WO-1", None)
        ask = self._asks.pop(0)
        choices = {"confirm": ("file", "change"), "template": ("parcel", "other")}.get(ask or "", self._choices)
        return Heard(f"m{len(self.got)}", f"{ask}?", ask, choices, None, self._template if ask else None)

    async def uploads(self, data: bytes) -> Frame:
        assert data.startswith(b"\xff\xd8"), "a JPEG"
        return {"upload": "0" * 32}

    @property
    def answers(self) -> list[str]:
        """What came behind the opening, one word a message."""
        return [str(next(iter(one.values()))) for sent in self.got[1:] for one in sent]


async def talked(persona: Persona, clerk: Clerk) -> Talk:
    return await Citizen(persona, clerk, "快递").plays()


# --- what a citizen does ------------------------------------------------------------------------------------

async def test_each_question_gets_its_fact_and_the_summary_a_yes() -> None:
    clerk = Clerk("template", "sender_address", "contact_phone", "confirm")
    talk = await talked(HASTY, clerk)
    assert clerk.answers == ["parcel", HERE, "13800138000", "file"]
    assert (talk.work_order, talk.asks) == ("WO-1", ["template", "sender_address", "contact_phone", "confirm"])
    assert talk.stated == {"carrier", "sender_address", "contact_phone"}
    assert talk.turns == 5


async def test_what_is_not_known_is_skipped_where_that_is_offered() -> None:
    assert (await talked(HASTY, clerk := Clerk("amount", choices=["skip"]))).work_order
    assert (await talked(HASTY, other := Clerk("amount"))).work_order
    assert (clerk.answers, other.answers) == (["skip"], ["不知道"])


async def test_a_typed_choice_that_was_not_understood_is_tapped() -> None:
    clerk = Clerk("carrier", "carrier", choices=["sf", "yto"])
    await talked(HASTY, clerk)
    assert clerk.answers == ["顺丰的", "sf"]


async def test_a_bare_choice_and_a_yes_are_tapped() -> None:
    facts = {**FACTS, "carrier": "yto", "amount": True}
    clerk = Clerk("carrier", "amount", choices=["yto", "yes", "no"])
    await talked(replace(HASTY, facts=facts), clerk)
    assert clerk.answers == ["yto", "yes"]


async def test_quirks_come_once_in_order_and_are_not_counted_as_new_questions() -> None:
    quirks = [
        Quirk("contact_phone", "detour", say="你们几点下班"),
        Quirk("contact_phone", "burst", say=["等等", "13800138001"], becomes={"contact_phone": "+8613800138001"}),
        Quirk("amount", "extra", say="never asked"),
    ]
    clerk = Clerk("contact_phone", "contact_phone", "confirm")
    talk = await talked(replace(HASTY, quirks=quirks), clerk)
    assert clerk.answers == ["你们几点下班", "等等", "13800138001", "file"]
    assert (talk.again, len(talk.asks)) == (1, 3), "the phone was asked again, because the citizen asked back"
    assert talk.facts["contact_phone"].value == "+8613800138001"
    assert [quirk.say for quirk in talk.unplayed] == ["never asked"]


async def test_pictures_are_uploaded_and_sent_with_the_words() -> None:
    clerk = Clerk("evidence")
    talk = await talked(replace(HASTY, quirks=[Quirk("evidence", "photo", photo=2, say="看")]), clerk)
    assert (clerk.answers, talk.photos) == (["0" * 32, "0" * 32, "看"], 2)
    assert "(photo) ⏎ (photo) ⏎ 看" in talk.lines[2]


async def test_the_wrong_form_is_objected_to_once_and_the_right_one_taken() -> None:
    clerk = Clerk("carrier", "carrier", template="bike")
    await talked(HASTY, clerk)
    assert clerk.answers == ["填错表了，我说的是快递的事", "顺丰的"]


async def test_the_matter_is_told_again_where_nothing_is_asked() -> None:
    clerk = Clerk(None, "description", "confirm")
    await talked(HASTY, clerk)
    assert clerk.answers == [HASTY.opening, HASTY.opening, "file"]


async def test_a_question_without_end_and_a_talk_without_end_are_given_up() -> None:
    endless = await talked(HASTY, Clerk(*["sender_address"] * 9))
    assert (endless.work_order, endless.stopped) == (None, f"sender_address asked {PATIENCE + 1} times")
    names = [f"field{n}" for n in range(MOST_TURNS)]
    assert (await talked(HASTY, Clerk(*names))).stopped == f"{MOST_TURNS} turns without an end"


# --- how an order is judged ---------------------------------------------------------------------------------

def order(fields: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    given = {"carrier": "sf", "sender_address": HERE, "receiver_address": THERE} if fields is None else fields
    return {
        "template": {"id": "parcel"}, "fields": [{"code": code, "value": value} for code, value in given.items()],
        "complainant": {"kind": "person", "name": None, "phone": "+8613800138000"}, "occurred_at": None,
        "attachments": [], "confidential": "none", "appeal_type": "complaint", "content_original": None,
        "content": f"摘要\n\n{HASTY.opening}", **more,
    }


def told(persona: Persona = HASTY, *stated: str) -> Talk:
    return Talk(persona, persona.known, {*persona.told, *stated}, said=persona.first_words, work_order="WO-1")


def verdicts(found: Sequence[Judged]) -> dict[str, str]:
    return {one.field: one.verdict for one in found if one.verdict != "right"}


def test_a_faultless_order_is_right_in_every_field() -> None:
    found = judge(told(), order(), PARCEL)
    assert verdicts(found) == {}
    assert {one.field for one in found} == {
        "carrier", "sender_address", "receiver_address", "contact_phone", "description"}


def test_a_fact_that_stands_in_another_field_is_in_the_wrong_role() -> None:
    swapped = order({"carrier": "sf", "sender_address": THERE, "receiver_address": HERE})
    assert verdicts(judge(told(), swapped, PARCEL)) == {"sender_address": "role", "receiver_address": "role"}
    doubled = order({"carrier": "sf", "sender_address": HERE, "receiver_address": HERE})
    assert verdicts(judge(told(), doubled, PARCEL)) == {"receiver_address": "role"}


def test_a_phone_number_in_a_text_is_in_the_wrong_role_and_a_shared_choice_is_not() -> None:
    strayed = order({"carrier": "yto", "sender_address": HERE, "receiver_address": THERE, "order_no": "+8613800138000"})
    assert verdicts(judge(told(), strayed, PARCEL)) == {"carrier": "wrong", "order_no": "role"}


def test_what_was_never_asked_is_missing_when_required_and_unheard_when_told_in_vain() -> None:
    persona = replace(HASTY, facts={**FACTS, "order_no": "A1", "shipped_on": "2026-11-18"})
    found = verdicts(judge(told(persona, "order_no"), order({"carrier": "sf"}), PARCEL))
    assert found == {"sender_address": "missing", "receiver_address": "missing", "order_no": "unheard"}, (
        "the day was never told, so nobody wants it")


def test_what_nobody_said_is_invented() -> None:
    found = judge(told(), order({"carrier": "sf", "sender_address": HERE, "receiver_address": THERE, "amount": "9"}),
                  PARCEL)
    assert verdicts(found) == {"amount": "invented"}


def test_who_stays_unknown_leaves_no_name_and_no_number() -> None:
    persona = replace(HASTY, facts={**FACTS, "identity_mode": "confidential"})
    hidden = {"kind": "person", "name": None, "phone": None}
    kept = order(confidential="identity", complainant=hidden)
    assert verdicts(judge(told(persona, "identity_mode"), kept, PARCEL)) == {}
    assert verdicts(judge(told(persona, "identity_mode"), order(), PARCEL)) == {
        "identity_mode": "wrong", "contact_phone": "invented"}


def test_the_kind_of_request_counts_when_it_was_said() -> None:
    assert verdicts(judge(told(), order(appeal_type="report"), PARCEL)) == {"appeal_kind": "invented"}
    praise = replace(HASTY, facts={**FACTS, "appeal_kind": "commendation"})
    assert verdicts(judge(told(praise, "appeal_kind"), order(), PARCEL)) == {"appeal_kind": "wrong"}


def test_pictures_are_counted() -> None:
    talk = told()
    talk.photos = 2
    assert verdicts(judge(talk, order(attachments=[{}]), PARCEL)) == {"evidence": "wrong"}
    assert verdicts(judge(talk, order(attachments=[{}, {}]), PARCEL)) == {}


def test_the_description_is_the_citizen_s_own_words() -> None:
    assert verdicts(judge(told(), order(content="摘要\n\n别人写的别的事情"), PARCEL)) == {"description": "wrong"}
    english = order(content="摘要", content_original=HASTY.opening)
    assert verdicts(judge(told(), english, PARCEL)) == {}
    assert verdicts(judge(told(), order(content=""), PARCEL)) == {"description": "missing"}


def test_silence_is_expected_of_who_is_silent() -> None:
    quiet = replace(HASTY, silent=["contact_phone"])
    assert "contact_phone" not in expected(told(quiet), PARCEL)


@table(("name", "wanted", "got", "equal"), [
    ("amount", "320.00", "320", True), ("amount", "320", "302", False), ("amount", "320", "三百", False),
    ("order_no", "SF12-3", "sf123", True), ("order_no", "SF123", "SF124", False),
    ("order_no", "HT2026000123", "合同号HT2026000123", False),
    ("contact_name", "the goods lift", "The goods lift.", True),
    ("sender_address", HERE, "广州市" + HERE, True), ("sender_address", HERE, THERE, False),
    ("shipped_on", "2026-11-18", "2026-11-18", True), ("shipped_on", "2026-11-18", "2026-11-18T00:00:00+08:00", False),
])
def test_when_two_values_are_the_same(name: str, wanted: str, got: str, equal: bool) -> None:
    assert same(PARCEL.field(name), wanted, got) is equal


NIGHT = "2026-11-22T22:00:00+08:00/2026-11-23T02:00:00+08:00"


@table(("wanted", "got", "equal"), [
    ("2026-07-01/2026-09-30", "2026-07-01T00:00:00+08:00/2026-10-01T00:00:00+08:00", True),
    ("2026-07-01/2026-09-30", "2026-07-01T00:00:00+08:00/2026-10-02T00:00:00+08:00", False),
    (NIGHT, "2026-11-22T14:00:00+00:00/2026-11-22T18:00:00+00:00", True),
    (NIGHT, "2026-11-22T22:00:00+08:00/2026-11-23T03:00:00+08:00", False), (NIGHT, "on and off", False),
])
def test_days_of_a_period_are_whole_days(wanted: str, got: str, equal: bool) -> None:
    assert same(field("period", "period"), wanted, got) is equal


def test_lists_are_sets() -> None:
    kind = field("numbers", "list")
    assert same(kind, ["1", "2"], ["2", "1"])
    assert not same(kind, ["1"], ["1", "2"])
    assert not same(kind, ["1"], "1")


def test_overlap_ignores_marks_and_case() -> None:
    assert overlap("Block 3, Huasui Road", "block 3 huasui road") == 1.0
    assert overlap("", "x") == 0.0


# --- figures and page ---------------------------------------------------------------------------------------

def test_missing_fields_are_those_the_opening_leaves_open() -> None:
    assert missing_at_first(told(), PARCEL) == 3


def test_another_template_or_none_is_no_success() -> None:
    assert outcome(told(), order(template={"id": "bike"}), PARCEL).why == "filed as bike"
    gone = told()
    gone.stopped = "carrier asked 5 times"
    assert outcome(gone, None, PARCEL).why == "carrier asked 5 times"


def outcomes() -> list[Outcome]:
    good, bad, lost = told(), told(), told()
    good.asks = ["sender_address", "receiver_address", "contact_phone", "confirm", "contact_phone"]
    good.again, bad.asks, bad.lines = 1, ["confirm"] * 7, ["> 顺丰", "< [carrier] 哪家？"]
    lost.stopped = "no answer"
    swapped = order({"carrier": "sf", "sender_address": THERE, "receiver_address": THERE})
    return [outcome(good, order(), PARCEL), outcome(bad, swapped, PARCEL), outcome(lost, None, PARCEL)]


def test_figures_count_orders_fields_roles_and_questions() -> None:
    found = figures(outcomes())
    assert (found["filed"], found["right"], found["wrong_role"]) == (
        share([True, True, False]), share([True] * 9 + [False]), 1)
    assert found["median"] == {"missing": 3, "questions": 5.5, "questions_with_repeats": 6.0, "turns": 0.5}
    assert found["at_most_allowed"].value == 0.5, "seven questions are two more than three and two"
    assert found["templates"] == {"parcel": {
        "personas": 3, "filed": 2, "fields": 10, "right": 9, "missing": 3, "questions": 4}}


def test_what_was_told_in_vain_is_no_field_of_the_order_but_is_counted() -> None:
    persona = replace(HASTY, facts={**FACTS, "order_no": "A1"})
    found = figures([outcome(told(persona, "order_no"), order(), PARCEL)])
    assert (found["right"], found["right_of_all_told"], found["verdicts"]["unheard"]) == (
        share([True] * 5), share([True] * 5 + [False]), 1)


def test_quirks_are_counted_played_and_not() -> None:
    played, unplayed = Quirk("confirm", "detour", say="?"), Quirk("amount", "photo", photo=1)
    talk = told(replace(HASTY, quirks=[played, unplayed]))
    talk.unplayed = [unplayed]
    assert figures([outcome(talk, order(), PARCEL)])["quirks"] == {"detour": [1, 0], "photo": [0, 1]}


def test_the_page_lists_goals_and_every_failure_with_its_words() -> None:
    listed = outcomes()
    text = citizens_page.page({"date": "today", **plain(figures(listed))}, listed)
    assert text.count("**not met**") == 3, "all but the questions"
    assert "- receiver_address right" not in text
    assert f"- sender_address role: wanted `{HERE}`, got `{THERE}`" in text
    assert "    < [carrier] 哪家？" in text
    assert "- **no answer**" in text
    assert citizens_page.NOBODY_UNSEEN in text


def test_the_page_holds_the_unseen_apart() -> None:
    listed = outcomes()
    measured = plain({"date": "today", **figures(listed), "unseen": figures(listed[:1])})
    text = citizens_page.page(measured, listed)
    assert "1 more personas" in text
    assert citizens_page.NOBODY_UNSEEN not in text
    assert citizens_page.goals(measured["unseen"]) in text


def test_no_folder_of_unseen_ones_is_an_empty_set(tmp_path: Path) -> None:
    assert load(tmp_path / "unseen") == []


def plain(found: dict[str, Any]) -> dict[str, Any]:
    """As results.json gives it back."""
    built: dict[str, Any] = msgspec.to_builtins(found)
    return built


def test_the_page_stands_as_it_was_measured() -> None:
    measured = json.loads(page.RESULTS.read_text("utf-8"))["citizens"]
    text = Path(citizens_page.PAGE).read_text("utf-8")
    assert citizens_page.goals(measured) in text
    assert f"{measured['date']}: {measured['personas']} personas for 22 templates." in text
