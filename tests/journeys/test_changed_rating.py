"""Somebody taps the wrong star and says so: a rating may be changed for ten minutes, and until its rework is sent."""
from __future__ import annotations

import pytest

from tests.journeys.hotline import Citizen, Hotline
from tests.journeys.test_express_delivery import MISSING, OPENING, TEN_MINUTES


async def closed(hotline: Hotline) -> tuple[Citizen, str]:
    """A case of theirs is closed, and they are asked."""
    citizen = await hotline.citizen("zh")
    number = await citizen.files(OPENING, MISSING)
    clerk, office = await hotline.staff("clerk"), await hotline.staff("department")
    await clerk.acts(number, "accept")
    await citizen.hears()
    await clerk.acts(number, "dispatch", department=hotline.gateway.city.departments[0].code)
    await citizen.hears()
    await office.acts(number, "close", text="已送达。")
    await citizen.hears()
    hotline.clock.advance(TEN_MINUTES)
    assert (await citizen.hears()).ask == "resolved"
    return citizen, number


async def test_a_wrong_tap_is_changed_and_goes_back(hotline: Hotline) -> None:
    citizen, number = await closed(hotline)
    await citizen.picks("yes")
    await citizen.picks("5")
    assert "改评价" in (await citizen.picks("no")).text
    assert (await hotline.until(number, lambda case: case.rated is not None)).rework_due is False

    hotline.clock.advance(300)
    again = await citizen.says("点错了")
    assert (again.ask, number in again.text) == ("resolved", True)
    await citizen.picks("no")
    await citizen.picks("1")
    assert (await citizen.says("根本没有送到")).ask == "contacted"
    await citizen.picks("no")
    case = await hotline.until(number, lambda case: case.rework_due)
    assert case.rated is not None
    assert (case.rated.resolved, case.rated.satisfaction, case.rated.reason) == ("no", 1, "根本没有送到")
    hotline.clock.advance(TEN_MINUTES)
    assert (await hotline.until(number, lambda case: case.round == 1)).status == "reopened"


@pytest.mark.parametrize("words", ["改评价", "change my rating"])
async def test_later_the_words_are_like_any_others(hotline: Hotline, words: str) -> None:
    citizen, number = await closed(hotline)
    await citizen.picks("yes")
    await citizen.picks("5")
    await citizen.picks("no")
    hotline.clock.advance(TEN_MINUTES)
    await hotline.until(number, lambda case: case.settled)
    assert (await citizen.says(words)).ask != "resolved"


async def test_no_rating_was_given_and_nothing_is_changed(hotline: Hotline) -> None:
    citizen = await hotline.citizen("zh")
    assert (await citizen.says("改评价")).ask != "resolved"
