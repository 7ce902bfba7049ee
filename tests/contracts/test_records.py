"""gateway/store/records.py: what every store keeps of its read side."""
from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.store.lanes import Changes, LaneStore, Put
from gateway.store.records import Records
from tests.clock import ManualClock
from tests.contracts.stores import Opener


def case(id: str, body: bytes = b"{}", **index: str | int) -> Put:
    return Put("work_order", id, body, index)


async def ids(records: Records, index: str, value: str | int, after: str = "", n: int = 100) -> list[str]:
    return [record.id for record in await records.find("work_order", index, value, after=after, n=n)]


async def test_a_record_is_found_by_its_id_and_by_every_index(records: Records) -> None:
    await records.write([case("WO-1", b"one", status="open", at=5)])
    record = await records.get("work_order", "WO-1")
    assert record is not None
    assert (record.kind, record.id, record.body, record.version) == ("work_order", "WO-1", b"one", 1)
    assert await records.find("work_order", "status", "open") == [record]
    assert await records.range("work_order", "at", 5, 6) == [record]


async def test_nothing_is_found_where_nothing_is(records: Records) -> None:
    await records.write([case("WO-1", status="open")])
    assert await records.get("work_order", "WO-2") is None
    assert await records.get("desk_case", "WO-1") is None
    assert await records.find("desk_case", "status", "open") == []
    assert await ids(records, "status", "closed") == []
    assert await ids(records, "phone", "open") == []
    assert await records.count("work_order", "status", "closed") == 0


async def test_rewriting_counts_up_and_moves_the_record_in_its_indexes(records: Records) -> None:
    await records.write([case("WO-1", b"1", status="open", department="traffic")])
    await records.write([case("WO-1", b"2", status="closed")])
    record = await records.get("work_order", "WO-1")
    assert record is not None
    assert (record.body, record.version) == (b"2", 2)
    assert await ids(records, "status", "open") == []
    assert await ids(records, "department", "traffic") == []
    assert await ids(records, "status", "closed") == ["WO-1"]


async def test_the_last_write_of_an_id_wins(records: Records) -> None:
    await records.write([case("WO-1", b"1", status="open"), case("WO-1", b"2", status="closed")])
    assert await ids(records, "status", "open") == []
    assert [r.body for r in await records.find("work_order", "status", "closed")] == [b"2"]


async def test_removing_takes_the_indexes_along_and_is_quiet_about_nothing(records: Records) -> None:
    await records.write([case("WO-1", status="open"), case("WO-2", status="open")])
    await records.write([Put("work_order", "WO-1", None), Put("work_order", "WO-9", None)])
    assert await records.get("work_order", "WO-1") is None
    assert await ids(records, "status", "open") == ["WO-2"]
    assert await records.count("work_order", "status", "open") == 1


async def test_find_pages_by_id(records: Records) -> None:
    await records.write([case(f"WO-{i}", status="open") for i in (3, 1, 5, 2, 4)])
    assert await ids(records, "status", "open", n=2) == ["WO-1", "WO-2"]
    assert await ids(records, "status", "open", after="WO-2", n=2) == ["WO-3", "WO-4"]
    assert await ids(records, "status", "open", after="WO-5") == []
    assert await records.count("work_order", "status", "open") == 5


async def test_range_is_half_open_in_order_of_value_and_can_be_turned_round(records: Records) -> None:
    await records.write([case(f"WO-{at}", at=at) for at in (30, 10, 20, 40)])
    oldest = await records.range("work_order", "at", 10, 40)
    assert [record.id for record in oldest] == ["WO-10", "WO-20", "WO-30"]
    newest = await records.range("work_order", "at", 10, 40, newest=True, n=2)
    assert [record.id for record in newest] == ["WO-30", "WO-20"]
    assert await records.range("work_order", "at", 41, 99) == []


async def test_words_and_numbers_are_different_values(records: Records) -> None:
    await records.write([case("WO-1", ref=12345), case("WO-2", ref="12345")])
    assert await ids(records, "ref", 12345) == ["WO-1"]
    assert await ids(records, "ref", "12345") == ["WO-2"]


async def test_words_sort_by_code_point(records: Records) -> None:
    await records.write([case(f"WO-{day}", day=day) for day in ("2026-11-23", "2026-11-24", "2027-01-01")])
    found = await records.range("work_order", "day", "2026-11-24", "2027")
    assert [record.id for record in found] == ["WO-2026-11-24"]


async def test_records_of_a_commit_are_written_with_it(opener: Opener, lanes: LaneStore) -> None:
    stored = await lanes.ingest("in", "web:a", "m", b"x", owner="w")
    assert stored.lease is not None
    await lanes.commit(stored.lease, Changes(upto=1, puts=(case("WO-1", b"1", status="open"),)))
    records = (await opener.restart()).records
    assert await ids(records, "status", "open") == ["WO-1"]


async def test_all_of_a_write_or_nothing(records: Records) -> None:
    with pytest.raises(UnicodeEncodeError):
        await records.write([case("WO-1", status="open"), case("half a character: \ud800")])
    assert await records.get("work_order", "WO-1") is None
    assert await ids(records, "status", "open") == []


async def test_an_expired_record_is_cleaned_away_with_its_indexes(opener: Opener, clock: ManualClock) -> None:
    records = opener.store.records
    keep = Put("transcript", "t2", b"x", {"conversation": "web:a"}, expires=clock.ms(11))
    await records.write([Put("transcript", "t1", b"x", {"conversation": "web:a"}, expires=clock.ms(10)), keep])
    clock.advance(9.999)
    assert await opener.store.clean() == 0
    clock.advance(0.001)
    assert await opener.store.clean() == 1
    assert await records.get("transcript", "t1") is None
    assert [r.id for r in await records.find("transcript", "conversation", "web:a")] == ["t2"]


async def test_a_rewrite_changes_the_day_of_expiry(opener: Opener, clock: ManualClock) -> None:
    records = opener.store.records
    await records.write([Put("upload", "u1", b"x", expires=clock.ms(10))])
    await records.write([Put("upload", "u1", b"x")])
    clock.advance(1000)
    assert await opener.store.clean() == 0


async def test_cleaning_goes_on_until_everything_old_is_gone(opener: Opener, clock: ManualClock) -> None:
    await opener.store.records.write([Put("event", f"e{i}", b"x", {"n": i}, expires=clock.ms(1)) for i in range(2100)])
    clock.advance(1)
    assert await opener.store.clean() == 2100
    assert await opener.store.records.range("event", "n", 0, 9999) == []


async def test_writers_at_the_same_time_each_count(records: Records) -> None:
    await asyncio.gather(*(records.write([case("WO-1", b"%d" % i, status="open")]) for i in range(20)))
    assert (await records.get("work_order", "WO-1") or pytest.fail("no record")).version == 20
    assert await records.count("work_order", "status", "open") == 1


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(id=words, value=words | st.integers(-(2**63), 2**63 - 1), body=st.binary(max_size=40))
async def test_every_word_number_and_byte_comes_back_as_it_went(
    records: Records, id: str, value: str | int, body: bytes
) -> None:
    await records.write([Put("any", id, body, {"value": value})])
    assert (await records.get("any", id) or pytest.fail("no record")).body == body
    found = await records.find("any", "value", value)
    assert [record.body for record in found if record.id == id] == [body]
