"""channels/sms/sending.py: what goes to a phone, what waits, what is let go, and what is known of it afterwards."""
from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from channels.sms import notes
from channels.sms.ledger import DAY_MS, HOUR_MS
from channels.sms.sending import LONGEST, Person, SmsPace, SmsSender, Voice, messages, silent, whose
from channels.sms.text import segments
from channels.sms.traffic import Blocked, Report, Sms, State
from gateway.clock import RandomIds
from gateway.errors import Rejected, Retry, SendError, Uncertain
from gateway.messages import Outbound
from gateway.outbox import About, Moved, Receipt, Say, Step
from gateway.store.sqlite import SqliteStore
from tests.channels.sms.house import PHONE, TERMS
from tests.clock import ManualClock
from tests.tables import table

OURS, OTHER, CASE = "10612345", "1061234588", "WO-20261123-0000000001"
VOICE = Voice(TERMS, (OURS, OTHER), "市民热线")


@dataclass
class Air:
    """A carrier; `raises` is used up call by call."""

    went: list[Sms] = field(default_factory=list)
    raises: list[SendError] = field(default_factory=list)

    async def send(self, sms: Sms) -> tuple[str, ...]:
        self.went.append(sms)
        if self.raises:
            raise self.raises.pop(0)
        return ()


@dataclass
class Desk:
    store: SqliteStore
    clock: ManualClock
    air: Air = field(default_factory=Air)
    reach: str = ""

    @property
    def sender(self) -> SmsSender:
        return SmsSender(self.air, self.store.shared, self.clock, VOICE)

    def say(self, news: str = "", answers: Sequence[str] = (), ask: str | None = None, at: int | None = None) -> Say:
        at = self.clock.ms() if at is None else at
        message = Outbound(id="7.0", at=at, text="已办结", ask=ask)
        return Say(message, tuple(answers), About(CASE, news) if news else None)

    async def sends(self, say: Say) -> tuple[str | None, bool, str, int | None]:
        """by, sure, why, later."""
        sent = await self.sender.send(PHONE, say, 0, self.reach)
        self.reach = sent.reach
        return sent.by, sent.sure, sent.steps[-1].why, sent.later

    def hears(self, note: notes.Note) -> tuple[Receipt, ...]:
        noted = self.sender.heard(PHONE, notes.write(note), self.reach)
        self.reach = noted.reach
        return noted.receipts

    def hour(self, hour: int) -> None:
        """Of today, in China; the clock begins at ten."""
        self.clock.advance((hour - 10) * 3600)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = ManualClock()
    store = SqliteStore(tmp_path / "s.db", clock, RandomIds())
    await store.open()
    yield Desk(store, clock)
    await store.close()


# --- what goes ----------------------------------------------------------------------------------------------

async def test_it_is_signed_named_and_comes_from_the_number_they_wrote_to(desk: Desk) -> None:
    assert await desk.sends(desk.say()) == ("sms", True, "", None)
    desk.hears(notes.Wrote("m1", OTHER))
    desk.hears(notes.Wrote("m2"))
    await desk.sends(desk.say())
    first, second = desk.air.went
    assert (first.to, first.text, first.sender, second.sender) == (PHONE, "【市民热线】已办结", OURS, OTHER)
    assert first.id == second.id, "the same message keeps its name at every try"
    assert await whose(desk.store.shared, first.id) == PHONE
    assert PHONE not in first.id


async def test_turns_that_are_counted_anew_are_other_messages(desk: Desk) -> None:
    """Whose conversation was erased begins at turn one again."""
    await desk.sends(desk.say())
    desk.clock.advance(60)
    await desk.sends(desk.say())
    first, second = desk.air.went
    assert first.id != second.id


@table("length", [0, 1, 60, 64, 65, 67 * LONGEST - 6, 67 * LONGEST - 5, 2_000])
def test_long_messages_are_several_and_lose_nothing(length: int) -> None:
    text = "长" * length
    found = messages(text, VOICE)
    assert "".join(one.removeprefix("【市民热线】") for one in found) == text
    assert all(one.startswith("【市民热线】") for one in found)
    assert all(len(segments(one, china=True).parts) <= LONGEST for one in found)
    assert len(found) == -(-max(1, length) // (67 * LONGEST - 6))


# --- when ---------------------------------------------------------------------------------------------------

async def test_at_night_answers_go_and_news_does_not(desk: Desk) -> None:
    desk.hour(22)
    desk.hears(notes.Wrote("m1", OURS))
    old = desk.clock.ms() - HOUR_MS
    assert await desk.sends(desk.say("closed", at=old)) == (None, True, "quiet", desk.clock.ms(10 * 3600))
    assert await desk.sends(desk.say("closed", ["m1"], at=old)) == ("sms", True, "", None), "told with an answer"
    assert await desk.sends(desk.say(answers=["m1"], at=old)) == ("sms", True, "", None)
    assert await desk.sends(desk.say(at=old)) == ("sms", True, "", None), "staff's own words"


async def test_what_was_let_go_a_moment_ago_goes(desk: Desk) -> None:
    """Else a question would be open all night that nobody has seen."""
    desk.hour(22)
    assert await desk.sends(desk.say("rate", at=desk.clock.ms() - 59_000)) == ("sms", True, "", None)
    desk.hears(notes.Wished("m1", "stop", desk.clock.ms()))
    assert (await desk.sends(desk.say("rate")))[2] == "stopped", "what is never to go is no question of the moment"


async def test_the_rest_of_a_long_message_waits_for_no_morning(desk: Desk) -> None:
    desk.hour(22)
    say = desk.say("closed", at=desk.clock.ms() - HOUR_MS)
    say = structs.replace(say, message=structs.replace(say.message, text="长" * 67 * LONGEST))
    assert (await desk.sender.send(PHONE, say, 0, "")).later is not None
    rest = await desk.sender.send(PHONE, say, 1, "")
    assert (rest.by, rest.more) == ("sms", 0)
    assert desk.air.went[-1].text == "【市民热线】" + "长" * 6


async def test_invitations_are_counted_however_they_come(desk: Desk) -> None:
    for ask, news in (("verdict", "closed"), (None, "rate"), (None, "rate_reminder")):
        desk.reach = ""
        await desk.sends(desk.say(news, ask=ask))
        wait = SmsPace(TERMS, desk.clock).wait("rate", desk.clock.ms(), desk.reach)
        assert wait is not None, news
        assert (wait.way, wait.why, wait.until) == ("sms", "too_soon", desk.clock.ms(300))


async def test_the_pace_lets_nothing_old_go(desk: Desk) -> None:
    pace, now = SmsPace(TERMS, desk.clock), desk.clock.ms()
    assert pace.wait("rate", now - DAY_MS, "") is None
    old = pace.wait("rate", now - DAY_MS - 1, "")
    assert old is not None
    assert (old.why, old.until) == ("too_old", None)
    assert pace.wait("closed", now - 2 * DAY_MS, "") is None
    assert pace.wait("draft_reminder", now, "") is None


async def test_what_goes_says_how_long_the_carrier_may_try(desk: Desk) -> None:
    """Until the evening, or until the news is old; the words that tell it are younger."""
    now = desk.clock.ms()
    since = now - 3 * DAY_MS + 2 * HOUR_MS
    told = desk.say("closed")
    assert told.about
    old = msgspec.structs.replace(told, about=msgspec.structs.replace(told.about, since=since))
    for say in (told, old, desk.say("rate"), desk.say()):
        await desk.sends(say)
    assert [sms.valid_s for sms in desk.air.went] == [11 * 3600, 2 * 3600, 11 * 3600, None]


# --- what became of it --------------------------------------------------------------------------------------

async def test_what_did_not_get_through_says_why(desk: Desk) -> None:
    desk.air.raises = [Rejected("sms provider HTTP 400"), Uncertain("no answer"), Blocked("twilio 21610")]
    assert await desk.sends(desk.say()) == (None, True, "sms provider HTTP 400", None)
    assert await desk.sends(desk.say()) == ("sms", False, "no answer", None)
    assert await desk.sends(desk.say()) == (None, True, "twilio 21610", None)
    assert silent(desk.reach)
    assert await desk.sends(desk.say()) == (None, True, "blocked", None), "not tried any more"
    desk.hears(notes.Wished("m9", "start", desk.clock.ms()))
    assert await desk.sends(desk.say()) == ("sms", True, "", None)


async def test_what_may_go_later_is_raised_and_not_counted(desk: Desk) -> None:
    desk.air.raises = [Retry("smpp: not bound")]
    with pytest.raises(Retry):
        await desk.sends(desk.say("rate"))
    assert desk.reach == ""


async def test_what_did_not_arrive_does_not_go_the_same_way_again(desk: Desk) -> None:
    say = desk.say("closed")
    sent = await desk.sender.send(PHONE, msgspec.structs.replace(say, without=("sms",)), 0, "")
    assert (sent.by, sent.steps, desk.air.went) == (None, (Step("sms", "not_delivered"),), [])


@pytest.mark.parametrize(("state", "part", "receipts"), [
    ("accepted", 1, ()), ("delivered", 1, (Receipt("x", True),)), ("delivered", 2, ()),
    ("failed", 2, (Receipt("x", False, "failed UNDELIV"),)), ("expired", 1, (Receipt("x", False, "expired UNDELIV"),)),
])
async def test_receipts_are_told(desk: Desk, state: State, part: int, receipts: tuple[Receipt, ...]) -> None:
    report = Report("x", state, code="UNDELIV", part=part, parts=2)
    assert desk.hears(notes.Reported(report, desk.clock.ms())) == receipts


async def test_what_the_provider_blocked_counts_as_opting_out(desk: Desk) -> None:
    desk.hears(notes.Reported(Report("x", "failed", blocked=True), desk.clock.ms()))
    assert silent(desk.reach)


async def test_the_state_stays_small(desk: Desk) -> None:
    for n in range(200):
        desk.hears(notes.Wrote(f"{n:032x}", OURS))
    assert len(desk.reach) < 1_200
    assert await desk.sender.move(PHONE, Moved("person"), desk.reach) == desk.reach
    assert msgspec.json.decode(desk.reach, type=Person).ours == OURS


def test_a_sign_of_the_provider_s_is_not_ours() -> None:
    assert messages("已办结", replace(VOICE, mode="provider")) == ["已办结"]
