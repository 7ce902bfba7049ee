"""/desk/api/conversations: citizens who asked for a person; taking over, answering live, handing back to the bot."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from gateway.clock import Clock, to_ms
from gateway.console.cases import Id, OpenUpload, RevealBody, file, transcript
from gateway.console.door import Door, Journal, Openings, answer, read
from gateway.console.sessions import Member
from gateway.console.staff import Role
from gateway.console.views import Mask, QueueRow, conversation_view, queue_row
from gateway.dialogue.draft import load
from gateway.dialogue.template import Template
from gateway.errors import Conflict, NotFound, Unprocessable
from gateway.handover import AgentJoins, AgentLeaves, AgentSays
from gateway.messages import Content, Inbound
from gateway.protocols import Accept, LaneStore, Records, SharedStore
from gateway.transcripts import ConversationInfo

TALKERS: tuple[Role, ...] = ("clerk", "supervisor")
TAKING_MS = 20_000  # two clerks who take the same conversation: the second is told, until the turn is through

_infos = msgspec.json.Decoder(ConversationInfo)


class StepBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Taking over and handing back; `id` is made by the page."""

    id: Id


class SayBody(Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class Queue(Struct, frozen=True):
    """Waiting first, who waits longest on top; then what clerks are talking in."""

    conversations: list[QueueRow]


@dataclass(frozen=True, slots=True)
class ConversationPages:
    """`seated`: accounts (`channel:account`) whose platform has seats of its own; those conversations are read only."""

    store: LaneStore
    records: Records
    shared: SharedStore
    accept: Accept
    openings: Openings
    journal: Journal
    clock: Clock
    templates: Mapping[str, Template]
    open_upload: OpenUpload
    seated: Collection[str] = ()

    def routes(self, door: Door) -> list[web.RouteDef]:
        base = "/desk/api/conversations"
        return [
            web.get(base, door.to(self.queue, TALKERS)),
            web.get(base + "/{key}", door.to(self.show, TALKERS)),
            web.get(base + "/{key}/files/{upload}", door.to(self.file, TALKERS)),
            web.post(base + "/{key}/take", door.to(self.take, TALKERS)),
            web.post(base + "/{key}/say", door.to(self.say, TALKERS)),
            web.post(base + "/{key}/leave", door.to(self.leave, TALKERS)),
            web.post(base + "/{key}/reveal", door.to(self.reveal, TALKERS)),
        ]

    async def queue(self, request: web.Request, member: Member) -> web.Response:
        rows = list[QueueRow]()
        for mode in ("waiting", "agent"):
            infos = [_infos.decode(r.body) for r in await self.records.find("conversation", "mode", mode, n=200)]
            rows += [queue_row(info, Mask(False)) for info in sorted(infos, key=lambda info: info.last)]
        return answer(Queue(rows))

    async def show(self, request: web.Request, member: Member) -> web.Response:
        return await self._view(await self._info(request), member)

    async def file(self, request: web.Request, member: Member) -> web.Response:
        """A photo or recording of this conversation; raises NotFound for another's, and once it is forgotten."""
        conversation, upload = (await self._info(request)).conversation, request.match_info["upload"]
        info, data = await self.open_upload(upload)
        if info.owner != conversation:
            raise NotFound
        await self.journal.write(member.user.name, "conversation.file", conversation, upload)
        return file(info, data)

    async def take(self, request: web.Request, member: Member) -> web.Response:
        """Raises Conflict when another clerk has it or is just taking it, or only the platform's own staff may."""
        info, body = await self._info(request), await read(request, StepBody)
        me = member.user.name
        if info.conversation.partition(".")[0] in self.seated:
            raise Conflict("the platform's own seats take this conversation over", code="seated")
        if info.mode == "agent" and info.agent != me:
            raise Conflict("another clerk has this conversation", code="taken")
        if info.mode == "bot":
            raise Conflict("nobody is waiting here any more", code="not_waiting")
        claim = f"staff-take:{info.conversation}"
        if not await self.shared.add(claim, me.encode(), TAKING_MS) and await self.shared.get(claim) != me.encode():
            raise Conflict("another clerk is just taking this conversation", code="taken")
        return await self._send(info, member, body.id, AgentJoins(me))

    async def say(self, request: web.Request, member: Member) -> web.Response:
        info, body = await self._mine(request, member), await read(request, SayBody)
        if not body.text.strip():
            raise Unprocessable("an empty answer", code="text_needed")
        return await self._send(info, member, body.id, AgentSays(member.user.name, body.text))

    async def leave(self, request: web.Request, member: Member) -> web.Response:
        """Back to the bot; a supervisor may hand back another's conversation."""
        info, body = await self._info(request), await read(request, StepBody)
        if member.user.role != "supervisor" and info.agent != member.user.name:
            raise Conflict("take the conversation over first", code="not_yours")
        await self.shared.delete(f"staff-take:{info.conversation}")
        return await self._send(info, member, body.id, AgentLeaves(info.agent or member.user.name))

    async def reveal(self, request: web.Request, member: Member) -> web.Response:
        """Opens what is masked. Who is not in the conversation gives a reason."""
        info, body = await self._info(request), await read(request, RevealBody)
        if info.agent != member.user.name and not body.reason.strip():
            raise Unprocessable("a reason is needed", code="reason_needed")
        await self.openings.open(member, info.conversation, body.reason)
        return await self._view(info, member)

    async def _send(self, info: ConversationInfo, member: Member, id: str, content: Content) -> web.Response:
        """Journalled, then into the citizen's mailbox; the page sees the effect when the turn is through."""
        said = content.text if isinstance(content, AgentSays) else ""
        act = f"conversation.{type(content).__name__}"
        await self.journal.write(member.user.name, act, info.conversation, said, f"talk:{info.conversation}:{id}")
        inbound = Inbound(f"staff:{id}", info.conversation, info.channel, to_ms(self.clock.now()), content)
        return answer({"accepted": await self.accept(inbound)}, status=202)

    async def _view(self, info: ConversationInfo, member: Member) -> web.Response:
        mask = Mask(await self.openings.are_open(member, info.conversation))
        state, _ = await self.store.state("in", info.conversation)
        lines = await transcript(self.records, info.conversation)
        return answer(conversation_view(info, load(state), lines, self.templates, mask))

    async def _mine(self, request: web.Request, member: Member) -> ConversationInfo:
        info = await self._info(request)
        if info.mode != "agent" or info.agent != member.user.name:
            raise Conflict("take the conversation over first", code="not_yours")
        return info

    async def _info(self, request: web.Request) -> ConversationInfo:
        record = await self.records.get("conversation", request.match_info["key"])
        if record is None:
            raise NotFound
        return _infos.decode(record.body)
