"""The words of a form weigh for it, whatever the engine says; where they say nothing, nothing changes."""
from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from gateway.dialogue.catalog import Catalog
from gateway.evidence import MOST, WeighingUnderstander, index, weighed
from gateway.fields.registry import TYPES
from gateway.protocols import NluContext, Scored, Understanding
from tests import project
from tests.tables import table

TEMPLATES = project.forms()
CATALOG = project.catalog()
WORDS = index(CATALOG.newest)


def ranking(*scored: tuple[str, float], in_scope: float = 0.8, sure: bool = False) -> Understanding:
    intents = tuple(Scored(name, score) for name, score in scored)
    return Understanding(intents, (), "", in_scope, sure, "script", "0")


class Engine:
    name = "script"

    async def understand(self, text: str, language: str, context: NluContext) -> Understanding:
        return ranking(("complaint.traffic_violation", 0.2), ("complaint.shared_bike", 0.75), ("greet", 0.05))


@table(("text", "template"), [
    ("青桔刹车坏了", "shared_bike"), ("ＨＥＬＬＯＢＩＫＥ has no brakes", "shared_bike"),
    ("圓通把我的件弄丟了", "express_delivery"),
    ("SF Express lost it", "express_delivery"), ("在拼多多买的", "online_shopping"), ("井盖没了", "public_facility"),
])
def test_words_speak_for_their_form(text: str, template: str) -> None:
    said = WORDS.of(text)
    assert max(said, key=lambda name: said[name]) == template


def test_a_word_of_many_forms_says_little_of_each() -> None:
    shared = {word: places for word, places in WORDS.words.items() if len({place[0] for place in places}) > 2}
    assert shared
    assert all(says < 0.5 for places in shared.values() for _, _, says in places)


def test_no_form_counts_more_than_so_much() -> None:
    everything = " ".join(WORDS.words)[:400]
    assert max(WORDS.of(everything).values()) <= MOST


def test_the_likelier_form_changes_places_and_chances_still_add_up() -> None:
    doubtful = ranking(("complaint.labour", 0.5), ("complaint.shared_bike", 0.3), ("greet", 0.2))
    got = weighed(doubtful, {"shared_bike": 2.0})
    assert [one.id for one in got.templates] == ["shared_bike", "labour"]
    assert sum(one.score for one in got.intents) == pytest.approx(1.0, abs=1e-3)
    assert not got.sure


def test_evidence_can_make_sure() -> None:
    doubtful = ranking(("complaint.shared_bike", 0.7), ("complaint.labour", 0.2), ("greet", 0.1))
    assert weighed(doubtful, {"shared_bike": 2.0}).sure
    assert not weighed(doubtful, {"shared_bike": 0.1}).sure


def test_what_is_about_nothing_of_ours_stays_so() -> None:
    stranger = ranking(("out_of_scope", 0.3), ("complaint.shared_bike", 0.7), in_scope=0.05)
    assert not weighed(stranger, {"shared_bike": 2.0}).sure


def test_a_sure_ranking_that_becomes_doubtful_is_not_taken() -> None:
    sure = ranking(
        ("complaint.labour", 0.92), ("complaint.shared_bike", 0.04), ("greet", 0.04), sure=True)
    assert not weighed(sure, {"shared_bike": 1.5}).sure


def test_without_evidence_nothing_changes() -> None:
    plain = ranking(("greet", 0.9), ("complaint.labour", 0.1))
    assert weighed(plain, {}) is plain
    assert weighed(ranking(), {"labour": 1.0}).intents == ()


async def test_any_engine_is_weighed_and_keeps_its_name() -> None:
    engine = WeighingUnderstander(Engine(), CATALOG)
    got = await engine.understand("青桔的车刹车坏了", "zh", NluContext())
    assert (engine.name, got.intents[0].id, got.sure) == ("script", "complaint.shared_bike", True)


async def test_changed_templates_bring_their_words() -> None:
    general = next(template for template in TEMPLATES if template.id == "general")
    bike = next(template for template in TEMPLATES if template.id == "shared_bike")
    catalog = Catalog.of([general], TYPES)
    engine = WeighingUnderstander(Engine(), catalog)
    before = await engine.understand("青桔的车刹车坏了", "zh", NluContext())
    catalog.renew([general, replace(bike, version=99)])
    after = await engine.understand("青桔的车刹车坏了", "zh", NluContext())
    assert before.intents[0].id == "complaint.traffic_violation"
    assert after.intents[0].id == "complaint.shared_bike"


def test_a_long_message_takes_no_time() -> None:
    best = min(_seconds("昨天晚上在体育东路扫了一辆青桔单车刹车是坏的" * 20) for _ in range(5))
    assert best < 0.005


def _seconds(text: str) -> float:
    began = time.perf_counter()
    WORDS.of(text)
    return time.perf_counter() - began
