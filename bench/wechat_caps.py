"""The arithmetic of a day on WeChat: calls of a recorded run, divided by its appeals, times 65,000, held to the caps.

A day that ends as many appeals as it begins costs what its appeals cost in their whole lives, whenever that was.
"""
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.wechat_mix import APPEALS

SEND = "custom/send"


@dataclass(frozen=True, slots=True)
class Cap:
    """Calls a day that the platform takes of one account [developers.weixin.qq.com, 接口调用频次限制]."""

    name: str
    most: int
    paths: tuple[str, ...]


CAPS = (
    Cap("token", 2_000, ("/cgi-bin/token", "/cgi-bin/stable_token")),
    Cap(SEND, 500_000, ("/cgi-bin/message/custom/send",)),
    Cap("template/send", 100_000, ("/cgi-bin/message/template/send",)),
    Cap("media/upload", 100_000, ("/cgi-bin/media/upload",)),
    Cap("media/get", 200_000, ("/cgi-bin/media/get",)),
)


@dataclass(frozen=True, slots=True)
class Arm:
    """What everybody who came one way did and cost. `said`: messages of theirs; `passive`: answers in the response to
    a push; `calls` of the account by path, over the whole life of its appeals."""

    name: str
    appeals: int
    filed: int
    said: int
    passive: int
    calls: Mapping[str, int]

    def a_day(self, calls: int, appeals: int = APPEALS) -> int:
        return math.ceil(calls / self.appeals * appeals)


@dataclass(frozen=True, slots=True)
class Recorded:
    """`tokens`: by arm, asked for on one day of steady use. They go by time and not by appeals."""

    arms: tuple[Arm, ...]
    tokens: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One cap of one account if all of a day came that way. `fits`: appeals a day that the cap allows, None for a call
    that no appeal costs or that goes by time."""

    arm: str
    cap: Cap
    recorded: int
    a_day: int
    fits: int | None

    @property
    def kept(self) -> bool:
        return self.a_day <= self.cap.most


def verdicts(run: Recorded) -> Iterator[Verdict]:
    """Of the accounts that have these caps; customer service is WeCom's, of whose API no cap of a day is known."""
    for arm in run.arms:
        for cap in CAPS if arm.name != "kf" else ():
            yield _verdict(arm, cap, run.tokens[arm.name])


def _verdict(arm: Arm, cap: Cap, tokens: int) -> Verdict:
    if cap.name == "token":
        return Verdict(arm.name, cap, tokens, tokens, None)
    calls = sum(arm.calls.get(path, 0) for path in cap.paths)
    return Verdict(arm.name, cap, calls, arm.a_day(calls), cap.most * arm.appeals // calls if calls else None)


def without_passive(arm: Arm) -> int:
    """custom/send of a day if every answer took it."""
    return arm.a_day(_sends(arm) + arm.passive)


def late_answers(arm: Arm) -> float | None:
    """The share of answers that may miss the response before custom/send reaches its cap; None without any, 1: all."""
    if not arm.passive:
        return None
    most = next(cap.most for cap in CAPS if cap.name == SEND)
    return min(1.0, (most * arm.appeals / APPEALS - _sends(arm)) / arm.passive)


def _sends(arm: Arm) -> int:
    return sum(arm.calls.get(path, 0) for cap in CAPS if cap.name == SEND for path in cap.paths)
