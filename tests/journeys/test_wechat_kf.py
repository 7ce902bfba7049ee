"""WeChat customer service (微信客服): the main job where no response can carry an answer, and every message counts.

A callback only says that there is something; it is pulled behind a cursor and answered through the API. A message of
the citizen opens five of ours in 48 hours. Who opens the chat may be greeted once, within 20 seconds, for free.
"""
from __future__ import annotations

from pathlib import Path

from gateway.app import Mind
from gateway.outbox import About
from gateway.wiring.wechat import SWEEP_MS
from simulators.wechat.citizens import Bubble
from simulators.wechat.settings import kf
from tests.images import jpeg
from tests.journeys.hotline import Staff
from tests.journeys.wechat import Street, WeChatCitizen, number, opened
from tests.until import until

TEN_MINUTES, REMINDER = 601, 48 * 3600 + 1
PULL, SEND, ON_EVENT = "/cgi-bin/kf/sync_msg", "/cgi-bin/kf/send_msg", "/cgi-bin/kf/send_msg_on_event"


async def filed(citizen: WeChatCitizen) -> list[Bubble]:
    """Everything that is shown from the first moment to the receipt."""
    return [
        await citizen.enters(),
        await citizen.speaks("这个井盖"),  # nobody writes down what is spoken here
        await citizen.says("体育西路的井盖坏了，有人差点掉下去"),
        await citizen.photographs(jpeg()),
        await citizen.stands_at(23.1353, 113.3212, "广东省广州市天河区体育西路103号"),
        await citizen.says("13800138000"),
        await citizen.picks("1"),
    ]


async def worked_on(street: Street, case: str, citizen: WeChatCitizen) -> Staff:
    """Accepted by a clerk, sent to the city's first department and closed there."""
    clerk, office = await street.hotline.staff("clerk"), await street.hotline.staff("department")
    await clerk.acts(case, "accept")
    assert "受理" in (await citizen.hears()).text
    await clerk.acts(case, "dispatch", department=street.hotline.gateway.city.departments[0].code)
    assert "转" in (await citizen.hears()).text
    await office.acts(case, "close", text="井盖已更换。")
    assert "井盖已更换" in (await citizen.hears()).text
    return office


async def became(office: Staff, case: str) -> list[str]:
    """What the case says of its news' way to the citizen."""
    lines = (await office.case(case))["history"]
    words = ("told", "doubtful", "not_told", "delivered", "failed")
    return [f"{line['what']} {line['text']}" for line in lines if line["what"] in words]


async def test_greeted_and_a_whole_complaint(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        citizen = street.citizen("seat", "甲")
        shown = await filed(citizen)
        assert [bubble.way for bubble in shown] == ["welcome"] + ["kf"] * 6
        assert "12345" in shown[0].text
        assert street.calls()[ON_EVENT] == 1
        case = await street.hotline.case(number(shown[-1]))
        fields = {field["code"]: field["display"] for field in case.order["fields"]}
        assert (fields["kind"], case.order["location"]["address"]) == ("井盖", "广东省广州市天河区体育西路103号")
        assert [one["media_type"] for one in case.order["attachments"]] == ["audio/amr", "image/jpeg"]
        assert (case.order["channel"], case.order["complainant"]["phone"]) == ("wechat_kf", "+8613800138000")

        # Who comes back within 48 hours brings no code: the platform lets nobody be greeted then.
        await citizen.window.enters()
        await street.settles()
        assert citizen.last == shown[-1]


async def test_the_code_on_a_post_begins_its_form(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        asked = await street.citizen("seat", "甲").enters("t=shared_bike&d=440105")
        assert (asked.way, asked.kind) == ("welcome", "msgmenu")
        assert "单车" in asked.text


async def test_closed_rated_sent_back_and_rated_again(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        citizen = street.citizen("seat", "甲")
        case = number((await filed(citizen))[-1])
        office = await worked_on(street, case, citizen)

        await street.passes(TEN_MINUTES)
        asked = await citizen.hears()
        assert (asked.way, list(asked.menu.values())) == ("kf", ["解决了", "部分解决", "没解决"])
        assert "满意" in (await citizen.picks("3")).text
        await citizen.picks("1")  # one point, not the first of five
        await citizen.says("换的井盖还是松的")
        await citizen.picks("2")
        await street.passes(TEN_MINUTES)
        assert "重新办理" in (await citizen.hears()).text
        state = await street.hotline.case(case)
        assert (state.status, state.round) == ("reopened", 1)

        await office.acts(case, "accept")
        await citizen.hears()
        await office.acts(case, "close", text="已重新固定。")
        await citizen.hears()
        await street.passes(TEN_MINUTES)
        await citizen.hears()
        await citizen.picks("1")
        await citizen.picks("5")
        state = await street.hotline.until(case, lambda state: state.rated is not None and state.round == 1)
        assert state.rated is not None
        assert (state.rated.resolved, state.rated.satisfaction) == ("yes", 5)
        await street.settles()
        assert {what.rpartition(": ")[2] for what in await became(office, case)} == {"window"}


class Post:
    """gateway.outbox.Texter: writes down what it would send."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def text(self, about: About, key: str, words: str) -> None:
        self.sent.append(about.news)


async def test_five_messages_in_48_hours_and_then_a_text_message(tmp_path: Path, mind: Mind) -> None:
    post = Post()
    async with opened(tmp_path, mind, kf("seat"), texter=post) as street:
        citizen = street.citizen("seat", "甲")
        case = number((await filed(citizen))[-1])      # the receipt was the first of five
        await worked_on(street, case, citizen)
        await street.passes(TEN_MINUTES)
        assert (await citizen.hears()).menu                # the fifth
        sent = street.calls(SEND)
        await street.passes(REMINDER)
        await until(lambda: post.sent)
        assert ([news.partition("_")[0] for news in post.sent], street.calls(SEND)) == (["rate"], sent)

        await citizen.says("进度")                         # a word of theirs opens the window anew
        assert street.calls(SEND)[SEND] == sent[SEND] + 1


async def test_the_last_two_messages_are_kept_for_the_answer_and_the_rating(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        citizen = street.citizen("seat", "甲")
        case = number((await filed(citizen))[-1])
        clerk, office = await street.hotline.staff("clerk"), await street.hotline.staff("department")
        await clerk.acts(case, "accept")
        await clerk.acts(case, "dispatch", department=street.hotline.gateway.city.departments[0].code)
        await office.acts(case, "progress", text="已派人。")
        await office.acts(case, "close", text="井盖已更换。")
        await until(lambda: told(office, case, 4))
        await street.passes(TEN_MINUTES)
        await until(lambda: told(office, case, 5))
        assert [line.partition(",")[0] for line in await became(office, case)] == [
            "told accepted: window", "told dispatched: window", "not_told progress: window kept_for_the_end",
            "told closed: window", "told rate: window",
        ]


async def told(office: Staff, case: str, count: int) -> bool:
    return len(await became(office, case)) >= count


async def test_what_did_not_arrive_stands_in_the_case(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        citizen = street.citizen("seat", "甲")
        case = number((await filed(citizen))[-1])
        clerk = await street.hotline.staff("clerk")
        street.wechat.account("seat").kf.fail_next = 1
        await clerk.acts(case, "accept")
        await until(lambda: told(clerk, case, 3))
        assert [line.partition(",")[0] for line in await became(clerk, case)] == [
            "told accepted: window", "failed accepted: window kf 5", "not_told accepted: window not_delivered",
        ]


async def test_a_callback_that_never_came_is_made_up_for(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        citizen = street.citizen("seat", "甲")
        await citizen.enters()
        street.wechat.account("seat").reconfigure(callback=f"{street.hotline.url}/nowhere")
        await citizen.window.says("体育西路的井盖坏了，有人差点掉下去")
        assert len(citizen.shown) == 1
        await street.passes(SWEEP_MS / 1000)
        assert "井盖" in (await citizen.hears()).text


async def test_a_pull_that_was_refused_is_tried_again(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        citizen = street.citizen("seat", "甲")
        await citizen.enters()
        street.wechat.fault("kf/sync_msg", "errcode", code=40058)  # nothing that passes by itself
        await citizen.window.says("体育西路的井盖坏了，有人差点掉下去")
        await street.settles()
        assert len(citizen.shown) == 1
        await street.passes(SWEEP_MS / 1000)
        assert "井盖" in (await citizen.hears()).text


async def test_a_greeting_whose_answer_was_lost_is_not_said_again(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        citizen = street.citizen("seat", "甲")
        street.wechat.fault("kf/send_msg_on_event", "reset_after")
        await citizen.enters()
        await street.settles()
        await street.passes(60)
        await street.settles()
        assert (len(citizen.shown), street.calls(SEND)) == (1, {})


async def test_what_came_while_the_gateway_was_away_is_answered_at_its_start(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        citizen = street.citizen("seat", "甲")
        await citizen.enters()
        await street.settles()
        await street.hotline.close()
        await citizen.window.says("体育西路的井盖坏了，有人差点掉下去")
        await street.opens()
        citizen.read = 1
        assert "井盖" in (await citizen.hears()).text
        await street.settles()
        assert len(citizen.shown) == 2


async def test_a_callback_that_comes_twice_is_answered_once(tmp_path: Path, mind: Mind) -> None:
    async with opened(tmp_path, mind, kf("seat")) as street:
        citizen = street.citizen("seat", "甲")
        await citizen.enters()
        delivery = await citizen.window.says("体育西路的井盖坏了，有人差点掉下去")
        again = await street.wechat.pusher.deliver(citizen.window.account, delivery.push)
        assert again.outcome == "success"
        await street.settles()
        assert [bubble.way for bubble in citizen.shown] == ["welcome", "kf"]
