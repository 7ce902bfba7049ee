"""The rating dialogue, pure: invitation → resolved → satisfaction → reason → (contacted) → thanks.

The rating counts as soon as the reason is given or skipped; "did they contact you" is asked last and only adds.
resolved = no, or satisfaction ≤ 2 unless resolved, sends the case back; partly, and yes with ≤ 2, are offered it.
Where messages are short one question, `verdict`, asks for both, and nobody is asked about being contacted.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from gateway.dialogue import commands
from gateway.dialogue.draft import BESIDE, Dialogue, RatingDialog
from gateway.dialogue.effects import Ask, Effect, Labelled, Quote, Rated, Say
from gateway.dialogue.picking import number
from gateway.dialogue.satisfaction import Mark, Scale
from gateway.dialogue.satisfaction import read as hear
from gateway.messages import CaseNews, Choice, CitizenContent, Option, Text
from gateway.rating_words import read_reply, read_resolved, read_satisfaction, read_yes_no

ASKS = BESIDE - {"answer", "service"}
SKIP = "skip"
# 5 is the best here, too: whoever thinks of points is not read as the opposite.
VERDICT = Scale((Mark(1, "no"), Mark(3, "partly"), Mark(2, "yes"), Mark(4, "yes"), Mark(5, "yes")))
_LEFT = frozenset({commands.Word.CANCEL, commands.Word.END})
_NO_REASON = frozenset({commands.Word.SKIP, commands.Word.NO})
_OVER = frozenset({"settled", "rework_sent", "reopened", "coordination"})
_AGAIN = re.compile(
    r"(我要|我想|要|想)?(重新评价|重评|改(一下|下)?评价|修改评价|评价改(一下|下))(一下)?|(我)?(评错|点错|按错|选错)了(重新?评价?)?|"
    r"(i (want|would like) to )?(change|redo|correct) (my|the) rating|rate (it )?again|wrong rating|i rated it wrong")
_MARKS = " 。.，,!！~～"
SHORT = 12  # bytes of UTF-8 (4 汉字) up to which unclear words are asked about once; longer ones are another matter
LATE = 24   # likewise: what rates a case without having just been asked
Outcome = tuple[Dialogue, list[Effect]]


def sends_back(resolved: str, satisfaction: int | None, wanted: bool) -> bool:
    """Whether this rating sends the case back, and where it leaves the choice, what the citizen wants."""
    low = satisfaction is not None and satisfaction <= 2
    if resolved == "no" or (low and resolved != "yes"):
        return True
    return wanted and (low or resolved == "partly")


@dataclass(frozen=True, slots=True)
class Wording:
    """The template's own words for its rating, in the citizen's language.

    question   what "solved" means here, "" for the general question
    reasons    quick answers to "what is still wrong?"
    reachable  somebody could have contacted the citizen, so that it makes sense to ask
    """

    question: str = ""
    reasons: tuple[Labelled, ...] = ()
    reachable: bool = True


GENERAL = Wording()


def invite(
    state: Dialogue, work_order_id: str, round_: int, wording: Wording = GENERAL, said: str = "rating.invite"
) -> Outcome:
    """Open the rating of one round; the form the citizen may be in the middle of stays. `said`: how it begins."""
    what, scale = ("verdict", VERDICT) if state.terse else ("resolved", None)
    state = replace(state, rating=RatingDialog(work_order_id, round_, scale=scale), judged=None)
    return _ask(state, what, [Say(said, {"work_order": work_order_id})], wording)


def again(state: Dialogue, wording: Wording = GENERAL) -> list[Effect]:
    """The open question once more; nothing when none is."""
    return _ask(state, state.asked, (), wording)[1] if state.rating and state.asked in ASKS else []


def without(state: Dialogue, past: Container[RatingDialog]) -> Dialogue:
    """These invitations wait for nothing any more, here or in the queue."""
    state = replace(state, ratings=tuple(one for one in state.ratings if one not in past))
    if state.rating not in past:
        return state
    return replace(_closed(state) if state.asked in ASKS else state, rating=None)


def late(state: Dialogue, content: CitizenContent) -> Dialogue:
    """The one question of short messages is open again for words that answer it, when what was begun in its place is
    over: somebody writes "5" an hour after the invitation. Longer words are another matter."""
    idle = state.terse and state.draft is None and state.asked is None and state.rating is not None
    if not idle or not isinstance(content, Text) or len(content.text.encode("utf-8", "replace")) > LATE:
        return state
    reply = read_reply(content.text, VERDICT)
    if reply.kind not in ("rated", "conflict") and reply.resolved is None:
        return state
    return replace(state, asked="verdict", offered=_CHOICES["verdict"], attempts=0)


def changing(state: Dialogue, content: CitizenContent, wording: Wording) -> Outcome | None:
    """Who judged a moment ago may judge again (改评价): asked anew. None for any other words."""
    past = state.judged
    if past is None or state.rating or state.asked or state.draft or not isinstance(content, Text):
        return None
    if not _AGAIN.fullmatch(content.text.strip(_MARKS).casefold()):
        return None
    return invite(state, past.work_order_id, past.round, wording, "rating.change")


def settled(state: Dialogue, news: CaseNews) -> Dialogue:
    """The time to change a rating is over, or the case went on."""
    over = state.judged is not None and state.judged.work_order_id == news.work_order_id
    return replace(state, judged=None) if over and news.news in _OVER else state


def about(state: Dialogue) -> str:
    """The work order that is being rated, or was a moment ago; "" for none."""
    one = state.rating or state.judged
    return one.work_order_id if one else ""


def step(state: Dialogue, content: CitizenContent, wording: Wording = GENERAL) -> Outcome | None:
    """One answer; None when it cannot be read as one (then the ordinary dialogue has it)."""
    if again_ := changing(state, content, wording):
        return again_
    state = late(state, content)
    words, asked = _words(content, state.offered), state.asked
    if state.rating is None or words is None or asked not in ASKS:
        return None
    stale = isinstance(content, Choice) and (content.to not in (None, state.asked_by) or words not in state.offered)
    if stale:
        return _ask(state, asked, [Say("rating.again")], wording)
    outcome = _ANSWERS[asked](state, state.rating, words, wording)
    if outcome is None and not state.attempts and commands.read(words) is None and _unclear(asked, words):
        state, effects = _ask(state, asked, [Say("rating.again")], wording)
        return replace(state, attempts=1), effects
    return outcome


def _unclear(asked: str, words: str) -> bool:
    """A judgement that contradicts itself or says nothing definite, and words too short to be another matter."""
    torn = asked == "satisfaction" and hear(words).kind in ("conflict", "unclear")
    return torn or len(words.encode()) <= SHORT


def _words(content: CitizenContent, offered: tuple[str, ...]) -> str | None:
    """A number is the option that stood there, where the options were no numbers themselves."""
    if isinstance(content, Choice):
        return content.value
    if not isinstance(content, Text):
        return None
    place = None if any(value.isdecimal() for value in offered) else number(content.text)
    return offered[place - 1] if place and place <= len(offered) else content.text


def _verdict(state: Dialogue, rating: RatingDialog, words: str, wording: Wording) -> Outcome | None:
    """Both in one: what is not surely meant is asked once more, and never guessed."""
    if commands.read(words) in _LEFT:  # by SMS these opt out where nothing is open
        return _closed(state), [Say("rating.left")]
    if commands.read(words) in commands.ELSEWHERE:
        return None
    reply = read_reply(words, rating.scale or VERDICT)
    if reply.kind == "nothing" and reply.resolved is None:
        return None
    heard = replace(rating, resolved=reply.resolved, satisfaction=reply.satisfaction,
                    reason=reply.comment[:500] or rating.reason)
    if reply.kind == "rated":
        return _judged(replace(state, rating=heard), heard, wording)
    if reply.kind == "nothing":
        return _ask(replace(state, rating=replace(heard, reason=rating.reason)), "satisfaction")
    if not state.attempts:
        kept = replace(rating, reason=heard.reason)
        state, effects = _ask(replace(state, rating=kept), "verdict", [Say("rating.again")])
        return replace(state, attempts=1), effects
    if reply.resolved is not None:
        return _judged(replace(state, rating=heard), heard, wording)
    unread = replace(rating, reason=words[:500])  # nobody can say; the words themselves are kept
    return _closed(state, unread), [_rated(unread, False), Say("rating.thanks_again")]


def _resolved(state: Dialogue, rating: RatingDialog, words: str, wording: Wording) -> Outcome | None:
    answer = words if words in ("yes", "partly", "no") else read_resolved(words)
    if answer is None:
        return None
    return _ask(replace(state, rating=replace(rating, resolved=answer)), "satisfaction")


def _satisfaction(state: Dialogue, rating: RatingDialog, words: str, wording: Wording) -> Outcome | None:
    points = read_satisfaction(words)
    if points is None:
        return None
    rating = replace(rating, satisfaction=points)
    return _judged(replace(state, rating=rating), rating, wording)


def _judged(state: Dialogue, rating: RatingDialog, wording: Wording) -> Outcome:
    """The reason, where it is needed and was not given yet."""
    low = rating.satisfaction is not None and rating.satisfaction <= 2
    if rating.resolved == "no" or low:
        return _reasoned(state, rating, wording) if rating.reason else _ask(state, "reason", wording=wording)
    if rating.resolved == "partly":
        return _ask(state, "rework")
    return _counted(state, rating, wording, wants_rework=False)


def _reason(state: Dialogue, rating: RatingDialog, words: str, wording: Wording) -> Outcome | None:
    """Any words are a reason; the offered ones come as their label, `skip` gives none, nor do END and T of an SMS."""
    command = commands.read(words)
    passed_over = _NO_REASON | _LEFT if state.terse else _NO_REASON
    skipped = words == SKIP or command in passed_over or (len(words) == 1 and words.isascii())
    if command in commands.ELSEWHERE and not skipped:
        return None
    picked = next((option.label for option in wording.reasons if option.value == words), words)
    rating = replace(rating, reason=None if skipped else picked[:500])
    return _reasoned(replace(state, rating=rating), rating, wording)


def _reasoned(state: Dialogue, rating: RatingDialog, wording: Wording) -> Outcome:
    if rating.resolved == "yes":
        return _ask(state, "rework")
    return _counted(state, rating, wording, wants_rework=True)


def _rework(state: Dialogue, rating: RatingDialog, words: str, wording: Wording) -> Outcome | None:
    answer = read_yes_no(words)
    return None if answer is None else _counted(state, rating, wording, wants_rework=answer == "yes")


def _contacted(state: Dialogue, rating: RatingDialog, words: str, wording: Wording) -> Outcome | None:
    answer = read_yes_no(words)
    if answer is None:
        return None
    rating = replace(rating, contacted=answer)
    return _closed(state, rating), [_rated(rating, bool(rating.wants_rework)), Say("rating.thanks_again")]


_ANSWERS: dict[str, Callable[[Dialogue, RatingDialog, str, Wording], Outcome | None]] = {
    "verdict": _verdict, "resolved": _resolved, "satisfaction": _satisfaction, "reason": _reason, "rework": _rework,
    "contacted": _contacted,
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "verdict": ("5", "4", "3", "2", "1"), "resolved": ("yes", "partly", "no"),
    "satisfaction": ("5", "4", "3", "2", "1"), "reason": (SKIP,), "rework": ("yes", "no"), "contacted": ("yes", "no"),
}


def _counted(state: Dialogue, rating: RatingDialog, wording: Wording, *, wants_rework: bool) -> Outcome:
    """The rating stands from here on; the last question only adds to it. Nobody could contact who is anonymous."""
    rating = replace(rating, wants_rework=wants_rework)
    effects: list[Effect] = [
        _rated(rating, wants_rework), Say("rating.sent_back" if wants_rework else "rating.thanks"),
    ]
    if state.terse or not wording.reachable:
        return _closed(state, rating), effects
    return _ask(replace(state, rating=rating), "contacted", effects)


def _closed(state: Dialogue, judged: RatingDialog | None = None) -> Dialogue:
    return replace(state, rating=None, asked=None, offered=(), judged=judged)


def _rated(rating: RatingDialog, wants_rework: bool) -> Rated:
    return Rated(
        rating.work_order_id, rating.round, rating.resolved or "unknown", rating.satisfaction,
        rating.contacted or "unknown", rating.reason, wants_rework,
    )


def _ask(state: Dialogue, what: str, before: Sequence[Effect] = (), wording: Wording = GENERAL) -> Outcome:
    choices: tuple[Option | Labelled, ...] = tuple(Option(value, f"rating.{what}_{value}") for value in _CHOICES[what])
    if what == "reason":
        choices = (*wording.reasons, *choices)
    state = replace(state, asked=what, offered=tuple(choice.value for choice in choices), attempts=0)
    own = Quote(wording.question) if what == "resolved" and wording.question else None
    return state, [*before, own or Say(f"rating.{what}"), Ask(what, choices)]
