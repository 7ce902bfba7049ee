"""What reaches a conversation and is no talk of its citizen: news, staff, timers, the API, other conversations.

Each is answered beside the open form, whose question follows again where something stands between.
"""
from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from gateway import languages, links, news, numbering, rating, service
from gateway.clock import from_ms
from gateway.dialogue import drafts
from gateway.dialogue.arrivals import arrived
from gateway.dialogue.beside import beside, offered
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import BESIDE, Dialogue
from gateway.dialogue.effects import Effect, Quote, Say, WebLink
from gateway.dialogue.posted import file_order, words_in
from gateway.dialogue.step import resume
from gateway.dialogue.understood import Known, Understood
from gateway.dialogue.words import picked
from gateway.fields.city import EmergencyNumber
from gateway.handover import (
    AgentJoins,
    AgentLeaves,
    AgentSays,
    Arrived,
    DraftHanded,
    DraftWanted,
    Invitations,
    OpenDraft,
    Verified,
)
from gateway.messages import CaseNews, Elapsed, Inbound, Order, Text
from gateway.turn import Turn
from gateway.understanding import Reader
from gateway.writing import Writer

Outcome = tuple[Dialogue, list[Effect]]


@dataclass(frozen=True, slots=True)
class Asides:
    catalog: Catalog
    reader: Reader
    writer: Writer
    time_zone: ZoneInfo

    async def take(self, state: Dialogue, item: Inbound, turn: Turn) -> Outcome | None:
        """None for what the citizen said in the chat."""
        match item.content:
            case CaseNews(news="settled") as told:
                return rating.settled(state, told), []
            case CaseNews() as told:
                return news.tell(rating.settled(state, told), told, self.reader.city.departments, self.catalog)
            case AgentLeaves() as left:
                return self._left(state, left, turn)
            case AgentSays() | AgentJoins() as said:
                return turn.staff(state, said)
            case Elapsed() as timer:
                return drafts.elapsed(self.catalog, state, timer)
            case Invitations() as wish:
                turn.wished(item, wish)
                return (state if wish.wanted else replace(state, ratings=())), []
            case Arrived() as came:
                return self._arrived(state, item, came, turn)
            case Order() as order:
                return await self._ordered(state, item, order, turn)
            case Verified() | DraftWanted() | DraftHanded() as other:
                turn.puts += self.writer.links(turn, other) if isinstance(other, Verified) else ()
                return beside(self.catalog, state, self._nothing_said(turn.now, state), other)
        return None

    def resumed(self, state: Dialogue, effects: list[Effect], turn: Turn) -> Outcome:
        """The open question again, behind what was said beside it."""
        nothing = state.draft is None and state.asked is None
        if nothing or state.mode != "bot" or state.asked in BESIDE:
            return state, effects
        state, question = resume(self.catalog, state, self._nothing_said(turn.now, state))
        return state, [*effects, *question]

    def briefly(self, state: Dialogue, said: str, turn: Turn) -> Outcome | None:
        """What only short messages know: the rest of ours is asked for, the web page for photos, that a number
        answers nothing. A yes to a summary of which lines are left shows those first."""
        if state.mode != "bot":
            return None
        if state.more and numbering.wants_more(said, counts=self.writer.shortener.counted(state)):
            return replace(state, more="", last=turn.now), [Quote(state.more)]
        if state.unread and state.asked == numbering.SUMMARY and (
                numbering.wants_more(said, counts=False) or picked(state, said) == "file"):
            seen = replace(state, unread="", last=turn.now)
            return self.resumed(seen, [Quote(state.unread, kind="summary")], turn)
        busy = state.asked or state.draft or state.rating or state.more
        if not busy and numbering.is_one(said):  # 5, where nothing was asked
            return replace(state, last=turn.now, greeted=True), [Say("short.number")]
        if self.writer.pages is not None and links.asked_for(said):
            return replace(state, last=turn.now), [WebLink()]
        return None

    def found(self, state: Dialogue, found: OpenDraft | None, turn: Turn) -> Dialogue:
        """A draft of theirs that lies elsewhere, offered where nothing is open here."""
        busy = state.draft or state.asked or state.rating or state.mode != "bot"
        if found is None or busy:
            return state
        state, effects = offered(self.catalog, state, self._nothing_said(turn.now, state), found)
        turn.effects += effects
        return state

    def _left(self, state: Dialogue, left: AgentLeaves, turn: Turn) -> Outcome:
        """The citizen is asked how the talk was, unless something else beside the form is open. Platforms with seats
        of their own also tell of an ending that was our doing."""
        if state.mode == "bot":
            return state, []
        agent = (state.agent or left.agent) if state.mode == "agent" else None
        state, effects = turn.staff(state, left)
        rated = rating.again(state, news.wording(self.catalog, state))
        if agent is None or state.asked in BESIDE - {service.ASK}:
            return self.resumed(state, [*effects, *rated], turn)
        return service.invite(service.passed(state), agent, effects)

    def _arrived(self, state: Dialogue, item: Inbound, came: Arrived, turn: Turn) -> Outcome:
        """Somebody came without a word; what is said answers that."""
        turn.heard([item])
        state = service.passed(languages.follow(state, item.language, ""))
        rated = rating.again(state, news.wording(self.catalog, state))
        return arrived(self.catalog, state, self._nothing_said(item.at, state), came, rated)

    async def _ordered(self, state: Dialogue, item: Inbound, order: Order, turn: Turn) -> Outcome:
        """A form posted over the API; the open one's question follows again, nothing of it has changed."""
        turn.heard([item])
        turn.reply_to = None  # the page did not write this
        state = languages.follow(state, item.language, "")
        danger = await self.reader.danger(words_in(order.fields))
        effects = file_order(self.catalog, self._nothing_said(item.at, state, danger), state, order)
        return self.resumed(state, effects, turn)

    def _nothing_said(self, at: int, state: Dialogue, danger: EmergencyNumber | None = None) -> Understood:
        """A turn of the dialogue that no words of the citizen began."""
        now = from_ms(at).astimezone(self.time_zone)
        return Understood(Text(""), now, self.reader.city, known=Known(phone=state.phone), emergency=danger)
