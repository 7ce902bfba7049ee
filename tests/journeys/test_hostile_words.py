"""HOSTILE 32: what looks like a program in a citizen's words arrives as words, everywhere."""
from __future__ import annotations

import pytest

from tests.journeys.hotline import Hotline

HOSTILE = ("{{7*7}}", "{% include 'x' %}", "<img src=x onerror=alert(1)>", "%s %(name)s", "${jndi:ldap://x}")


@pytest.mark.parametrize("words", HOSTILE)
async def test_words_stay_words_from_the_chat_to_the_desk_and_back(same_hotline: Hotline, words: str) -> None:
    citizen = await same_hotline.citizen("zh")
    story = f"小区门口的路坑坑洼洼很久了 {words}"
    reply = await citizen.says("我要反映其他问题")
    seen: list[str] = []
    for _ in range(12):
        if reply.ask == "confirm":
            break
        if reply.ask in ("template",):
            reply = await citizen.picks("other")
        elif reply.ask == "contact_phone":
            reply = await citizen.picks("anonymous")
        elif reply.ask == "location":
            reply = await citizen.says(f"海珠区新港中路 {words}")
        else:
            reply = await citizen.says(story)
        seen.append(reply.text)
    assert reply.ask == "confirm", seen
    assert words in reply.text
    assert "49" not in reply.text
    number = (await citizen.picks("file")).work_order
    assert number is not None
    assert words in (await same_hotline.case(number)).order["content"]

    clerk = await same_hotline.staff("clerk")
    await clerk.reveals(number)
    assert words in str((await clerk.case(number))["content"])
    await clerk.acts(number, "accept")
    await citizen.hears()
    await clerk.acts(number, "close", text=f"答复 {words}")
    assert words in (await citizen.hears()).text
