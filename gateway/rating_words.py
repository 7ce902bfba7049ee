"""What a message says of a case that is done: whether it is solved, how satisfied somebody is, yes or no. Pure."""
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeVar

from gateway.dialogue.satisfaction import Scale
from gateway.dialogue.satisfaction import read as hear
from gateway.fields import yes_no

T = TypeVar("T")

# Longer phrases first: "not solved" must never be read as "solved".
_RESOLVED: tuple[tuple[str, str], ...] = (
    (r"(n'?t|not|no)( an?| the)? (problem|issue)s? (any ?more|any longer|now)"
     r"|no longer (an? (problem|issue)|there|happen)|不是问题了|(没|不)再(吵|响|漏|堵|臭|发生|出现)", "yes"),
    (r"(部分|一部分|一半|其[他它余](的|地方)?(都|也|还)?[没未]|(?<!\d)\d+ (out )?of \d+ |解决了一些"
     r"|partly|partially|some ?what|half)", "partly"),
    (r"((没有?|冇)(完全)?(被)?(解决|处理|弄好|修好|办好|搞[定掂])|未(解决|处理|搞[定掂])|没有$|^没$|^没呢|^还没|不行|不满意|^不$|^否$|^无$|老样子"
     r"|not (been )?(re)?solved|un(re)?solved|not fixed"
     r"|(is|was|has|have|did|does)n'?t( been)?( really| quite| yet)*"
     r"( (re)?(solved?|fixed|done|handled|better|repaired|working|work|come|do|help|change|cleared|removed).*)?$"
     r"|^(no|nope|not)(?![a-z])(?! problem)|(?<![a-z])still )", "no"),
    (r"(解决了|已解决|处理好了|弄好了|修好了|搞定了?|搞掂|^是(的)?$|^对$|^有$|^嗯$|没问题|^好了"
     r"|^(yes|yep|yeah)(?![a-z])|^no problem|^solved|^resolved|fixed)", "yes"),
)
# What is said of a case that is not over, by somebody who does not rate it.
_COMPLAINT = re.compile(
    r"没有?人|冇人|等了[^,，。]{0,6}(?:年|月|周|星期|天|小时)|还在|仍然?|依[旧然]|又(?=[来开吵漏堵臭坏])|太慢|敷衍|推诿|踢皮球|拖|糊弄|不[管理]|骗"
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
    if (complains and resolved == "yes") or heard.kind == "unclear":  # 修好了又坏了, "yeah right"
        resolved = None
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
