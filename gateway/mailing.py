"""A turn's messages as items of lane `out`, and what of a case they tell."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args, get_type_hints

from msgspec.structs import replace

from gateway import outbox
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Case, Dialogue
from gateway.dialogue.effects import Say
from gateway.fields.base import Value
from gateway.messages import CaseNews, Inbound, encode
from gateway.outbox import About, Heard, Moved, OutItem, Quiet
from gateway.protocols import Emit
from gateway.replies import Replies
from gateway.turn import Turn

_NEWS = frozenset(get_args(get_type_hints(CaseNews)["news"]))
_RATING = {"rating.invite": "rate", "rating.remind": "rate_reminder"}


@dataclass(frozen=True, slots=True)
class Wording:
    """What puts short facts into words; `at` is aware, in the city's time zone."""

    replies: Replies
    channel: str
    at: datetime

    def say(self, language: str, fact: str, params: Mapping[str, Value]) -> str:
        return self.replies.render(language, self.channel, f"notice.{fact}", params)


def items(
    turn: Turn, heard: Sequence[Inbound], told: About | None, moves: Literal["person", "bot"] | None
) -> Iterator[Emit]:
    """In order: what the sender learns from what was heard, then what is said. The first of that lets go of the pushes
    that wait for this turn, whatever it says. A platform's staff takes over behind our last word, and hands back before
    our next one."""
    answers = tuple(item.id for item in heard)
    since = min((item.at for item in heard if isinstance(item.content, CaseNews)), default=0)
    told = replace(told, since=since) if told else None
    said: list[OutItem] = [
        outbox.Say(message, answers if message is turn.sent[0] else (), told if message.id == turn.id(0) else None)
        for message in turn.sent
    ] or [Quiet(answers)]
    move: list[OutItem] = [Moved(moves)] if moves else []
    notes: list[OutItem] = [Heard(item.note) for item in heard if item.note]
    following = [*notes, *said, *move] if moves == "person" else [*notes, *move, *said]
    for ordinal, item in enumerate(following):
        yield Emit("out", turn.conversation, f"{turn.number}.{ordinal}", encode(item))


def about(paragraph: Say, state: Dialogue, catalog: Catalog, wording: Wording) -> About | None:
    """The news that a paragraph brings. A discreet matter is not named outside the conversation."""
    news = _RATING.get(paragraph.key) or paragraph.key.removeprefix("news.")
    id_ = str(paragraph.params.get("work_order", ""))
    if news not in _NEWS or not id_:
        return None
    case = next((case for case in state.cases if case.work_order_id == id_), None)
    say, language = wording.say, state.language
    facts = {
        "number": id_, "title": _title(case, language, catalog) if case else "",
        "department": str(paragraph.params.get("department", "")), "status": say(language, "status", {"news": news}),
        "status_zh": say("zh", "status", {"news": news}), "hint": say(language, "hint", {"news": news}),
        "time": say(language, "time", {"at": wording.at.isoformat()}),
    }
    return About(id_, news, case.round if case else 0, facts)


def _title(case: Case, language: str, catalog: Catalog) -> str:
    template = catalog.newest.get(case.template)
    if template is not None and template.discreet:
        return ""
    return case.title if template is None or language == "zh" else template.title.of(language)
