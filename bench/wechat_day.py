"""A recorded run of whole appeals on WeChat: `python -m bench.wechat_day [--appeals 500]`.

The whole gateway behind the simulated platform: everybody of bench/wechat_mix.py comes, what they file is accepted,
dispatched, worked on, closed, rated, reworked; the platform counts every call. Writes `wechat_day` of results.json and
bench/wechat.md, where bench/wechat_caps.py multiplies.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bench import page, watch, wechat_page
from bench.citizens import open_mind
from bench.wechat_caps import Arm, Recorded
from bench.wechat_citizen import Appellant, Applicant, Person
from bench.wechat_mix import MIX, WORST, Habit, appeals
from gateway.app import Mind
from simulators.wechat.account import Account
from simulators.wechat.settings import AccountSettings, kf, mini, official
from tests.images import jpeg
from tests.journeys.hotline import PASSWORD, Staff
from tests.journeys.wechat import Street, opened
from tests.until import until

HOUR = 3_600
AT_ONCE = 8      # cases that staff have in hand
SETTLED_S = 30.0
WORST_OF = 100   # appeals of the worst day, at least
HALF_HOURS = 48  # of the day in which tokens are counted


@dataclass(frozen=True, slots=True)
class Way:
    """By which everybody of an arm comes; `share` of the run's appeals are recorded on it."""

    name: str
    settings: AccountSettings
    share: float

    @property
    def account(self) -> str:
        """The first half of its people's names in the gateway."""
        return self.settings.open_kfids[0] if self.settings.kind == "kf" else self.settings.appid


WAYS = (
    Way("official", official("official"), 1.0),
    Way("form", mini("form"), 0.25),
    Way("kf", kf("kf"), 0.25),
    Way("chat", mini("chat"), 0.25),
)


class Day:
    """One run on one street."""

    def __init__(self, street: Street, http: aiohttp.ClientSession, mix: tuple[Habit, ...], n: int) -> None:
        self._street, self._clock, self._http = street, street.clock, http
        self._people: dict[str, list[Person]] = {way.name: list(self._crowd(way, mix, n)) for way in WAYS}

    def _crowd(self, way: Way, mix: tuple[Habit, ...], n: int) -> Iterable[Person]:
        for appeal in appeals(mix, max(1, round(n * way.share))):
            if way.name == "form":
                yield Applicant(self._street, self._street.wechat.phone(way.name, appeal.name), appeal)
            else:
                yield Appellant(self._street, self._street.citizen(way.name, appeal.name), way.account, appeal)

    async def lived(self) -> Recorded:
        """From the first word to the last rating, then a day of nothing but tokens."""
        for role in ("clerk", "department"):
            await self._street.hotline.hires(role)
        for person in self._all():
            await person.comes()
        filed = [person for person in self._all() if person.work_order]
        await self._worked_on(filed)
        for person in filed:
            if person.appeal.does("looks"):
                await person.looks()
        await self._ended(filed)
        again = [person for person in filed if person.appeal.does("reworks")]
        await self._reworked(again)
        await self._passes(8 * 24 * HOUR)  # reminders go, ratings expire
        arms = tuple(self._arm(way) for way in WAYS)
        return Recorded(arms, await self._tokens())

    # --- the life of a case -------------------------------------------------------------------------------------

    async def _worked_on(self, people: Sequence[Person]) -> None:
        await self._passes(HOUR)
        department = self._street.hotline.gateway.city.departments[0].code
        await self._act("clerk", people, "accept")
        await self._act("clerk", people, "dispatch", department=department)
        await self._passes(4 * HOUR)
        await self._act("department", people, "progress", text="已安排工作人员到现场核实，正在协调处理。")

    async def _ended(self, people: Sequence[Person]) -> None:
        """Who is told in time first, the others two days later."""
        late = [person for person in people if person.appeal.does("late")]
        await self._closed([person for person in people if person not in late])
        await self._passes(49 * HOUR)
        await self._closed(late)

    async def _closed(self, people: Sequence[Person]) -> None:
        await self._act("department", people, "close", text="已联系责任单位，问题已处理完毕，感谢您的监督。")
        await self._passes(601)
        for person in people:
            await self._street.hotline.until(person.work_order, lambda case: case.invited == case.round)
        await self._settled()
        for person in people:
            if person.appeal.does("rates"):
                await person.rates()

    async def _reworked(self, people: Sequence[Person]) -> None:
        await self._passes(601)
        for person in people:
            await self._street.hotline.until(person.work_order, lambda case: case.round == 1)
            person.again = True
        await self._act("department", people, "accept")
        await self._act("department", people, "progress", text="已重新派员核实。")
        await self._ended(people)

    async def _act(self, role: str, people: Sequence[Person], act: str, **more: str) -> None:
        """By somebody who signs in for it, as on every day."""
        hands, hotline = asyncio.Semaphore(AT_ONCE), self._street.hotline
        staff = Staff(self._http, hotline.url)
        await staff.signs_in(role, PASSWORD)

        async def one(person: Person) -> None:
            async with hands:
                await staff.acts(person.work_order, act, **more)

        await asyncio.gather(*map(one, people))
        await self._settled()

    async def _passes(self, seconds: float) -> None:
        """Time, while nothing is on its way that would be late by it."""
        await self._settled()
        self._clock.advance(seconds)
        await self._settled()

    async def _settled(self) -> None:
        """Nothing is on its way any more; customer service's own sweep waits for its time in lane `kf`."""
        lanes = self._street.hotline.gateway.store.lanes

        async def quiet() -> bool:
            await self._street.wechat.settled()
            stats = await lanes.stats()
            return not any(one.waiting or one.leased for lane, one in stats.items() if lane != "kf")

        for _ in range(2):
            await until(quiet, within_s=SETTLED_S)

    # --- what it cost -------------------------------------------------------------------------------------------

    def _all(self) -> list[Person]:
        return [person for people in self._people.values() for person in people]

    def _arm(self, way: Way) -> Arm:
        people = self._people[way.name]
        bubbles = [bubble for person in people for bubble in person.phone.citizen.bubbles]
        return Arm(
            way.name, len(people), sum(bool(person.work_order) for person in people),
            sum(person.said for person in people), sum(bubble.way == "passive" for bubble in bubbles),
            self._account(way).calls(),
        )

    def _account(self, way: Way) -> Account:
        return self._street.wechat.account(way.name)

    async def _tokens(self) -> dict[str, int]:
        """Of one day on which every account is used all the time: how often it asks for a token."""
        before = {way.name: self._account(way).calls() for way in WAYS}
        people = [self._street.citizen(way.name, "an early riser") for way in WAYS]
        for _ in range(HALF_HOURS):
            for person in people:
                await person.photographs(jpeg())
            await self._passes(HOUR / 2)
        return {way.name: _asked(self._account(way).calls()) - _asked(before[way.name]) for way in WAYS}


def _asked(calls: dict[str, int]) -> int:
    return sum(n for path, n in calls.items() if path.endswith("token"))


async def recorded(folder: Path, mind: Mind, mix: tuple[Habit, ...], n: int) -> Recorded:
    async with opened(folder, mind, *(way.settings for way in WAYS)) as street, aiohttp.ClientSession() as http:
        return await Day(street, http, mix, n).lived()


async def run(n: int) -> dict[str, Any]:
    mind, encoder = await open_mind()
    try:
        runs = {}
        for name, mix, size in (("day", MIX, n), ("worst", WORST, max(WORST_OF, n // 5))):
            with tempfile.TemporaryDirectory() as folder:
                runs[name] = asdict(await recorded(Path(folder) / "data", mind, mix, size))
        return runs
    finally:
        await encoder.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.wechat_day", description=__doc__)
    parser.add_argument("--appeals", type=int, default=500, help="on the official account; a quarter on each other way")
    parser.add_argument("--out", type=Path, default=page.RESULTS)
    args = parser.parse_args()
    head = {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": watch.machine()}
    found = {**head, **asyncio.run(run(args.appeals))}
    results = json.loads(args.out.read_text("utf-8")) if args.out.is_file() else {}
    args.out.write_text(json.dumps(results | {"wechat_day": found}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    wechat_page.main()


if __name__ == "__main__":
    main()
