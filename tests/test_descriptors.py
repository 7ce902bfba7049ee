"""A gateway that was started with few descriptors takes what the operator allows, and says when that is not enough."""
from __future__ import annotations

import resource

from channels.web.visit import WebSettings
from gateway.descriptors import SOCKETS, SPARE, lacking, raise_limit
from tests.tables import table


def test_the_soft_limit_becomes_the_hard_one() -> None:
    before = soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    try:
        assert raise_limit() == hard
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_as_many_are_reckoned_with_as_the_web_channel_lets_in() -> None:
    assert WebSettings(frozenset()).in_all == SOCKETS


@table(("limit", "said"), [
    (1_024, True), (10_000 + SPARE - 1, True), (10_000 + SPARE, False), (resource.RLIM_INFINITY, False),
])
def test_too_few_are_named_with_what_is_needed(limit: int, said: bool) -> None:
    words = lacking(limit, 10_000)
    assert (words is not None) is said
    assert words is None or f"{limit} open files" in words
