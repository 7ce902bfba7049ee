"""What one turn gathers before it is committed: the citizen's and staff's words, effects, and what follows."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from gateway.dialogue.draft import Dialogue
from gateway.dialogue.effects import Effect, LeavePerson, Say
from gateway.handover import AgentJoins, AgentLeaves, AgentSays, Arrived, Forgotten, Invitations
from gateway.messages import Choice, Form, Inbound, Location, Order, Outbound, Text, Upload
from gateway.protocols import Emit, Feed, Put
from gateway.transcripts import TranscriptLine

QUICK_MS = 2_000  # messages that follow each other within this are one citizen still writing


@dataclass(slots=True)
class Turn:
    """One turn of one conversation; `number` counts them and names everything that goes out."""

    conversation: str
    number: int
    now: int
    effects: list[Effect] = field(default_factory=list)
    emits: list[Emit] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)
    cancel: list[str] = field(default_factory=list)
    lines: list[TranscriptLine] = field(default_factory=list)
    sent: list[Outbound] = field(default_factory=list)
    reply_to: str | None = None
    staffed: bool = False  # something changed for the staff's queue

    @property
    def channel(self) -> str:
        return self.conversation.partition(":")[0]

    def id(self, ordinal: int) -> str:
        """I5: the same at every retry of this turn."""
        return f"{self.number}.{ordinal}"

    def timer(self, name: str, of: str) -> str:
        return f"{self.conversation}:{name}:{of}"

    def heard(self, burst: Sequence[Inbound]) -> None:
        """The citizen's own words for the transcript; the reply answers the last of them."""
        self.reply_to = burst[-1].id
        for item in burst:
            line = _line(item)
            if line is not None:
                self.lines.append(line)

    def wished(self, item: Inbound, wish: Invitations) -> None:
        """Both sides of it were said before the turn."""
        self.heard([item])
        if wish.answered:
            self.lines.append(TranscriptLine(at=self.now, sender="bot", text=wish.answered))

    def staff(self, state: Dialogue, content: AgentSays | AgentJoins | AgentLeaves) -> tuple[Dialogue, list[Effect]]:
        """A clerk joins, writes or hands the conversation back."""
        self.staffed = True
        if isinstance(content, AgentJoins):
            seen: list[Effect] = [] if content.elsewhere else [Say("agent.joined")]
            return replace(state, mode="agent", agent=content.agent), seen
        if isinstance(content, AgentLeaves):
            back: list[Effect] = [] if content.elsewhere else [LeavePerson()]
            return replace(state, mode="bot", agent=None, why=None), [*back, Say("agent.left")]
        if not content.elsewhere:
            self.sent.append(Outbound(
                id=self.id(len(self.sent) + 1), at=self.now, text=content.text, sender="agent",
                language=state.language,
            ))
        self.lines.append(TranscriptLine(at=self.now, sender="agent", text=content.text, agent=content.agent))
        return replace(state, mode="agent", agent=content.agent), []


def bursts(items: Sequence[Inbound]) -> Iterator[list[Inbound]]:
    """Neighbouring texts, files and map points of the citizen are one utterance; everything else stands alone."""
    burst: list[Inbound] = []
    for item in items:
        if burst and not (_joins(burst[-1]) and _joins(item)):
            yield burst
            burst = []
        burst.append(item)
    if burst:
        yield burst


def together(items: Sequence[Inbound]) -> Sequence[Inbound]:
    """The items of one turn: all that wait, but what forgets the conversation is a turn of its own, whose commit
    holds nothing else of it."""
    first = next((n for n, item in enumerate(items) if isinstance(item.content, Forgotten)), len(items))
    return items[:first or 1]


def _joins(item: Inbound) -> bool:
    return isinstance(item.content, Text | Upload | Location)


def hold(items: Sequence[Inbound], last: int, now: int, longest: int) -> int:
    """ms to wait before the turn, because the citizen may still be writing: `longest` since the first of these items,
    if that came within two seconds of the message before it (TEMPLATES.md). A single message never waits.

    last  when the message before them came, `now`: both ms; 0 for an answer that must not wait
    """
    first, age = items[0].at, now - items[0].at
    quick = 0 < last <= first < last + QUICK_MS
    return longest - age if quick and 0 <= age < longest and all(_joins(item) for item in items) else 0


def words(burst: Sequence[Inbound]) -> str:
    """The texts of a burst, a line each."""
    return "\n".join(item.content.text for item in burst if isinstance(item.content, Text))


def _line(item: Inbound) -> TranscriptLine | None:
    match item.content:
        case Text(text, recording):
            return TranscriptLine(at=item.at, sender="citizen", text=text, uploads=(recording,) if recording else ())
        case Choice(value):
            return TranscriptLine(at=item.at, sender="citizen", text=f"[{value}]")
        case Upload(upload):
            return TranscriptLine(at=item.at, sender="citizen", text="", uploads=(upload,))
        case Location(lat, long, label):
            return TranscriptLine(at=item.at, sender="citizen", text=f"{label} ({lat:.5f}, {long:.5f})")
        case Invitations(said=said):
            return TranscriptLine(at=item.at, sender="citizen", text=said)
        case Arrived(how):
            return TranscriptLine(at=item.at, sender="citizen", text=f"[{how}]")
        case Form(template, fields, kinds) | Order(template, _, fields, kinds):
            words = "\n".join(f"{field}: {value}" for field, value in fields.items())
            return TranscriptLine(at=item.at, sender="citizen", text=f"[{template}]\n{words}", uploads=tuple(kinds))
    return None
