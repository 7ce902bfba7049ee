"""The rating dialogue, pure: invitation → resolved → satisfaction → reason → (contacted) → thanks.

The rating counts as soon as the reason is given or skipped; "did they contact you" is asked last and only adds.
resolved = no, or satisfaction ≤ 2 unless resolved, sends the case back; partly, and yes with ≤ 2, are offered it.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from msgspec.structs import replace

from gateway.dialogue import commands
from gateway.dialogue.draft import BESIDE, Dialogue, RatingDialog
from gateway.dialogue.effects import Ask, Effect, Labelled, Quote, Rated, Say
from gateway.dialogue.picking import number
from gateway.dialogue.satisfaction import Scale
from gateway.dialogue.satisfaction import read as hear
from gateway.fields import yes_no
from gateway.messages import Choice, CitizenContent, Option, Text

ASKS = BESIDE - {"answer", "service"}
SKIP = "skip"
SHORT = 12  # bytes of UTF-8 (4 汉字) up to which unclear words are asked about once; longer ones are another matter
T = TypeVar("T")
Outcome = tuple[Dialogue, list[Effect]]

# Longer phrases first: "not solved" must never be read as "solved".
_RESOLVED: tuple[tuple[str, str], ...] = (
    (r"(n'?t|not|no)( an?| the)? (problem|issue)s? (any ?more|any longer|now)"
     r"|no longer (an? (problem|issue)|there|happen)|不是问题了|(没|不)再(吵|响|漏|堵|臭|发生|出现)", "yes"),
    (r"(部分|一部分|一半|解决了一些|partly|partially|some ?what|half)", "partly"),
    (r"(没有?(完全)?(被)?(解决|处理|弄好|修好|办好)|未(解决|处理)|没有$|^没$|^没呢|^还没|不行|不满意|^不$|^否$|^无$|老样子"
     r"|not (been )?(re)?solved|unresolved|not fixed"
     r"|(is|was|has|have|did|does)n'?t( been)?( really| quite| yet)*"
     r"( (re)?(solved?|fixed|done|handled|better|repaired|working|work|come|do|help|change|cleared|removed).*)?$"
     r"|^(no|nope|not)(?![a-z])(?! problem)|(?<![a-z])still )", "no"),
    (r"(解决了|已解决|处理好了|弄好了|修好了|^是(的)?$|^对$|^有$|^嗯$|没问题|^好了"
     r"|^(yes|yep|yeah)(?![a-z])|^no problem|^solved|^resolved|fixed)", "yes"),
)
# What is said of a case that is not over, by somebody who does not rate it.
_COMPLAINT = re.compile(
    r"没有?人|还在|仍然?|依[旧然]|又(?=[来开吵漏堵臭坏])|太慢|敷衍|推诿|踢皮球|拖|糊弄|不[管理]|骗"
    r"|(?<![a-z])(nobody|no one|still|never|again|too slow|rude|ignored|worse)(?![a-z])"
)
_CONTACTED = re.compile(r"^(联系|please(?![a-z]))")
_DENIAL = re.compile(r"没(?!问题)|不(?!过|错)|(?<![a-z])(no(?! problem)|not|never)(?![a-z])")


def fold(text: str) -> str:
    """Full-width to half-width, lower case, without marks around it or gaps between 汉字 ("不 满意")."""
    folded = unicodedata.normalize("NFKC", text).strip(" \t\r\n。.!！~,，;；、").lower()
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", folded)


def read_resolved(text: str) -> str | None:
    return _first(_RESOLVED, fold(text))


def read_satisfaction(text: str) -> int | None:
    """1…5 from a digit, a number of points or words; None when unclear."""
    mark = hear(text).mark
    return mark.satisfaction if mark else None


@dataclass(frozen=True, slots=True)
class Reply:
    """A text message that may answer the one question of an invitation.

    kind     rated; conflict and unclear: ask once, with the comment kept; comment: words of complaint, ask;
             nothing: the ordinary dialogue has it
    comment  what was said beside the rating
    """

    kind: Literal["rated", "conflict", "unclear", "comment", "nothing"]
    satisfaction: int | None = None
    resolved: str | None = None
    comment: str = ""


def read_reply(text: str, scale: Scale) -> Reply:
    """A rating by text message, on the scale that was sent with it. "1 还没修好" where 1 is the best is a conflict."""
    heard = hear(text, scale)
    resolved = read_resolved(heard.beside)
    complains = resolved == "no" or _COMPLAINT.search(heard.beside) is not None
    if heard.mark is None:
        kind = "comment" if heard.kind == "nothing" and complains else heard.kind
        return Reply(kind, resolved=resolved, comment=heard.rest)
    said_with = heard.mark.resolved
    if (complains and heard.mark.satisfaction > 3) or (said_with and resolved and said_with != resolved):
        return Reply("conflict", comment=heard.rest)
    return Reply("rated", heard.mark.satisfaction, said_with or resolved, heard.rest)


def read_yes_no(text: str) -> str | None:
    """None when a yes goes on with a no ("好像没有"): asked again, never guessed."""
    folded = fold(text)
    said = yes_no.begins(folded)
    if said is False:
        return "no"
    return "yes" if (said or _CONTACTED.match(folded)) and not _DENIAL.search(folded) else None


def _first(table: tuple[tuple[str, T], ...], text: str) -> T | None:
    return next((value for pattern, value in table if re.search(pattern, text)), None)


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
    state = replace(state, rating=RatingDialog(work_order_id, round_))
    return _ask(state, "resolved", [Say(said, {"work_order": work_order_id})], wording)


def again(state: Dialogue, wording: Wording = GENERAL) -> list[Effect]:
    """The open question once more; nothing when none is."""
    return _ask(state, state.asked, (), wording)[1] if state.rating and state.asked in ASKS else []


def step(state: Dialogue, content: CitizenContent, wording: Wording = GENERAL) -> Outcome | None:
    """One answer; None when it cannot be read as one (then the ordinary dialogue has it)."""
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
    state = replace(state, rating=rating)
    if rating.resolved == "no" or points <= 2:
        return _ask(state, "reason", wording=wording)
    if rating.resolved == "partly":
        return _ask(state, "rework")
    return _counted(state, rating, wording, wants_rework=False)


def _reason(state: Dialogue, rating: RatingDialog, words: str, wording: Wording) -> Outcome | None:
    """Any words are a reason; the offered ones come as their label, `skip` gives none."""
    command = commands.read(words)
    if command in commands.ELSEWHERE:
        return None
    skipped = words == SKIP or command in (commands.Word.SKIP, commands.Word.NO)
    picked = next((option.label for option in wording.reasons if option.value == words), words)
    rating = replace(rating, reason=None if skipped else picked[:500])
    state = replace(state, rating=rating)
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
    state = replace(state, rating=None, asked=None, offered=())
    return state, [_rated(rating, bool(rating.wants_rework)), Say("rating.thanks_again")]


_ANSWERS: dict[str, Callable[[Dialogue, RatingDialog, str, Wording], Outcome | None]] = {
    "resolved": _resolved, "satisfaction": _satisfaction, "reason": _reason, "rework": _rework,
    "contacted": _contacted,
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "resolved": ("yes", "partly", "no"), "satisfaction": ("5", "4", "3", "2", "1"), "reason": (SKIP,),
    "rework": ("yes", "no"), "contacted": ("yes", "no"),
}


def _counted(state: Dialogue, rating: RatingDialog, wording: Wording, *, wants_rework: bool) -> Outcome:
    """The rating stands from here on; the last question only adds to it. Nobody could contact who is anonymous."""
    rating = replace(rating, wants_rework=wants_rework)
    effects: list[Effect] = [
        _rated(rating, wants_rework), Say("rating.sent_back" if wants_rework else "rating.thanks"),
    ]
    if not wording.reachable:
        return replace(state, rating=None, asked=None, offered=()), effects
    return _ask(replace(state, rating=rating), "contacted", effects)


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
