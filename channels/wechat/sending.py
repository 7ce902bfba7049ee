"""Lane `out` for WeChat: messages to the people of all accounts, by whichever way is open to each of them.

State of one person is `Person`, written as JSON: how they can be reached, and codes of customer service that let us
speak once, for 20 s, where nothing else does.
"""
from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace

import msgspec
import structlog
from msgspec import Struct

from channels.wechat import kf_pushes, notes, pushes, telling
from channels.wechat import reach as reaching
from channels.wechat.bodies import Notice
from channels.wechat.contents import CHANNEL
from channels.wechat.kf_client import KfClient, KfUser, State
from channels.wechat.menus import Menus
from channels.wechat.notices import Plan
from channels.wechat.reach import Reach, Terms
from channels.wechat.telling import Matter, Teller
from gateway.clock import Clock, to_ms
from gateway.errors import Paused, Rejected, Uncertain
from gateway.messages import conversation_key
from gateway.outbox import Learnt, Moved, Noted, Receipt, Say, Sent, Step, Texter

CODE_MS = 20_000       # of welcome and ending [kf/send_msg_on_event]
IN_WORDS = ("event", "window")  # ways that bring a message itself; the others bring its news whole, in a few words
RESERVE = 2            # messages of a window that are kept for the end of the case: its answer and its rating
MINOR = frozenset({"accepted", "dispatched", "progress", "due_soon", "rework_sent", "rated"})

_log = structlog.get_logger(__name__)


class Code(Struct, frozen=True, array_like=True):
    code: str
    at: int


class Person(Struct, frozen=True):
    """`codes`: by id of the push that brought them, "" for one that fits whatever is said next."""

    reach: Reach = Reach()
    codes: dict[str, Code] = {}


@dataclass(frozen=True, slots=True)
class Voice:
    """One account, as it speaks: `seats` where WeCom's own staff take conversations over."""

    teller: Teller
    terms: Terms
    plans: tuple[Plan, ...] = ()
    kf: KfClient | None = None
    seats: bool = False


class WeChatSender:
    """gateway.outbox.Sender. `voices` by appid, of customer service by open_kfid."""

    def __init__(
        self, voices: Mapping[str, Voice], menus: Menus, clock: Clock, texter: Texter | None = None
    ) -> None:
        self._voices, self._menus, self._clock, self._texter = voices, menus, clock, texter

    async def send(self, user: str, say: Say, part: int, reach: str) -> Sent:
        account = user.partition(".")[0]
        voice = self._voices.get(account)
        if voice is None:
            raise Paused("no such account is configured any more")
        matters = telling.matters(say.message)
        matter = self._worded(voice, say, replace(matters[part], key=f"{user}/{matters[part].key}"))
        sent = await self._spoken(voice, user, say, matter, _load(reach))
        return replace(sent, more=len(matters) - part - 1) if sent.by in IN_WORDS else sent

    async def move(self, user: str, moved: Moved, reach: str) -> str:
        """To WeCom's queue, or to the end of the conversation there: then the next word may be said with its code."""
        account, _, userid = user.partition(".")
        person, voice = _load(reach), self._voices.get(account)
        if voice is None or voice.kf is None or not voice.seats:
            return reach
        try:
            wanted = State.QUEUE if moved.to == "person" else State.OVER
            code = await voice.kf.move(KfUser(account, userid), wanted)
        except Rejected as error:  # it stands there already, or a member of staff was faster
            _log.info("wechat_kf_not_moved", to=moved.to, why=error.why)
            return reach
        return _dump(self._with_code(person, "", code))

    def heard(self, user: str, note: str, reach: str) -> Noted:
        account = user.partition(".")[0]
        push, person = notes.read(note), _load(reach)
        voice = self._voices.get(account)
        person = msgspec.structs.replace(
            person, reach=reaching.heard(person.reach, push, voice.terms if voice else Terms()))
        match push:
            case pushes.Left():
                person = Person(person.reach)
            case kf_pushes.Opened(welcome=code):
                person = self._with_code(person, push.id, code)
            case kf_pushes.Handed(code=code):
                person = self._with_code(person, "", code)
        return Noted(_dump(person), _receipts(push), gone=isinstance(push, pushes.Left))

    # --- one message ------------------------------------------------------------------------------------------

    async def _spoken(self, voice: Voice, user: str, say: Say, matter: Matter, person: Person) -> Sent:
        now = to_ms(self._clock.now())
        code, person = _with_its_code(say, person, now)
        left = person.reach.ledger.left(now)
        if matter.menu is not None and (left or code):
            await self._menus.offer(conversation_key(CHANNEL, user), say.message)
        if voice.kf is not None and code:
            answered = await _by_code(voice.kf, code, matter, person)
            if answered is not None:
                return answered
        matter = replace(matter, spared=_spared(say, left))
        try:
            told = await voice.teller.tell(user.partition(".")[2], matter, person.reach, now)
        except telling.Busy as busy:
            raise Learnt(busy, _dump(msgspec.structs.replace(person, reach=busy.reach))) from busy
        steps = tuple(Step(step.way, step.why) for step in told.steps)
        kept = msgspec.structs.replace(person, reach=told.reach)
        return Sent(told.by, told.sure, _name(told), steps, _dump(kept))

    def _worded(self, voice: Voice, say: Say, matter: Matter) -> Matter:
        """With every way that fits what is told."""
        about = say.about
        if about is None:
            return replace(matter, without=say.without)
        told: dict[str, list[Notice]] = {"lasting": [], "once": [], "template": []}
        for plan in voice.plans:
            if about.news in plan.tells:
                told[plan.way].append(plan.notice(about, matter.key))
        texter = self._texter
        return replace(
            matter, lasting=told["lasting"], once=told["once"], template=next(iter(told["template"]), None),
            sms=(lambda: texter.text(about, matter.key, matter.words)) if texter else None, without=say.without,
        )

    def _with_code(self, person: Person, id_: str, code: str) -> Person:
        now = to_ms(self._clock.now())
        live = {key: one for key, one in person.codes.items() if now - one.at <= CODE_MS}
        return Person(person.reach, {**live, id_: Code(code, now)} if code else live)


def _with_its_code(say: Say, person: Person, now: int) -> tuple[str, Person]:
    """The code that came with what this answers, or "", and the person without it: it is good for one message."""
    named = next((id_ for id_ in (*say.answers, "") if id_ in person.codes), None)
    if named is None:
        return "", person
    code = person.codes[named]
    rest = Person(person.reach, {id_: one for id_, one in person.codes.items() if id_ != named})
    return code.code if now - code.at <= CODE_MS else "", rest


async def _by_code(kf: KfClient, code: str, matter: Matter, person: Person) -> Sent | None:
    """Costs nothing of the window. None: the code does not serve any more."""
    try:
        if matter.menu is None:
            id_ = await kf.welcome(code, matter.key, matter.words)
        else:
            id_ = await kf.farewell(code, matter.key, matter.menu)
    except Uncertain as unknown:
        return Sent("event", False, "", (Step("event", unknown.why),), _dump(person))
    except Rejected as error:  # spent, or too late after all
        _log.info("wechat_kf_code_refused", why=error.why)
        return None
    return Sent("event", True, id_, (Step("event"),), _dump(person))


def _spared(say: Say, left: int) -> Container[str]:
    """A person who wrote long ago is not told every step, so that the answer and the rating still reach them."""
    minor = say.about is not None and say.about.news in MINOR
    return ("window", "sms") if minor and left <= RESERVE else ()


def _receipts(push: pushes.Push) -> tuple[Receipt, ...]:
    match push:
        case pushes.TemplateSent(message=message, status=status):
            return (Receipt(message, status == "success", status),)
        case pushes.SubscriptionSent(receipts=receipts):
            named = [(name, one) for one in receipts for name in (one.message, _template(one.template))]
            return tuple(Receipt(name, one.code == "0", one.status) for name, one in named)
        case kf_pushes.Failed(message=message, reason=reason):
            return (Receipt(message, False, f"kf {reason}"),)
    return ()


def _name(told: telling.Told) -> str:
    """bizsend names no message, only its receipt does: then the template is what they share."""
    if told.by in ("lasting", "once") and not told.id:
        return _template(told.steps[-1].template)
    return told.id


def _template(template: str) -> str:
    return f"template {template}"


def _load(reach: str) -> Person:
    return msgspec.json.decode(reach, type=Person) if reach else Person()


def _dump(person: Person) -> str:
    return msgspec.json.encode(person).decode()
