"""What stands around a matter is told from it by its words."""
from __future__ import annotations

import pytest

from gateway.protocols import NluContext
from nlu.fitting import fit_surroundings
from nlu.surroundings import Surroundings
from tests.minds import embedded
from tests.tables import table

TOLD = ["快递丢了", "包裹没有送到", "电话打不通快递员", "工地半夜施工", "我家楼下太吵", "公司不发工资",
        "my parcel is lost", "the driver was rude", "drilling at night", "my company did not pay me"]
AROUND = ["我打了好几个电话", "没有人管", "我不知道找谁", "麻烦你们", "i do not know who to call", "nobody helped me"]


@pytest.fixture(scope="module")
def surroundings() -> Surroundings:
    return fit_surroundings(TOLD, AROUND)


@table(("clauses", "kept"), [
    (["我打了好几个电话没有人管", "包裹丢了"], ["包裹丢了"]),
    (["my parcel is lost", "i do not know who helped"], ["my parcel is lost"]),
    (["我不知道找谁", "没有人管"], ["我不知道找谁", "没有人管"]),
    (["mon colis est perdu", "没有人管我不知道"], ["mon colis est perdu"]),
    ([], []),
])
def test_clauses_that_say_something_stay(clauses: list[str], kept: list[str]) -> None:
    assert fit_surroundings(TOLD, AROUND).telling(clauses) == kept


def test_what_was_taught_is_known(surroundings: Surroundings) -> None:
    assert min(surroundings.says(clause) for clause in TOLD) > 0
    assert max(surroundings.says(clause) for clause in AROUND[:3]) < 0


def test_words_that_no_matter_has_are_not_held_against_a_clause(surroundings: Surroundings) -> None:
    assert surroundings.says("nobody") == 0.0


@pytest.mark.parametrize(("bare", "around"), [
    ("共享单车堵住了盲道",
     "说来话长，我本来不想麻烦你们的，跟家里人商量了好久才写，共享单车堵住了盲道，再没人管我就发到网上去"),
    ("The lift in our building has been broken for two weeks.",
     "Sorry, I have never written to such a place before and I am a bit nervous. The lift in our building has been "
     "broken for two weeks. I rang many numbers and they all send me to somebody else."),
])
async def test_a_matter_is_heard_through_its_surroundings(bare: str, around: str) -> None:
    plain = await embedded().understand(bare, "zh", NluContext())
    heard = await embedded().understand(around, "zh", NluContext())
    assert heard.intents[0].id == plain.intents[0].id
    assert heard.sure
