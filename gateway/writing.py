"""Effects become one commit: the reply worded, the work order filed, timers armed, records and transcript written."""
from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from gateway import mailing
from gateway.brevity import Room
from gateway.case_life import begin
from gateway.cases import record
from gateway.citizens import links
from gateway.clock import from_ms
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Case, Dialogue
from gateway.dialogue.effects import (
    Arm,
    Ask,
    CallPerson,
    Disarm,
    FetchDraft,
    File,
    HandDraft,
    Labelled,
    LeavePerson,
    Quote,
    Rated,
    Say,
    Served,
    Supplement,
    Told,
    WebLink,
)
from gateway.fields.base import Value
from gateway.filing import Filer
from gateway.handover import DraftHanded, DraftWanted, Verified
from gateway.links import Links, wanted
from gateway.messages import Elapsed, Inbound, Option, Outbound, encode
from gateway.observe import ANSWERS, COMPLETENESS, TALKS, WORK_ORDERS
from gateway.orders import Added, Answered, CaseOp, Posted, RatingAnswer
from gateway.page import Page, Shortener, paragraph, quoted
from gateway.protocols import Emit, Feed, Put
from gateway.replies import Replies
from gateway.seal import HIDDEN, Seal
from gateway.transcripts import AnswerLine, ConversationInfo, ServiceLine, TranscriptLine
from gateway.turn import Turn

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Writer:
    """What the citizen reads is in the same commit: in the feed where a channel has one, else for lane `out`."""

    catalog: Catalog
    replies: Replies
    filer: Filer
    seal: Seal
    transcript_days: int
    case_days: int
    answer_days: int = 7  # how long an API call's answer is given again
    pushed: Container[str] = ()  # channels without a feed
    rooms: Mapping[str, Room] = field(default_factory=dict)  # channels whose turns are short
    pages: Links | None = None  # where files go that such a channel cannot bring

    @property
    def shortener(self) -> Shortener:
        return Shortener(self.catalog, self.replies, self.rooms, self.pages is not None)

    async def write(self, state: Dialogue, turn: Turn, items: Sequence[Inbound] = ()) -> Dialogue:
        """Carry the effects out into the turn's changes; returns the state to save. `items`: what the turn answers."""
        page = Page()
        for effect in turn.effects:
            state = await self._do(effect, state, turn, page)
        if self.shortener.serves(turn.channel) and wanted(self.catalog, state, turn.effects):
            await self._link(state, turn, page)
        if page.paragraphs:
            state = self._reply(state, turn, page)
        await self._keep_files(turn)
        self._deliver(turn, page, items)
        self._transcript(turn)
        self._conversation(state, turn)
        return state

    async def _do(self, effect: object, state: Dialogue, turn: Turn, page: Page) -> Dialogue:
        match effect:
            case Say(key, params):
                page.find(effect, self._say(key, params, state, turn, page))
                if key.startswith("news."):
                    page.sender = "department"
                self._tells(effect, state, turn, page)
            case Quote(text):
                page.say(quoted(effect))
                page.find(effect, text)
            case Ask():
                page.asks(effect)
            case File():
                return await self._file(effect, state, turn, page)
            case Supplement():
                await self._add(effect, turn)
            case Rated():
                _event(turn, effect.work_order_id, Answered(_answer(effect), turn.now, turn.conversation))
            case Told():
                self._told(effect, state, turn)
            case Served():
                self._served(effect, turn)
            case CallPerson(why):
                page.moves = "person"
                return replace(state, mode="waiting", why=why)
            case LeavePerson():
                turn.staffed, page.moves = True, "bot"
                return replace(state, mode="bot", why=None, agent=None)
            case Arm(timer, of, after_s):
                turn.emits.append(_timer(turn, timer, of, after_s))
            case Disarm(timer, of):
                turn.cancel.append(turn.timer(timer, of))
            case WebLink():
                await self._link(state, turn, page)
            case FetchDraft(found):
                _send(turn, found.conversation, DraftWanted(found.draft, turn.conversation))
            case HandDraft(to, draft, back):
                body = msgspec.to_builtins(draft) if draft else None
                _send(turn, to, DraftHanded(body, turn.conversation, back))
        return state

    async def _link(self, state: Dialogue, turn: Turn, page: Page) -> None:
        """A token that nobody was told, because the turn was repeated, is of no use to anybody. What is kept of the
        conversation does not hold it."""
        if self.pages is None or state.phone is None:
            return
        said = {"url": await self.pages.make(state.phone)}
        text = self.replies.render(state.language, turn.channel, "short.link", said)
        page.say(paragraph("short.link", text, text.replace(said["url"], HIDDEN)))

    async def _add(self, effect: Supplement, turn: Turn) -> None:
        """Files without a word get the catalog's, in the language of the department; they stay as long as the case."""
        files = [info for id_ in effect.uploads if (info := await self.filer.uploads.info(id_)) is not None]
        turn.puts += (self.filer.uploads.used(info) for info in files)
        said = {"count": len(files)}
        text = effect.text or (self.replies.render("zh", turn.channel, "supplement.files", said) if files else "")
        attached = tuple(msgspec.to_builtins(info.attachment) for info in files)
        _event(turn, effect.work_order_id, Added(text, effect.urge, turn.now, attached))

    def _told(self, effect: Told, state: Dialogue, turn: Turn) -> None:
        """Counted at once, in the commit that shows the answer or thanks for the yes."""
        line = AnswerLine(turn.now, effect.entry, effect.solved, state.language, turn.channel)
        index: dict[str, str | int] = {"at": line.at, "entry": line.entry, "solved": line.solved}
        id_ = f"{turn.conversation}:{turn.number:08d}:{effect.entry}:{effect.solved}"
        turn.puts.append(Put("answer", id_, encode(line), index, turn.now + self.case_days * DAY_MS))
        ANSWERS.labels(effect.entry, effect.solved).inc()

    def _served(self, effect: Served, turn: Turn) -> None:
        line = ServiceLine(turn.now, effect.agent, effect.points, turn.channel)
        index: dict[str, str | int] = {"at": line.at, "agent": line.agent}
        id_ = f"{turn.conversation}:{turn.number:08d}"
        turn.puts.append(Put("service", id_, encode(line), index, turn.now + self.case_days * DAY_MS))
        TALKS.labels(str(effect.points)).inc()

    def _say(self, key: str, params: Mapping[str, Value], state: Dialogue, turn: Turn, page: Page) -> str:
        """The look-up code of a receipt is told once: what is kept of the conversation does not hold it."""
        values = {**params, **page.values}
        text = self.replies.render(state.language, turn.channel, key, values)
        kept = None
        if "lookup_code" in values:
            kept = self.replies.render(state.language, turn.channel, key, {**values, "lookup_code": HIDDEN})
        short = key == "summary" and self.shortener.serves(turn.channel)
        text, *shorter = self.shortener.summary(values, state.language, turn.channel) if short else (text,)
        page.say(paragraph(key, text, kept, tuple(shorter)))
        return text

    async def _file(self, effect: File, state: Dialogue, turn: Turn, page: Page) -> Dialogue:
        """The work order, its first event and its hand-over stand in the same commit as the citizen's receipt."""
        draft = effect.draft
        template = self.catalog.versions[draft.template, draft.version]
        filed, files = await self.filer.file(draft, template, state, turn.conversation, from_ms(turn.now))
        id_ = filed.order["work_order_id"]
        op = CaseOp("submit", id_, 1, {"order": filed.order}, turn.now)
        turn.emits += (
            Emit("events", id_, f"{id_}:filed", msgspec.json.encode(filed)),
            Emit("case", id_, op.key, msgspec.json.encode(op)),
        )
        case = begin(filed)
        turn.puts += (record(case, self.case_days * DAY_MS), *files)
        if effect.answer:
            body = encode(Posted(id_, case.status, case.due))
            turn.puts.append(Put("posted", effect.answer, body, expires=turn.now + self.answer_days * DAY_MS))
        page.values = {"work_order": id_, "due": case.due or "", "lookup_code": self.seal.lookup_code(id_)}
        page.work_order, page.template = id_, template.id
        WORK_ORDERS.labels(template.id).inc()
        COMPLETENESS.labels(template.id).observe(filed.completeness or 0.0)
        nameless = filed.order["complainant"]["kind"] == "anonymous"
        mine = Case(
            id_, template.id, filed.order["title"], "submitted", effect.key, due=case.due, anonymous=nameless)
        return replace(state, cases=(*state.cases, mine))

    def links(self, turn: Turn, proved: Verified) -> tuple[Put, ...]:
        """Who the citizen of this conversation is, for as long as their cases are kept."""
        return links(turn.conversation, proved, turn.now, self.case_days * DAY_MS)

    async def _keep_files(self, turn: Turn) -> None:
        """What was sent into the chat is kept as long as a draft may refer to it; filing keeps it with the case."""
        until = from_ms(turn.now) + timedelta(seconds=self.catalog.expiry_s)
        for id_ in (id_ for line in turn.lines for id_ in line.uploads):
            info = await self.filer.uploads.info(id_)
            if info is not None and not info.used:
                turn.puts.insert(0, self.filer.uploads.held(info, until))

    def _reply(self, state: Dialogue, turn: Turn, page: Page) -> Dialogue:
        ask = page.ask if page.ask and page.ask.what == state.asked else None
        choices = tuple(self._label(choice, state, turn) for choice in ask.choices) if ask else ()
        short = self.shortener.serves(turn.channel)
        fitted = self.shortener.fitted(page, choices, state, turn.channel) if short else page.whole()
        message = Outbound(
            id=turn.id(0), at=turn.now, text=fitted.text, sender=page.sender,
            language=state.language, choices=choices, ask=ask.what if ask else None,
            template=_template(state, page), work_order=page.work_order, reply_to=turn.reply_to,
            errors=tuple(page.errors),
        )
        turn.sent.insert(0, message)
        turn.lines.append(TranscriptLine(at=turn.now, sender=message.sender, text=fitted.kept))
        return replace(state, asked_by=message.id if ask else state.asked_by, more=fitted.rest,
                       unread=fitted.unread)

    def _label(self, choice: Option | Labelled, state: Dialogue, turn: Turn) -> Option:
        if isinstance(choice, Labelled):
            return Option(choice.value, choice.label)
        return Option(choice.value, self.replies.render(state.language, turn.channel, choice.label, {}))

    def _tells(self, effect: Say, state: Dialogue, turn: Turn, page: Page) -> None:
        if turn.channel in self.pushed and page.about is None:
            at = from_ms(turn.now).astimezone(ZoneInfo(self.filer.city.time_zone))
            wording = mailing.Wording(self.replies, turn.channel, at)
            page.about = mailing.about(effect, state, self.catalog, wording)

    def _deliver(self, turn: Turn, page: Page, items: Sequence[Inbound]) -> None:
        if turn.channel in self.pushed:
            turn.emits += mailing.items(turn, items, page.about, page.moves)
        else:
            turn.feeds += (Feed(turn.conversation, message.id, encode(message)) for message in turn.sent)

    def _transcript(self, turn: Turn) -> None:
        expires = turn.now + self.transcript_days * DAY_MS
        for ordinal, line in enumerate(turn.lines):
            id_ = f"{turn.conversation}:{turn.number:08d}:{ordinal:03d}"
            turn.puts.append(Put("transcript", id_, encode(line), {"conversation": turn.conversation}, expires))

    def _conversation(self, state: Dialogue, turn: Turn) -> None:
        """Staff's queue shows those who wait or talk; the others are written when they begin or change."""
        filed = any(put.kind == "work_order" for put in turn.puts)
        if not (filed or turn.staffed or turn.number == 1 or state.mode != "bot"):
            return
        info = ConversationInfo(
            conversation=turn.conversation, channel=turn.channel, mode=state.mode, language=state.language,
            started=state.started, last=turn.now, why=state.why, agent=state.agent,
            work_orders=tuple(case.work_order_id for case in state.cases),
        )
        expires = turn.now + self.transcript_days * DAY_MS
        turn.puts.append(
            Put("conversation", turn.conversation, encode(info), {"mode": info.mode, "last": info.last}, expires)
        )


def _template(state: Dialogue, page: Page) -> str | None:
    if page.ask and page.ask.template:
        return page.ask.template
    return page.template or (state.draft.template if state.draft else None)


def _answer(rated: Rated) -> RatingAnswer:
    return msgspec.convert(
        {name: getattr(rated, name) for name in RatingAnswer.__struct_fields__}, RatingAnswer
    )


def _event(turn: Turn, work_order_id: str, item: Added | Answered) -> None:
    dedupe = f"{turn.conversation}:{turn.number}:{len(turn.emits)}"
    turn.emits.append(Emit("events", work_order_id, dedupe, msgspec.json.encode(item)))


def _send(turn: Turn, to: str, content: DraftWanted | DraftHanded) -> None:
    """An item for another conversation of the same citizen."""
    id_ = f"{turn.conversation}:{turn.number}:{len(turn.emits)}"
    inbound = Inbound(id_, to, to.partition(":")[0], turn.now, content)
    turn.emits.append(Emit("in", to, id_, encode(inbound)))


def _timer(turn: Turn, timer: str, of: str, after_s: int) -> Emit:
    name, due = turn.timer(timer, of), turn.now + after_s * 1000
    body = encode(Inbound(f"{name}@{due}", turn.conversation, turn.channel, due, Elapsed(timer, of)))
    return Emit("in", turn.conversation, name, body, due)
