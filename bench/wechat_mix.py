"""Who comes on a day, as data: 65,000 appeals, and the share of them that does what costs a call to WeChat.

Sources: [2021] Beijing's report on 2021 (beijing.gov.cn/hudong/jpzt/2021fwrxndbg): 126.7 of 1,485.8 million/100 appeals
came over WeChat, 3,471 a day. [2020] Beijing's report on 2020 (bjnews.com.cn/detail/161007287415103.html): 1,103.94
of them were heard and almost 450 handed to a department, 41 in 100. What nobody publishes is chosen to cost more than
it will.
"""
from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

APPEALS = 65_000  # a day in Beijing, by telephone and in writing; here as if all of them came by the one way at hand


@dataclass(frozen=True, slots=True)
class Habit:
    """`share` of the appeals named by `of`; what it costs, and where the share comes from."""

    id: str
    of: str
    share: float
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """What one citizen does, habit by habit."""

    name: str
    habits: frozenset[str]

    def does(self, habit: str) -> bool:
        return habit in self.habits


MIX: tuple[Habit, ...] = (
    Habit("files", "", 0.6, "a work order; the others are answered from the knowledge base",
          "41 in 100 were handed to a department [2020]; half as many again"),
    Habit("speaks", "files", 0.2, "every word is spoken, and every recording fetched", "no source"),
    Habit("photographs", "files", 0.5, "three photos, each of them fetched", "no source; a template asks for none"),
    Habit("points", "files", 0.3, "a map point where an address is asked", "no source; costs nothing"),
    Habit("looks", "files", 0.5, "asks for the progress once, before it closes",
          "no source; opens the window again, so that more is told"),
    Habit("late", "files", 0.8, "closed more than 48 hours after their last word, so that a template message tells it",
          "no source; departments have five working days and more"),
    Habit("subscribes", "files", 0.1, "said yes to a long-term subscription, which stands before the template message",
          "no source; the fewer, the more template messages"),
    Habit("rates", "files", 0.6, "answers the rating, which opens the window again",
          "no source"),
    Habit("reworks", "rates", 0.25, "was not helped: all of it a second time",
          "no source; Beijing reports 4 in 100 unresolved"),
)


def with_shares(mix: tuple[Habit, ...], shares: Mapping[str, float]) -> tuple[Habit, ...]:
    return tuple(replace(habit, share=shares.get(habit.id, habit.share)) for habit in mix)


# The same day at its worst for the caps: nothing is answered at once, nothing in time, nobody has subscribed.
WORST = with_shares(MIX, {"files": 1.0, "late": 1.0, "subscribes": 0.0})


def appeals(mix: tuple[Habit, ...], n: int) -> Iterator[Appeal]:
    """n appeals in which every habit has its share, to the nearest whole one. The same at every run."""
    names = [f"appellant {number}" for number in range(n)]
    doing: dict[str, set[str]] = {"": set(names)}
    for habit in mix:
        among = sorted(doing[habit.of])
        random.Random(habit.id).shuffle(among)
        doing[habit.id] = set(among[:round(habit.share * len(among))])
    for name in names:
        yield Appeal(name, frozenset(habit for habit, who in doing.items() if habit and name in who))
