"""The city's data folder: what is read, what is refused, and working days."""
from __future__ import annotations

import logging
import shutil
import time
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.city import DayList, DeadlineClass, Deadlines, load, load_deadlines
from gateway.errors import ConfigError
from gateway.fields.gazetteer import level
from tests.tables import table

SAMPLE = Path(__file__).parents[1] / "city"
CHINA = ZoneInfo("Asia/Shanghai")
ONE = {"x": DeadlineClass(1, 2, 5)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "city"))


def test_the_sample_city() -> None:
    city = load(SAMPLE)
    assert (city.adcode, city.zh, city.en, city.time_zone, city.hotline) == (
        "440100", "广州市", "Guangzhou", "Asia/Shanghai", "12345")
    assert {one.number for one in city.emergency} >= {"110", "119", "120", "122"}
    assert {one.kind for one in city.emergency} >= {"police", "fire", "medical", "traffic", "gas"}
    assert len({one.code for one in city.departments}) == len(city.departments) >= 12


def test_the_divisions_are_whole() -> None:
    """31 provinces, autonomous regions and municipalities, Taiwan, Hong Kong, Macao; every code once."""
    city = load(SAMPLE)
    codes = [place.adcode for place in city.divisions]
    assert len(set(codes)) == len(codes)
    assert sum(code.endswith("0000") for code in codes) == 34
    assert {code[:2] + "0000" for code in codes} <= set(codes)
    districts = [place for place in city.divisions if level(place) == "district"]
    assert len(districts) > 2_800


def test_the_home_city_is_known_in_english() -> None:
    city = load(SAMPLE)
    home = [place for place in city.divisions if place.adcode.startswith("4401")]
    assert len(home) == 12
    assert all(place.en for place in home)
    assert all(street.adcode[:6] in {place.adcode for place in home} for street in city.streets)
    assert {place.en for place in city.divisions} >= {"Chaoyang", "Huadu", "Minhang", "Luohe", "Lhasa", "Xi'an"}


def test_all_of_it_loads_quickly(folder: Path) -> None:
    start = time.thread_time()
    load(folder)
    load_deadlines(SAMPLE)
    assert time.thread_time() - start < 0.15


def test_it_is_the_same_while_its_files_are(folder: Path) -> None:
    before = load(folder)
    assert load(folder) is before
    file = folder / "city.yaml"
    file.write_text(file.read_text("utf-8").replace("广州市", "广州市区", 1), "utf-8")
    assert load(folder).zh == "广州市区"


@pytest.mark.parametrize(("file", "content", "said"), [
    ("city.yaml", "adcode: [", "city.yaml"),
    ("city.yaml", "- 1", "city.yaml"),
    ("city.yaml", "{adcode: '1', zh: x, en: x}", "time_zone"),
    ("city.yaml", "{adcode: '1', zh: x, en: x, time_zone: Mars/Base}", "time_zone"),
    ("city.yaml", "{adcode: '1', zh: x, en: x, time_zone: ../x}", "time_zone"),
    ("city.yaml", "{adcode: '1', zh: x, en: x, time_zone: Asia/Shanghai, colour: red}", "colour"),
    ("divisions.csv", "adcode,name\n", "divisions.csv:1:"),
    ("divisions.csv", "adcode,name,en\n110000,北京市,Beijing\n11,x,\n", "divisions.csv:3:"),
    ("divisions.csv", "adcode,name,en\n110000,北京市\n", "divisions.csv:2:"),
    ("streets.csv", "", "streets.csv:1:"),
])
def test_a_fault_names_file_and_key(folder: Path, file: str, content: str, said: str) -> None:
    (folder / file).write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=said):
        load(folder)


@pytest.mark.parametrize("file", ["city.yaml", "divisions.csv", "streets.csv"])
def test_a_missing_or_unreadable_file_is_named(folder: Path, file: str) -> None:
    (folder / file).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=file):
        load(folder)
    (folder / file).unlink()
    with pytest.raises(ConfigError, match=file):
        load(folder)


@pytest.mark.parametrize(("file", "content", "said"), [
    ("deadlines.yaml", "standard: {accept: 1}", "contact"),
    ("deadlines.yaml", "standard: {accept: one, contact: 1, resolve: 1}", "accept"),
    ("holidays.yaml", "2027: {holidays: [2027-02-30]}", "holidays.yaml"),
    ("holidays.yaml", "2027: {holiday: []}", "holiday"),
])
def test_a_fault_in_the_deadlines_names_file_and_key(folder: Path, file: str, content: str, said: str) -> None:
    (folder / file).write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=said):
        load_deadlines(folder)


def test_the_sample_classes() -> None:
    assert load_deadlines(SAMPLE).classes.keys() == {"standard", "consultation", "urgent", "complex"}


@table(("filed", "accept", "resolve"), [
    ("2026-11-23T10:00", "2026-11-24", "2026-11-30"),  # a Monday
    ("2026-11-20T17:00", "2026-11-23", "2026-11-27"),  # over a weekend
    ("2026-11-21T09:00", "2026-11-23", "2026-11-27"),  # filed on a Saturday
    ("2026-09-30T09:00", "2026-10-08", "2026-10-13"),  # National Day; Saturday 10 October is worked
    ("2026-02-14T09:00", "2026-02-24", "2026-02-28"),  # a worked Saturday, then Spring Festival
])
def test_deadlines_count_working_days(filed: str, accept: str, resolve: str) -> None:
    """Holidays and worked weekends of 2026 as the State Council set them (package chinese-calendar)."""
    due = Deadlines(ONE).due("x", datetime.fromisoformat(filed).replace(tzinfo=CHINA))
    assert due["accept_by"] == f"{accept}T23:59:59+08:00"
    assert due["resolve_by"] == f"{resolve}T23:59:59+08:00"
    assert due.keys() == {"accept_by", "contact_by", "resolve_by"}


def test_no_days_is_the_same_day_or_the_next_working_one() -> None:
    deadlines = Deadlines({"now": DeadlineClass(0, 0, 0)})
    assert deadlines.due("now", datetime(2026, 11, 23, 10, tzinfo=CHINA))["accept_by"].startswith("2026-11-23")
    assert deadlines.due("now", datetime(2026, 11, 21, 10, tzinfo=CHINA))["accept_by"].startswith("2026-11-23")


def test_an_unknown_class() -> None:
    with pytest.raises(KeyError):
        Deadlines(ONE).due("y", datetime(2026, 11, 23, tzinfo=CHINA))


def test_the_folder_wins_over_the_package() -> None:
    own = {2026: DayList(holidays=frozenset({date(2026, 11, 24)}), workdays=frozenset({date(2026, 11, 28)}))}
    deadlines = Deadlines(ONE, own)
    assert not deadlines.is_working_day(date(2026, 11, 24))
    assert deadlines.is_working_day(date(2026, 11, 28))
    assert deadlines.is_working_day(date(2026, 10, 1)), "a year in the file is the file's alone"


def test_holidays_of_the_folder_are_read(folder: Path) -> None:
    (folder / "holidays.yaml").write_text("2027: {holidays: [2027-01-01], workdays: [2027-01-03]}", "utf-8")
    deadlines = load_deadlines(folder)
    assert not deadlines.is_working_day(date(2027, 1, 1))
    assert deadlines.is_working_day(date(2027, 1, 3))


def test_an_unknown_year_has_weekends_only_and_is_warned_about_once(caplog: pytest.LogCaptureFixture) -> None:
    deadlines = Deadlines(ONE)
    with caplog.at_level(logging.WARNING):
        assert deadlines.is_working_day(date(2099, 1, 1))
        assert not deadlines.is_working_day(date(2099, 1, 3))
    assert [record.getMessage() for record in caplog.records] == [
        "no holidays known for 2099: deadlines count weekends only"]
    assert not deadlines.knows(2099)
    assert deadlines.knows(2026)
