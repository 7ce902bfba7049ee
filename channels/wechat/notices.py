"""Which subscription and template messages an account has, and what stands in them.

What they hold is short and of a fixed kind (channels/wechat/bodies.py cuts it): never the citizen's own words.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from channels.wechat.bodies import Notice, Page
from gateway.outbox import About

Way = Literal["lasting", "once", "template"]


@dataclass(frozen=True, slots=True)
class Plan:
    """One template of the platform. `values`: its key → a fact of gateway.outbox.About; `tells`: the news it is for.

    page  of the mini-program `appid`, opened by a tap
    """

    template: str
    way: Way
    values: Mapping[str, str]
    tells: frozenset[str]
    page: str = ""
    appid: str = ""

    def notice(self, about: About, key: str) -> Notice:
        values = {name: about.facts.get(_known(name, fact), "") or "-" for name, fact in self.values.items()}
        page = Page(self.appid, f"{self.page}?id={about.work_order}") if self.page else None
        return Notice(self.template, values, page, key)


def _known(name: str, fact: str) -> str:
    """A `phrase` holds Chinese characters and nothing else (47003)."""
    return f"{fact}_zh" if name.startswith("phrase") and fact == "status" else fact
