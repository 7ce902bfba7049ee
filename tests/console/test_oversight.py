"""What supervisors look after: figures and dead letters; and the page itself."""
from __future__ import annotations

import re
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from channels.wechat import reach
from channels.wechat.ledger import Verdict
from gateway.console.oversight import Talks, summary, talks
from gateway.messages import CaseNews
from gateway.orders import Answered, CaseOp, RatingAnswer, Reached
from gateway.transcripts import ServiceLine
from tests.console.office import Office
from tests.until import until

FIRST, SECOND = "WO-20261123-0000000001", "WO-20261123-0000000002"
STATIC = Path(__file__).parents[2] / "gateway/console/static"


@pytest.mark.parametrize("name", ["clerk", "urban"])
@pytest.mark.parametrize("path", ["report", "dead"])
async def test_figures_and_dead_letters_are_for_supervisors(office: Office, name: str, path: str) -> None:
    await (await office.person(name)).get(path, 403)


async def test_the_report_counts_cases_conversations_and_ratings(office: Office) -> None:
    for id in (FIRST, SECOND):
        await office.file(id)
    boss = await office.person("boss")
    await boss.act(FIRST, "accept")
    await boss.act(FIRST, "close", text="ok")
    answer = RatingAnswer(FIRST, 0, "no", 2)
    await office.store.lanes.ingest("events", FIRST, "rate", msgspec.json.encode(Answered(answer, office.clock.ms())))
    await office.converse("web:a", "waiting")
    await office.converse("web:b", "agent", agent="clerk")

    async def counted() -> bool:
        return bool((await boss.get("report"))["ratings"]["answers"] == 1)

    await until(counted)
    report = await boss.get("report")
    assert (report["open"], report["by_status"]["closed"], report["waiting"], report["talking"]) == (1, 1, 1, 1)
    assert report["ratings"] == {"answers": 1, "satisfaction": 2.0, "resolved": {"no": 1}}


def test_a_mean_counts_those_who_gave_a_number() -> None:
    answers = [RatingAnswer("a", 0, "yes", 5), RatingAnswer("b", 0, "no", None), RatingAnswer("c", 0, "yes", 4)]
    assert summary(answers).satisfaction == 4.5
    assert summary(answers).resolved == {"yes": 2, "no": 1}
    assert summary([]).satisfaction is None


def test_talks_are_averaged_in_all_and_of_each_agent() -> None:
    lines = [ServiceLine(1, agent, points, "web") for agent, points in (("b", 5), ("a", 1), ("b", 3), ("b", 3))]
    assert talks(lines) == Talks(4, 3.0, {"a": (1, 1.0), "b": (3, 3.67)})
    assert talks([]) == Talks()


async def test_dead_letters_are_listed_masked_replayed_and_discarded_with_a_reason(office: Office) -> None:
    for n in range(2):
        await office.store.lanes.ingest("case", FIRST, f"bad-{n}", b'{"phone": "13812345678"}')
    boss = await office.person("boss")

    async def buried() -> bool:
        return len((await boss.get("dead"))["dead"]) == 2

    await until(buried)
    first, second = (await boss.get("dead"))["dead"]
    assert (first["lane"], first["key"]) == ("case", FIRST)
    assert "13812345678" not in first["body"]
    await boss.post(f"dead/{first['id']}/discard", {"reason": ""}, 422)
    await boss.post(f"dead/{first['id']}/discard", {"reason": "测试数据"})
    await boss.post(f"dead/{second['id']}/replay", {"reason": "再试一次"})
    await boss.post(f"dead/{first['id']}/discard", {"reason": "again"}, 404)
    acts = [(entry.act, entry.subject) for entry in await office.journal()]
    assert ("dead.discard", str(first["id"])) in acts
    assert ("dead.replay", str(second["id"])) in acts


@pytest.mark.parametrize("id", ["x", "-1", "9" * 40, "1;2"])
async def test_a_made_up_number_is_malformed(office: Office, id: str) -> None:
    boss = await office.person("boss")
    await boss.post(f"dead/{id}/replay", {"reason": "xx"}, 400)


async def test_a_dead_hand_over_is_counted(office: Office) -> None:
    await office.handed(CaseOp("comment", FIRST, 1, {"text": "x"}, office.clock.ms()))
    boss = await office.person("boss")

    async def counted() -> bool:
        return bool((await boss.get("report"))["dead"] == 1)

    await until(counted)


async def test_the_page_and_its_files_are_served_without_a_session(office: Office) -> None:
    who = office.stranger()
    page = await who.call("GET", "")
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    for file in STATIC.iterdir():
        answer = await who.call("GET", file.name)
        assert answer.status == 200
        assert await answer.read() == file.read_bytes()
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["nothing.js", "..%2fconsole.py", "%2e%2e%2f%2e%2e%2fapp.py", "static", "desk.css%00"])
async def test_nothing_but_the_pages_files_is_served(office: Office, path: str) -> None:
    answer = await office.http.get(f"{office.base}/desk/{path}", headers={})
    assert answer.status in (400, 404)


async def test_the_address_without_its_slash_leads_to_the_page(office: Office) -> None:
    answer = await office.http.get(f"{office.base}/desk", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (308, "/desk/")


def test_the_page_never_makes_markup_out_of_text() -> None:
    """HOSTILE.md 17: user text reaches the page as text nodes only, and nothing is inline or from elsewhere."""
    scripts = "\n".join(file.read_text("utf-8") for file in STATIC.glob("*.js"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", scripts)
    assert not re.search(r"https?://", scripts)
    page = (STATIC / "index.html").read_text("utf-8")
    assert not re.search(r"<style|style=|\son\w+=|<script>|https?://", page)


def test_every_word_is_there_in_both_languages() -> None:
    source = (STATIC / "words.js").read_text("utf-8")
    table = source.partition("const WORDS = {")[2].partition("\n};")[0]
    pairs = dict(re.findall(r'"?([a-z_.]+)"?: (\["[^"]+", "[^"]+"\])', table))
    used = set[str]()
    for file in STATIC.glob("*.js"):
        used |= set(re.findall(r'\bt\("([a-z_.]+)"', file.read_text("utf-8")))
    assert len(pairs) > 100
    assert used <= pairs.keys(), used - pairs.keys()


def test_how_a_citizen_was_reached_is_told_in_words() -> None:
    source = (STATIC / "words.js").read_text("utf-8")
    news, ways, verdicts = get_args(get_type_hints(CaseNews)["news"]), get_args(reach.Way), get_args(Verdict)
    wanted = {*news, *ways, *verdicts, reach.NOT_OFFERED, reach.NOT_DELIVERED, reach.SPARED} - {"yes"}
    assert {word for word in wanted if f'"reach.{word}": [' not in source} == set()
    assert {what for what in get_args(get_type_hints(Reached)["what"]) if f'"what.{what}": [' not in source} == set()
