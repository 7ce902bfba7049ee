"""The Open311 client against a server that has each deviation of real ones (CASEBRIDGE.md), and each fault."""
from __future__ import annotations

from dataclasses import replace

import pytest

from casebridge.open311.backend import Abilities
from casebridge.open311.services import own
from casebridge.open311.submission import HIDDEN, Manners, request
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain
from simulators.open311.conduct import Conduct
from tests.casebridge.open311_world import FORM, WO, World, entry, odd, op, order, world

FULL = order(
    WO,
    entry("company", "singlevaluelist", "hellobike", "哈啰"),
    entry("problems", "multivaluelist", ["parking", "damaged"], "乱停放、损坏"),
    entry("bike_numbers", "multivaluelist", ["100000001", "100000002"]),
    entry("people", "number", 3),
    entry("seen_on", "datetime", "2026-11-23T09:30:00+08:00", "今天9:30"),
    entry("urgent", "boolean", True, "是"),
    entry("account", "string", "a\nb", "a***", sensitive=True),
    entry("demand", "text", "尽快\n搬走"),
)


async def test_every_field_arrives_as_an_attribute_of_its_datatype() -> None:
    async with world() as here:
        receipt = await here.backend.send(op("submit", order=FULL), None)
        attributes = here.office.requests[receipt.external_id].attributes
        assert attributes == {
            "work_order_id": [WO], "appeal_type": ["complaint"], "urgency": ["normal"], "company": ["hellobike"],
            "problems": ["parking", "damaged"], "bike_numbers": ["100000001、100000002"], "people": ["3"],
            "seen_on": ["2026-11-23T09:30:00+08:00"], "urgent": ["true"], "account": ["a b"], "demand": ["尽快\n搬走"],
        }


@pytest.mark.parametrize(("conduct", "manners"), [
    (Conduct(), Manners()),
    (Conduct(brackets=False), Manners(lists="repeat")),
    (Conduct(brackets=False), Manners(lists="comma")),
    *((Conduct(shape=shape), Manners()) for shape in ("array", "object", "wrapped", "data")),
    *((Conduct(shape=shape, counted=True, spoken_truth=True), Manners()) for shape in ("array", "data")),
    (Conduct(jurisdiction="gz.example"), Manners()),
    (Conduct(tokens=0), Manners()), (Conduct(tokens=2), Manners()), (Conduct(tokens=1, token_status=404), Manners()),
    (Conduct(tokens=1, token_status=500, counted=True, shape="object"), Manners()),
], ids=odd)
async def test_a_submission_and_its_news_cross_every_deviation(conduct: Conduct, manners: Manners) -> None:
    async with world(conduct, manners=manners) as here:
        receipt = await here.backend.send(op("submit", order=FULL), None)
        assert receipt.external_id == "1001"
        assert here.office.requests["1001"].attributes["problems"] in (["parking", "damaged"], ["parking,damaged"])
        assert await here.backend.lookup(op("submit"), None) == receipt
        assert await here.backend.send(op("comment", 1, text="还在", urge=True), "1001") == receipt
        here.office.say("1001", "closed", "已清理")
        (event,) = await here.changes()
        assert (event.type, event.subject, event.data.reply) == ("case.closed", "1001", "已清理")


async def test_a_server_that_only_speaks_xml() -> None:
    async with world(Conduct(formats=("xml",), counted=True), format="xml") as here:
        receipt = await here.backend.send(op("submit", order=FULL), None)
        assert await here.backend.lookup(op("submit"), None) == receipt
        here.office.say("1001", "in_progress", "正在处理 <b> & 其他")
        here.office.say("1001", "fixed", "")
        told = await here.changes()
        assert [(one.type, one.data.reply) for one in told] == [
            ("case.progress", "正在处理 <b> & 其他"), ("case.closed", None)]


async def test_a_server_that_forgets_attributes_has_every_field_in_the_description() -> None:
    async with world(Conduct(remembers=False), manners=Manners(public=False)) as here:
        await here.backend.send(op("submit", order=FULL), None)
        (form,) = here.forms
        for words in (WO, "乱停放、损坏", "100000001", "今天9:30", "a***", "搬走", "李女士", "+8613800138000"):
            assert words in form["description"], words


async def test_what_everybody_may_read_holds_nothing_of_the_citizen() -> None:
    async with world() as here:
        story = order(WO, *FULL["fields"], content="打我电话13800138000。")
        await here.backend.send(op("submit", order=story), None)
        (form,) = here.forms
        assert HIDDEN in form["description"]
        for words in ("a***", "李女士", "13800138000"):
            assert words not in form["description"], words
        assert form["phone"] == "+8613800138000"
        await here.backend.send(op("comment", 1, text="改成13900139000", urge=False), "1001")
        assert "13900139000" not in here.office.updates[0].text


async def test_only_parameters_of_the_standard_are_sent() -> None:
    """The server refuses all others; nobody's name is no parameter."""
    async with world() as here:
        await here.backend.send(op("submit", order=order(complainant={"kind": "anonymous"}, location=None)), None)
        (form,) = here.forms
        plain = {name for name in form if not name.startswith("attribute[")}
        assert plain == {"api_key", "service_code", "address_string", "description"}


async def test_a_position_leaves_in_wgs84() -> None:
    place = {"address": "广州塔", "lat": 23.126423, "long": 113.269730}
    async with world() as here:
        await here.backend.send(op("submit", order=order(location={**place, "datum": "GCJ02"})), None)
        await here.backend.send(op("submit", wo=WO[:-1] + "Z", order=order(location={**place, "datum": "WGS84"})), None)
        shifted, plain = here.forms
        assert (shifted["lat"], shifted["long"]) == ("23.129100", "113.264400")
        assert (plain["lat"], plain["long"]) == ("23.126423", "113.269730")


async def test_characters_that_no_xml_holds_are_left_out() -> None:
    async with world() as here:
        told = order(WO, entry("company", "singlevaluelist", "other"), entry("demand", "text", "a\x00b\ud800c\ufffe😀"))
        await here.backend.send(op("submit", order=told), None)
        assert here.office.requests["1001"].attributes["demand"] == ["abc😀"]


async def test_a_description_never_passes_4000_characters_and_keeps_its_fields() -> None:
    async with world() as here:
        long = order(WO, entry("company", "singlevaluelist", "meituan", "美团"), content="很" * 4000)
        await here.backend.send(op("submit", order=long), None)
        (form,) = here.forms
        assert len(form["description"]) <= 4000
        assert form["description"].startswith(f"12345 工单 {WO}")
        assert "美团" in form["description"]


async def test_words_that_were_never_read_as_a_value_are_only_described() -> None:
    async with world() as here:
        unread = order(WO, entry("company", "singlevaluelist", "meituan"), entry("people", "text", "好几个"),
                       entry("seen_on", "text", "上周"))
        await here.backend.send(op("submit", order=unread), None)
        assert not here.office.requests["1001"].attributes.keys() & {"people", "seen_on"}
        assert "好几个" in here.forms[0]["description"]


@pytest.mark.parametrize(("conduct", "error", "kept"), [
    (Conduct(blank=True), Uncertain, 1), (Conduct(pages=1), Uncertain, 0), (Conduct(failing=1), Uncertain, 0),
    (Conduct(reset=1), Uncertain, 1), (Conduct(huge=1), Uncertain, 1), (Conduct(hanging=1), Uncertain, 1),
    (Conduct(down=1), Retry, 0), (Conduct(login=1), Paused, 0), (Conduct(brackets=False), Rejected, 0),
], ids=odd)
async def test_every_fault_is_told_apart(conduct: Conduct, error: type[SendError], kept: int) -> None:
    async with world(conduct, total_s=0.2) as here:
        with pytest.raises(error) as caught:
            await here.backend.send(op("submit", order=FULL), None)
        assert type(caught.value) is error
        assert len(here.office.requests) == kept
        assert (await here.backend.lookup(op("submit"), None) is not None) == (kept == 1)


async def test_a_wrong_key_pauses_and_its_words_are_not_shown() -> None:
    async with world() as here:
        here.office.key = "another"
        with pytest.raises(Paused) as caught:
            await here.backend.send(op("submit"), None)
        assert "key" not in caught.value.why


async def test_a_token_that_stays_one_is_the_number_until_it_has_one() -> None:
    async with world(Conduct(tokens=5)) as here:
        receipt = await here.backend.send(op("submit"), None)
        assert receipt.external_id == "token:t1001"
        with pytest.raises(Retry):
            await here.backend.send(op("comment", 1, text="a", urge=False), receipt.external_id)
        here.conduct.tokens = 0
        late = await here.backend.send(op("comment", 1, text="a", urge=False), receipt.external_id)
        assert late.external_id == "1001"


async def test_an_update_that_arrived_before_is_done() -> None:
    for known in ("already exists", "conflict"):
        async with world(Conduct(known_update=known)) as here:
            await here.backend.send(op("submit"), None)
            here.conduct.reset = 1
            with pytest.raises(Uncertain):
                await here.backend.send(op("rework", 1, round=1, reason="没人来"), "1001")
            await here.backend.send(op("rework", 1, round=1, reason="没人来"), "1001")
            assert [one.status for one in here.office.updates] == ["REOPEN"]


async def test_every_operation_has_its_status_and_its_words() -> None:
    async with world() as here:
        await here.backend.send(op("submit"), None)
        for one in (
            op("comment", 1, text="还没人来", urge=True),
            op("rating", 2, round=0, resolved="no", satisfaction=1, contacted="unknown", reason="敷衍"),
            op("rework", 1, round=1, reason="敷衍"), op("withdraw", 3, reason=None),
        ):
            await here.backend.send(one, "1001")
        assert [(one.id, one.status, one.text) for one in here.office.updates] == [
            (f"{WO}-comment-1", "OPEN", "【催办】还没人来"),
            (f"{WO}-rating-2", "CLOSED", "市民评价　已解决：否；满意度：1 分（满分 5 分）；原因：敷衍"),
            (f"{WO}-rework-1", "REOPEN", "退回重办（第 1 次）。敷衍"), (f"{WO}-withdraw-3", "CLOSED", "市民撤回诉求。"),
        ]


# --- finding ours again -------------------------------------------------------------------------------------

async def test_a_case_that_only_names_ours_is_not_ours() -> None:
    other = "WO-20261123-ZZZZZZZZZZ"
    async with world() as here:
        await here.backend.send(op("submit", wo=other, order=order(other, content=f"同 12345 工单 {WO}")), None)
        assert await here.backend.lookup(op("submit"), None) is None
        await here.backend.send(op("submit"), None)
        found = await here.backend.lookup(op("submit"), None)
        assert found is not None
        assert found.external_id == "1002"


async def test_ours_is_found_among_more_than_one_answer_holds() -> None:
    """1,000 requests are all that the standard lets a server list at once, the oldest first; here it is 20."""
    async with world(Conduct(listed=20), abilities=Abilities(lookup=True, page=20)) as here:
        sent = op("submit")
        crowd(here, 50, 1)
        await here.backend.send(sent, None)
        asked = len(here.server.seen)
        found = await here.backend.lookup(sent, None)
        assert found is not None
        assert found.external_id == "1051"
        assert len(here.server.seen) - asked < 30


async def test_where_a_full_answer_may_hide_it_nobody_says_no() -> None:
    async with world(Conduct(listed=20), abilities=Abilities(lookup=True, page=20)) as here:
        crowd(here, 20, 0)
        with pytest.raises(Retry):
            await here.backend.lookup(op("submit"), None)


def crowd(here: World, n: int, every_s: float) -> None:
    """Requests of other people."""
    form = request(order("WO-20261123-ZZZZZZZZZZ"), own([FORM]).services[FORM.id], Manners())
    first = here.office.file([("api_key", here.office.key), *form])
    for id_ in range(int(first.id) + 1, int(first.id) + n):
        here.clock.advance(every_s)
        here.office.requests[str(id_)] = replace(first, id=str(id_), at=here.clock.now())


async def test_a_server_that_claims_to_list_descriptions_is_proved() -> None:
    """Its first request is read back; what it does not show cannot be looked up."""
    for described, repeat in ((True, "lookup"), (False, "neither")):
        async with world(Conduct(described=described)) as here:
            await here.backend.send(op("submit"), None)
            await here.backend.send(op("submit", wo=WO[:-1] + "Z", order=order(WO[:-1] + "Z")), None)
            assert here.backend.repeat("submit") == repeat
            assert here.alarms == ([] if described else ["shared_bike"])
            assert len([path for path, _ in here.server.seen if path.startswith("GET")]) == 1


async def test_without_a_list_of_descriptions_a_doubtful_submission_is_a_persons() -> None:
    async with world(abilities=Abilities(lookup=False)) as here:
        assert here.backend.repeat("submit") == "neither"
        assert here.backend.repeat("rework") == "idempotent"
        with pytest.raises(Uncertain):
            await here.backend.lookup(op("submit"), None)
        with pytest.raises(Rejected):
            await here.backend.send(op("comment", 1, text="a", urge=False), None)


async def test_a_server_without_updates_takes_submissions_alone() -> None:
    async with world(Conduct(updates=False), abilities=Abilities(updates=False)) as here:
        receipt = await here.backend.send(op("submit"), None)
        with pytest.raises(Rejected, match="takes no updates"):
            await here.backend.send(op("rework", 1, round=1, reason="a"), receipt.external_id)
