"""gateway/console/letters.py over HTTP: what supervisors do with what did not arrive."""
from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.console.letters import masked
from gateway.errors import Paused
from gateway.orders import CaseOp, Revised
from gateway.work_order import build, merged
from tests.console.office import Office, Person, filing
from tests.tables import table
from tests.until import until

WO = "WO-20261123-0000000001"


def submission(at: int) -> CaseOp:
    return CaseOp("submit", WO, 1, {"order": build(filing(WO))}, at)


@pytest.fixture
async def case_letter(quiet: Office) -> int:
    await quiet.handed(submission(quiet.clock.ms()))
    return await put_aside(quiet)


async def put_aside(office: Office, *, parked: bool = False) -> int:
    lanes = office.store.lanes
    (lease,) = await lanes.claim("case", "test")
    await (lanes.park if parked else lanes.bury)(lease, "422: 13812345678")
    return (await lanes.dead("case"))[-1].id


async def waiting(office: Office) -> CaseOp:
    (lease,) = await office.store.lanes.claim("case", "test")
    await office.store.lanes.release(lease)
    return msgspec.json.decode(lease.msgs[0].body, type=CaseOp)


async def letters(boss: Person) -> list[Any]:
    found: list[Any] = (await boss.get("dead"))["dead"]
    return found


async def journalled(office: Office) -> list[tuple[str, str, str]]:
    return [(entry.who, entry.act, entry.detail) for entry in await office.journal() if entry.act != "sign_in"]


async def test_it_is_shown_masked_with_what_may_be_done(quiet: Office, case_letter: int) -> None:
    boss = await quiet.person("boss")
    (one,) = await letters(boss)
    assert one == await boss.get(f"dead/{case_letter}")
    assert (one["lane"], one["op"], one["key"], one["parked"]) == ("case", "submit", WO, False)
    assert one["ways"] == ["replay", "edit", "discard"]
    assert "BIKE-77" in one["body"]
    for personal in ("王小明", "13812345678", "幸福路8号2栋301室", "abcdef"):
        assert personal not in one["body"] + one["why"], personal


async def test_unchanged_it_goes_under_the_same_key_and_its_age_begins_anew(quiet: Office, case_letter: int) -> None:
    boss = await quiet.person("boss")
    quiet.clock.advance(1000)
    await boss.post(f"dead/{case_letter}/replay", {"reason": "接口已恢复"})
    again = await waiting(quiet)
    assert (again.key, again.at) == (f"{WO}:submit:1", quiet.clock.ms())
    assert await letters(boss) == []
    assert await journalled(quiet) == [("boss", "dead.replay", f"case:{WO}:1 接口已恢复")]


async def test_corrected_it_is_the_next_revision_under_a_key_of_its_own(quiet: Office, case_letter: int) -> None:
    boss = await quiet.person("boss")
    quiet.clock.advance(1000)
    changes = {"title": "占道", "revision": 9, "work_order_id": "WO-20261123-9999999999"}
    await boss.post(f"dead/{case_letter}/edit", {"reason": "标题过长", "changes": changes})
    again, before = await waiting(quiet), build(filing(WO))
    assert (again.key, again.at) == (f"{WO}:submit:2", quiet.clock.ms())
    assert again.payload["order"] == {**before, "title": "占道", "revision": 2}
    assert "标题过长" in (await journalled(quiet))[-1][2]
    (lease,) = await quiet.store.lanes.claim("events", "test")
    assert msgspec.json.decode(lease.msgs[0].body, type=Revised) == Revised(changes, 2, "boss", quiet.clock.ms())


@pytest.mark.parametrize("changes", [
    {"title": ""}, {"category": None}, {"channel": "pigeon"}, {"complainant": "x"}, {"surprise": 1},
])
async def test_what_is_no_work_order_any_more_is_not_accepted(
    quiet: Office, case_letter: int, changes: dict[str, Any]
) -> None:
    boss = await quiet.person("boss")
    answer = await boss.post(f"dead/{case_letter}/edit", {"reason": "改错了", "changes": changes}, 422)
    assert answer["code"] == "no_work_order"
    assert len(await letters(boss)) == 1
    assert await journalled(quiet) == []


@pytest.mark.parametrize("op", [CaseOp("comment", WO, 1, {"text": "x"}, 1), CaseOp("submit", WO, 1, {}, 1)])
async def test_only_a_submission_with_a_work_order_can_be_corrected(quiet: Office, op: CaseOp) -> None:
    await quiet.handed(op)
    id = await put_aside(quiet)
    boss, status = await quiet.person("boss"), 422 if op.op == "submit" else 409
    await boss.post(f"dead/{id}/edit", {"reason": "改一下", "changes": {"title": "x"}}, status)


async def test_what_is_in_doubt_either_arrived_or_goes_again_but_is_not_corrected(quiet: Office) -> None:
    await quiet.handed(submission(quiet.clock.ms()))
    id = await put_aside(quiet, parked=True)
    boss = await quiet.person("boss")
    (one,) = await letters(boss)
    assert one["ways"] == ["arrived", "replay", "discard"]
    await boss.post(f"dead/{id}/edit", {"reason": "改一下", "changes": {"title": "x"}}, 409)
    await boss.post(f"dead/{id}/arrived", {"reason": "对方已登记", "number": ""}, 422)
    await boss.post(f"dead/{id}/arrived", {"reason": "对方已登记", "number": "RT-42"})
    again = await waiting(quiet)
    assert (again.key, again.arrived) == (f"{WO}:submit:1", "RT-42")


async def test_staff_see_on_the_case_that_it_did_not_arrive_and_how_it_was_corrected(office: Office) -> None:
    await office.file(WO)
    lanes, clerk = office.store.lanes, await office.person("clerk")
    await lanes.ingest("aside", "x", "", b"x")  # a dead letter of nobody's
    await lanes.ingest("case", WO, "odd", b"no operation 13812345678")

    async def stuck() -> list[Any]:
        found: list[Any] = (await clerk.get(f"cases/{WO}"))["stuck"]
        return found

    await until(stuck)
    (one,) = await stuck()
    assert (one["op"], one["why"], one["parked"]) == (None, "not an operation", False)
    await lanes.ingest("events", WO, "r", msgspec.json.encode(Revised({"title": "占道"}, 2, "boss", office.clock.ms())))

    async def revised() -> bool:
        return bool((await clerk.get(f"cases/{WO}"))["row"]["title"] == "占道")

    await until(revised)
    lines = (await clerk.get(f"cases/{WO}"))["history"]
    assert [line["text"] for line in lines if line["what"] == "revised"] == ["boss: title"]


async def test_what_was_refused_did_not_arrive(quiet: Office, case_letter: int) -> None:
    boss = await quiet.person("boss")
    await boss.post(f"dead/{case_letter}/arrived", {"reason": "对方已登记", "number": "RT-42"}, 409)


async def test_a_letter_of_another_lane_goes_again_as_it_was(quiet: Office) -> None:
    await quiet.store.lanes.ingest("aside", WO, "", b"no json 13812345678")
    (lease,) = await quiet.store.lanes.claim("aside", "test")
    await quiet.store.lanes.bury(lease, "odd")
    boss = await quiet.person("boss")
    (one,) = await letters(boss)
    assert (one["op"], one["ways"]) == (None, ["replay", "discard"])
    assert "13812345678" not in one["body"]
    await boss.post(f"dead/{one['id']}/replay", {"reason": "再试一次"})
    (lease,) = await quiet.store.lanes.claim("aside", "test")
    assert lease.msgs[0].body == b"no json 13812345678"


@pytest.mark.parametrize("act", ["replay", "discard", "edit", "arrived"])
async def test_an_unknown_letter_is_nobodys(quiet: Office, act: str) -> None:
    boss = await quiet.person("boss")
    more: dict[str, dict[str, Any]] = {"edit": {"changes": {}}, "arrived": {"number": "1"}}
    await boss.post(f"dead/7/{act}", {"reason": "xx", **more.get(act, {})}, 404)


@pytest.mark.parametrize("name", ["clerk", "urban"])
async def test_it_is_for_supervisors(quiet: Office, name: str) -> None:
    who = await quiet.person(name)
    for path in ("dead", "dead/1", "backend"):
        await who.get(path, 403)
    for path in ("dead/1/replay", "dead/1/edit", "dead/1/arrived", "dead/1/discard", "backend/resume"):
        await who.post(path, {"reason": "xx"}, 403)


async def test_a_paused_backend_is_shown_and_resumed(quiet: Office) -> None:
    boss = await quiet.person("boss")
    with pytest.raises(Paused):
        async with quiet.gate.passing():
            raise Paused("401")
    paused = {"backend": "desk", "state": "paused", "why": "401", "since": quiet.clock.ms()}
    assert (await boss.get("dead"))["backend"] == await boss.get("backend") == paused
    assert (await boss.post("backend/resume", {"reason": "已换令牌"}))["state"] == "well"
    assert quiet.gate.room() > 0
    assert await journalled(quiet) == [("boss", "backend.resume", "已换令牌")]


@table(("document", "patch", "result"), [  # the examples of RFC 7396, appendix A
    ({"a": "b"}, {"a": "c"}, {"a": "c"}), ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}), ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}), ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}), ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}), (["a", "b"], ["c", "d"], ["c", "d"]), ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None), ({"a": "foo"}, "bar", "bar"), ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}), ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
])
def test_a_merge_patch_is_that_of_the_rfc(document: Any, patch: Any, result: Any) -> None:
    assert merged(document, patch) == result


@table("body", ['{"name": "王小明"}'.encode(), b'[{"x": {"phone": "+1 555"}}]', b"\xff\xfe", b"7", b""])
def test_any_body_is_shown_without_names_and_numbers(body: bytes) -> None:
    shown = masked(body)
    assert "王小明" not in shown
    assert "555" not in shown
