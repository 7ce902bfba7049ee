"""Look-up of place names, and which of several places of one name is meant."""
from __future__ import annotations

import pytest

from gateway.fields.city import City, Place
from gateway.fields.gazetteer import Gazetteer, gazetteer, level, narrowed, within
from tests.fields.table import guangzhou
from tests.tables import table


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return gazetteer(guangzhou())


def test_built_once_per_city(places: Gazetteer) -> None:
    assert gazetteer(guangzhou()) is places


@table(("text", "name", "count"), [
    ("广州市海珠区", "广州市", 1), ("广州海珠区", "广州市", 1), ("海珠区", "海珠区", 1),
    ("海珠新港", "海珠区", 1), ("朝阳区", "朝阳区", 2),
    ("吉林", "吉林省", 2), ("内蒙古", "内蒙古自治区", 1), ("江海街道", "江海街道", 1), ("重庆江北", "重庆市", 1),
])
def test_the_longest_name_that_begins_here(places: Gazetteer, text: str, name: str, count: int) -> None:
    found = places.at(text, 0)
    assert found is not None
    assert found.places[0].name == name
    assert len(found.places) == count
    assert name.startswith(text[:found.end])


@table("text", ["北京路1000号", "中山五路", "上海东路", "不存在区", "广", ""])
def test_no_name_begins_here(places: Gazetteer, text: str) -> None:
    assert places.at(text, 0) is None


def test_the_first_name_within_bounds(places: Gazetteer) -> None:
    found = places.first("我在广州市", 0, 5)
    assert found is not None
    assert (found.start, found.end) == (2, 5)
    assert places.first("我在广州市", 0, 3) is None
    assert places.first("我在广州市", 3, 5) is None


@table(("name", "adcodes"), [
    ("Haizhu", {"440105"}), ("  haizhu ", {"440105"}), ("Beijing", {"110000"}),
    ("hong  kong", {"810000"}), ("Atlantis", set()),
])
def test_latin_names(places: Gazetteer, name: str, adcodes: set[str]) -> None:
    assert {place.adcode for place in places.latin(name)} == adcodes


@table(("adcode", "expected"), [
    ("440000", "province"), ("110000", "city"), ("440100", "city"), ("440105", "district"), ("440105014", "street"),
])
def test_level(adcode: str, expected: str) -> None:
    assert level(Place("x" * 2, adcode)) == expected


@table(("inner", "outer", "expected"), [
    ("440105", "440100", True), ("440105", "440000", True), ("440105014", "440105", True), ("110105", "110000", True),
    ("440105", "440106", False), ("220104", "110000", False), ("440100", "440105", False),
])
def test_within(inner: str, outer: str, *, expected: bool) -> None:
    assert within(Place("甲", inner), Place("乙", outer)) is expected


def test_around_lists_what_a_place_lies_in(places: Gazetteer) -> None:
    street = places.by_code["440105014"]
    assert [place.name for place in places.around(street)] == ["江海街道", "海珠区", "广州市", "广东省"]
    assert [place.name for place in places.around(places.by_code["110000"])] == ["北京市"]


class TestNarrowed:
    """朝阳区 is in Beijing and in Changchun; 鼓楼区 in many cities."""

    def named(self, places: Gazetteer, *names: str) -> list[str]:
        hits = (places.at(name, 0) for name in names)
        return [place.adcode for place in narrowed([hit.places for hit in hits if hit], places.home)]

    def test_the_city_decides(self, places: Gazetteer) -> None:
        assert self.named(places, "朝阳区", "北京") == ["110000", "110105"]
        assert self.named(places, "长春", "朝阳区") == ["220100", "220104"]

    def test_alone_it_stays_open(self, places: Gazetteer) -> None:
        assert self.named(places, "朝阳区") == []

    def test_the_home_city_wins_alone(self, places: Gazetteer) -> None:
        assert self.named(places, "白云区") == ["440111"]

    def test_what_does_not_fit_the_first_is_left_out(self, places: Gazetteer) -> None:
        assert self.named(places, "海珠区", "中山") == ["440105"]

    def test_a_province_alone_does_not_decide_for_the_home_city(self) -> None:
        home = City("110100", "甲市", "A", "Asia/Shanghai", divisions=(
            Place("河北省", "130000"), Place("桥西区", "130104"), Place("桥西区", "130503")))
        places = Gazetteer(home)
        assert self.named(places, "河北", "桥西区") == ["130000"]
