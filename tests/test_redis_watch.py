"""Which master is believed, and how many have to confirm a write, from what the Sentinels say."""
from __future__ import annotations

from collections.abc import Sequence

from gateway.store.redis_watch import Belief, View, agreed
from tests.tables import table

ONE, OTHER = ("10.0.0.1", 6379), ("10.0.0.2", 6379)


@table(("sentinels", "views", "belief"), [
    (3, [View(ONE, 2), View(ONE, 2), View(ONE, 2)], Belief(ONE, 2)),
    (3, [View(ONE, 1), View(ONE, 2), View(ONE, 1)], Belief(ONE, 2)),  # one Sentinel could still choose the second
    (3, [View(ONE, 1), View(ONE, 1)], Belief(ONE, 1)),
    (3, [View(OTHER, 1), View(ONE, 2), View(ONE, 2)], Belief()),      # in the middle of a change
    (3, [View(ONE, 2)], Belief()),                                    # alone with it, behind a cut
    (2, [View(ONE, 1)], Belief()),
    (1, [View(ONE, 1)], Belief(ONE, 1)),
    (3, [], Belief()),
])
def test_a_master_is_believed_when_all_who_answer_name_it_and_they_are_most(
    sentinels: int, views: Sequence[View], belief: Belief
) -> None:
    assert agreed(views, sentinels) == belief
